"""Exact propagation in a junction tree, for many cases at once.

The tree knows only variables by number, their numbers of states, and the scopes of the factors.
Every array has a leading axis for the cases (or for draws of the parameters), of length 1 where
it does not vary.

Triangulation is by minimum fill; a message is scaled to a largest entry of 1 and the logarithm of
the scale is carried along, so that long evidence does not underflow. Where many messages meet, a
product may underflow all the same: the machine tells, and the pass is done again in `Wide` numbers,
which cannot. One collect pass gives P(e)
and the belief of the root; one distribute pass gives every marginal (Lauritzen & Spiegelhalter
1988; Jensen, Lauritzen & Olesen 1990). With max in place of sum the same passes give
max-marginals (Dawid 1992).
"""

import functools
import heapq
import itertools
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from hamknee.base import Array, compares_arrays
from hamknee.inference.wide import Wide

AnyArray: TypeAlias = Array | Wide
"""Plain numbers, or those that never underflow."""

Reduction = Callable[..., Any]
"""``np.sum`` for probabilities or ``np.max`` for the most probable explanation."""


@dataclass(frozen=True)
class _Clique:
    scope: tuple[int, ...]
    parent: int | None
    separator: tuple[int, ...]


@dataclass(frozen=True)
@compares_arrays
class Collected:
    """What a collect pass leaves behind.

    Parameters
    ----------
    beliefs : list of ndarray, each (cases, states...)
        Per clique, its potential times the messages of its children; complete at the root.
    messages : list of ndarray, each (cases, separator states...)
        Per clique, what it sent to its parent.
    log_scale : ndarray, shape (cases,)
        Logarithm of what was divided out.
    """

    beliefs: list[AnyArray]
    messages: list[AnyArray]
    log_scale: Array


@dataclass(frozen=True)
@compares_arrays
class Differential:
    """The total of a tree and its derivatives by every entry of every factor.

    Parameters
    ----------
    log_total : ndarray, shape (cases,)
        Natural logarithm of the sum of everything.
    factors : list of ndarray, each (1 or cases, states...)
        Per factor, ∂ total / ∂ entry, divided by exp of its `log_scales`.
    log_scales : list of ndarray, each (1 or cases,)
        Logarithm of what was divided out of each.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference import JunctionTree
    >>> tree = JunctionTree([2, 2], [(0,), (0, 1)], root=0)
    >>> torn = np.array([0.2, 0.8])  # P(torn), P(not torn)
    >>> pop = np.array([[0.9, 0.1], [0.25, 0.75]])  # P(pop | torn), P(pop | not torn)
    >>> heard = np.array([[1.0, 0.0]])
    >>> differential = tree.differentiate([torn[None], pop[None]], [None, heard])
    >>> np.exp(differential.log_total).round(3)  # P(pop heard)
    array([0.38])
    >>> by_torn = differential.factors[0] * np.exp(differential.log_scales[0])
    >>> by_torn.round(3)  # P(pop heard | torn), P(pop heard | not torn)
    array([[0.9 , 0.25]])
    """

    log_total: Array
    factors: list[Array]
    log_scales: list[Array]


