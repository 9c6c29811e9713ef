"""Draws of the tables from their Dirichlets, and the exact posterior of each, all at once.

Little of the model has to be drawn for one case. Variables below which nothing is known do not
matter. States that the case cannot tell apart are merged, because sums of the entries of a
Dirichlet are again one with the sums of its counts. Columns for parent states that are ruled out
are left out. What remains goes through the engine's junction trees with the draws as the leading
axis.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hamknee.cases import Cases
from hamknee.derivatives import concerned, on_target
from hamknee.faults import HamkneeError
from hamknee.groups import BLOCK_CELLS, Group
from hamknee.inference import Model
from hamknee.junction_tree import Array

SMALLEST = 1e-60
"""A drawn count below this counts as this, so that no draw rules out what the tables allow."""


@dataclass(frozen=True)
class Drawn:
    """What has to be drawn of one variable's table.

    Parameters
    ----------
    variable : int
        Number of the variable.
    cells : ndarray, shape (cells, states)
        Which states (1 or 0) each cell holds. The last one may hold what is ruled out.
    weights : ndarray, shape (cells,)
        P(evidence | state) of each cell's states; 0 for what is ruled out.
    counts : ndarray, shape (cells, parents' states...)
        Counts of the Dirichlet of each column: ess × probability.
    fixed : ndarray of bool, shape (parents' states...)
        Columns of logical 0 and 1, of which nothing is drawn.
    summed : bool
        Whether the variable can be summed out at once, because nothing below it is known.
    """

    variable: int
    cells: Array
    weights: Array
    counts: Array
    fixed: npt.NDArray[np.bool_]
    summed: bool

    @property
    def size(self) -> int:
        """Number of states that the variable keeps in the junction tree."""
        return 1 if self.summed else int((self.weights > 0).sum())

    def columns(self, gammas: Array) -> Array:
        """Return drawn columns from gamma variates.

        Parameters
        ----------
        gammas : ndarray, shape (counts that are drawn, draws)
            In the order of `counts`.

        Returns
        -------
        ndarray, shape (cells, parents' states..., draws)
        """
        drawn = self.drawn
        if drawn.all():
            values = gammas.reshape(*self.counts.shape, -1)
        else:
            values = np.zeros((*self.counts.shape, gammas.shape[1]))
            values[drawn] = gammas
            values[self.fixed & (self.counts > 0)] = 1.0
        return np.asarray(values / values.sum(axis=0))

    @property
    def drawn(self) -> npt.NDArray[np.bool_]:
        """Which counts are drawn, shape (cells, parents' states...)."""
        return (self.counts > 0) & ~self.fixed

    def factor(self, columns: Array) -> Array:
        """Return drawn columns as a factor of the tree, shape (draws, parents' states..., states).

        The evidence on the variable is multiplied in.
        """
        if self.summed:
            # a loop over the few cells is much quicker than a product over the first axis
            kept = sum(w * cell for w, cell in zip(self.weights, columns, strict=True) if w)
            return np.moveaxis(np.asarray(kept), -1, 0)[..., None]
        known = self.weights > 0
        weights = self.weights[known].reshape(-1, *(1,) * (columns.ndim - 1))
        kept = columns if (weights == 1).all() and known.all() else columns[known] * weights
        return np.moveaxis(np.moveaxis(kept, -1, 0), 1, -1)


class Sampler:
    """Draws posteriors of one case.

    Parameters
    ----------
    model : Model
        With an equivalent sample size for each column that is drawn.
    cases : Cases
        One possible case.
    """

    def __init__(self, model: Model, cases: Cases) -> None:
        self.model = model
        self.on_target = on_target(model, cases)
        self._known = [
            None if code == size else weights[code]
            for code, size, weights in zip(
                cases.codes[0], model.engine.sizes, cases.weights, strict=True
            )
        ]
        self._known[model.engine.target] = None  # stands outside the groups
        names = list(model.vocabulary)
        self._cpts = [model.cpts[name] for name in names]
        number = {name: index for index, name in enumerate(names)}
        self._parents = [[number[parent] for parent in cpt.parents] for cpt in self._cpts]
        target = model.engine.target
        self.own = None if self._parents[target] else self._drawn(target, ())
        self.groups = [(group, self._group(group)) for group in concerned(model, cases)]

    @property
    def tables(self) -> list[Drawn]:
        """Everything that is drawn, in the order of the draws."""
        own = [] if self.own is None else [self.own]
        return own + [table for _, tables in self.groups for table in tables]

    def posteriors(self, draws: int, rng: np.random.Generator) -> Array:
        """Return P(target | evidence) of each draw, shape (draws, target states)."""
        found = np.empty((draws, len(self.on_target)))
        cells = max(
            [sum(t.counts.size for t in self.tables), *(g.tree.cells for g, _ in self.groups)]
        )
        step = max(1, BLOCK_CELLS // cells)
        for start in range(0, draws, step):
            block = found[start : start + step]
            block[:] = self.posterior_of(self.draw(len(block), rng))
        return found

    def draw(self, draws: int, rng: np.random.Generator) -> list[Array]:
        """Draw columns for each of `tables`, each (cells, parents' states..., draws)."""
        counts = [table.counts[table.drawn] for table in self.tables]
        gammas = rng.standard_gamma(np.concatenate(counts)[:, None], (sum(map(len, counts)), draws))
        np.maximum(gammas, SMALLEST, out=gammas)
        parts = np.split(gammas, np.cumsum([len(part) for part in counts])[:-1])
        return [t.columns(part) for t, part in zip(self.tables, parts, strict=True)]

    def posterior_of(self, columns: Sequence[Array]) -> Array:
        """Return P(target | evidence) for drawn columns, shape (draws, target states)."""
        left = iter(columns)
        own = [] if self.own is None else [self.own.factor(next(left))]
        product = np.array(self.on_target)[None]
        for message in (*own, *(self._message(g, tables, left) for g, tables in self.groups)):
            product = product * message
            product = product / product.max(axis=1, keepdims=True)
        return np.asarray(product / product.sum(axis=1, keepdims=True))

    def _message(self, group: Group, tables: list[Drawn], columns: Iterator[Array]) -> Array:
        """Return a group's message to the target up to a factor for each draw.

        Parameters
        ----------
        group, tables
            The group and what is drawn of it.
        columns : iterator of ndarray
            Of which the next ones belong to `tables`.
        """
        factors = {table.variable: table.factor(next(columns)) for table in tables}
        sizes = {t.variable: t.size for t in tables if t.variable != self.model.engine.target}
        nothing = [np.ones((1,) * (1 + len(scope))) for scope in group.tree.scopes]
        potentials = group.tree.potentials(
            [factors.get(v, empty) for v, empty in zip(group.factors, nothing, strict=True)],
            [len(self.on_target), *(sizes.get(v, 1) for v in group.variables)],
        )
        collected = group.tree.collect(potentials, [None] * len(group.tree.sizes))
        return group.tree.root_scaled(collected, 0)

    def _group(self, group: Group) -> list[Drawn]:
        """Return what has to be drawn of a group: what is known in it and all that is above."""
        target = self.model.engine.target
        needed = {v for v in group.factors if self._known[v] is not None or v == target}
        waiting = list(needed)
        while waiting:
            above = set(self._parents[waiting.pop()]) - needed - {target}
            needed |= above
            waiting += above
        inner = {parent for v in needed for parent in self._parents[v]} | {target}
        return [self._drawn(v, inner) for v in group.factors if v in needed]

    def _drawn(self, variable: int, inner: Collection[int]) -> Drawn:
        cpt = self._cpts[variable]
        summed = variable not in inner and variable != self.model.engine.target
        known = self._known[variable]
        cells, weights = _cells(
            np.ones(cpt.probabilities.shape[-1]) if known is None else known, summed
        )
        kept = np.ix_(*(self.possible(parent) for parent in self._parents[variable]))
        probabilities = np.moveaxis(cpt.probabilities[kept] @ cells.T, -1, 0)
        ess = np.ones(()) if cpt.ess is None else cpt.ess[kept]
        fixed = (probabilities > 0).sum(axis=0) == 1
        counts = probabilities * np.where(fixed, 1.0, ess)
        return Drawn(variable, cells, weights, counts, fixed, summed)

    def possible(self, variable: int) -> npt.NDArray[np.intp]:
        """Return the states of a variable that the evidence on it leaves open."""
        known = self._known[variable]
        states = self.model.engine.sizes[variable]
        return np.arange(states) if known is None else np.flatnonzero(known)


def check_ess(model: Model) -> None:
    """Raise HamkneeError if a column that is not logical has no equivalent sample size."""
    for name, cpt in model.cpts.items():
        logical = np.isin(cpt.probabilities, (0.0, 1.0)).all(axis=-1)
        lacking = ~logical if cpt.ess is None else ~logical & ~(cpt.ess > 0)
        if lacking.any():
            problem = f"the table of {name} has columns without an equivalent sample size"
            raise HamkneeError(f"{problem}; allowed: an ess above 0 for each column (CPT.ess)")


def _cells(weights: Array, merged: bool) -> tuple[Array, Array]:
    """Return which states are drawn together, and the evidence on each cell.

    Parameters
    ----------
    weights : ndarray, shape (states,)
        P(evidence | state).
    merged : bool
        Whether states with the same evidence can be drawn as one.
    """
    states = np.eye(len(weights))
    values = np.unique(weights[weights > 0]) if merged else weights[weights > 0]
    cells = (
        [states[weights == v].sum(axis=0) for v in values] if merged else list(states[weights > 0])
    )
    if (weights == 0).any():
        cells.append((weights == 0).astype(float))
        values = np.append(values, 0.0)
    return np.stack(cells), values
