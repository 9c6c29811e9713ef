"""How a posterior depends on single numbers of the tables, exactly.

P(state, evidence) and P(evidence) are linear in one number t of one column, the others of the
column co-varying in proportion, so that P(state | evidence) = (αt + β) / (γt + δ) (Castillo,
Gutiérrez & Hadi 1997; Coupé & van der Gaag 2002). The size of its slope where the number is now is
the sensitivity value (Laskey 1995). Every function of every number comes from one pair of passes
over the junction trees (Darwiche 2003; Kjærulff & van der Gaag 2000). How far a number may move
before the first diagnosis changes is its admissible deviation (van der Gaag & Renooij 2001).

Functions are kept by their ends, the values at t = 0 and t = 1, which are sums of probabilities
and so never negative: between them nothing cancels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    Mask,
    compares_arrays,
    copied_property,
    fine_range,
    percent,
    read_only,
    round_percent,
    shown,
    stated_percent,
    takes,
)
from hamknee.inference import A_MODEL, AnyCase, Case, Model, Posterior
from hamknee.network import find_state, moved
from hamknee.sensitivity.derivatives import derivatives, replaced
from hamknee.sensitivity.drawing import check_ess
from hamknee.sensitivity.parameters import (
    A_NUMBER,
    Entries,
    Parameter,
    Place,
    beta_range,
    entries,
    find_place,
    p_evidence_of,
)

if TYPE_CHECKING:
    import pandas as pd


ROUNDING = 1e-14
"""An end this small against what it is the difference of is 0."""


BLURRED = 1e-8
"""An end this small is worked out itself: where P(evidence) is small it may be rounding alone."""

TOO_STEEP = 1e250
"""A slope beyond this is not a number but a bound; there the two ends are worked out themselves."""


@shown
@dataclass(frozen=True)
@compares_arrays
class SensitivityFunction(KeptArrays):
    """P(state | evidence) as a function of one number t of the tables.

    Parameters
    ----------
    name : str
        The number, such as ``P(pop=yes | condition=strain;onset=sudden)``.
    words : str
        The same in labels.
    probability : float
        Its value in the tables.
    state : int
        Number of the target's state.
    posterior : Posterior
        With the number as it is.
    ends : ndarray, shape (2, target states)
        P(target, evidence) at t = 0 and t = 1, divided by P(evidence) as it is.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes"}
    >>> number = ("pop", "yes", {"condition": "rupture", "onset": "sudden"})
    >>> function = hamknee.sensitivity_function(model, case, "rupture", number)
    >>> function.name
    'P(pop=yes | condition=rupture;onset=sudden)'
    >>> rarely, often = function.value([0.1, 0.9])
    >>> bool(rarely < often), function.slope > 0  # the more often it pops, the likelier a rupture
    (True, True)
    >>> round(function.crossing(float(often)), 6)
    0.9
    """

    name: str
    words: str
    probability: float
    state: int
    posterior: Posterior
    ends: Array

    @property
    def coefficients(self) -> tuple[float, float, float, float]:
        """α, β, γ, δ of P(state | evidence) = (αt + β) / (γt + δ), with γt + δ = P(evidence)."""
        zero, one = self.ends * p_evidence_of(self.posterior)
        alpha, beta = float(one[self.state] - zero[self.state]), float(zero[self.state])
        return alpha, beta, float(one.sum() - zero.sum()), float(zero.sum())

    @property
    def shared_equally(self) -> bool:
        """Whether the number is 1, so that the rest of the column shares what is freed equally."""
        return self.probability == 1

    def value(self, t: npt.ArrayLike) -> Array:
        """Return P(state | evidence) with the number moved to t, of the shape of t.

        Raises
        ------
        HamkneeError
            If t is not between 0 and 1, or the evidence would be impossible.
        """
        t = np.asarray(t, dtype=float)
        if not ((t >= 0) & (t <= 1)).all():
            raise HamkneeError(f"found {t} for {self.name}; allowed: 0 to 1")
        joint = (1 - t)[..., None] * self.ends[0] + t[..., None] * self.ends[1]
        total = joint.sum(axis=-1)
        if (total <= 0).any():
            smallest = t[total <= 0].min()
            raise HamkneeError(f"with {self.name} = {smallest:g} the evidence is impossible")
        return np.asarray(joint[..., self.state] / total)

    @property
    def slope(self) -> float:
        """Derivative of P(state | evidence) by the number, where it is now."""
        rise = self.ends[1] - self.ends[0]
        probability = self.posterior.probabilities[self.state]
        return float(rise[self.state] - probability * rise.sum())

    @property
    def sensitivity(self) -> float:
        """Sensitivity value: size of the derivative where the number is now."""
        return abs(self.slope)

    def crossing(self, level: float) -> float | None:
        """Return the t at which P(state | evidence) is `level`, or None if there is none."""
        zero, one = (end[self.state] - level * end.sum() for end in self.ends)
        if zero == one or not 0 <= zero / (zero - one) <= 1:
            return None
        t = float(zero / (zero - one))
        possible = (1 - t) * self.ends[0].sum() + t * self.ends[1].sum() > 0
        return t if possible else None

    @cached_property
    def admissible(self) -> tuple[float, float]:
        """Lowest and highest t at which the first diagnosis is still the same."""
        low, high = admissible(self.ends[None], self.posterior.order[0])
        return float(low[0]), float(high[0])

    @copied_property
    def table(self) -> pd.DataFrame:
        """The curve at 101 values: value, probability; only where the evidence is possible."""
        import pandas as pd

        t = np.linspace(0, 1, 101)
        total = (1 - t) * self.ends[0].sum() + t * self.ends[1].sum()
        t = t[total > 0]
        return pd.DataFrame({"value": t, "probability": self.value(t)})

    @cached_property
    def text(self) -> str:
        """Plain sentences: where the number is, what it does, how far it may move."""
        label = self.posterior.target.states[self.state].label
        first = self.posterior.target.states[self.posterior.order[0]].label
        now = percent(float(self.posterior.probabilities[self.state]))
        number = stated_percent(self.probability)
        at = f"{self.words} is {number}, and the probability of {label} {now}."
        low, high = self.admissible
        if (low, high) == (0.0, 1.0):
            room = f"Whatever it is, {first} stays the most probable."
        else:
            between = f"Between {round_percent(low)} and {round_percent(high)}"
            room = f"{between}, {first} stays the most probable."
        equal = " As it is 100 %, the others share equally what is freed."
        return f"{at} {room}{equal if self.shared_equally else ''}"


@shown
@dataclass(frozen=True)
@compares_arrays
class Tornado(KeptArrays):
    """How far each number alone, within its stated uncertainty, moves a posterior.

    Parameters
    ----------
    posterior : Posterior
        With the numbers as they are.
    state : int
        Number of the target's state.
    mass : float
        Probability that each number's range holds.
    entries : Entries
        The numbers, in the order of the tables; the arrays follow them.
    low, high : ndarray, shape (entries,)
        Range of each number: the central part of the Beta that ess × probability implies.
    posterior_low, posterior_high : ndarray, shape (entries,)
        Least and greatest P(state | evidence) over that range.
    admissible_low, admissible_high : ndarray, shape (entries,)
        Values between which the first diagnosis stays the same.

    Examples
    --------
    >>> import hamknee
    >>> tornado = hamknee.tornado(hamknee.load(), {"onset": "sudden", "pop": "yes"}, "rupture")
    >>> list(tornado.table)
    ['variable', 'state', 'given', 'probability', 'ess', 'low', 'high', 'posterior_low',
    'posterior_high', 'width', 'admissible_low', 'admissible_high']
    >>> tornado.table["width"].is_monotonic_decreasing
    True
    >>> 0 <= len(tornado.deciding) < len(tornado.order)  # numbers that could decide alone
    True
    """

    posterior: Posterior
    state: int
    mass: float
    entries: Entries = field(repr=False)
    low: Array
    high: Array
    posterior_low: Array
    posterior_high: Array
    admissible_low: Array
    admissible_high: Array

    @cached_property
    def width(self) -> Array:
        """How far P(state | evidence) moves over each range, shape (entries,)."""
        return read_only(self.posterior_high - self.posterior_low)

    @copied_property
    def order(self) -> list[int]:
        """Numbers of the entries, widest first; ties in the order of the tables."""
        return [int(i) for i in np.argsort(-self.width, kind="stable")]

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a number, widest first.

        Columns: variable, state, given, probability, ess, low, high, posterior_low,
        posterior_high, width, admissible_low, admissible_high. The two entries of a column of two
        states are one number and have one row.
        """
        import pandas as pd

        places = [self.entries.place(entry) for entry in self.order]
        names = zip(*(place.names(self.entries.model) for place in places), strict=True)
        columns: dict[str, object] = dict(zip(("variable", "state", "given"), names, strict=True))
        columns |= {
            "probability": self.entries.probability[self.order],
            "ess": self.entries.ess[self.order],
        }
        for name in (
            *("low", "high", "posterior_low", "posterior_high", "width"),
            *("admissible_low", "admissible_high"),
        ):
            columns[name] = getattr(self, name)[self.order]
        return pd.DataFrame(columns)

    @copied_property
    def deciding(self) -> list[int]:
        """Entries whose range reaches beyond where the first diagnosis stays the same."""
        beyond = (self.low < self.admissible_low) | (self.high > self.admissible_high)
        return [entry for entry in self.order if beyond[entry]]

    @cached_property
    def text(self) -> str:
        """Plain sentences: the number that matters most, and how many could decide."""
        widest, target = self.order[0], self.posterior.target
        now = percent(float(self.posterior.probabilities[self.state]))
        number = self.entries.place(widest).words(self.entries.model)
        over = fine_range(float(self.low[widest]), float(self.high[widest]))
        ends = (self.posterior_low, self.posterior_high)
        low, high = (percent(float(end[widest])) for end in ends)
        first = target.states[self.posterior.order[0]].label
        return (
            f"The probability of {target.states[self.state].label}, {now}, depends most on "
            f"{number}. Over the {percent(self.mass)} range of that number, {over}, it moves from "
            f"{low} to {high}. Each within its own range, {len(self.deciding)} of "
            f"{len(self.entries)} numbers can alone put another diagnosis before {first}."
        )


