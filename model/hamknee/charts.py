"""Altair charts from tidy tables, for the dashboard and for notebooks alike.

Every chart is a pure function of a table; ``dark=True`` is for a dark ground.
"""

from hamknee.case_charts import ranking

__all__ = ["ranking"]