class JunctionTree:
    """Cliques of a triangulated graph, joined so that each message crosses one separator.

    Parameters
    ----------
    sizes : sequence of int
        Number of states of each variable.
    scopes : sequence of tuple of int
        The variables of each factor, in the order of its axes.
    root : int
        A variable that the root clique must hold.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.inference import JunctionTree
    >>> tree = JunctionTree([2, 2], [(0,), (0, 1)], root=0)
    >>> torn = np.array([0.2, 0.8])  # P(torn), P(not torn)
    >>> pop = np.array([[0.9, 0.1], [0.25, 0.75]])  # P(pop | torn), P(pop | not torn)
    >>> heard = np.array([[1.0, 0.0]])
    >>> collected = tree.collect(tree.potentials([torn[None], pop[None]]), [None, heard])
    >>> np.exp(tree.root_belief(collected, 0, np.sum)).round(3)  # P(torn, pop heard)
    array([[0.18, 0.2 ]])
    >>> tree.marginal(tree.distribute(collected), 0).round(3)  # P(torn | pop heard)
    array([[0.474, 0.526]])
    """

    def __init__(self, sizes: Sequence[int], scopes: Sequence[tuple[int, ...]], root: int) -> None:
        self.sizes = tuple(sizes)
        self.scopes = tuple(scopes)
        self.cliques = _tree(_cliques(self.sizes, self.scopes, root), root)
        self.home = [self._smallest((variable,)) for variable in range(len(self.sizes))]
        self._factor_home = [self._smallest(scope) for scope in self.scopes]

    def _smallest(self, scope: tuple[int, ...]) -> int:
        """Return the clique with the fewest cells that holds a scope."""
        holding = [i for i, clique in enumerate(self.cliques) if set(scope) <= set(clique.scope)]
        return min(holding, key=lambda i: self._cells(self.cliques[i].scope))

    def _cells(self, scope: tuple[int, ...]) -> int:
        cells = 1
        for variable in scope:
            cells *= self.sizes[variable]
        return cells

    @property
    def cells(self) -> int:
        """Number of cells of all cliques together."""
        return sum(self._cells(clique.scope) for clique in self.cliques)

    def potentials(
        self, factors: Sequence[Array], sizes: Sequence[int] | None = None
    ) -> list[Array]:
        """Multiply factors into the cliques.

        Parameters
        ----------
        factors : sequence of ndarray, each (1 or cases, states...)
            One for each scope, in the order of `scopes`.
        sizes : sequence of int, optional
            Number of states of each variable in `factors`, where evidence has left fewer; 1 for a
            variable that is summed out already.

        Returns
        -------
        list of ndarray, each (1 or cases, states...)
            One for each clique.
        """
        sizes = self.sizes if sizes is None else sizes
        potentials = [np.ones((1,) * (1 + len(clique.scope))) for clique in self.cliques]
        for factor, scope, home in zip(factors, self.scopes, self._factor_home, strict=True):
            potentials[home] = potentials[home] * _spread(factor, scope, self.cliques[home].scope)
        return [
            np.ascontiguousarray(
                np.broadcast_to(p, (p.shape[0], *(sizes[v] for v in clique.scope)))
            )
            for p, clique in zip(potentials, self.cliques, strict=True)
        ]

    def collect(
        self,
        potentials: Sequence[Array],
        likelihoods: Sequence[AnyArray | None],
        reduction: Reduction = np.sum,
    ) -> Collected:
        """Send messages from the leaves to the root.

        Parameters
        ----------
        potentials : sequence of ndarray
            From `potentials`.
        likelihoods : sequence of (ndarray of shape (1 or cases, states), or None)
            Evidence on each variable; None where there is none.
        reduction : callable
            ``np.sum`` or ``np.max``.
        """
        try:
            with np.errstate(under="raise"):
                return self._collect(potentials, likelihoods, reduction)
        except FloatingPointError:
            return self._collect([Wide.of(p) for p in potentials], likelihoods, reduction)

    def _collect(
        self,
        potentials: Sequence[AnyArray],
        likelihoods: Sequence[AnyArray | None],
        reduction: Reduction,
    ) -> Collected:
        beliefs = list(potentials)
        log_scale = np.zeros(1)
        for variable, weights in enumerate(likelihoods):
            if weights is not None:
                home = self.home[variable]
                scope = self.cliques[home].scope
                scaled, log = _scaled(weights)
                beliefs[home] = beliefs[home] * _spread(scaled, (variable,), scope)
                log_scale = log_scale + log
        messages: list[AnyArray] = [np.ones(())] * len(self.cliques)  # the root's is never sent
        for index in reversed(range(1, len(self.cliques))):
            clique = self.cliques[index]
            message = _reduce(beliefs[index], clique.scope, clique.separator, reduction)
            messages[index], log = _scaled(message)
            log_scale = log_scale + log
            parent = clique.parent or 0
            scope = self.cliques[parent].scope
            beliefs[parent] = beliefs[parent] * _spread(messages[index], clique.separator, scope)
        return Collected(beliefs, messages, log_scale)

    def root_belief(self, collected: Collected, variable: int, reduction: Reduction) -> Array:
        """Return log of the unnormalised belief of a variable of the root clique.

        Returns
        -------
        ndarray, shape (cases, states)
            Natural logarithms; -inf where the evidence rules a state out.
        """
        belief = _reduce(collected.beliefs[0], self.cliques[0].scope, (variable,), reduction)
        return np.asarray(_log(belief) + collected.log_scale[:, None])

    def root_scaled(
        self, collected: Collected, variable: int, reduction: Reduction = np.sum
    ) -> Array:
        """Return the belief of a variable of the root clique up to a factor for each case.

        Returns
        -------
        ndarray, shape (cases, states)
        """
        belief = _reduce(collected.beliefs[0], self.cliques[0].scope, (variable,), reduction)
        return belief.scaled()[0] if isinstance(belief, Wide) else belief

    def distribute(self, collected: Collected, reduction: Reduction = np.sum) -> list[AnyArray]:
        """Send messages from the root to the leaves.

        Returns
        -------
        list of ndarray, each (cases, states...)
            Belief of each clique, up to a factor for each case.
        """
        try:
            with np.errstate(under="raise"):
                return self._distribute(collected.beliefs, collected.messages, reduction)
        except FloatingPointError:
            beliefs = [Wide.of(belief) for belief in collected.beliefs]
            return self._distribute(beliefs, collected.messages, reduction)

    def _distribute(
        self, collected: Sequence[AnyArray], messages: Sequence[AnyArray], reduction: Reduction
    ) -> list[AnyArray]:
        beliefs = list(collected)
        beliefs[0] = _scaled(beliefs[0])[0]
        for index in range(1, len(self.cliques)):
            clique = self.cliques[index]
            above = self.cliques[clique.parent or 0].scope
            down = _reduce(beliefs[clique.parent or 0], above, clique.separator, reduction)
            down = _divided(down, messages[index])
            belief = beliefs[index] * _spread(down, clique.separator, clique.scope)
            beliefs[index] = _scaled(belief)[0]
        return beliefs

    def marginal(
        self, beliefs: Sequence[AnyArray], variable: int, reduction: Reduction = np.sum
    ) -> Array:
        """Return the belief of one variable, shape (cases, states), adding up to 1.

        With ``np.max`` these are max-marginals, scaled to a largest entry of 1.
        """
        home = self.home[variable]
        belief = _reduce(beliefs[home], self.cliques[home].scope, (variable,), reduction)
        if isinstance(belief, Wide):
            belief = belief.scaled()[0]
        total = reduction(belief, axis=1, keepdims=True)
        return np.asarray(np.divide(belief, total, out=np.zeros_like(belief), where=total != 0))

    def differentiate(
        self, factors: Sequence[Array], likelihoods: Sequence[Array | None]
    ) -> Differential:
        """Differentiate the total by every entry of every factor, in two passes.

        The derivative by a factor is the product of everything else, summed onto its scope
        (Darwiche 2003). Nothing is divided (Shenoy & Shafer 1990), so that it is right also
        where an entry is 0.

        Parameters
        ----------
        factors : sequence of ndarray, each (1 or cases, states...)
            One for each scope. Negative entries are allowed: with the derivative of a table in
            its place, the answer holds second derivatives.
        likelihoods : sequence of (ndarray of shape (1 or cases, states), or None)
            Evidence on each variable; None where there is none.
        """
        try:
            with np.errstate(under="raise", over="raise"):
                return self._differentiate(factors, likelihoods)
        except FloatingPointError:
            wide = [None if weights is None else Wide.of(weights) for weights in likelihoods]
            return self._differentiate([Wide.of(factor) for factor in factors], wide)

    def _differentiate(
        self, factors: Sequence[AnyArray], likelihoods: Sequence[AnyArray | None]
    ) -> Differential:
        inputs: list[list[AnyArray]] = [[] for _ in self.cliques]
        logs = [np.zeros(1) for _ in self.cliques]

        def put(array: AnyArray, scope: tuple[int, ...], clique: int) -> int:
            """Add an input to a clique and return its place among the inputs."""
            inputs[clique].append(_spread(array, scope, self.cliques[clique].scope))
            return len(inputs[clique]) - 1

        given = list(zip(factors, self.scopes, self._factor_home, strict=True))
        places = [put(*factor) for factor in given]
        for variable, weights in enumerate(likelihoods):
            if weights is not None:
                put(weights, (variable,), self.home[variable])
        up_places, up_logs = [0] * len(self.cliques), list(logs)
        for index in reversed(range(1, len(self.cliques))):
            clique, parent = self.cliques[index], self.cliques[index].parent or 0
            belief = _product(inputs[index], clique.scope)
            message, log = _scaled(_reduce(belief, clique.scope, clique.separator, np.sum))
            up_places[index] = put(message, clique.separator, parent)
            up_logs[index] = logs[index] + log
            logs[parent] = logs[parent] + up_logs[index]
        total = _reduce(
            _product(inputs[0], self.cliques[0].scope), self.cliques[0].scope, (), np.sum
        )
        log_total = _log(total) + logs[0]
        for index in range(1, len(self.cliques)):
            clique, parent = self.cliques[index], self.cliques[index].parent or 0
            above = self.cliques[parent].scope
            belief = _product(inputs[parent], above, but=up_places[index])
            message, log = _scaled(_reduce(belief, above, clique.separator, np.sum))
            put(message, clique.separator, index)
            logs[index] = logs[index] + logs[parent] - up_logs[index] + log
        by_factor, log_scales = [], []
        for (_, scope, home), place in zip(given, places, strict=True):
            others = _product(inputs[home], self.cliques[home].scope, but=place)
            summed, log = _plain(_reduce(others, self.cliques[home].scope, scope, np.sum))
            by_factor.append(self._onto(summed, home, scope))
            log_scales.append(logs[home] + log)
        return Differential(log_total, by_factor, log_scales)

    def _onto(self, summed: Array, clique: int, scope: tuple[int, ...]) -> Array:
        """Return an array over a factor's scope in the factor's order of axes, in full."""
        order = [variable for variable in self.cliques[clique].scope if variable in scope]
        summed = summed.transpose(0, *(1 + order.index(variable) for variable in scope))
        return np.broadcast_to(summed, (summed.shape[0], *(self.sizes[v] for v in scope)))


