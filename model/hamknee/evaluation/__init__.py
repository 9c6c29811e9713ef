"""How good the answers are: on cases whose diagnosis is known, and on patients drawn."""

from hamknee.evaluation.calibrating import (
    NOT_KNOWN,
    Calibration,
    Estimate,
    Which,
    calibration,
)
from hamknee.evaluation.decision_curves import DecisionCurve, decision_curve
from hamknee.evaluation.dependence import (
    PairDependence,
    ResidualDependence,
    residual_dependence,
)
from hamknee.evaluation.evaluating import FORECASTS, Evaluation, evaluate, number_range
from hamknee.evaluation.intervals import FEWEST_TO_COMPARE, share_difference, student, wilson
from hamknee.evaluation.metrics import MEASURES, SHARES, Scoreboard, scores
from hamknee.evaluation.predictive_checks import PredictiveCheck, predictive_check
from hamknee.evaluation.self_testing import SelfTest, self_test

__all__ = [
    "FEWEST_TO_COMPARE",
    "FORECASTS",
    "MEASURES",
    "NOT_KNOWN",
    "SHARES",
    "Calibration",
    "DecisionCurve",
    "Estimate",
    "Evaluation",
    "PairDependence",
    "PredictiveCheck",
    "ResidualDependence",
    "Scoreboard",
    "SelfTest",
    "Which",
    "calibration",
    "decision_curve",
    "evaluate",
    "number_range",
    "predictive_check",
    "residual_dependence",
    "scores",
    "self_test",
    "share_difference",
    "student",
    "wilson",
]
