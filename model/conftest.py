"""What the doctests of the package share: every class once.

Pytest imports a file that is named alone a second time, after its room has imported it, and the
two have classes that differ. It does not where the file is imported already.
"""

from hamknee import charts, cohort, estimation, formats

__all__ = ["charts", "cohort", "estimation", "formats"]
