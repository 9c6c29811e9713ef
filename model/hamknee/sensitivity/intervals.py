"""How sure the numbers allow us to be: intervals for posteriors from draws of the tables.

Each column of each table is taken as uncertain, as the Dirichlet distribution that its equivalent
sample size implies, ess × probability, and independent of the others (Spiegelhalter & Lauritzen
1990; Kleiter 1996). A posterior is then a random number too. Its interval comes from draws of the
tables, with the exact posterior of each; how much each column adds to its width comes from the
delta method (Van Allen, Singh, Greiner & Hooper 2008). One case says next to nothing of the
tables, so they are not conditioned on it.

Draws of the tables from their Dirichlets, and the exact posterior of each, all at once.

The tables are drawn whole, and are the same for every case with the same seed. So what differs
between two cases differs because of the cases, and a table that was drawn for one case is there for
the next. A case then takes the tables that matter to it through the engine's junction trees, with
the draws as the leading axis. Variables below which nothing is known do not matter, and parent
states that are ruled out are left out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from hamknee.base import Array, HamkneeError, percent, percent_range
from hamknee.inference import BLOCK_CELLS, AnyCase, Case, Group, Model, Posterior
from hamknee.network import CPT, Vocabulary, find_state, given_pairs, number_words
from hamknee.sensitivity.derivatives import concerned, derivatives, on_target
from hamknee.sensitivity.parameters import given_names

if TYPE_CHECKING:
    import pandas as pd


SMALLEST = 1e-60
"""A drawn count below this counts as this, so that no draw rules out what the tables allow."""

KEPT, KEPT_CELLS = 48, 2**21
"""How many drawn tables are kept, of at most so many cells (16 MB)."""


@dataclass(frozen=True)
class TablePart:
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
    case : Case
        A possible one, by a model with an equivalent sample size for each column that is not
        logical.
    """

    def __init__(self, case: Case) -> None:
        self.model = model = case.model
        self.on_target = on_target(case)
        engine = model.engine
        self._weights = list(case.likelihoods)
        self._weights[engine.target] = np.ones(engine.sizes[engine.target])  # outside the groups
        self._known = {v for v, weights in enumerate(self._weights) if not (weights == 1).all()}
        self._cpts, number = list(model.cpts.values()), model.vocabulary.index
        self._parents = [[number[parent] for parent in cpt.parents] for cpt in self._cpts]
        alone = not self._parents[engine.target]
        self.own = self._part(engine.target, ()) if alone else None
        self.groups = [(group, self._parts(group)) for group in concerned(case)]

    @property
    def parts(self) -> list[TablePart]:
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

    def _message(self, group: Group, parts: list[TablePart], key: tuple[int, int, int]) -> Array:
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

    def _table(self, part: TablePart, key: tuple[int, int, int]) -> Array:
        return drawn_table(self._cpts[part.variable], part.variable, *key)

    def _parts(self, group: Group) -> list[TablePart]:
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

    def _part(self, variable: int, inner: Collection[int]) -> TablePart:
        summed = variable not in inner and variable != self.model.engine.target
        columns = tuple(np.flatnonzero(self._weights[v]) for v in self._parents[variable])
        return TablePart(variable, self._weights[variable], columns, summed)


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


NOISE = 1e-24
"""Variance, relative to the squared posterior, below which there is only rounding."""


class RankedState(NamedTuple):
    """One row of a ranking in the words of the screen.

    Parameters
    ----------
    label : str
        Of the target's state.
    now, interval, start : str
        P(state | evidence), the interval for it, and P(state | context).
    """

    label: str
    now: str
    interval: str
    start: str