def _product(arrays: Sequence[AnyArray], scope: tuple[int, ...], but: int | None = None) -> Any:
    """Multiply arrays spread over a clique, leaving one out if asked to."""
    kept = [array for place, array in enumerate(arrays) if place != but]
    return functools.reduce(operator.mul, kept, np.ones((1,) * (1 + len(scope))))


def _spread(array: AnyArray, scope: tuple[int, ...], onto: tuple[int, ...]) -> Any:
    """Return an array over `scope` with its axes placed for broadcasting over `onto`."""
    order = sorted(range(len(scope)), key=lambda axis: onto.index(scope[axis]))
    array = array.transpose(0, *(axis + 1 for axis in order))
    present = set(scope)
    return array[(slice(None), *(slice(None) if v in present else None for v in onto))]


def _reduce(
    array: AnyArray, scope: tuple[int, ...], onto: tuple[int, ...], reduction: Reduction
) -> Any:
    """Sum or maximise out every variable of `scope` that is not in `onto`."""
    axes = tuple(axis + 1 for axis, variable in enumerate(scope) if variable not in onto)
    return reduction(array, axis=axes) if axes else array


def _scaled(array: AnyArray) -> tuple[Any, Array]:
    """Return an array scaled to a largest entry of 1 in each case, and the log of the scale."""
    if isinstance(array, Wide):  # whose numbers may be of any size
        return array, np.zeros(1)
    flat = array.reshape(array.shape[0], -1)
    scale = flat.max(axis=1)
    safe = np.where(scale > 0, scale, 1.0)
    return array / safe.reshape(-1, *(1,) * (array.ndim - 1)), np.log(safe)


