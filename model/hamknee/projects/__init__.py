"""A researcher's own numbers with all that belongs to them, as one thing."""

from hamknee.projects.folder import Project, ProjectError, new_project, open_project

__all__ = ["Project", "ProjectError", "new_project", "open_project"]
