"""The evidence on one group: multiplied out as through the tree, however it comes."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamknee.estimation import group_evidence
from hamknee.estimation.expected_counts import ExpectedCounts
from hamknee.estimation.group_evidence import AskedGroup, SmallGroup
from hamknee.inference.model import Model
from hamknee.network.cases import Cases
from tests.support.drawn import drawn
from tests.support.networks import asia, network, random_network

SEEDS = st.integers(0, 10**6)


def tables_of(model: Model) -> list[np.ndarray]:
    return [cpt.probabilities for cpt in model.cpts.values()]


def counted(model: Model, cases: Cases) -> ExpectedCounts:
    return ExpectedCounts(model, cases, np.linspace(0.5, 2, len(cases)))


def kinds(cohort: ExpectedCounts, model: Model) -> set[type]:
    return {type(group.with_tables(tables_of(model))) for group in cohort.groups}


def assert_alike(one: ExpectedCounts, other: ExpectedCounts, tables: Sequence[np.ndarray]) -> None:
    first, second = one.expected(tables), other.expected(tables)
    assert first.log_likelihood == pytest.approx(second.log_likelihood, rel=1e-12)
    for a, b in zip(first.counts, second.counts, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
    for a, b in zip(one.information(tables), other.information(tables), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@settings(max_examples=20)
@given(SEEDS, st.sampled_from([0.3, 0.9]), st.booleans())
def test_a_group_multiplied_out_counts_as_its_tree_does(
    seed: int, known: float, soft: bool
) -> None:
    model = random_network(seed, count=6)
    cases = model.encode(drawn(model, 12, known=known, seed=seed, soft=soft))
    small = counted(model, cases)
    assert kinds(small, model) == {SmallGroup}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group_evidence, "SMALL", 0)
        by_tree = counted(model, cases)
    assert kinds(by_tree, model) == {AskedGroup}
    assert_alike(small, by_tree, tables_of(model))


def test_cases_that_share_patterns_count_as_each_alone() -> None:
    model = asia()
    few = drawn(model, 9, known=0.6, seed=4, soft=True)
    alone, shared = model.encode(few), model.encode([case for case in few for _ in range(3)])
    assert all(group.pattern is not None for group in counted(model, shared).groups)
    assert any(group.pattern is None for group in counted(model, alone).groups)
    tables = tables_of(model)
    weights = np.linspace(0.5, 2, 9)
    one = ExpectedCounts(model, alone, weights)
    assert_alike(one, ExpectedCounts(model, shared, np.repeat(weights, 3) / 3), tables)


@pytest.mark.parametrize("size", [1e-60, 1e-300, 1e300])
def test_likelihoods_of_any_size_are_counted(size: float) -> None:
    """Two findings speak to each other; each would be 1e-600 of the other without its scale."""
    spec = {
        "t": ("", [0.4, 0.6]),
        "x": ("t", [[0.8, 0.2], [0.3, 0.7]]),
        "y": ("t x", [[[0.5, 0.5], [0.9, 0.1]], [[0.2, 0.8], [0.6, 0.4]]]),
    }
    model = network(spec, "t")
    plain = {"yes": 1.0, "no": 0.5}
    scaled = {state: weight * size for state, weight in plain.items()}
    one, other = (
        counted(model, model.encode([{"x": likely, "y": likely}] * 2)) for likely in (plain, scaled)
    )
    tables = tables_of(model)
    for a, b in zip(one.expected(tables).counts, other.expected(tables).counts, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    gap = other.expected(tables).log_likelihood - one.expected(tables).log_likelihood
    assert gap == pytest.approx(2 * np.log(size) * other.weights.sum())


def test_evidence_that_would_underflow_goes_through_the_tree() -> None:
    spec = {"t": ("", [0.4, 0.6]), "x": ("t", [[0.8, 0.2], [0.3, 0.7]])}
    model = network(spec, "t")
    cohort = counted(model, model.encode([{"x": {"yes": 1.0, "no": 1e-200}}] * 2))
    assert kinds(cohort, model) == {AskedGroup}
    yes = cohort.expected(tables_of(model)).counts[1]
    np.testing.assert_allclose(yes[:, 0].sum(), cohort.weights.sum())
