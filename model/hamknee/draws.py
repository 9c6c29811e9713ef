"""Draws of the tables from their Dirichlets, and the exact posterior of each, all at once.

The tables are drawn whole, and are the same for every case with the same seed. So what differs
between two cases differs because of the cases, and a table that was drawn for one case is there for
the next. A case then takes the tables that matter to it through the engine's junction trees, with
the draws as the leading axis. Variables below which nothing is known do not matter, and parent
states that are ruled out are left out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from hamknee.cases import Cases
from hamknee.derivatives import concerned, on_target
from hamknee.faults import HamkneeError
from hamknee.groups import BLOCK_CELLS, Group
from hamknee.inference import Model
from hamknee.junction_tree import Array
from hamknee.priors import CPT

SMALLEST = 1e-60
"""A drawn count below this counts as this, so that no draw rules out what the tables allow."""

KEPT, KEPT_CELLS = 48, 2**19
"""How many drawn tables are kept, of at most so many cells (4 MB)."""


@dataclass(frozen=True)
class Part:
    """What of one variable's table matters to a case.

    Parameters
    ----------
    variable : int
        Number of the variable.
    weights : ndarray, shape (states,)
        P(evidence | state).
    columns : tuple of ndarray of int, one for each parent
        The states of each parent that the evidence leaves open.
    summed : bool
        Whether the variable can be summed out at once, because nothing below it is known.
    """

    variable: int
    weights: Array
    columns: tuple[npt.NDArray[np.intp], ...]
    summed: bool

    @cached_property
    def states(self) -> npt.NDArray[np.intp]:
        """The states that the evidence leaves open."""
        return np.flatnonzero(self.weights)

    @property
    def size(self) -> int:
        """Number of states that the variable keeps in the junction tree."""
        return 1 if self.summed else len(self.states)

    def factor(self, table: Array) -> Array:
        """Return a factor of the tree, with the evidence on the variable multiplied in.

        Parameters
        ----------
        table : ndarray, shape (states, parents' states..., draws)
            As `drawn_table` returns it.

        Returns
        -------
        ndarray, shape (draws, parents' states..., states)
        """
        by_state = [self._open(table[state]) for state in self.states]
        if not (self.weights[self.states] == 1).all():
            weights = self.weights[self.states]
            by_state = [w * column for w, column in zip(weights, by_state, strict=True)]
        if self.summed:
            return np.moveaxis(np.asarray(sum(by_state)), -1, 0)[..., None]
        return np.moveaxis(np.moveaxis(np.stack(by_state), -1, 0), 1, -1)

    def _open(self, columns: Array) -> Array:
        """Return the columns for parent states that are left open."""
        whole = columns.shape[:-1] == tuple(map(len, self.columns))
        return columns if whole else columns[np.ix_(*self.columns)]


class Sampler:
    """Draws posteriors of one case.

    Parameters
    ----------
    model : Model
        With an equivalent sample size for each column that is not logical.
    cases : Cases
        One possible case.
    """

    def __init__(self, model: Model, cases: Cases) -> None:
        self.model = model
        self.on_target = on_target(model, cases)
        engine = model.engine
        self._weights = [
            np.ones(size) if code == size else weights[code]
            for code, size, weights in zip(cases.codes[0], engine.sizes, cases.weights, strict=True)
        ]
        self._weights[engine.target] = np.ones(engine.sizes[engine.target])  # outside the groups
        self._known = {v for v, weights in enumerate(self._weights) if not (weights == 1).all()}
        self._cpts = [model.cpts[name] for name in model.vocabulary]
        number = {name: index for index, name in enumerate(model.vocabulary)}
        self._parents = [[number[parent] for parent in cpt.parents] for cpt in self._cpts]
        alone = not self._parents[engine.target]
        self.own = self._part(engine.target, ()) if alone else None
        self.groups = [(group, self._parts(group)) for group in concerned(model, cases)]

    @property
    def parts(self) -> list[Part]:
        """Everything that is drawn."""
        own = [] if self.own is None else [self.own]
        return own + [part for _, parts in self.groups for part in parts]

    def posteriors(self, draws: int, seed: int) -> Array:
        """Return P(target | evidence) of each draw, shape (draws, target states)."""
        # The blocks depend on the model alone, so that the draws do not depend on the case.
        cells = max([1, *(group.tree.cells for group in self.model.engine.groups)])
        step = max(1, BLOCK_CELLS // cells)
        blocks = [(s, min(step, draws - s)) for s in range(0, draws, step)]
        return np.concatenate([self._block((seed, *block)) for block in blocks])

    def _block(self, key: tuple[int, int, int]) -> Array:
        """Return P(target | evidence) of a block of draws, named by seed, first draw and count."""
        product = np.array(self.on_target)[None]
        own = [] if self.own is None else [self.own.factor(self._table(self.own, key))]
        for message in (*own, *(self._message(g, parts, key) for g, parts in self.groups)):
            product = product * message
            product = product / product.max(axis=1, keepdims=True)
        return np.asarray(product / product.sum(axis=1, keepdims=True))

    def _message(self, group: Group, parts: list[Part], key: tuple[int, int, int]) -> Array:
        """Return a group's message to the target up to a factor for each draw."""
        target = self.model.engine.target
        factors = {part.variable: part.factor(self._table(part, key)) for part in parts}
        sizes = {part.variable: part.size for part in parts if part.variable != target}
        nothing = [np.ones((1,) * (1 + len(scope))) for scope in group.tree.scopes]
        potentials = group.tree.potentials(
            [factors.get(v, empty) for v, empty in zip(group.factors, nothing, strict=True)],
            [len(self.on_target), *(sizes.get(v, 1) for v in group.variables)],
        )
        collected = group.tree.collect(potentials, [None] * len(group.tree.sizes))
        return group.tree.root_scaled(collected, 0)

    def _table(self, part: Part, key: tuple[int, int, int]) -> Array:
        return drawn_table(self._cpts[part.variable], part.variable, *key)

    def _parts(self, group: Group) -> list[Part]:
        """Return what matters of a group: what is known in it and all that is above."""
        target = self.model.engine.target
        needed = {v for v in group.factors if v in self._known or v == target}
        waiting = list(needed)
        while waiting:
            above = set(self._parents[waiting.pop()]) - needed - {target}
            needed |= above
            waiting += above
        inner = {parent for v in needed for parent in self._parents[v]} | {target}
        return [self._part(v, inner) for v in group.factors if v in needed]

    def _part(self, variable: int, inner: Collection[int]) -> Part:
        summed = variable not in inner and variable != self.model.engine.target
        columns = tuple(np.flatnonzero(self._weights[v]) for v in self._parents[variable])
        return Part(variable, self._weights[variable], columns, summed)


def drawn_table(cpt: CPT, variable: int, seed: int, first: int, count: int) -> Array:
    """Return draws of one table, each column from its Dirichlet.

    Parameters
    ----------
    cpt : CPT
        The table, with an equivalent sample size for each column that is not logical.
    variable : int
        Number of the variable, so that equal tables are not drawn alike.
    seed, first, count : int
        For the draws; the first of them and how many there are.

    Returns
    -------
    ndarray, shape (states, parents' states..., draws)
        Read-only: it may be shared.
    """
    ess = np.ones(()) if cpt.ess is None else np.where(_logical(cpt), 1.0, cpt.ess)[..., None]
    counts = np.moveaxis(cpt.probabilities * ess, -1, 0)
    key = (counts.tobytes(), counts.shape, variable, seed, first, count)
    return (_kept if counts.size * count <= KEPT_CELLS else _drawn)(*key)


def _drawn(
    counts: bytes, shape: tuple[int, ...], variable: int, seed: int, first: int, count: int
) -> Array:
    """Draw a table with the counts of its Dirichlets, given as bytes of shape (states, …)."""
    shapes = np.frombuffer(counts).reshape(*shape, 1)
    # SFC64 is the quickest of numpy's generators, and the gamma variates are most of the time.
    seeds = np.random.SeedSequence(seed, spawn_key=(variable, first))
    gammas = np.random.Generator(np.random.SFC64(seeds)).standard_gamma(shapes, (*shape, count))
    np.maximum(gammas, SMALLEST, out=gammas, where=shapes > 0)
    gammas /= gammas.sum(axis=0)
    gammas.flags.writeable = False
    return np.asarray(gammas)


_kept = lru_cache(maxsize=KEPT)(_drawn)


def check_ess(model: Model) -> None:
    """Raise HamkneeError if a column that is not logical has no equivalent sample size."""
    for name, cpt in model.cpts.items():
        logical = _logical(cpt)
        lacking = ~logical if cpt.ess is None else ~logical & ~(cpt.ess > 0)
        if lacking.any():
            problem = f"the table of {name} has columns without an equivalent sample size"
            raise HamkneeError(f"{problem}; allowed: an ess above 0 for each column (CPT.ess)")


def _logical(cpt: CPT) -> npt.NDArray[np.bool_]:
    """Return which columns hold only 0 and 1, shape (parents' states...)."""
    return np.asarray(np.isin(cpt.probabilities, (0.0, 1.0)).all(axis=-1))
