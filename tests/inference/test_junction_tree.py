"""Junction trees of random factors: their form, and sums and derivatives against every cell."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.types import Array
from hamknee.inference.junction_tree import JunctionTree
from hamknee.inference.wide import Wide

CASES = 3
"""Cases at once, so that what differs between them is seen."""


@dataclass(frozen=True)
class Factors:
    """Random factors over a few variables, each in one at least, and evidence on some of these."""

    sizes: list[int]
    scopes: list[tuple[int, ...]]
    tables: list[Array]
    likelihoods: list[Array | None]

    @property
    def tree(self) -> JunctionTree:
        return JunctionTree(self.sizes, self.scopes, root=0)

    def cells(self, tables: Sequence[Array] | None = None) -> Array:
        """Return the product of everything, shape (cases, states of each variable...)."""
        letters = "abcdefgh"[: len(self.sizes)]
        given = self.tables if tables is None else tables
        parts = ["z" + "".join(letters[v] for v in scope) for scope in self.scopes]
        arrays = [np.broadcast_to(t, (CASES, *t.shape[1:])) for t in given]
        for letter, size, likelihood in zip(letters, self.sizes, self.likelihoods, strict=True):
            parts.append(f"z{letter}")
            arrays.append(np.ones((CASES, size)) if likelihood is None else likelihood)
        return np.asarray(np.einsum(f"{','.join(parts)}->z{letters}", *arrays))

    def others(self, variable: int) -> tuple[int, ...]:
        """Return the axes of the cells that are not the cases' and not a variable's."""
        return tuple(v + 1 for v in range(len(self.sizes)) if v != variable)


@st.composite
def factors(draw: st.DrawFn, *, zeros: bool = True) -> Factors:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    scope = st.lists(st.sampled_from(range(len(sizes))), max_size=2, unique=True)
    others = [draw(scope) for _ in sizes]
    scopes = [(v, *(o for o in near if o != v)) for v, near in enumerate(others)]

    def random(*shape: int) -> Array:
        table = rng.uniform(0.1, 1, size=shape)
        return np.where(rng.random(shape) < 0.2, 0.0, table) if zeros else table

    tables = [
        random(CASES if rng.random() < 0.5 else 1, *(sizes[v] for v in scope)) for scope in scopes
    ]
    likelihoods = [random(CASES, size) if rng.random() < 0.5 else None for size in sizes]
    return Factors(sizes, scopes, tables, likelihoods)


# The form ---------------------------------------------------------------------------------------


@given(factors())
def test_every_factor_fits_into_a_clique_and_the_root_is_in_the_first(drawn: Factors) -> None:
    tree = drawn.tree
    cliques = [set(clique.scope) for clique in tree.cliques]
    assert 0 in cliques[0]
    assert set().union(*cliques) == set(range(len(drawn.sizes)))
    for scope in drawn.scopes:
        assert any(set(scope) <= clique for clique in cliques)
    assert tree.cells == sum(np.prod([drawn.sizes[v] for v in clique]) for clique in cliques)


@given(factors())
def test_the_cliques_of_a_variable_hang_together(drawn: Factors) -> None:
    cliques = drawn.tree.cliques
    for number, clique in enumerate(cliques[1:], start=1):
        assert clique.parent is not None
        assert clique.parent < number
        assert set(clique.separator) == set(clique.scope) & set(cliques[clique.parent].scope)
    for variable in range(len(drawn.sizes)):
        tops = [c for c in cliques if variable in c.scope and variable not in c.separator]
        assert len(tops) == 1


def test_a_square_gets_a_diagonal_and_no_more() -> None:
    tree = JunctionTree([2] * 4, [(0, 1), (1, 2), (2, 3), (3, 0)], root=0)
    assert sorted(len(clique.scope) for clique in tree.cliques) == [3, 3]


def greedily_triangulated(
    sizes: Sequence[int], scopes: Sequence[tuple[int, ...]], root: int
) -> set[frozenset[int]]:
    """Return the maximal cliques if whatever adds the fewest edges is taken out first, then next.

    Where several add as few, the one of the fewest cells is taken, of these the first.
    """
    near = {v: {o for s in scopes if v in s for o in s} - {v} for v in range(len(sizes))}
    cliques = []
    while near:

        def cost(v: int) -> tuple[bool, int, int, int]:
            added = sum(b not in near[a] for a, b in itertools.combinations(near[v], 2))
            return (v == root, added, math.prod(sizes[o] for o in {v, *near[v]}), v)

        first = min(near, key=cost)
        around = near.pop(first)
        cliques.append(frozenset({first, *around}))
        for one in around:
            near[one] = (near[one] | around) - {one, first}
    return {clique for clique in cliques if not any(clique < other for other in cliques)}


@given(st.integers(0, 2**32 - 1))
def test_the_graph_is_triangulated_with_the_fewest_edges_at_each_step(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 5, size=9).tolist()
    pairs = [pair for pair in itertools.combinations(range(9), 2) if rng.random() < 0.35]
    tree = JunctionTree(sizes, pairs, root=4)
    expected = greedily_triangulated(sizes, pairs, root=4)
    assert {frozenset(clique.scope) for clique in tree.cliques} == expected


def test_a_root_with_many_neighbours_joins_none_of_them() -> None:
    tree = JunctionTree([2] * 12, [(0, other) for other in range(1, 12)], root=0)
    assert {len(clique.scope) for clique in tree.cliques} == {2}


# Propagation ------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", [np.sum, np.max])
@given(drawn=factors(zeros=False))
def test_every_marginal_is_that_of_all_cells(reduction: np.ufunc, drawn: Factors) -> None:
    tree, cells = drawn.tree, drawn.cells()
    collected = tree.collect(tree.potentials(drawn.tables), drawn.likelihoods, reduction)
    root = tree.root_belief(collected, 0, reduction)
    expected = reduction(cells, axis=drawn.others(0))
    np.testing.assert_allclose(np.exp(root) + 0 * expected, expected, rtol=1e-12)
    beliefs = tree.distribute(collected, reduction)
    for variable in range(len(drawn.sizes)):
        marginal = reduction(cells, axis=drawn.others(variable))
        marginal /= reduction(marginal, axis=1, keepdims=True)
        found = tree.marginal(beliefs, variable, reduction)
        np.testing.assert_allclose(found + 0 * marginal, marginal, rtol=1e-12)


@given(factors())
def test_what_is_ruled_out_stays_ruled_out(drawn: Factors) -> None:
    tree, cells = drawn.tree, drawn.cells()
    collected = tree.collect(tree.potentials(drawn.tables), drawn.likelihoods)
    beliefs = tree.distribute(collected)
    possible = cells.reshape(CASES, -1).sum(axis=1) > 0
    for variable in range(len(drawn.sizes)):
        sums = cells.sum(axis=drawn.others(variable))
        found = tree.marginal(beliefs, variable) + 0 * sums
        assert (found[possible][sums[possible] == 0] == 0).all()
        assert (found[~possible] == 0).all()


def test_long_evidence_does_not_underflow_nor_take_wide_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(Wide, "of")
    count = 100
    tree = JunctionTree([2] * count, [(0,), *((v - 1, v) for v in range(1, count))], root=0)
    tables = [np.array([[0.5, 0.5]])] + [np.array([[[0.9, 0.1], [0.1, 0.9]]])] * (count - 1)
    unlikely = [np.array([[1e-9, 1e-9]])] * count
    collected = tree.collect(tree.potentials(tables), unlikely)
    expected = np.log(0.5) + count * np.log(1e-9)  # of which no float holds the exponential
    assert tree.root_belief(collected, 0, np.sum) == pytest.approx(expected, rel=1e-12)
    assert tree.differentiate(tables, unlikely).log_total == pytest.approx(count * np.log(1e-9))


def test_where_very_many_messages_meet_nothing_vanishes() -> None:
    # Each state of a hub is ruled out but for 1e-360, one of them for half as much.
    seen = [[1e-30, 1.0], [1.0, 1e-30]] * 12 + [[1.0, 0.5]]
    scopes = [(0,), *((0, leaf) for leaf in range(1, len(seen) + 1))]
    tree = JunctionTree([2] * len(scopes), scopes, root=0)
    tables = [np.array([[0.25, 0.75]]), *(np.array([np.c_[p, 1 - np.array(p)]]) for p in seen)]
    likelihoods = [None, *(np.array([[1.0, 0.0]]) for _ in seen)]
    collected = tree.collect(tree.potentials(tables), likelihoods)
    logs = np.log([0.25, 0.375]) + 12 * np.log(1e-30)
    assert tree.root_belief(collected, 0, np.sum)[0] == pytest.approx(logs, rel=1e-12)
    (scaled,) = tree.root_scaled(collected, 0)
    assert scaled / scaled.sum() == pytest.approx([0.4, 0.6])
    beliefs = tree.distribute(collected)
    assert tree.marginal(beliefs, 0)[0] == pytest.approx([0.4, 0.6])
    assert tree.marginal(beliefs, 1)[0] == pytest.approx([1, 0])
    found = tree.differentiate(tables, likelihoods)
    assert found.log_total[0] == pytest.approx(np.logaddexp(*logs), rel=1e-12)
    by_hub = np.log(found.factors[0][0]) + found.log_scales[0][0]
    assert by_hub == pytest.approx(logs - np.log([0.25, 0.75]), rel=1e-12)


@given(factors(zeros=False))
def test_the_root_is_told_up_to_a_factor_for_each_case(drawn: Factors) -> None:
    collected = drawn.tree.collect(drawn.tree.potentials(drawn.tables), drawn.likelihoods)
    scaled = drawn.tree.root_scaled(collected, 0)
    expected = drawn.cells().sum(axis=drawn.others(0))
    expected /= expected.sum(axis=1, keepdims=True)
    shares = scaled / scaled.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares + 0 * expected, expected, rtol=1e-12)


# Derivatives ------------------------------------------------------------------------------------


@given(factors(), st.data())
def test_the_total_is_linear_in_every_entry(drawn: Factors, data: st.DataObject) -> None:
    found = drawn.tree.differentiate(drawn.tables, drawn.likelihoods)
    total = drawn.cells().reshape(CASES, -1).sum(axis=1)
    np.testing.assert_allclose(np.exp(found.log_total) + 0 * total, total, rtol=1e-12)
    number = data.draw(st.sampled_from(range(len(drawn.tables))))
    table, derivative = drawn.tables[number], found.factors[number]
    scaled = np.exp(found.log_scales[number]).reshape(-1, *(1,) * (derivative.ndim - 1))
    slopes = np.broadcast_to(derivative * scaled, (CASES, *table.shape[1:]))
    for entry in np.ndindex(table.shape[1:]):
        moved = table.copy()
        moved[(slice(None), *entry)] += 1
        tables = [moved if n == number else t for n, t in enumerate(drawn.tables)]
        rise = drawn.cells(tables).reshape(CASES, -1).sum(axis=1) - total
        np.testing.assert_allclose(slopes[(slice(None), *entry)], rise, rtol=0, atol=1e-9)