@takes(model=A_MODEL, parameter=A_NUMBER)
def sensitivity_function(
    model: Model, evidence: AnyCase, state: str, parameter: Parameter
) -> SensitivityFunction:
    """Return P(state | evidence) as a function of one number of the tables.

    Parameters
    ----------
    model : Model
        Any compiled model.
    evidence : mapping or Case
        One case, as for `Model.case`.
    state : str
        Of the target.
    parameter : (variable, state, mapping of parent to state)
        The number that moves; the rest of its column co-varies in proportion, or shares equally
        where the number is 1.

    Raises
    ------
    HamkneeError
        If there is no such state or number.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Notes
    -----
    Castillo, Gutiérrez & Hadi (1997); Coupé & van der Gaag (2002); Laskey (1995) for the slope.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes"}
    >>> number = ("pop", "yes", {"condition": "rupture", "onset": "sudden"})
    >>> function = hamknee.sensitivity_function(model, case, "rupture", number)
    >>> print(function.text)
    “Pop at the start: Yes, given Complete tendon rupture; Onset: In a moment” is ... %, and
    the probability of Complete tendon rupture ... %. ... stays the most probable.
    """
    number, place = find_state(model.vocabulary.target, state), find_place(model, parameter)
    return function_at(model.case(evidence), number, place)


