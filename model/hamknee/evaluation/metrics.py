"""Scores of probabilities once the truth is known, and their bootstrap intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from hamknee.base import Array

if TYPE_CHECKING:
    import pandas as pd


Ends: TypeAlias = tuple[float, float]

MEASURES: Mapping[str, str] = {
    "top1": "Right one first",
    "top3": "In first three",
    "log_loss": "Log loss",
    "brier": "Brier score",
}
"""What is measured, and what people read. Of the last two, less is better."""

CELLS = 4_000_000
"""Most weights that are held at once while resampling."""


@dataclass(frozen=True)
class Scoreboard:
    """Mean scores of several forecasts on the same cases, with percentile bootstrap intervals.

    Parameters
    ----------
    by_case : mapping of str to mapping of str to ndarray
        By forecast and measure, each of shape (cases,), as `scores` returns them.
    mass : float
        Of each interval.
    resamples, seed : int
        Of the bootstrap; all forecasts are resampled together.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import Scoreboard, scores
    >>> truth = np.eye(2)[[0, 0, 1, 1]]
    >>> said = {
    ...     "clinic": np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]]),
    ...     "coin": np.full((4, 2), 0.5),
    ... }
    >>> by_case = {name: scores(p, truth) for name, p in said.items()}
    >>> board = Scoreboard(by_case, mass=0.9, resamples=200, seed=1)
    >>> board.value("clinic", "top1"), round(board.value("clinic", "brier"), 2)
    (0.75, 0.35)
    >>> gap, (low, high) = board.difference("clinic", "coin", "brier")
    >>> round(gap, 2), low < 0 < high  # better, but four cases do not tell
    (-0.15, True)
    """

    by_case: Mapping[str, Mapping[str, Array]]
    mass: float
    resamples: int
    seed: int

    def value(self, forecast: str, measure: str) -> float:
        """Return the mean of a measure."""
        return float(self.by_case[forecast][measure].mean())

    def interval(self, forecast: str, measure: str) -> Ends:
        """Return the interval of a mean."""
        return self._ends(self._means[forecast][:, list(MEASURES).index(measure)])

    def difference(self, forecast: str, other: str, measure: str) -> tuple[float, Ends]:
        """Return by how much one forecast's mean is above another's, and the interval of that."""
        column = list(MEASURES).index(measure)
        with np.errstate(invalid="ignore"):  # infinite minus infinite says nothing: NaN
            gap = self._means[forecast][:, column] - self._means[other][:, column]
            return self.value(forecast, measure) - self.value(other, measure), self._ends(gap)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a forecast and measure: forecast, measure, value, low, high."""
        import pandas as pd

        rows = [
            (forecast, measure, self.value(forecast, measure), *self.interval(forecast, measure))
            for forecast in self.by_case
            for measure in MEASURES
        ]
        return pd.DataFrame(rows, columns=["forecast", "measure", "value", "low", "high"])

    @cached_property
    def differences(self) -> pd.DataFrame:
        """The first forecast minus each other: baseline, measure, value, low, high."""
        import pandas as pd

        first, *others = self.by_case
        rows = []
        for other in others:
            for measure in MEASURES:
                value, ends = self.difference(first, other, measure)
                rows.append((other, measure, value, *ends))
        return pd.DataFrame(rows, columns=["baseline", "measure", "value", "low", "high"])

    @cached_property
    def _means(self) -> dict[str, Array]:
        """Means of all measures in every resample, each (resamples, measures)."""
        columns = [scored[measure] for scored in self.by_case.values() for measure in MEASURES]
        rng = np.random.default_rng(self.seed)
        means = bootstrap_means(np.column_stack(columns), self.resamples, rng)
        return dict(zip(self.by_case, np.split(means, len(self.by_case), axis=1), strict=True))

    def _ends(self, means: Array) -> Ends:
        low, high = percentile_interval(means, self.mass)
        return float(low), float(high)


