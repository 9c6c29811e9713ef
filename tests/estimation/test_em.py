"""EM: expected counts by listing every world, fixed points in closed form, and what never falls."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamknee.estimation.em import Fitted, NoModeError, fit
from hamknee.estimation.learning import METHODS
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw
from hamknee.network.cases import Cases
from hamknee.network.priors import CPT, Priors
from tests.support.cohorts import (
    blanked,
    counted,
    expected_by_listing,
    flat,
    priors_of,
    tables_of,
    tallies,
)
from tests.support.drawn import drawn
from tests.support.networks import network, random_network

SEEDS = st.integers(0, 10**6)
SOME = settings(max_examples=25)

Case = Mapping[str, object]
Array = np.ndarray


def fitted(
    priors: Priors,
    cases: Cases,
    weights: Array | None = None,
    *,
    keep: Sequence[str] = (),
    off: float = 0.0,
    iterations: int = 1000,
    tolerance: float = 1e-5,
) -> Fitted:
    cpts = priors.cpts()
    cohort = counted(Model(priors.vocabulary, cpts), cases, weights)
    how = {"keep": keep, "off": off, "iterations": iterations, "tolerance": tolerance}
    return fit(cohort, list(cpts.values()), **how)


def with_tables(priors: Priors, tables: Sequence[Array]) -> Model:
    """Return the numbers' network with other tables."""
    named = zip(priors.cpts().items(), tables, strict=True)
    cpts = {name: CPT(name, cpt.parents, table) for (name, cpt), table in named}
    return Model(priors.vocabulary, cpts)


# Where EM ends ---------------------------------------------------------------------------------


@SOME
@given(SEEDS, st.sampled_from([0.3, 0.7]))
def test_em_ends_where_the_textbooks_em_would_not_move(seed: int, known: float) -> None:
    """Listing every world, with every blank counted, also those of which nothing follows."""
    model = random_network(seed, count=5)
    cases = drawn(model, 12, known=known, seed=seed, soft=True)
    weights = np.random.default_rng(seed).uniform(0.2, 3, len(cases))
    priors = priors_of(model, ess=6.0)
    end = fitted(priors, model.encode(cases), weights, tolerance=1e-11, iterations=20_000)
    assert end.converged
    counts, log_likelihood = expected_by_listing(with_tables(priors, end.tables), cases, weights)
    assert end.log_likelihood[-1] == pytest.approx(log_likelihood, rel=1e-9)
    for table, (name, cpt) in zip(end.tables, priors.cpts().items(), strict=True):
        total = 6.0 * cpt.probabilities + counts[name]
        again = total / total.sum(axis=-1, keepdims=True)
        np.testing.assert_allclose(table, again, atol=1e-8)


@given(st.floats(0.15, 0.85), st.integers(3, 40))
def test_the_share_of_a_mixture_is_its_closed_form(share: float, count: int) -> None:
    """P(x) = π a + (1 - π) b, with a and b kept and no prior, gives π = (P(x) - b) / (a - b)."""
    a, b = 0.9, 0.1
    spec = {"t": ("", [0.5, 0.5]), "x": ("t", [[a, 1 - a], [b, 1 - b]])}
    model = network(spec, "t", ess=1e-9)
    cases = model.encode([{"x": "yes"}, {"x": "no"}])
    weights = count * np.array([share, 1 - share])
    end = fitted(priors_of(model), cases, weights, keep=["x"], tolerance=1e-12, iterations=10_000)
    assert end.tables[0][0] == pytest.approx((share - b) / (a - b), abs=1e-6)
    assert end.log_likelihood[-1] == pytest.approx(
        count * (share * np.log(share) + (1 - share) * np.log(1 - share)), abs=1e-6
    )
    assert [mask.any() for mask in end.learned] == [True, False]


@pytest.mark.parametrize("off", [0.0, 1.0])
def test_complete_cases_settle_at_once_at_mean_or_mode(off: float) -> None:
    model = random_network(2)
    codes = draw(model, 60, np.random.default_rng(2))
    priors = flat(model, 5.0)
    end = fitted(priors, model.cases(codes), off=off)
    assert (end.converged, len(end.log_likelihood)) == (True, 3)  # the second to see that it stays
    tallied = tallies(model, codes)
    for table, (name, cpt) in zip(end.tables, priors.cpts().items(), strict=True):
        total = 5.0 * cpt.probabilities - off + tallied[name]
        reached = tallied[name].sum(axis=-1) > 0
        exact = total / total.sum(axis=-1, keepdims=True)
        np.testing.assert_allclose(table[reached], exact[reached], atol=1e-12)
        np.testing.assert_array_equal(table[~reached], cpt.probabilities[~reached])


