"""Would it help to act on a probability: net benefit over a range of thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import Array, HamkneeError, percent, percent_range
from hamknee.evaluation.calibrating import check_event
from hamknee.evaluation.metrics import bootstrap_means, percentile_interval

if TYPE_CHECKING:
    import pandas as pd


THRESHOLDS = tuple(float(threshold) for threshold in np.arange(1, 51) / 100)
"""From 1 to 50 %: whom to send for a scan is not decided at 90 %."""


@dataclass(frozen=True)
class DecisionCurve:
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
        Of acting where the probability reaches the threshold, with its bootstrap interval.
    everyone : ndarray, shape (thresholds,)
        Net benefit of acting on all. On no one it is 0.
    mass : float
        Of the interval.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import decision_curve
    >>> p, ruptured = np.array([0.9, 0.4, 0.3, 0.1, 0.1]), np.array([1, 1, 0, 0, 0])
    >>> curve = decision_curve(p, ruptured, [0.2, 0.5], label="Rupture", resamples=100)
    >>> curve.table.drop(columns=["low", "high"]).round(2)
       threshold  strategy  net_benefit
    0        0.2     model         0.35
    1        0.5     model         0.20
    2        0.2  everyone         0.25
    3        0.5  everyone        -0.20
    4        0.2    no_one         0.00
    5        0.5    no_one         0.00
    """

    label: str
    n: int
    events: int
    thresholds: Array
    net_benefit: Array
    low: Array
    high: Array
    everyone: Array
    mass: float

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a threshold and strategy: threshold, strategy, net_benefit, low, high.

        The strategies are ``model``, ``everyone`` and ``no_one``; only the first has an interval.
        """
        import pandas as pd

        count = len(self.thresholds)
        nothing = np.full(count, np.nan)
        curves = {
            "model": (self.net_benefit, self.low, self.high),
            "everyone": (self.everyone, nothing, nothing),
            "no_one": (np.zeros(count), nothing, nothing),
        }
        frames = [
            pd.DataFrame(
                {
                    "threshold": self.thresholds,
                    "strategy": strategy,
                    "net_benefit": value,
                    "low": low,
                    "high": high,
                }
            )
            for strategy, (value, low, high) in curves.items()
        ]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def text(self) -> str:
        """Plain sentences on where acting on the probability is the best of the three."""
        better = self.net_benefit > np.maximum(self.everyone, 0)
        whole = f"{self.label}: {self.events} of {self.n} cases."
        if not better.any():
            return f"{whole} At no threshold does acting on the probability do best."
        where = self.thresholds[better]
        runs = f"at {len(where)} of {len(better)} thresholds, from "
        ends = percent_range(float(where.min()), float(where.max()))
        share = percent(self.events / self.n)
        return (
            f"{whole} Acting on the probability does better than acting on everyone or no one "
            f"{runs}{ends}. This holds where {share} have the condition, as here."
        )


def decision_curve(
    probabilities: Array,
    truth: Array,
    thresholds: Sequence[float] | Array = THRESHOLDS,
    *,
    label: str = "The condition",
    mass: float = 0.95,
    resamples: int = 2000,
    seed: int = 1,
) -> DecisionCurve:
    """Return the net benefit of acting where the probability of a condition reaches a threshold.

    At threshold t, with TP the cases acted on rightly and FP those acted on needlessly,

        net benefit = TP / n - FP / n × t / (1 - t)

    because who acts from t on takes one missed case to be as bad as (1 - t) / t needless acts.

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
    mass : float
        Of the interval, by the bootstrap over cases.
    resamples, seed : int
        Of the bootstrap.

    Raises
    ------
    HamkneeError
        If there is no case, or a probability, truth or threshold is out of range.

    Notes
    -----
    Vickers & Elkin (2006), Medical Decision Making 26:565.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import decision_curve
    >>> p, ruptured = np.array([0.9, 0.4, 0.3, 0.1, 0.1]), np.array([1, 1, 0, 0, 0])
    >>> print(decision_curve(p, ruptured, [0.05, 0.2, 0.5], label="Rupture", resamples=100).text)
    Rupture: 2 of 5 cases. Acting on the probability does better than acting on everyone
    or no one at 2 of 3 thresholds, from 20 to 50 %. This holds where 40 % have the
    condition, as here.
    """
    p, y = check_event(probabilities, truth)
    limits = np.asarray(thresholds, dtype=float)
    if not limits.size or not ((limits >= 0) & (limits < 1)).all():
        named = ", ".join(f"{value:g}" for value in limits.ravel()[:5]) or "none"
        raise HamkneeError(f"found thresholds {named}; allowed: one or more, from 0 to below 1")
    odds = limits / (1 - limits)
    worth = y[:, None] - (1 - y)[:, None] * odds
    acted = (p[:, None] >= limits) * worth
    rng = np.random.default_rng(seed)
    low, high = percentile_interval(bootstrap_means(acted, resamples, rng), mass)
    return DecisionCurve(
        label=label,
        n=len(y),
        events=int(y.sum()),
        thresholds=limits,
        net_benefit=acted.mean(axis=0),
        low=low,
        high=high,
        everyone=worth.mean(axis=0),
        mass=mass,
    )
