"""Scores of probabilities once the truth is known, and their intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import Array, KeptArrays, Kind, compares_arrays, copied_property, takes
from hamknee.evaluation.intervals import (
    FEWEST_TO_COMPARE,
    Ends,
    share_difference,
    student,
    wilson,
)

if TYPE_CHECKING:
    import pandas as pd


MEASURES: Mapping[str, str] = {
    "top1": "Right one first",
    "top3": "In first three",
    "log_loss": "Log loss",
    "brier": "Brier score",
}
"""What is measured, and what people read. Of the last two, less is better."""

SHARES = ("top1", "top3")
"""Measures that are shares of the cases."""

RANGES: Mapping[str, Ends] = {"log_loss": (0, math.inf), "brier": (0, 2)}
"""Between which the other measures can be."""


@dataclass(frozen=True)
@compares_arrays
class Scoreboard(KeptArrays):
    """Mean scores of several forecasts on the same cases, with intervals.

    Shares have Wilson's interval, means Student's; differences are paired by case.

    Parameters
    ----------
    by_case : mapping of str to mapping of str to ndarray
        By forecast and measure, each of shape (cases,), as `scores` returns them.
    mass : float
        Of each interval.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import Scoreboard, scores
    >>> truth = np.eye(2)[[0, 0, 1, 1]]
    >>> said = {
    ...     "clinic": np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]]),
    ...     "coin": np.full((4, 2), 0.5),
    ... }
    >>> board = Scoreboard({name: scores(p, truth) for name, p in said.items()}, mass=0.9)
    >>> board.value("clinic", "top1"), round(board.value("clinic", "brier"), 2)
    (0.75, 0.35)
    >>> gap, (low, high) = board.difference("clinic", "coin", "brier")
    >>> round(gap, 2), low < 0 < high  # better, but four cases do not tell
    (-0.15, True)
    >>> board.clear("clinic", "coin", "brier")
    False
    """

    by_case: Mapping[str, Mapping[str, Array]]
    mass: float

    @property
    def n(self) -> int:
        """Number of cases."""
        return len(next(iter(next(iter(self.by_case.values())).values())))

    def value(self, forecast: str, measure: str) -> float:
        """Return the mean of a measure."""
        return float(self.by_case[forecast][measure].mean())

    def interval(self, forecast: str, measure: str) -> Ends:
        """Return the interval of a mean; NaN where one case cannot tell it."""
        values = self.by_case[forecast][measure]
        if measure in SHARES:
            low, high = wilson(values.sum(), len(values), self.mass)
            return float(low), float(high)
        return student(values, self.mass, RANGES[measure])

    def difference(self, forecast: str, other: str, measure: str) -> tuple[float, Ends]:
        """Return by how much one forecast's mean is above another's, and the interval of that."""
        with np.errstate(invalid="ignore"):  # infinite minus infinite says nothing: NaN
            gaps = self.by_case[forecast][measure] - self.by_case[other][measure]
            gaps = gaps.round(12)  # less is no difference, but the order in which was added up
            value = self.value(forecast, measure) - self.value(other, measure)
        if measure not in SHARES:
            return value, student(gaps, self.mass)
        alone = ((gaps > 0).sum(), len(gaps)), ((gaps < 0).sum(), len(gaps))
        low, high = share_difference(*alone, self.mass)
        return value, (float(low), float(high))

    def clear(self, forecast: str, other: str, measure: str) -> bool:
        """Return whether there are ten cases, and the interval of the difference leaves out 0."""
        low, high = self.difference(forecast, other, measure)[1]
        return self.n >= FEWEST_TO_COMPARE and low * high > 0

    def lower(self, forecast: str, other: str, measure: str) -> bool:
        """Return whether there are ten cases, and the interval of the difference is below 0."""
        _, high = self.difference(forecast, other, measure)[1]
        return self.n >= FEWEST_TO_COMPARE and high < 0

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a forecast and measure: forecast, measure, value, low, high."""
        import pandas as pd

        rows = [
            (forecast, measure, self.value(forecast, measure), *self.interval(forecast, measure))
            for forecast in self.by_case
            for measure in MEASURES
        ]
        return pd.DataFrame(rows, columns=["forecast", "measure", "value", "low", "high"])

    @copied_property
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


SOME_NUMBERS = Kind("an array of numbers", (np.ndarray,))
"""Probabilities, or what came true, as an argument."""


@takes(probabilities=SOME_NUMBERS, truth=SOME_NUMBERS)
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
