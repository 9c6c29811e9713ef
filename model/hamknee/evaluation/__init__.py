"""How good the answers are: on cases whose diagnosis is known, and on patients drawn."""

from hamknee.evaluation.calibrating import (
    NOT_KNOWN,
    Calibration,
    Estimate,
    Which,
    calibration,
)
from hamknee.evaluation.cross_validating import CrossValidated, Learned, cross_validate
from hamknee.evaluation.decision_curves import DecisionCurve, decision_curve
from hamknee.evaluation.dependence import (
    Margins,
    PairDependence,
    ResidualDependence,
    residual_dependence,
)
from hamknee.evaluation.discrimination import c_statistic, polytomous_c
from hamknee.evaluation.evaluating import FORECASTS, Evaluation, evaluate, number_range
from hamknee.evaluation.intervals import FEWEST_TO_COMPARE, share_difference, student, wilson
from hamknee.evaluation.metrics import MEASURES, SHARES, Scoreboard, scores
from hamknee.evaluation.predictive_checks import PredictiveCheck, predictive_check
from hamknee.evaluation.recalibrating import Recalibration, recalibrate
from hamknee.evaluation.recalibration_layer import (
    RecalibrationKind,
    RecalibrationLayer,
    read_recalibration,
    with_case_mix,
)
from hamknee.evaluation.sample_sizes import needed_for_c, needed_for_ratio, needed_for_slope
from hamknee.evaluation.self_testing import SelfTest, self_test, simulate_labelled
from hamknee.evaluation.validating import THRESHOLDS, Validation, validate

__all__ = [
    "FEWEST_TO_COMPARE",
    "FORECASTS",
    "MEASURES",
    "NOT_KNOWN",
    "SHARES",
    "THRESHOLDS",
    "Calibration",
    "CrossValidated",
    "DecisionCurve",
    "Estimate",
    "Evaluation",
    "Learned",
    "Margins",
    "PairDependence",
    "PredictiveCheck",
    "Recalibration",
    "RecalibrationKind",
    "RecalibrationLayer",
    "ResidualDependence",
    "Scoreboard",
    "SelfTest",
    "Validation",
    "Which",
    "c_statistic",
    "calibration",
    "cross_validate",
    "decision_curve",
    "evaluate",
    "needed_for_c",
    "needed_for_ratio",
    "needed_for_slope",
    "number_range",
    "polytomous_c",
    "predictive_check",
    "read_recalibration",
    "recalibrate",
    "residual_dependence",
    "scores",
    "self_test",
    "share_difference",
    "simulate_labelled",
    "student",
    "validate",
    "wilson",
    "with_case_mix",
]
