"""How sure the numbers allow us to be: intervals for posteriors from draws of the tables.

Each column of each table is taken as uncertain, and a posterior is then a random number too
(Spiegelhalter & Lauritzen 1990; Kleiter 1996). Its interval comes from draws of the tables given
the case, with the exact posterior of each. Their mean is the probability that is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    percent,
    percent_range,
    shown,
    takes,
)
from hamknee.inference import A_MODEL, AnyCase, Case, Model, Posterior
from hamknee.sensitivity.contributions import WidthContributions, width_contributions
from hamknee.sensitivity.drawing import Sampler, check_ess

if TYPE_CHECKING:
    import pandas as pd


class RankedState(NamedTuple):
    """One row of a ranking in the words of the screen.

    Parameters
    ----------
    label : str
        Of the target's state.
    now, interval, start : str
        P(state | evidence), the interval for it, and P(state | context).

    Examples
    --------
    >>> import hamknee
    >>> first, *_ = hamknee.credible_interval(hamknee.load(), {"onset": "sudden"}).ranking
    >>> first._fields
    ('label', 'now', 'interval', 'start')
    """

    label: str
    now: str
    interval: str
    start: str


@shown
@dataclass(frozen=True)
@compares_arrays
class CredibleInterval(KeptArrays):
    """How far the uncertainty of the tables lets a posterior vary.

    Parameters
    ----------
    posterior : Posterior
        Exact, from the tables as they are.
    low, high : ndarray, shape (states,)
        Ends of the central interval of P(target | evidence), the tables being as uncertain as they
        are given the case.
    p_top : ndarray, shape (states,)
        Share of the draws in which the state is the most probable one.
    mass : float
        Probability that each interval holds.
    samples : ndarray, shape (draws, states)
        The posterior of each draw. Draws come as often as P(evidence | draw) weighs them, so all
        count alike: the effective number of draws (Kish 1965) is their number, and but for chance
        their mean is the posterior.
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

    @copied_property
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
        """Plain sentences: the most probable state with its interval, and how stable it is."""
        first = self.posterior.order[0]
        label = self.posterior.target.states[first].both_names
        ends = percent_range(float(self.low[first]), float(self.high[first]))
        probability = percent(float(self.posterior.probabilities[first]))
        interval = f"{percent(self.mass)} interval {ends}"
        return f"Most likely: {label}, {probability} ({interval}). {self.stability}"

    @cached_property
    def stability(self) -> str:
        """Plain sentences on how often the most probable state stays the first."""
        first, *rest = self.posterior.order
        states = self.posterior.target.states
        rivals = sorted((i for i in rest if self.p_top[i] >= 0.05), key=lambda i: -self.p_top[i])
        others = [f"{states[i].everyday} in {_of_hundred(self.p_top[i])}" for i in rivals[:2]]
        also = f"; {' and '.join(others)}" if others else ""
        return (
            "The numbers behind this are not certain. Of 100 ways they could be, "
            f"{states[first].everyday} comes first in {_of_hundred(self.p_top[first])}{also}."
        )

    def contributions(self, state: str) -> WidthContributions:
        """Return how much each column of each table adds to the width for one state."""
        return width_contributions(self.model, self.case, state)


def _of_hundred(share: float) -> str:
    """Return a share as how many of 100."""
    return "all" if share == 1 else percent(float(share)).removesuffix(" %")


@takes(model=A_MODEL)
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
    The tables are drawn given the case, as it weighs them by P(evidence | draw). Ends are quantiles
    by linear interpolation, definition 7 of Hyndman & Fan (1996), The American Statistician 50:361.

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
    low, high = np.quantile(samples.T, [(1 - mass) / 2, (1 + mass) / 2], axis=1)
    p_top = np.bincount(samples.argmax(axis=1), minlength=samples.shape[1]) / draws
    return CredibleInterval(case.posterior, low, high, p_top, mass, samples, case)
