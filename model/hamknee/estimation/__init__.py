"""Numbers from experts, and from cases."""

from hamknee.estimation.accuracy import Accuracy, from_likelihood_ratios, predictive_values
from hamknee.estimation.elicited import Elicited, densities, feedback
from hamknee.estimation.fitting import beta_ess, dirichlet_ess, split_by_parent, split_ess
from hamknee.estimation.learning import METHODS, LearningError, Update, update
from hamknee.estimation.pooling import pool
from hamknee.estimation.statements import from_chips, from_frequency, from_quantiles, from_ranges

__all__ = [
    "METHODS",
    "Accuracy",
    "Elicited",
    "LearningError",
    "Update",
    "beta_ess",
    "densities",
    "dirichlet_ess",
    "feedback",
    "from_chips",
    "from_frequency",
    "from_likelihood_ratios",
    "from_quantiles",
    "from_ranges",
    "pool",
    "predictive_values",
    "split_by_parent",
    "split_ess",
    "update",
]
