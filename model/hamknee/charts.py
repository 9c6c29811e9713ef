"""Altair charts from tidy tables, for the dashboard and for notebooks alike.

Every chart is a pure function of a table; ``dark=True`` is for a dark ground.
"""

from hamknee.case_charts import (
    difference,
    difference_rows,
    icon_array,
    icon_rows,
    ranking,
    ranking_rows,
)
from hamknee.checking_charts import confusion, net_benefit, reliability, score_intervals
from hamknee.network_chart import network_chart, network_of_case, network_text
from hamknee.pictures import draw_offline
from hamknee.question_charts import budget_chart, question_chart
from hamknee.sensitivity_charts import (
    numbers_compared,
    sensitivity_curve,
    tornado_chart,
    tornado_rows,
    two_way_chart,
)
from hamknee.tuning_charts import agreement, ridges
from hamknee.weight_charts import contrast, contrast_rows, waterfall, waterfall_rows

__all__ = [
    "agreement",
    "budget_chart",
    "confusion",
    "contrast",
    "contrast_rows",
    "difference",
    "difference_rows",
    "draw_offline",
    "icon_array",
    "icon_rows",
    "net_benefit",
    "network_chart",
    "network_of_case",
    "network_text",
    "numbers_compared",
    "question_chart",
    "ranking",
    "ranking_rows",
    "reliability",
    "ridges",
    "score_intervals",
    "sensitivity_curve",
    "tornado_chart",
    "tornado_rows",
    "two_way_chart",
    "waterfall",
    "waterfall_rows",
]
