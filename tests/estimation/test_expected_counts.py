"""Expected counts and information, beside every world listed."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hamknee
from hamknee.inference.model import Model
from hamknee.inference.simulation import draw
from hamknee.network.cases import Cases
from tests.support.by_hand import Worlds
from tests.support.cohorts import blanked, counted, expected_by_listing, tables_of, tallies
from tests.support.drawn import drawn
from tests.support.networks import asia, network, random_network, with_zeros

SEEDS = st.integers(0, 10**6)
SOME = settings(max_examples=25)

Case = Mapping[str, object]
Array = np.ndarray


def telling(model: Model, cases: Cases, name: str) -> Array:
    """Return whether a case knows anything of a variable or of what follows, shape (cases,)."""
    number = list(model.vocabulary).index(name)
    known = cases.codes[:, number] != model.engine.sizes[number]
    for child, cpt in model.cpts.items():
        if name in cpt.parents:
            known = known | telling(model, cases, child)
    return known


# Expected counts -------------------------------------------------------------------------------


@SOME
@given(SEEDS, st.sampled_from([0.2, 0.5, 0.8]))
def test_expected_counts_are_those_of_every_world_listed(seed: int, known: float) -> None:
    """In cases that tell something of the variable: the others are not counted."""
    model = random_network(seed, count=5)
    cases = drawn(model, 10, known=known, seed=seed, soft=True)
    weights = np.random.default_rng(seed).uniform(0.2, 3, len(cases))
    expectation = counted(model, model.encode(cases), weights).expected(tables_of(model))
    _, log_likelihood = expected_by_listing(model, cases, weights)
    assert expectation.log_likelihood == pytest.approx(log_likelihood)
    for name, counts in zip(model.cpts, expectation.counts, strict=True):
        tells = telling(model, model.encode(cases), name)
        listed, _ = expected_by_listing(model, list(np.array(cases)[tells]), weights[tells])
        np.testing.assert_allclose(counts, listed[name], atol=1e-10)


def test_the_counts_of_complete_cases_are_tallies() -> None:
    model = with_zeros()
    codes = draw(model, 50, np.random.default_rng(3))
    cohort = counted(model, model.cases(codes))
    tallied = tallies(model, codes)
    for tables in (tables_of(model), [table**2 for table in tables_of(model)]):
        for name, counts in zip(model.cpts, cohort.expected(tables).counts, strict=True):
            np.testing.assert_allclose(counts, tallied[name], atol=1e-10)


def test_small_blocks_count_as_large_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    model = asia()
    cohort = counted(model, blanked(model, draw(model, 40, np.random.default_rng(1)), 0.3, 1))
    at_once = cohort.expected(tables_of(model)), cohort.information(tables_of(model))
    monkeypatch.setattr("hamknee.estimation.group_evidence.BLOCK_CELLS", 40)
    in_blocks = cohort.expected(tables_of(model)), cohort.information(tables_of(model))
    for one, other in zip(at_once[0].counts, in_blocks[0].counts, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)
    for one, other in zip(at_once[1], in_blocks[1], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_an_impossible_case_is_named() -> None:
    model = network({"t": ("", [0.4, 0.6]), "x": ("t", [[0.8, 0.2], [0, 1]])}, "t")
    with pytest.raises(hamknee.ImpossibleEvidenceError, match="t=no, x=yes"):
        counted(model, model.encode([{"x": "yes"}, {"t": "no", "x": "yes"}]))


# Information -----------------------------------------------------------------------------------


def information_by_listing(model: Model, cases: Sequence[Case], weights: Array) -> dict[str, Array]:
    """Return what a cohort tells of each column, over what it would if it were complete.

    The score of a world by an entry θ of a column is 1 / θ where the world has that entry, less 1
    where it is in the column. Squares are weighted with θ, the inverse of the prior variance.
    """
    worlds = Worlds(model)
    shares = {}
    for name, cpt in model.cpts.items():
        known, complete = (np.zeros(cpt.probabilities.shape[:-1]) for _ in range(2))
        tells = telling(model, model.encode(cases), name)
        for case, weight in zip(np.array(cases)[tells], weights[tells], strict=True):
            family = worlds.table((*cpt.parents, name), case)
            for column in np.ndindex(known.shape):
                theta, size = cpt.probabilities[column], cpt.probabilities.shape[-1]
                scores = np.eye(size) / theta - 1  # of the worlds in this column, by their state
                mean = family[column] @ scores
                known[column] += weight * theta @ mean**2
                complete[column] += weight * family[column] @ (scores**2 @ theta)
        shares[name] = np.where(complete > 0, known / np.where(complete > 0, complete, 1), 1.0)
    return shares


@SOME
@given(SEEDS, st.sampled_from([0.3, 0.7]))
def test_information_is_that_of_every_world_listed(seed: int, known: float) -> None:
    model = random_network(seed, count=5)
    cases = drawn(model, 10, known=known, seed=seed, soft=True)
    weights = np.random.default_rng(seed).uniform(0.2, 3, len(cases))
    information = counted(model, model.encode(cases), weights).information(tables_of(model))
    listed = information_by_listing(model, cases, weights)
    for name, share in zip(model.cpts, information, strict=True):
        np.testing.assert_allclose(share, listed[name], atol=1e-8)


def test_nothing_is_missing_from_complete_cases() -> None:
    model = random_network(5)
    cases = model.cases(draw(model, 30, np.random.default_rng(5)))
    for share in counted(model, cases).information(tables_of(model)):
        np.testing.assert_allclose(share, 1, atol=1e-9)


@given(st.floats(0.1, 0.9), st.floats(0.55, 0.95))
def test_of_a_coin_seen_through_an_error_the_known_share_is_a_squared_correlation(
    p: float, right: float
) -> None:
    """The only parent's share, if its child is seen alone: that of t and E(t | x)."""
    model = network(
        {"t": ("", [p, 1 - p]), "x": ("t", [[right, 1 - right], [1 - right, right]])}, "t"
    )
    seen = p * right + (1 - p) * (1 - right)
    cases = model.encode([{"x": "yes"}, {"x": "no"}])
    information = counted(model, cases, np.array([seen, 1 - seen])).information(tables_of(model))
    after = np.array([p * right / seen, p * (1 - right) / (1 - seen)])
    variance = np.array([seen, 1 - seen]) @ (after - p) ** 2
    assert float(information[0]) == pytest.approx(variance / (p * (1 - p)))
