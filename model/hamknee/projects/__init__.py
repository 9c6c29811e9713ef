"""A researcher's own numbers with all that belongs to them, as one thing."""

from hamknee.projects.checking import Checked
from hamknee.projects.comparing import ProjectDifference, compare_numbers
from hamknee.projects.folder import Project, ProjectError, new_project, open_project

__all__ = [
    "Checked",
    "Project",
    "ProjectDifference",
    "ProjectError",
    "compare_numbers",
    "new_project",
    "open_project",
]
