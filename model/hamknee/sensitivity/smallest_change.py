"""What would have to change: the smallest change of the numbers that gives a posterior a level.

Distances are those of Chan & Darwiche (2004, 2005), see `hamknee.sensitivity.nearest`; every answer
is put into the model and the posterior computed anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    HamkneeError,
    copied_property,
    percent,
    round_factor,
    round_percent,
    shown,
    takes,
)
from hamknee.inference import A_MODEL, AnyCase, Model, Posterior
from hamknee.network import find_state
from hamknee.sensitivity.derivatives import Derivatives, derivatives, mixed
from hamknee.sensitivity.nearest import Curves, lower_bounds, nearest, possible_worlds
from hamknee.sensitivity.one_way import function_at
from hamknee.sensitivity.parameters import Place, entries, with_moved

if TYPE_CHECKING:
    import pandas as pd


PAIRS_AT_ONCE = 64
"""How many pairs are looked at closely before asking whether the rest can be any nearer."""

TOLERANCE = 1e-9
"""How far from the level the changed model's posterior may be."""

EPSILON, WIDEST = float(np.finfo(float).eps), 1e-5
"""The step between floats at 1, and how far off the level such a step may lead at most."""

LEAST = float(np.finfo(float).tiny)
"""A number below this has few digits and no reciprocal, and stays as a 0 does."""

BETTER = 1e-6
"""Two numbers have to bring the distance down by this share to be preferred to one."""


