"""What hangs on the numbers: intervals, one number, two, the smallest change, differences."""

from hamknee.sensitivity.comparison import Comparison, compare
from hamknee.sensitivity.contributions import WidthContributions
from hamknee.sensitivity.differences import Difference, difference, vocabulary_differences
from hamknee.sensitivity.inference_data import to_arviz
from hamknee.sensitivity.intervals import CredibleInterval, RankedState, credible_interval
from hamknee.sensitivity.one_finding import FindingValue, Measured, finding_value
from hamknee.sensitivity.one_way import SensitivityFunction, Tornado, sensitivity_function, tornado
from hamknee.sensitivity.parameters import Place, beta_range
from hamknee.sensitivity.ratio_table import Ratio, RatioTable, likelihood_ratios
from hamknee.sensitivity.smallest_change import ChangedNumbers, WhatWouldChange, what_would_change
from hamknee.sensitivity.studies import Studies, Study, next_studies
from hamknee.sensitivity.two_numbers import TwoWay, two_way

__all__ = [
    "ChangedNumbers",
    "Comparison",
    "CredibleInterval",
    "Difference",
    "FindingValue",
    "Measured",
    "Place",
    "RankedState",
    "Ratio",
    "RatioTable",
    "SensitivityFunction",
    "Studies",
    "Study",
    "Tornado",
    "TwoWay",
    "WhatWouldChange",
    "WidthContributions",
    "beta_range",
    "compare",
    "credible_interval",
    "difference",
    "finding_value",
    "likelihood_ratios",
    "next_studies",
    "sensitivity_function",
    "to_arviz",
    "tornado",
    "two_way",
    "vocabulary_differences",
    "what_would_change",
]