@dataclass(frozen=True)
class CredibleInterval:
    """How far the uncertainty of the tables lets a posterior vary.

    Parameters
    ----------
    posterior : Posterior
        Exact, from the tables as they are.
    low, high : ndarray, shape (states,)
        Ends of the central interval of P(target | evidence).
    p_top : ndarray, shape (states,)
        Share of the draws in which the state is the most probable one.
    mass : float
        Probability that each interval holds.
    samples : ndarray, shape (draws, states)
        The posterior of each draw.
    case : Case
        What is known, by the model whose tables were drawn.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes"}
    >>> interval = hamknee.credible_interval(model, case, mass=0.5, draws=200, seed=1)
    >>> list(interval.table)
    ['condition', 'label', 'probability', 'low', 'high', 'p_top', 'prior']
    >>> bool((interval.low <= interval.high).all()), interval.p_top.sum().round(9).item()
    (True, 1.0)
    >>> wider = hamknee.credible_interval(model, case, mass=0.9, draws=200, seed=1)
    >>> bool((wider.high - wider.low >= interval.high - interval.low).all())
    True
    """

    posterior: Posterior
    low: Array
    high: Array
    p_top: Array
    mass: float
    samples: Array = field(repr=False)
    case: Case = field(repr=False)

    @property
    def model(self) -> Model:
        """Whose tables were drawn."""
        return self.case.model

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a state: target, label, probability, low, high, p_top, prior."""
        order = self.posterior.order
        table = self.posterior.table.copy()
        for place, name in enumerate(("low", "high", "p_top"), start=3):
            table.insert(place, name, getattr(self, name)[order])
        return table

    @cached_property
    def ranking(self) -> tuple[RankedState, ...]:
        """The table in words, a row for each state, the most probable first."""
        posterior = self.posterior
        return tuple(
            RankedState(
                posterior.target.states[i].label,
                percent(float(posterior.probabilities[i])),
                percent_range(float(self.low[i]), float(self.high[i])),
                percent(float(posterior.prior[i])),
            )
            for i in posterior.order
        )

    @cached_property
    def text(self) -> str:
        """Two plain sentences: the most probable state with its interval, and how stable it is."""
        first = self.posterior.order[0]
        label = self.posterior.target.states[first].label
        ends = percent_range(float(self.low[first]), float(self.high[first]))
        probability = percent(float(self.posterior.probabilities[first]))
        interval = f"{percent(self.mass)} interval {ends}"
        return f"Most likely: {label}, {probability} ({interval}). {self.stability}"

    @cached_property
    def stability(self) -> str:
        """One plain sentence on how often the most probable state stays the first."""
        first, *rest = self.posterior.order
        states = self.posterior.target.states
        share = f"{percent(float(self.p_top[first]))} of {len(self.samples):,} draws of the numbers"
        rivals = sorted((i for i in rest if self.p_top[i] >= 0.05), key=lambda i: -self.p_top[i])
        others = [f"{states[i].label} in {percent(float(self.p_top[i]))}" for i in rivals[:2]]
        also = f"; {' and '.join(others)}" if others else ""
        return f"{states[first].label} comes first in {share}{also}."

    def contributions(self, state: str) -> WidthContributions:
        """Return how much each column of each table adds to the width for one state."""
        return width_contributions(self.model, self.case, state)


@dataclass(frozen=True)
class WidthContributions:
    """Which numbers make a posterior uncertain, and so which to measure next.

    Parameters
    ----------
    label : str
        Of the target's state.
    columns : tuple of (variable, given, ess, share)
        Largest share first; columns that cannot matter are left out.
    sd : float
        Standard deviation of the posterior by the delta method, which overstates it for small
        equivalent sample sizes; the shares are what it is good for.
    vocabulary : Vocabulary
        Of the model.
    """

    label: str
    columns: tuple[tuple[str, str, float, float], ...]
    sd: float
    vocabulary: Vocabulary = field(repr=False)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a column of a table: variable, given, ess, share."""
        import pandas as pd

        return pd.DataFrame(list(self.columns), columns=["variable", "given", "ess", "share"])

    @cached_property
    def text(self) -> str:
        """One plain sentence on the column to measure next."""
        if not self.columns:
            return f"No number that could be measured changes the probability of {self.label}."
        variable, given, ess, share = self.columns[0]
        column = number_words(self.vocabulary, variable, None, given_pairs(given))
        return (
            f"To be surer of {self.label}, measure “{column}” next: it now counts as {ess:g} cases "
            f"and makes up {percent(share)} of the variance."
        )


