"""Would it help to act on a probability: net benefit over a range of thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    percent,
    percent_range,
    shown,
)
from hamknee.evaluation.calibrating import check_event
from hamknee.evaluation.intervals import FEWEST_TO_COMPARE, share_difference

if TYPE_CHECKING:
    import pandas as pd


THRESHOLDS = tuple(float(threshold) for threshold in np.arange(1, 51) / 100)
"""From 1 to 50 %: whom to send for a scan is not decided at 90 %."""


@shown
@dataclass(frozen=True)
@compares_arrays
class DecisionCurve(KeptArrays):
    """Net benefit of acting on a probability, beside acting on everyone and on no one.

    Parameters
    ----------
    label : str
        Of the condition.
    n, events : int
        Cases, and how many of them have the condition.
    thresholds : ndarray, shape (thresholds,)
        Probabilities from which on one acts.
    net_benefit, low, high : ndarray, shape (thresholds,)
        Of acting where the probability reaches the threshold, with its interval.
    everyone : ndarray, shape (thresholds,)
        Net benefit of acting on all. On no one it is 0.
    gain, gain_low, gain_high : ndarray, shape (thresholds,)
        By how much acting on the probability is better than the better of the two defaults, on
        the same cases, with its interval.
    better : ndarray of bool, shape (thresholds,)
        Whether it is clearly better than either default: both intervals lie above 0.
    mass : float
        Of the intervals.
    prevalence : float, optional
        Share of people with the condition that the cases are reweighted to; else that of the cases.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import decision_curve
    >>> p, ruptured = np.array([0.9, 0.4, 0.3, 0.1, 0.1]), np.array([1, 1, 0, 0, 0])
    >>> curve = decision_curve(p, ruptured, [0.2, 0.5], label="Rupture")
    >>> curve.table.drop(columns=["low", "high", "better"]).round(2)
       threshold  strategy  net_benefit
    0        0.2     model         0.35
    1        0.5     model         0.20
    2        0.2  everyone         0.25
    3        0.5  everyone        -0.20
    4        0.2    no_one         0.00
    5        0.5    no_one         0.00
    >>> curve.gain.round(2).tolist(), curve.better.tolist()  # five cases show nothing
    ([0.1, 0.2], [False, False])
    """

    label: str
    n: int
    events: int
    thresholds: Array
    net_benefit: Array
    low: Array
    high: Array
    everyone: Array
    gain: Array
    gain_low: Array
    gain_high: Array
    better: npt.NDArray[np.bool_]
    mass: float
    prevalence: float | None = None

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a threshold and strategy: threshold, strategy, net_benefit, low, high, better.

        The strategies are ``model``, ``everyone`` and ``no_one``; only the first has an interval,
        and may be clearly better than the others.
        """
        import pandas as pd

        count = len(self.thresholds)
        nothing, no = np.full(count, np.nan), np.zeros(count, dtype=bool)
        curves = {
            "model": (self.net_benefit, self.low, self.high, self.better),
            "everyone": (self.everyone, nothing, nothing, no),
            "no_one": (np.zeros(count), nothing, nothing, no),
        }
        frames = [
            pd.DataFrame(
                {
                    "threshold": self.thresholds,
                    "strategy": strategy,
                    "net_benefit": value,
                    "low": low,
                    "high": high,
                    "better": better,
                }
            )
            for strategy, (value, low, high, better) in curves.items()
        ]
        return pd.concat(frames, ignore_index=True)

    @copied_property
    def differences(self) -> pd.DataFrame:
        """One row a threshold: threshold, best_default, gain, low, high, better."""
        import pandas as pd

        return pd.DataFrame(
            {
                "threshold": self.thresholds,
                "best_default": np.where(self.everyone > 0, "everyone", "no_one"),
                "gain": self.gain,
                "low": self.gain_low,
                "high": self.gain_high,
                "better": self.better,
            }
        )

    @cached_property
    def text(self) -> str:
        """Plain sentences on where acting on the probability is clearly the best of the three."""
        whole = f"{self.label}: {self.events:,} of {self.n:,} cases have it."
        if self.n < FEWEST_TO_COMPARE:
            return f"{whole} Too few cases to say whether acting on the probability helps."
        worse = self.gain_high < 0
        says = [whole, self._better_text]
        if worse.any():
            where = " and ".join(self._runs(worse))
            says.append(f"It is clearly worse than the better of those two {where}.")
        if self.better.any() or worse.any():
            says.append(self._where_text)
        return " ".join(says)

    @property
    def _better_text(self) -> str:
        alone = f"each by itself, {percent(self.mass)} intervals"
        if not self.better.any():
            return (
                "At no threshold is acting on the probability clearly better than acting on "
                f"everyone or no one ({alone})."
            )
        return (
            "Acting on the probability is clearly better than acting on everyone or no one "
            f"{' and '.join(self._runs(self.better))} ({alone})."
        )

    @property
    def _where_text(self) -> str:
        if self.prevalence is not None:
            return f"This holds where {percent(self.prevalence)} have the condition."
        return f"This holds where {percent(self.events / self.n)} have the condition, as here."

    def _runs(self, chosen: npt.NDArray[np.bool_]) -> list[str]:
        """Return the thresholds that were chosen in words, neighbours together."""
        order = np.argsort(self.thresholds, kind="stable")
        numbers = np.flatnonzero(chosen[order])
        parts = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
        ends = [self.thresholds[order[part[[0, -1]]]] for part in parts]
        return [
            f"at {percent(float(low))}" if low == high else f"from {percent_range(low, high)}"
            for low, high in ends
        ]


