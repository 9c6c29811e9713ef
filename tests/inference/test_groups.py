"""The groups of a network: a partition, and messages that are sums over all worlds."""

import itertools
import math
import tracemalloc
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.errors import HamkneeError
from hamknee.inference import groups
from hamknee.inference.engine import Engine
from hamknee.inference.groups import BLOCK_CELLS, LOOKUP_PATTERNS, Group, find_groups
from hamknee.inference.lookup import combinations
from hamknee.inference.model import Model
from hamknee.network.evidence import check_value, likelihood
from tests.support.drawn import random_evidence, soft_cases
from tests.support.networks import SMALL, independent_findings, named, random_network

seeds = st.integers(0, 10_000)


def families(model: Model) -> list[tuple[int, ...]]:
    number = model.vocabulary.index
    return [tuple(number[m] for m in (*cpt.parents, name)) for name, cpt in model.cpts.items()]


def found(model: Model) -> list[Group]:
    tables = [cpt.probabilities for cpt in model.cpts.values()]
    engine, weights = model.engine, model.vocabulary.plain_weights
    return find_groups(engine.sizes, families(model), tables, engine.target, weights)


@given(seeds)
def test_every_variable_but_the_target_is_in_one_group(seed: int) -> None:
    model = random_network(seed)
    members = [variable for group in found(model) for variable in group.variables]
    others = set(range(len(model.vocabulary))) - {model.engine.target}
    assert sorted(members) == sorted(others)


@given(seeds)
def test_no_table_speaks_of_two_groups_and_each_belongs_to_one(seed: int) -> None:
    model = random_network(seed)
    of_groups = found(model)
    for family in families(model):
        members = set(family) - {model.engine.target}
        touched = [group for group in of_groups if members & set(group.variables)]
        assert len(touched) == bool(members)
        assert all(family[-1] in group.factors for group in touched)


@given(seeds)
def test_a_group_cannot_be_parted_further(seed: int) -> None:
    model = random_network(seed)
    for group in found(model):
        linked = {group.variables[0]}
        for _ in group.variables:
            near = (set(f) - {model.engine.target} for f in families(model))
            linked = reduce(lambda a, b: a | b if a & b else a, near, linked)
        assert linked == set(group.variables)


def message_by_hand(model: Model, group: Group, evidence: dict[str, object]) -> np.ndarray:
    """Return the product of the group's tables and evidence, summed for each target state."""
    variables, target = model.vocabulary.variables, model.engine.target
    factors: list[object] = [np.ones(model.engine.sizes[target]), [target]]
    for number, family in enumerate(families(model)):
        if number in group.factors:
            factors += [model.cpts[variables[number].name].probabilities, family]
    for number in group.variables:
        if (value := evidence.get(variables[number].name)) is not None:
            checked = check_value(variables[number], value)
            assert checked is not None
            factors += [likelihood(variables[number], checked), [number]]
    return np.asarray(np.einsum(*factors, [target]))


@given(seeds, seeds)
def test_a_message_is_the_sum_over_all_worlds_of_the_group(seed: int, other: int) -> None:
    model = random_network(seed)
    evidence = random_evidence(model, other)
    cases = model.encode([evidence, {}])
    for group in model.engine.groups:
        sent = group.message(cases.codes, cases.weights, np.sum)
        expected = message_by_hand(model, group, evidence)
        np.testing.assert_allclose(np.exp(sent[0]), expected, rtol=1e-12)
        np.testing.assert_allclose(np.exp(sent[1]), message_by_hand(model, group, {}), rtol=1e-12)


@pytest.mark.parametrize("name", SMALL)
def test_looked_up_messages_are_those_of_the_tree(name: str) -> None:
    model = named(name)
    weights = model.vocabulary.plain_weights
    for group in model.engine.groups:
        counts = group.counts(weights)
        assert (group.messages is None) == (math.prod(counts) > LOOKUP_PATTERNS)
        if group.messages is None:
            continue
        assert len(group.messages) == math.prod(counts)
        for row in range(0, len(group.messages), 7):
            pattern = np.array([np.unravel_index(row, counts)])
            sent = group.sent(group.potentials, group.likelihoods(pattern, weights))
            np.testing.assert_allclose(group.messages[row], sent[0], rtol=1e-12, atol=1e-12)


def test_all_messages_are_those_of_all_combinations_of_codes() -> None:
    model = named("asia")
    for weights in (model.vocabulary.plain_weights, soft_cases(model, 1, seed=1).weights):
        for group in model.engine.groups:
            patterns = combinations(group.counts(weights))
            codes = np.tile(model.engine.sizes, (len(patterns), 1))
            codes[:, group.variables] = patterns
            expected = group.message(codes, weights, np.sum)
            np.testing.assert_allclose(group.all_messages(weights), expected, rtol=1e-12)


def test_what_nobody_knows_is_no_evidence() -> None:
    model = independent_findings(seed=1)
    weights = model.vocabulary.plain_weights
    (group, *_) = model.engine.groups
    (size,) = group.sizes
    assert group.likelihoods(np.array([[size], [size]]), weights) == [None]
    (known,) = group.likelihoods(np.array([[0], [size]]), weights)
    assert known is not None
    assert known.tolist() == [np.eye(size)[0].tolist(), [1.0] * size]


def test_many_cases_are_worked_on_in_blocks_and_give_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = named("long chain")
    (group,) = model.engine.groups
    assert group.messages is None  # too many patterns to look up
    weights = model.vocabulary.plain_weights
    codes = np.random.default_rng(1).integers(0, 4, size=(300, 8))
    codes[:, model.engine.target] = 3
    whole = group.message(codes, weights, np.sum)
    assert group.blocks(300) == [slice(0, BLOCK_CELLS // group.tree.cells)]
    monkeypatch.setattr(groups, "BLOCK_CELLS", 40 * group.tree.cells)
    assert len(group.blocks(300)) == 8
    np.testing.assert_array_equal(group.message(codes, weights, np.sum), whole)


def test_what_would_take_too_much_memory_is_refused_before_it_takes_any() -> None:
    """All pairs of 30 variables have a child, so that they end up in one table of 2 to the 30."""
    pairs = list(itertools.combinations(range(30), 2))
    families = [(i,) for i in range(30)] + [(*p, 30 + n) for n, p in enumerate(pairs)]
    tables = [np.full((2,) * len(family), 0.5) for family in families]
    tracemalloc.start()
    with pytest.raises(HamkneeError, match=r"linked too closely: .* at most 67,108,864; fewer par"):
        Engine([2] * len(families), families, tables, target=len(families) - 1)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()