def credible_interval(
    model: Model,
    evidence: AnyCase,
    *,
    mass: float = 0.9,
    draws: int = 4000,
    seed: int = 0,
) -> CredibleInterval:
    """Return intervals for the posterior of every state of the target, and how stable the order is.

    Parameters
    ----------
    model : Model
        With an equivalent sample size for each column that is not logical (only 0 and 1).
    evidence : mapping or Case
        One case, as for `Model.case`.
    mass : float
        Probability that each interval is to hold, between 0 and 1; the rest is split evenly.
    draws : int
        How often the tables are drawn.
    seed : int
        For the draws; the same seed gives the same answer.

    Returns
    -------
    CredibleInterval

    Raises
    ------
    HamkneeError
        If a column has no equivalent sample size, or `mass` or `draws` is out of range.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Notes
    -----
    Spiegelhalter & Lauritzen (1990), Networks 20:579; Kleiter (1996), Artificial Intelligence;
    Van Allen, Singh, Greiner & Hooper (2008), Artificial Intelligence 172:483.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes"}
    >>> interval = hamknee.credible_interval(model, case, draws=200, seed=1)
    >>> print(interval.text)
    Most likely: ..., ... % (90 % interval ... to ... %). ...
    """
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    if draws < 1:
        raise HamkneeError(f"found {draws} draws; allowed: 1 or more")
    check_ess(model)
    case = model.case(evidence)
    samples = Sampler(case).posteriors(draws, seed)
    low, high = np.quantile(samples, [(1 - mass) / 2, (1 + mass) / 2], axis=0)
    p_top = np.bincount(samples.argmax(axis=1), minlength=samples.shape[1]) / draws
    return CredibleInterval(case.posterior, low, high, p_top, mass, samples, case)


def width_contributions(model: Model, evidence: AnyCase, state: str) -> WidthContributions:
    """Return how much each column of each table adds to the variance of one state's posterior.

    The delta method: with the gradient g of the posterior, a column p with sample size S adds
    gᵀ(diag(p) - ppᵀ)g / (S + 1).

    Parameters
    ----------
    model, evidence
        As for `credible_interval`.
    state : str
        Of the target.

    Raises
    ------
    HamkneeError
        If a column has no equivalent sample size, or there is no such state.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Notes
    -----
    Van Allen, Singh, Greiner & Hooper (2008), Artificial Intelligence 172:483.
    """
    check_ess(model)
    target = model.vocabulary.target
    place = find_state(model.vocabulary.target, state)
    case = model.case(evidence)
    probability = case.posterior.probabilities[place]
    columns: list[tuple[str, str, float, float]] = []
    for name, table in derivatives(case).tables.items():
        cpt = model.cpts[name]
        gradient = table[place] - probability * table.sum(axis=0)
        mean = (cpt.probabilities * gradient).sum(axis=-1, keepdims=True)
        spread = (cpt.probabilities * (gradient - mean) ** 2).sum(axis=-1)
        for column in np.ndindex(spread.shape):
            if cpt.ess is not None and spread[column] > NOISE * probability**2:
                ess = float(cpt.ess[column])
                given = given_names(model, name, column)
                columns.append((name, given, ess, float(spread[column]) / (ess + 1)))
    total = sum(variance for *_, variance in columns)
    shares = [(name, given, ess, variance / total) for name, given, ess, variance in columns]
    ranked = tuple(sorted(shares, key=lambda column: -column[3]))
    label = target.state(state).label
    return WidthContributions(label, ranked, float(np.sqrt(total)), model.vocabulary)