def decision_curve(
    probabilities: Array,
    truth: Array,
    thresholds: Sequence[float] | Array = THRESHOLDS,
    *,
    label: str = "The condition",
    prevalence: float | None = None,
    mass: float = 0.95,
) -> DecisionCurve:
    """Return the net benefit of acting where the probability of a condition reaches a threshold.

    At threshold t, with TP the cases acted on rightly and FP those acted on needlessly,

        net benefit = TP / n - FP / n × t / (1 - t)

    because who acts from t on takes one missed case to be as bad as (1 - t) / t needless acts.
    Only thresholds count at which the difference to acting on everyone, and that to acting on no
    one, have an interval above 0 on the same cases.

    Parameters
    ----------
    probabilities : ndarray, shape (cases,)
        P(condition | case).
    truth : ndarray, shape (cases,)
        1 where the condition was there, else 0.
    thresholds : sequence of float
        Each at least 0 and below 1.
    label : str
        What to call the condition.
    prevalence : float, optional
        Share of people with the condition where one would act, between 0 and 1: cases with and
        without it are weighted so that they are as common as there. By default as in the cases.
    mass : float
        Of the intervals: Wilson's, put together for differences (`share_difference`).

    Raises
    ------
    HamkneeError
        If there is no case, a probability, truth, threshold, prevalence or mass is out of range,
        or a prevalence is given and all cases have the condition, or none has.

    Notes
    -----
    Vickers & Elkin (2006), Medical Decision Making 26:565.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import decision_curve
    >>> rng = np.random.default_rng(1)
    >>> p = rng.beta(1, 4, 400)
    >>> curve = decision_curve(p, rng.random(400) < p, label="Rupture")
    >>> print(curve.text)
    Rupture: 95 of 400 cases have it. Acting on the probability is clearly better than
    acting on everyone or no one from 9 to 42 % (each by itself, 95 % intervals). This holds
    where 24 % have the condition, as here.
    >>> rare = decision_curve(p, rng.random(400) < p, [0.2], prevalence=0.02)
    >>> rare.differences[["threshold", "best_default", "better"]]
       threshold best_default  better
    0        0.2       no_one   False
    """
    p, y = check_event(probabilities, truth)
    limits = np.asarray(thresholds, dtype=float)
    if not limits.size or not ((limits >= 0) & (limits < 1)).all():
        named = ", ".join(f"{value:g}" for value in limits.ravel()[:5]) or "none"
        raise HamkneeError(f"found thresholds {named}; allowed: one or more, from 0 to below 1")
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    n, events = len(y), int(y.sum())
    _check_prevalence(prevalence, n, events)
    acted = p[:, None] >= limits
    right = (acted & (y[:, None] == 1)).sum(axis=0)
    needless = (acted & (y[:, None] == 0)).sum(axis=0)
    of, worth = _weights(prevalence, n, events, limits / (1 - limits))
    exclusive = prevalence is None  # then both are shares of all cases, and no case is in both
    net_benefit, low, high = _difference((right, needless), of, worth, mass, exclusive)
    spared = (n - events - needless, events - right)
    over_all = _difference(spared, of[::-1], worth[::-1], mass, exclusive)
    everyone = net_benefit - over_all[0]
    gains = np.where(everyone > 0, over_all, (net_benefit, low, high))
    return DecisionCurve(
        label=label,
        n=n,
        events=events,
        thresholds=limits,
        net_benefit=net_benefit,
        low=low,
        high=high,
        everyone=everyone,
        gain=gains[0],
        gain_low=gains[1],
        gain_high=gains[2],
        better=(low > 0) & (over_all[1] > 0),
        mass=mass,
        prevalence=prevalence,
    )


def _check_prevalence(prevalence: float | None, n: int, events: int) -> None:
    if prevalence is None:
        return
    if not 0 < prevalence < 1:
        raise HamkneeError(f"found a prevalence of {prevalence}; allowed: between 0 and 1")
    if not 0 < events < n:
        raise HamkneeError(
            f"found the condition in {events} of {n} cases; allowed: with a prevalence, some cases "
            "with it and some without"
        )


def _weights(
    prevalence: float | None, n: int, events: int, odds: Array
) -> tuple[tuple[int, int], tuple[npt.ArrayLike, npt.ArrayLike]]:
    """Return of how many those with the condition and those without are, and what each is worth."""
    if prevalence is None:
        return (n, n), (1.0, odds)
    return (events, n - events), (prevalence, (1 - prevalence) * odds)


def _difference(
    counts: tuple[Array, Array],
    of: tuple[int, int],
    worth: tuple[npt.ArrayLike, npt.ArrayLike],
    mass: float,
    exclusive: bool,
) -> Array:
    """Return what is gained minus what is lost, and the ends of its interval, (3, thresholds)."""
    gained, lost = (
        np.asarray(each) * count / n for count, n, each in zip(counts, of, worth, strict=True)
    )
    first, second = zip(counts, of, strict=True)
    ends = share_difference(first, second, mass, worth=worth, exclusive=exclusive)
    return np.array([gained - lost, *ends])