def function_at(case: Case, state: int, place: Place) -> SensitivityFunction:
    """Return what `sensitivity_function` does, with the state and the number told by position."""
    model = case.model
    columns = [moved(place.column_of(model), place.state, end) for end in (0.0, 1.0)]
    ends = replaced(case, [(place, columns)])
    names = place.text(model), place.words(model)
    return SensitivityFunction(*names, place.value(model), state, case.posterior, ends)


@takes(model=A_MODEL)
def tornado(model: Model, evidence: AnyCase, state: str, *, mass: float = 0.9) -> Tornado:
    """Return how far each number of the tables alone moves P(state | evidence).

    Parameters
    ----------
    model : Model
        With an equivalent sample size for each column that is not logical (only 0 and 1).
    evidence, state
        As for `sensitivity_function`.
    mass : float
        Each number moves over the central range of this probability.

    Raises
    ------
    HamkneeError
        If a column has no equivalent sample size, `mass` is not between 0 and 1, or there is no
        such state.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Notes
    -----
    Darwiche (2003), Journal of the ACM 50:280; van der Gaag & Renooij (2001).

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes"}
    >>> print(hamknee.tornado(model, case, "rupture").text)
    The probability of Complete tendon rupture, ... %, depends most on “...”. Over the 90 % range
    of that number, ... %, it moves from ... % to ... %. ...
    """
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    check_ess(model)
    number, among = find_state(model.vocabulary.target, state), entries(model)
    gradient = derivatives(model.case(evidence))
    posterior = gradient.case.posterior
    slopes = gradient.slopes(among)
    ends, blurred = _ends(posterior.probabilities, slopes, among.probability)
    steep = (np.abs(slopes) > TOO_STEEP).any(axis=1)
    for entry in np.flatnonzero(steep | blurred):
        ends[entry] = function_at(gradient.case, number, among.place(int(entry))).ends
    low, high = beta_range(among.probability, among.ess, mass)
    values = np.stack([_value(ends, number, t) for t in (low, high)])
    limits = admissible(ends, posterior.order[0])
    return Tornado(
        posterior,
        number,
        mass,
        among,
        low,
        high,
        values.min(axis=0),
        values.max(axis=0),
        *limits,
    )


