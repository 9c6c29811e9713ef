"""How good the answers are: on cases whose diagnosis is known, and on patients drawn."""

from hamknee.evaluation.calibration import NOT_KNOWN, Calibration, Estimate, Which, wilson
from hamknee.evaluation.evaluating import FORECASTS, Evaluation, evaluate, number_range
from hamknee.evaluation.metrics import MEASURES
from hamknee.evaluation.self_testing import SelfTest, self_test

__all__ = [
    "FORECASTS",
    "MEASURES",
    "NOT_KNOWN",
    "Calibration",
    "Estimate",
    "Evaluation",
    "SelfTest",
    "Which",
    "evaluate",
    "number_range",
    "self_test",
    "wilson",
]
