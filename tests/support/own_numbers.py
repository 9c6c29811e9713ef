"""Numbers by which some answers cannot be true together."""

from hamknee.network.priors import Priors


def pop_by_definition(priors: Priors, *, onset: str, probability: int = 0) -> Priors:
    """Return numbers by which a pop is impossible, or certain, after some onset."""
    for condition in priors.vocabulary.target.state_names:
        given = {"condition": condition, "onset": onset}
        priors = priors.set("pop", "yes", given=given, probability=probability, basis="logical")
    return priors