def _log(array: AnyArray) -> Array:
    """Return the natural logarithms; -inf of 0, NaN below."""
    if isinstance(array, Wide):
        return array.log()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(array)


def _plain(array: AnyArray) -> tuple[Array, Array]:
    """Return plain numbers, and the logarithm of what they were divided by."""
    return array.scaled() if isinstance(array, Wide) else (array, np.zeros(1))


def _divided(one: AnyArray, by: AnyArray) -> AnyArray:
    """Divide; 0/0 = 0: what a child has ruled out stays ruled out."""
    if isinstance(one, Wide) or isinstance(by, Wide):
        return Wide.of(one).divided(Wide.of(by))
    return np.divide(one, by, out=np.zeros_like(one * by), where=by != 0)


def _cliques(
    sizes: tuple[int, ...], scopes: tuple[tuple[int, ...], ...], root: int
) -> list[frozenset[int]]:
    """Return the maximal cliques of a minimum-fill triangulation that eliminates `root` last."""
    near: dict[int, set[int]] = {variable: set() for variable in range(len(sizes))}
    for scope in scopes:
        for one, other in itertools.combinations(scope, 2):
            near[one].add(other)
            near[other].add(one)

    def cost(variable: int) -> tuple[bool, int, int, int]:
        around = near[variable]
        joined = sum(len(near[one] & around) for one in around) // 2
        fill = len(around) * (len(around) - 1) // 2 - joined
        cells = sizes[variable] * math.prod(sizes[other] for other in around)
        return (variable == root, fill, cells, variable)

    costs = {variable: cost(variable) for variable in near}
    waiting = list(costs.values())
    heapq.heapify(waiting)
    cliques: list[frozenset[int]] = []
    holding: dict[int, list[frozenset[int]]] = {variable: [] for variable in near}
    while near:
        lowest = heapq.heappop(waiting)
        variable = lowest[-1]
        if costs.get(variable) != lowest:  # it has another cost by now
            continue
        around = near.pop(variable)
        del costs[variable]
        clique = frozenset(around | {variable})
        if not any(clique <= other for other in holding[variable]):
            cliques.append(clique)
            for member in clique:
                holding[member].append(clique)
        touched = set(around)
        for one in around:
            near[one].discard(variable)
            new = around - near[one] - {one}
            near[one] |= new
            touched |= near[one] if new else set()
        for other in touched:
            costs[other] = cost(other)
            heapq.heappush(waiting, costs[other])
    return cliques


def _tree(cliques: list[frozenset[int]], root: int) -> list[_Clique]:
    """Join cliques by a spanning tree of largest separators; the root clique comes first.

    Parents come before their children, so that one loop down the list is a distribute pass and
    one loop up is a collect pass.
    """
    cliques = sorted(cliques, key=lambda clique: (root not in clique, len(clique), sorted(clique)))
    tree = [_Clique(tuple(sorted(cliques[0])), None, ())]
    shared = {number: (len(clique & cliques[0]), 0) for number, clique in enumerate(cliques)}
    del shared[0]
    while shared:  # the first of those that share most with one in the tree, and the first of these
        number = max(shared, key=lambda number: shared[number][0])
        clique, parent = cliques[number], shared.pop(number)[1]
        separator = tuple(sorted(clique & set(tree[parent].scope)))
        for other, (most, _) in shared.items():
            if (count := len(clique & cliques[other])) > most:
                shared[other] = (count, len(tree))
        tree.append(_Clique(tuple(sorted(clique)), parent, separator))
    return tree