def admissible(ends: Array, first: int) -> tuple[Array, Array]:
    """Return between which values of each number the first diagnosis stays the same.

    Both P(first, evidence) and P(other, evidence) are linear in the number, so each rival is
    overtaken at one value at most (van der Gaag & Renooij 2001).

    Parameters
    ----------
    ends : ndarray, shape (numbers, 2, target states)
        P(target, evidence) with the number at 0 and at 1.
    first : int
        The target's most probable state.

    Returns
    -------
    low, high : ndarray, shape (numbers,)
        0 and 1 where no rival limits the number.
    """
    lead = ends[:, :, first, None] - ends
    zero, one = lead[:, 0], lead[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        crossing = zero / (zero - one)
    low = np.where((zero < 0) & (one >= 0), crossing, 0.0).max(axis=1)
    high = np.where((one < 0) & (zero >= 0), crossing, 1.0).min(axis=1)
    return low, high


def _ends(probabilities: Array, slopes: Array, values: Array) -> tuple[Array, Mask]:
    """Return P(target, evidence) ÷ P(evidence) with each number at 0 and at 1.

    Parameters
    ----------
    probabilities : ndarray, shape (target states,)
        The posterior.
    slopes : ndarray, shape (numbers, target states)
        Derivatives by each number.
    values : ndarray, shape (numbers,)
        The numbers.

    Returns
    -------
    ndarray, shape (numbers, 2, target states)
    ndarray of bool, shape (numbers,)
        Of which numbers an end is so small a difference that few of its digits are left.
    """
    steps = np.stack([-values, 1 - values], axis=1)[:, :, None] * slopes[:, None, :]
    ends = probabilities + steps
    sizes = probabilities + np.abs(steps)
    blurred = (ends > ROUNDING * sizes) & (ends < BLURRED * sizes)
    return np.where(ends > ROUNDING * sizes, ends, 0.0), np.asarray(blurred.any(axis=(1, 2)))


def _value(ends: Array, state: int, t: Array) -> Array:
    """Return P(state | evidence) with each number at its t, shape (numbers,)."""
    t = t[:, None]
    joint = (1 - t) * ends[:, 0] + t * ends[:, 1]
    # A range may end where the evidence is impossible exactly there: then the limit is meant.
    possible = joint.sum(axis=1, keepdims=True) > 0
    joint = np.where(possible, joint, ends.sum(axis=1))
    return np.asarray(joint[:, state] / joint.sum(axis=1))