def test_learning_recovers_the_truth_from_more_and_more_cases_with_blanks() -> None:
    truth = random_network(11, count=5)
    codes = draw(truth, 30_000, np.random.default_rng(2))
    far = []
    for count in (100, 1_500, 30_000):
        end = fitted(flat(truth, 1.0), blanked(truth, codes[:count], 0.4, count))
        pairs = zip(end.tables, tables_of(truth), strict=True)
        gaps = [np.abs(table - true).ravel() for table, true in pairs]
        far.append(float(np.concatenate(gaps).mean()))
    assert far[0] > 2 * far[1] > 4 * far[2]
    assert far[2] < 0.03


# What never falls ------------------------------------------------------------------------------


@SOME
@given(SEEDS, st.sampled_from([0.2, 0.6]), st.sampled_from(sorted(METHODS)))
def test_the_log_posterior_never_falls(seed: int, known: float, method: str) -> None:
    model = random_network(seed)
    cases = drawn(model, 15, known=known, seed=seed, soft=True)
    # The mode needs counts above 1, and the random columns have small entries.
    priors = flat(model, 3.5) if method == "map" else priors_of(model, ess=2.0)
    steps = fitted(priors, model.encode(cases), off=METHODS[method], iterations=25).log_posterior
    assert (np.diff(steps) >= -1e-12 * np.abs(steps).max()).all()


@SOME
@given(SEEDS)
def test_the_likelihood_of_what_was_observed_never_falls_below_where_it_began(seed: int) -> None:
    model = random_network(seed)
    cases = drawn(model, 15, known=0.5, seed=seed)
    steps = fitted(priors_of(model, ess=3.0), model.encode(cases), iterations=25).log_likelihood
    assert (np.array(steps[1:]) >= steps[0] - 1e-9).all()


def test_with_hardly_any_prior_the_likelihood_itself_never_falls() -> None:
    model = random_network(3)
    cases = blanked(model, draw(model, 200, np.random.default_rng(3)), 0.4, 3)
    steps = fitted(priors_of(model, ess=1e-9), cases, iterations=60).log_likelihood
    assert (np.diff(steps) >= -1e-7).all()


# Columns without a mode ------------------------------------------------------------------------


def test_a_mode_on_the_edge_is_refused_but_only_where_cases_come() -> None:
    spec = {"t": ("", [0.5, 0.5]), "x": ("t", [[0.9, 0.1], [0.5, 0.5]])}
    model = network(spec, "t", ess=5)
    priors = priors_of(model)
    message = r"1 numbers have ess × probability of 1 or less.*x \(1\)"
    with pytest.raises(NoModeError, match=message):
        fitted(priors, model.encode([{"t": "yes", "x": "yes"}] * 3), off=1)
    end = fitted(priors, model.encode([{"t": "no", "x": "yes"}] * 3), off=1)
    assert end.tables[1][0].tolist() == [0.9, 0.1]
    assert end.tables[1][1, 0] == pytest.approx((2.5 + 3 - 1) / (5 + 3 - 2))


def test_a_column_that_is_kept_needs_no_mode() -> None:
    spec = {"t": ("", [0.5, 0.5]), "x": ("t", [[0.9, 0.1], [0.5, 0.5]])}
    model = network(spec, "t", ess=5)
    end = fitted(priors_of(model), model.encode([{"t": "yes", "x": "yes"}] * 3), keep=["x"], off=1)
    np.testing.assert_array_equal(end.tables[1], model.cpts["x"].probabilities)


def test_the_log_posterior_adds_the_dirichlets_of_the_numbers() -> None:
    """Σ a log p, with a = ess × p as stated, of the numbers given and of those learned."""
    model = network({"t": ("", [0.4, 0.6]), "x": ("t", [[0.7, 0.3], [0.2, 0.8]])}, "t")
    rows: list[Case] = [{"t": "yes", "x": "no"}, {"t": "no", "x": "no"}, {"x": "yes"}]
    end = fitted(priors_of(model, ess=12.0), model.encode(rows))
    stated = tables_of(model)
    for tables, at in ((stated, 0), (end.tables, -1)):
        prior = sum((12 * a * np.log(p)).sum() for a, p in zip(stated, tables, strict=True))
        assert end.log_posterior[at] == pytest.approx(end.log_likelihood[at] + prior)
    one = fitted(priors_of(model, ess=12.0), model.encode(rows), iterations=1)
    assert (len(one.log_likelihood), one.converged) == (2, False)
