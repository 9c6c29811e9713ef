"""Tables drawn as uncertain as they are, given one case, and the exact posterior of each draw.

Each column of each table is taken as uncertain, as the Dirichlet distribution that its equivalent
sample size S implies, S × probability, and independent of the others (Spiegelhalter & Lauritzen
1990). A case speaks of the tables too: draws under which it is likely weigh more, in proportion to
P(evidence | draw). Weights that differ much would leave few draws that count (decision 0024), so
draws are made that follow the weighted distribution itself. A patient who fits the case, drawn
from the tables as they are, counts as one more case in each column that it uses. One more case in
state x takes a column θ to (1 - b) θ + b x, with b from Beta(1, S): so it is enough to move tables
that were drawn without the case, and draws given the case cost no more than others.

The tables are drawn whole, and are the same for every case with the same seed, as are the random
numbers that move them. So what differs between two cases differs because of the cases, and a table
that was drawn for one case is there for the next. A case takes the tables that matter to it, with
the draws as the last axis. Variables below which nothing is known do not matter, and parent states
that are ruled out are left out.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, Codes, HamkneeError, compares_arrays
from hamknee.inference import Case, Group, Model, draw_given
from hamknee.network import CPT
from hamknee.sensitivity.derivatives import concerned, on_target
from hamknee.sensitivity.elimination import Factor, eliminate, factor_of

SMALLEST = 1e-60
"""A drawn count below this counts as this, so that no draw rules out what the tables allow."""

KEPT, KEPT_CELLS = 64, 2**21
"""How many drawn tables are kept, of at most so many cells (16 MB)."""

BLOCK_CELLS = 2**22
"""Cells of tables that are drawn at once (32 MB); bounds the memory of many draws."""

CELLS_AT_ONCE = 2**19
"""Cells that are worked on at once (4 MB), so that they stay near the processor."""

INFINITE = 1e300
"""What an infinite ratio counts as while quantiles are taken."""


@dataclass(frozen=True)
@compares_arrays
class TablePart:
    """What of one variable's table matters to a case.

    Parameters
    ----------
    variable : int
        Number of the variable.
    parents : tuple of int
        Numbers of its parents.
    cpt : CPT
        Its table.
    weights : ndarray, shape (states,)
        P(evidence | state).
    columns : tuple of ndarray of int, one for each parent
        The states of each parent that the evidence leaves open.
    summed : bool
        Whether the variable can be summed out at once, because nothing below it is known.
    """

    variable: int
    parents: tuple[int, ...]
    cpt: CPT
    weights: Array
    columns: tuple[npt.NDArray[np.intp], ...]
    summed: bool

    @cached_property
    def states(self) -> npt.NDArray[np.intp]:
        """The states that the evidence leaves open."""
        return np.flatnonzero(self.weights)

    @property
    def cells(self) -> int:
        """How many cells of the table the evidence leaves open."""
        return math.prod(map(len, (self.states, *self.columns)))

    def factor(self, table: Array, patients: Codes, steps: Array) -> Factor:
        """Return what the table says of the case, with the evidence on the variable multiplied in.

        Parameters
        ----------
        table : ndarray, shape (states, parents' states..., draws)
            As `drawn_table` returns it, drawn without the case.
        patients : ndarray of int, shape (draws, variables)
            The state of each variable in a patient that fits the case, for each draw.
        steps : ndarray, shape (draws,)
            How far the column that the patient uses moves towards the patient's state.

        Returns
        -------
        Factor
            Over what the evidence leaves open, without the variable where it is summed out.
        """
        weights = self.weights[self.states]
        by_state = [self._open(table[state]) for state in self.states]
        if not (weights == 1).all():
            by_state = [w * column for w, column in zip(weights, by_state, strict=True)]
        rows = np.stack([sum(by_state[1:], start=by_state[0])] if self.summed else by_state)
        used = self._used(patients, rows.shape[1:])
        state = patients[:, self.variable]
        row = 0 if self.summed else np.searchsorted(self.states, state)
        by_column = rows.reshape(len(rows), -1)
        moved = by_column[:, used] * (1 - steps)
        moved[row, np.arange(len(steps))] += steps * self.weights[state]
        by_column[:, used] = moved
        return factor_of((self.variable, *self.parents), rows)

    def steps(self, patients: Codes, exponentials: Array) -> Array:
        """Return how far each draw's column moves, from Beta(1, equivalent sample size).

        Parameters
        ----------
        patients : ndarray of int, shape (draws, variables)
            As for `factor`.
        exponentials : ndarray, shape (draws,)
            Drawn from the exponential distribution with mean 1.
        """
        ess = self.cpt.dirichlet.sum(axis=-1)[tuple(patients[:, v] for v in self.parents)]
        return np.asarray(-np.expm1(-exponentials / ess))

    def _used(self, patients: Codes, shape: tuple[int, ...]) -> npt.NDArray[np.intp]:
        """Return where each draw's column stands among the open ones, counted through."""
        used: npt.NDArray[np.intp] = np.zeros(len(patients), dtype=np.intp)
        for parent, open_states in zip(self.parents, self.columns, strict=True):
            used = used * len(open_states)
            if len(open_states) > 1:
                used = used + np.searchsorted(open_states, patients[:, parent])
        return used * shape[-1] + np.arange(len(patients))

    def _open(self, columns: Array) -> Array:
        """Return the columns for parent states that are left open."""
        whole = columns.shape[:-1] == tuple(map(len, self.columns))
        return columns if whole else columns[np.ix_(*self.columns)]


class Sampler:
    """Draws posteriors of one case, from tables as uncertain as they are given the case.

    Parameters
    ----------
    case : Case
        A possible one, by a model with an equivalent sample size for each column that is not
        logical.
    asked : int, optional
        Number of a variable of which nothing is known, to be asked about beside the target.
    """

    def __init__(self, case: Case, asked: int | None = None) -> None:
        self.case, self.model, self.asked = case, case.model, asked
        engine = self.model.engine
        # Only ratios count; a largest of 5e-324 would leave nothing of a number it multiplies.
        self._weights = [weights / weights.max() for weights in case.likelihoods]
        self._weights[engine.target] = np.ones(engine.sizes[engine.target])  # outside the groups
        self._known = {v for v, weights in enumerate(self._weights) if not (weights == 1).all()}
        number = self.model.vocabulary.index
        self._cpts = list(self.model.cpts.values())
        self._parents = [tuple(number[parent] for parent in cpt.parents) for cpt in self._cpts]
        alone = not self._parents[engine.target]
        self.parts = [self._part(engine.target, ())] if alone else []
        for group in self._groups():
            self.parts += self._parts(group)

    def posteriors(self, draws: int, seed: int) -> Array:
        """Return P(target | evidence) of each draw given the case, shape (draws, target states)."""
        target = self.model.engine.target
        return self.shares(draws, seed, target, on_target(self.case))

    def shares(self, draws: int, seed: int, variable: int, weights: Array) -> Array:
        """Return P(variable | evidence) of each draw given the case, shape (draws, its states).

        Parameters
        ----------
        draws, seed : int
            As for `credible_interval`.
        variable : int
            The target, or what may be asked about beside it.
        weights : ndarray, shape (target states,)
            Evidence on the target, which does not change how the tables are drawn.
        """
        # The blocks depend on the model alone, so that the draws do not depend on the case.
        cells = max([1, *(group.tree.cells for group in self.model.engine.groups)])
        size = max(1, BLOCK_CELLS // cells)
        blocks = [DrawnBlock(seed, s, min(size, draws - s)) for s in range(0, draws, size)]
        shares = [self._shares(block, variable, weights) for block in blocks]
        return np.concatenate(shares, axis=1).T

    def _shares(self, block: DrawnBlock, variable: int, weights: Array) -> Array:
        """Return P(variable | evidence) of a block of draws, shape (states, draws)."""
        asked = {part.variable for part in self.parts}.intersection(self.case.open)
        patients = draw_given(self.case, asked, block.uniforms)
        tables = [drawn_table(part.cpt, part.variable, block) for part in self.parts]
        steps = [part.steps(patients, block.exponentials(part.variable)) for part in self.parts]
        own = factor_of((self.model.engine.target,), weights[:, None])
        products = []
        size = max(1, CELLS_AT_ONCE // sum(part.cells for part in self.parts))
        for start in range(0, block.size, size):
            run = slice(start, start + size)
            factors = [
                part.factor(table[..., run], patients[run], step[run])
                for part, table, step in zip(self.parts, tables, steps, strict=True)
            ]
            products.append(eliminate([own, *factors], variable))
        product = np.concatenate(products, axis=1)
        return np.asarray(product / product.sum(axis=0))

    def _groups(self) -> list[Group]:
        """Return the groups that matter, and that of what may be asked about."""
        groups = concerned(self.case)
        asking = [g for g in self.model.engine.groups if self.asked in g.factors]
        return groups + [group for group in asking if group not in groups]

    def _parts(self, group: Group) -> list[TablePart]:
        """Return what matters of a group: what is known in it and all that is above."""
        target = self.model.engine.target
        needed = {v for v in group.factors if v in self._known or v in (target, self.asked)}
        waiting = list(needed)
        while waiting:
            above = set(self._parents[waiting.pop()]) - needed - {target}
            needed |= above
            waiting += above
        inner = {parent for v in needed for parent in self._parents[v]} | {target}
        return [self._part(v, inner) for v in group.factors if v in needed]

    def _part(self, variable: int, inner: Collection[int]) -> TablePart:
        parents = self._parents[variable]
        summed = variable not in inner and variable not in (self.model.engine.target, self.asked)
        columns = tuple(np.flatnonzero(self._weights[v]) for v in parents)
        cpt = self._cpts[variable]
        return TablePart(variable, parents, cpt, self._weights[variable], columns, summed)


class DrawnBlock(NamedTuple):
    """A run of draws, which depend on nothing but the numbers and the seed.

    Parameters
    ----------
    seed, first, size : int
        For the draws; the first of them and how many there are.
    """

    seed: int
    first: int
    size: int

    def uniforms(self, variable: int) -> Array:
        """Return numbers from 0 to 1, by which a state of a variable is drawn."""
        return _numbers("random", variable, *self)

    def exponentials(self, variable: int) -> Array:
        """Return numbers that say how far a patient moves a column of a variable."""
        return _numbers("standard_exponential", variable, *self)


def drawn_table(cpt: CPT, variable: int, block: DrawnBlock) -> Array:
    """Return draws of one table, each column from its Dirichlet, without any case.

    Parameters
    ----------
    cpt : CPT
        The table, with an equivalent sample size for each column that is not logical.
    variable : int
        Number of the variable, so that equal tables are not drawn alike.
    block : DrawnBlock
        Which draws.

    Returns
    -------
    ndarray, shape (states, parents' states..., draws)
        Read-only: it may be shared.
    """
    counts = np.moveaxis(cpt.dirichlet, -1, 0)
    key = (counts.tobytes(), counts.shape, variable, *block)
    return (_kept if counts.size * block.size <= KEPT_CELLS else _drawn)(*key)


def _drawn(
    counts: bytes, shape: tuple[int, ...], variable: int, seed: int, first: int, count: int
) -> Array:
    """Draw a table with the counts of its Dirichlets, given as bytes of shape (states, …)."""
    shapes = np.frombuffer(counts).reshape(*shape, 1)
    gammas = _generator(seed, variable, first).standard_gamma(shapes, (*shape, count))
    np.maximum(gammas, SMALLEST, out=gammas, where=shapes > 0)
    gammas /= gammas.sum(axis=0)
    gammas.flags.writeable = False
    return np.asarray(gammas)


_kept = lru_cache(maxsize=KEPT)(_drawn)


@lru_cache(maxsize=4 * KEPT)
def _numbers(name: str, variable: int, seed: int, first: int, count: int) -> Array:
    """Draw numbers for a variable by a method of a generator, shape (draws,); read-only."""
    stream = ("random", "standard_exponential").index(name) + 1  # 0 are the tables
    numbers = np.asarray(getattr(_generator(seed, variable, first, stream), name)(count))
    numbers.flags.writeable = False
    return numbers


def _generator(seed: int, *key: int) -> np.random.Generator:
    # SFC64 is the quickest of numpy's generators, and the gamma variates are most of the time.
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))


def check_ess(model: Model) -> None:
    """Raise HamkneeError if a column that is not logical has no equivalent sample size."""
    for name, cpt in model.cpts.items():
        lacking = ~cpt.logical if cpt.ess is None else ~cpt.logical & ~(cpt.ess > 0)
        if lacking.any():
            problem = f"the table of {name} has columns without an equivalent sample size"
            raise HamkneeError(f"{problem}; allowed: an ess above 0 for each column (CPT.ess)")


def ratio_ends(of_draws: Array, mass: float) -> Array:
    """Return both ends of the interval of each ratio, shape (2, ratios).

    Parameters
    ----------
    of_draws : ndarray, shape (draws, ratios)
        From 0 to infinity; NaN (0 / 0) where a draw has no ratio, which then does not count.
    mass : float
        Probability that each interval is to hold.
    """
    with np.errstate(invalid="ignore"):
        bounded = np.minimum(of_draws, INFINITE)  # no step leads from inf to inf
    ends = np.full((2, of_draws.shape[1]), np.nan)
    some = ~np.isnan(bounded).all(axis=0)
    levels = [(1 - mass) / 2, (1 + mass) / 2]
    ends[:, some] = np.nanquantile(bounded[:, some], levels, axis=0)
    return np.where(ends >= INFINITE / 2, np.inf, ends)
