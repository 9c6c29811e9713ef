"""Distributions of what the numbers hold already."""

import numpy as np
import pytest

from hamknee.base.errors import HamkneeError
from hamknee.estimation.held import from_column, from_others
from hamknee.inference.model import load
from hamknee.network.priors import Priors


def test_a_column_keeps_its_probabilities_and_its_size(priors: Priors) -> None:
    given = {"condition": "strain", "onset": "sudden"}
    rows, column = priors.column("pop", given), from_column(priors, "pop", given)
    assert column.probabilities == tuple(row.probability for row in rows)
    assert (column.states, column.ess) == (("yes", "no"), rows[0].ess)


def test_a_logical_column_is_no_distribution(priors: Priors) -> None:
    given = {"condition": "strain", "onset": "sudden"}
    certain = priors.set("pop", "yes", given=given, probability=1, basis="logical")
    with pytest.raises(HamkneeError, match=r"found 1 for .yes.; allowed: strictly between 0"):
        from_column(certain, "pop", given)


def test_the_average_over_the_others_is_what_draws_of_all_columns_give(priors: Priors) -> None:
    place = {"setting": "emergency"}
    others = from_others(priors, "palpable_defect", "rupture", place)
    posterior = load(priors).posterior(place)
    rng, drawn = np.random.default_rng(1), np.zeros(20_000)
    for state, weight in zip(posterior.target.state_names, posterior.probabilities, strict=True):
        if state != "rupture":
            alpha, beta = from_column(priors, "palpable_defect", {"condition": state}).counts("yes")
            drawn += weight / (1 - posterior["rupture"]) * rng.beta(alpha, beta, len(drawn))
    assert others["yes"] == pytest.approx(drawn.mean(), rel=0.02)
    sd = np.sqrt(others["yes"] * others["no"] / (others.ess + 1))
    assert sd == pytest.approx(drawn.std(), rel=0.05)


def test_the_chain_rule_holds(priors: Priors) -> None:
    model = load(priors)
    others = from_others(priors, "palpable_defect", "strain")
    own = from_column(priors, "palpable_defect", {"condition": "strain"})["yes"]
    share = model.posterior({})["strain"]
    whole = float(model.marginals({})["palpable_defect"][0])
    assert share * own + (1 - share) * others["yes"] == pytest.approx(whole, abs=1e-9)


def test_a_finding_with_other_parents_is_refused(priors: Priors) -> None:
    said = "the parents of pop are condition, onset; allowed: only condition"
    with pytest.raises(HamkneeError, match=said):
        from_others(priors, "pop", "rupture")


def test_the_condition_alone_leaves_nothing(priors: Priors) -> None:
    with pytest.raises(HamkneeError, match="nothing but rupture is possible"):
        from_others(priors, "palpable_defect", "rupture", {"condition": "rupture"})