@dataclass(frozen=True)
class ChangedNumbers:
    """One number or two, moved.

    Parameters
    ----------
    names : tuple of str
        The numbers, such as ``P(pop=yes | condition=strain;onset=sudden)``.
    words : tuple of str
        The same in labels.
    places : tuple of Place
        Where they stand.
    before, after : tuple of float
        Their values now and then; the rest of each column co-varies in proportion.
    distance : float
        Chan–Darwiche distance of the changed model from the model as it is.
    reached : float
        P(state | evidence) in the changed model, computed anew.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"setting": "emergency", "pop": "yes"}
    >>> change = hamknee.what_would_change(model, case, "rupture", level=0.5).one
    >>> len(change.names), change.before < change.after, round(change.reached, 6)
    (1, True, 0.5)
    >>> print(change.text)
    “Condition: Complete tendon rupture, given Setting: Emergency department” from ... % to ... %
    """

    names: tuple[str, ...]
    words: tuple[str, ...]
    places: tuple[Place, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    distance: float
    reached: float

    @property
    def text(self) -> str:
        """The numbers with where they are and where they would be."""
        moves = zip(self.words, self.before, self.after, strict=True)
        return ", and ".join(
            f"{number} from {round_percent(old)} to {round_percent(new)}"
            for number, old, new in moves
        )


@shown
@dataclass(frozen=True)
class WhatWouldChange:
    """The smallest changes that bring P(state | evidence) to a level.

    Parameters
    ----------
    model : Model
        As it is.
    posterior : Posterior
        As it is.
    state : int
        Number of the target's state.
    level : float
        Where to bring it.
    one : ChangedNumbers or None
        The smallest change of one number; None if no one number can do it.
    two : ChangedNumbers or None
        The smallest change of two numbers; None if no two do better than one.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"setting": "emergency", "pop": "yes"}
    >>> change = hamknee.what_would_change(model, case, "rupture", level=0.5)
    >>> list(change.table)
    ['numbers', 'variable', 'state', 'given', 'probability', 'changed_to', 'distance',
    'reached']
    >>> change.reachable, change.two is None  # one number will do
    (True, True)
    """

    model: Model
    posterior: Posterior
    state: int
    level: float
    one: ChangedNumbers | None
    two: ChangedNumbers | None

    @property
    def reachable(self) -> bool:
        """Whether one number or two can do it."""
        return self.one is not None or self.two is not None

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a moved number, one number first.

        Columns: numbers (1 or 2), variable, state, given, probability, changed_to, distance,
        reached. Empty where neither one number nor two can do it.
        """
        import pandas as pd

        rows = [
            (len(c.names), *place.names(self.model), before, after, c.distance, c.reached)
            for c in (self.one, self.two)
            if c is not None
            for place, before, after in zip(c.places, c.before, c.after, strict=True)
        ]
        columns = ["numbers", "variable", "state", "given", "probability", "changed_to"]
        return pd.DataFrame(rows, columns=[*columns, "distance", "reached"])

    @cached_property
    def text(self) -> str:
        """Plain sentences: what one number would have to become, and what two."""
        label = self.posterior.target.states[self.state].label
        now = percent(float(self.posterior.probabilities[self.state]))
        aim = f"bring the probability of {label} from {now} to {round_percent(self.level)}"
        if self.one is not None and self.one.distance == 0:
            return f"The probability of {label} is {now} as it is."
        if not self.reachable:
            return f"Neither one number nor two can {aim}."
        if self.one is None:
            one = f"No one number can {aim}."
        else:
            one = f"The smallest change of one number to {aim}: {self.one.text}."
        if self.two is None:
            return f"{one} No two numbers do it with less."
        return f"{one} The smallest change of two: {self.two.text}."

    @cached_property
    def distance_text(self) -> str:
        """In what sense a change is the smallest, and how far it goes; empty if there is none."""
        factors = [
            f"{round_factor(math.exp(min(change.distance, 700)))} with {numbers} "
            f"(distance {change.distance:.2g})"
            for numbers, change in (("one number", self.one), ("two", self.two))
            if change is not None
        ]
        if not factors:
            return ""
        return (
            "Smallest in the distance of Chan and Darwiche: whatever is known of a person, the "
            "odds of anything change by at most a factor. Here it is "
            f"{' and '.join(factors)}."
        )


@takes(model=A_MODEL)
def what_would_change(model: Model, evidence: AnyCase, state: str, level: float) -> WhatWouldChange:
    """Return the smallest change of one number, and of two, that gives a posterior a level.

    Smallest in the distance of Chan & Darwiche: the odds of no event change by a factor beyond
    exp(±distance). Numbers that are 0 or 1 are taken as logical and stay, as any change of them
    is infinitely far.

    Parameters
    ----------
    model : Model
        Any compiled model.
    evidence : mapping or Case
        One case, as for `Model.case`.
    state : str
        Of the target.
    level : float
        What P(state | evidence) is to become, strictly between 0 and 1.

    Returns
    -------
    WhatWouldChange

    Raises
    ------
    HamkneeError
        If the level is out of range, or there is no such state.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Notes
    -----
    Chan & Darwiche (2002), Journal of Artificial Intelligence Research 17:265, for one number;
    Chan & Darwiche (2004), UAI, for several; Chan & Darwiche (2005), International Journal of
    Approximate Reasoning 38:149, for the distance.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"setting": "emergency", "pop": "yes"}
    >>> change = hamknee.what_would_change(model, case, "rupture", level=0.5)
    >>> print(change.text)
    The smallest change of one number to bring the probability of Complete tendon rupture from ...
    to 50 %: “Condition: Complete tendon rupture, given Setting: Emergency department” from ... %
    to ... %. No two numbers do it with less.
    """
    if not 0 < level < 1:
        raise HamkneeError(f"found a level of {level}; allowed: strictly between 0 and 1")
    number = find_state(model.vocabulary.target, state)
    search = _Search(derivatives(model.case(evidence)), number, level)
    one = search.one()
    two = search.two(np.inf if one is None else one.distance)
    return WhatWouldChange(model, search.derivatives.case.posterior, number, level, one, two)


class _Search:
    """Looks for the smallest changes.

    All that counts is where F = P(state, evidence) - level × P(evidence) is 0. It is linear in
    one number and bilinear in two of different columns.
    """

    def __init__(self, derivatives: Derivatives, state: int, level: float) -> None:
        self.derivatives, self.model = derivatives, derivatives.case.model
        self.state, self.level, self.evidence = state, level, derivatives.case.evidence
        probabilities = derivatives.case.posterior.probabilities
        self.functional = np.eye(len(probabilities))[state] - level
        self.start = float(probabilities[state]) - level
        among = entries(self.model)
        number = self.model.vocabulary.index
        matters = np.isin(among.variable, [number[name] for name in derivatives.tables])
        self.among = among[matters & (among.probability >= LEAST) & (among.probability < 1)]
        self.slopes = derivatives.slopes(self.among) @ self.functional

    def one(self) -> ChangedNumbers | None:
        """Return the smallest change of one number."""
        now = self.among.probability
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            then = now - self.start / self.slopes if self.start else now
        inside = (then > 0) & (then < 1)
        then = np.where(inside, then, 0.5)
        distance = np.where(inside, np.abs(_logit(then) - _logit(now)), np.inf)
        order = np.argsort(distance, kind="stable")[: inside.sum()]
        for widest in (0.0, WIDEST):
            for best in order:
                if change := self._change([best], [then[best]], distance[best], widest):
                    return change
        return None

    def two(self, limit: float) -> ChangedNumbers | None:
        """Return the smallest change of two numbers, if it is nearer than `limit`.

        No change whatsoever can be nearer than the change of the log odds of the state (Chan &
        Darwiche 2005), which one number often attains.
        """
        limit *= 1 - BETTER
        if limit <= abs(_logit(self.level) - _logit(self.level + self.start)):
            return None
        within = self._within_columns(limit)
        across = self._across_columns(within.distance if within else limit)
        return across or within

    # Two numbers of different columns ----------------------------------------------------------

    def _across_columns(self, limit: float) -> ChangedNumbers | None:
        first, second = np.triu_indices(len(self.among), 1)
        among = self.among
        apart = (among.variable[first] != among.variable[second]) | (
            among.column[first] != among.column[second]
        )
        first, second = first[apart], second[apart]
        curves = self._curves(first, second)
        bounds = lower_bounds(curves)
        order = np.argsort(bounds, kind="stable")
        best: ChangedNumbers | None = None
        for start in range(0, len(order), PAIRS_AT_ONCE):
            pairs = order[start : start + PAIRS_AT_ONCE]
            pairs = pairs[bounds[pairs] < limit]
            if not len(pairs):
                break
            places = [
                (self.among.place(int(i)), self.among.place(int(j)))
                for i, j in zip(first[pairs], second[pairs], strict=True)
            ]
            possible = possible_worlds(self.model, places)
            distance, t1, t2 = nearest(curves[pairs], possible)
            for nearer in np.argsort(distance, kind="stable"):
                if distance[nearer] >= limit:
                    break
                rows = [first[pairs[nearer]], second[pairs[nearer]]]
                if change := self._change(rows, [t1[nearer], t2[nearer]], distance[nearer]):
                    best, limit = change, change.distance
                    break
        return best

    def _curves(self, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]) -> Curves:
        """Return where F = 0 for pairs of numbers."""
        across = mixed(self.derivatives, self.among, self.functional)[first, second]
        one, two = self.among.probability[first], self.among.probability[second]
        along_one, along_two = self.slopes[first], self.slopes[second]
        return Curves(
            across,
            along_one - across * two,
            along_two - across * one,
            self.start - along_one * one - along_two * two + across * one * two,
            one,
            two,
        )

    # Two numbers of one column -----------------------------------------------------------------

    def _within_columns(self, limit: float) -> ChangedNumbers | None:
        """Return the smallest change of two numbers of one column.

        The distance is smallest where two of the three ratios, of each number and of the rest, are
        equal. If the rest keeps pace with one number, only the other has moved; what is left
        is to move both by the same factor.
        """
        best: ChangedNumbers | None = None
        for name, table in self.derivatives.tables.items():
            number = self.model.vocabulary.index[name]
            probabilities = self.model.cpts[name].probabilities
            states = probabilities.shape[-1]
            if states < 4:  # of three, two that move alike are the complement of one
                continue
            gradients = np.tensordot(self.functional, table, 1).reshape(-1, states)
            columns = probabilities.reshape(-1, states)
            for column, (p, gradient) in enumerate(zip(columns, gradients, strict=True)):
                move = _moved_alike(p, gradient, self.start)
                if move is None or not move[0] < limit:
                    continue
                distance, i, j, factor = move
                within = (self.among.variable == number) & (self.among.column == column)
                rows = [int(np.flatnonzero(within & (self.among.state == s))[0]) for s in (i, j)]
                if change := self._change(rows, [p[i] * factor, p[j] * factor], distance):
                    best, limit = change, distance
        return best

    def _change(
        self, rows: Sequence[int], after: Sequence[float], distance: float, widest: float = 0.0
    ) -> ChangedNumbers | None:
        """Return a change after putting it into the model, or None if it was only rounding.

        Near 1 the steps between floats are wide beside what is left to 1; `widest` says how far
        off the level such a step may lead.
        """
        places = tuple(self.among.place(int(row)) for row in rows)
        values = self._sharpened(places, [float(value) for value in after])
        changed = with_moved(self.model, places, values)
        reached = changed.posterior(self.evidence).probabilities[self.state]
        steps = sum(EPSILON / max(1 - value, EPSILON) for value in values)
        if abs(reached - self.level) > max(TOLERANCE, min(steps, widest)):
            return None
        return ChangedNumbers(
            tuple(place.text(self.model) for place in places),
            tuple(place.words(self.model) for place in places),
            places,
            tuple(place.value(self.model) for place in places),
            tuple(values),
            float(distance),
            float(reached),
        )

    def _sharpened(self, places: Sequence[Place], values: list[float]) -> list[float]:
        """Return the values with the last one found anew from its two ends.

        In the ends nothing cancels, which matters for numbers that come close to 0 or 1.
        """
        *others, last = places
        if others and others[0].same_column(last):
            return values
        case = with_moved(self.model, others, values[:-1]).case(self.evidence)
        crossing = function_at(case, self.state, last).crossing(self.level)
        return values if crossing is None else [*values[:-1], crossing]


def _moved_alike(p: Array, gradient: Array, start: float) -> tuple[float, int, int, float] | None:
    """Return the nearest change of two entries of a column by one factor that makes F = 0.

    Parameters
    ----------
    p, gradient : ndarray, shape (states,)
        The column, and ∂F by each entry.
    start : float
        F as it is.

    Returns
    -------
    (distance, state, state, factor) or None
        None if no two can do it.
    """
    i, j = np.triu_indices(len(p), 1)
    rest = (p > 0).sum() > 2  # something of the column is left to keep pace
    free = (p[i] >= LEAST) & (p[j] >= LEAST) & (p[i] + p[j] < 1) & rest
    i, j = i[free], j[free]
    if not len(i):
        return None
    now = p[i] + p[j]
    share = p[i] * gradient[i] + p[j] * gradient[j]
    slope = share / now - (float(p @ gradient) - share) / (1 - now)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        then = now - start / slope
        distance = np.abs(_logit(then) - _logit(now))
    distance = np.where((then > 0) & (then < 1), distance, np.inf)
    best = int(distance.argmin())
    if distance[best] == np.inf:
        return None
    return float(distance[best]), int(i[best]), int(j[best]), float(then[best] / now[best])


def _logit(p: npt.ArrayLike) -> Array:
    with np.errstate(divide="ignore"):  # certainty is infinitely far away
        return np.asarray(np.log(p) - np.log1p(-np.asarray(p)))
