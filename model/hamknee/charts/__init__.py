"""Altair charts from tidy tables, for the dashboard and for notebooks alike.

Every chart is a pure function of a table; ``dark=True`` is for a dark ground.
"""

from hamknee.charts.case import (
    difference,
    difference_rows,
    icon_array,
    icon_rows,
    ranking,
    ranking_rows,
)
from hamknee.charts.elicitation import agreement, ridges
from hamknee.charts.evaluation import (
    confusion,
    dependence_chart,
    net_benefit,
    predictive_chart,
    reliability,
    score_intervals,
)
from hamknee.charts.in_words import alternative_text
from hamknee.charts.network import network_chart, network_of_case, network_text
from hamknee.charts.offline import draw_offline
from hamknee.charts.point_scales import nomogram, nomogram_rows, nomogram_text
from hamknee.charts.questions import budget_chart, question_chart
from hamknee.charts.sensitivity import (
    numbers_compared,
    sensitivity_curve,
    tornado_chart,
    tornado_rows,
    two_way_chart,
)
from hamknee.charts.teaching import fagan, fagan_rows
from hamknee.charts.weights import contrast, contrast_rows, waterfall, waterfall_rows

__all__ = [
    "agreement",
    "alternative_text",
    "budget_chart",
    "confusion",
    "contrast",
    "contrast_rows",
    "dependence_chart",
    "difference",
    "difference_rows",
    "draw_offline",
    "fagan",
    "fagan_rows",
    "icon_array",
    "icon_rows",
    "net_benefit",
    "network_chart",
    "network_of_case",
    "network_text",
    "nomogram",
    "nomogram_rows",
    "nomogram_text",
    "numbers_compared",
    "predictive_chart",
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