def scores(probabilities: Array, truth: Array) -> dict[str, Array]:
    """Return how well the probabilities of each case met the truth.

    With S the set of states that the truth may be, mostly one:

    - ``top1``, ``top3``: 1 if one of S is the most probable state, or among the first three; of
      equal probabilities the state that comes first in the target's order goes first.
    - ``log_loss``: -ln P(S) in nats (Good 1952); infinite where P(S) = 0.
    - ``brier``: (1 - P(S))² + Σ p_k² over the states k outside S (Brier 1950). For a single true
      state this is Σ (p_k - y_k)², the multi-class score from 0 to 2.

    Parameters
    ----------
    probabilities : ndarray, shape (cases, states)
        A row of NaN where there is no answer because the findings are impossible: nothing is
        right then, the log loss is infinite, and the Brier score is 2, its worst.
    truth : ndarray, shape (cases, states)
        1 for each state that the truth may be, else 0.

    Returns
    -------
    dict of str to ndarray, each of shape (cases,)
        By the names in `MEASURES`.

    Notes
    -----
    Brier (1950), Monthly Weather Review 78:1; Good (1952), JRSS B 14:107.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import scores
    >>> said = np.array([[0.7, 0.2, 0.1, 0.0], [0.1, 0.2, 0.3, 0.4]])
    >>> truth = np.array([[1, 0, 0, 0], [0, 1, 0, 0]])
    >>> {name: values.round(2).tolist() for name, values in scores(said, truth).items()}
    {'top1': [1.0, 0.0], 'top3': [1.0, 1.0], 'log_loss': [0.36, 1.61], 'brier': [0.14, 0.9]}
    """
    unanswered = np.asarray(np.isnan(probabilities).any(axis=1))
    filled = np.where(unanswered[:, None], 0.0, probabilities)
    in_truth = np.minimum((filled * truth).sum(axis=1), 1.0)
    ranks = np.where(unanswered, math.inf, rank_of_truth(filled, truth))
    with np.errstate(divide="ignore"):
        log_loss = -np.log(in_truth) + 0.0  # no -0
    elsewhere = ((filled * (1 - truth)) ** 2).sum(axis=1)
    brier = np.where(unanswered, 2.0, (1 - in_truth) ** 2 + elsewhere)
    return {
        "top1": (ranks <= 1).astype(float),
        "top3": (ranks <= 3).astype(float),
        "log_loss": log_loss,
        "brier": brier,
    }


def rank_of_truth(probabilities: Array, truth: Array) -> Array:
    """Return the place of the true state, 1 for the most probable, shape (cases,).

    Parameters
    ----------
    probabilities, truth : ndarray, shape (cases, states)
        As for `scores`; of several possible truths the first place counts.
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")
    right = np.take_along_axis(truth, order, axis=1) > 0
    return np.asarray(right.argmax(axis=1) + 1.0)


def bootstrap_means(values: Array, resamples: int, rng: np.random.Generator) -> Array:
    """Return the means of resampled cases: drawn with replacement, as many as there are.

    Parameters
    ----------
    values : ndarray, shape (cases, measures)
        Infinite values make the mean of every resample that holds one infinite.
    resamples : int
        How often the cases are drawn.
    rng : Generator
        For the draws.

    Returns
    -------
    ndarray, shape (resamples, measures)

    Notes
    -----
    Efron & Tibshirani (1993), An Introduction to the Bootstrap.
    """
    count = len(values)
    infinite = np.isinf(values)
    finite = np.where(infinite, 0.0, values)
    means = np.empty((resamples, values.shape[1]))
    block = max(1, CELLS // count)
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        drawn = rng.integers(count, size=(size, count)) + count * np.arange(size)[:, None]
        # How often each case is drawn is all that a mean needs.
        times = np.bincount(drawn.ravel(), minlength=size * count).reshape(size, count)
        weights = times.astype(float)
        finite_means = weights @ finite / count
        above_all = weights @ infinite.astype(float) > 0
        means[start : start + size] = np.where(above_all, math.inf, finite_means)
    return means


def percentile_interval(samples: Array, mass: float) -> tuple[Array, Array]:
    """Return the ends of the central part of the samples, each of shape samples.shape[1:].

    Parameters
    ----------
    samples : ndarray, shape (samples, ...)
        May hold infinity, so nothing is interpolated.
    mass : float
        Share of the samples that lies within.
    """
    ends = [(1 - mass) / 2, (1 + mass) / 2]
    low, high = np.quantile(samples, ends, axis=0, method="inverted_cdf")
    return np.asarray(low), np.asarray(high)
