"""Numbers from experts, and from cases."""

from hamknee.estimation.accuracy import (
    Accuracy,
    PredictiveValues,
    from_likelihood_ratios,
    from_rates,
    predictive_values,
)
from hamknee.estimation.averaging import RESPLIT, keep_averages, state_average
from hamknee.estimation.derivation import Derivation, derive
from hamknee.estimation.distributions import (
    Distribution,
    from_distribution,
    to_preliz,
    to_scipy,
)
from hamknee.estimation.dossier import (
    Association,
    Dossier,
    DossierError,
    StatedEstimate,
    read_dossier,
)
from hamknee.estimation.elicited import Elicited, Feedback, densities, feedback
from hamknee.estimation.em import NoModeError
from hamknee.estimation.fitting import beta_ess, dirichlet_ess, fit_beta, split_by_parent, split_ess
from hamknee.estimation.held import from_column, from_others
from hamknee.estimation.learning import METHODS, LearningError, Update, update
from hamknee.estimation.one_sided import OneSided
from hamknee.estimation.pooling import Pool, pool
from hamknee.estimation.statements import (
    from_chips,
    from_counts,
    from_frequency,
    from_quantiles,
    from_range,
    from_ranges,
    from_state_quantiles,
)
from hamknee.estimation.wording import read_statement

__all__ = [
    "METHODS",
    "RESPLIT",
    "Accuracy",
    "Association",
    "Derivation",
    "Distribution",
    "Dossier",
    "DossierError",
    "Elicited",
    "Feedback",
    "LearningError",
    "NoModeError",
    "OneSided",
    "Pool",
    "PredictiveValues",
    "StatedEstimate",
    "Update",
    "beta_ess",
    "densities",
    "derive",
    "dirichlet_ess",
    "feedback",
    "fit_beta",
    "from_chips",
    "from_column",
    "from_counts",
    "from_distribution",
    "from_frequency",
    "from_likelihood_ratios",
    "from_others",
    "from_quantiles",
    "from_range",
    "from_ranges",
    "from_rates",
    "from_state_quantiles",
    "keep_averages",
    "pool",
    "predictive_values",
    "read_dossier",
    "read_statement",
    "split_by_parent",
    "split_ess",
    "state_average",
    "to_preliz",
    "to_scipy",
    "update",
]
