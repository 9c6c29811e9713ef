"""Intervals that stay honest with few cases: of a share, a mean, two shares held together."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import Array

Ends: TypeAlias = tuple[float, float]

FEWEST_TO_COMPARE = 10
"""Cases below which no sentence says that one is better than another."""

NO_INTERVAL: Ends = (math.nan, math.nan)
"""What a single case tells of how far cases scatter."""


def wilson(events: npt.ArrayLike, n: npt.ArrayLike, mass: float) -> tuple[Array, Array]:
    """Return Wilson's score interval of a proportion.

    Parameters
    ----------
    events, n : array_like
        How many of how many.
    mass : float
        Of the interval.

    Notes
    -----
    Wilson (1927), Journal of the American Statistical Association 22:209.

    Examples
    --------
    >>> from hamknee.evaluation import wilson
    >>> low, high = wilson([0, 15], [20, 20], 0.95)  # none of 20, and 15 of 20
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.0, 0.53], [0.16, 0.89])
    """
    z = NormalDist().inv_cdf((1 + mass) / 2)
    count = np.asarray(n, dtype=float)
    share = np.asarray(events, dtype=float) / count
    middle = share + z**2 / (2 * count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    # At none and at all the end is 0 and 1, which rounding would miss.
    low = np.where(share == 0, 0.0, (middle - half) / scale)
    return low, np.where(share == 1, 1.0, (middle + half) / scale)


def student(values: Array, mass: float, within: Ends = (-math.inf, math.inf)) -> Ends:
    """Return Student's t interval of a mean.

    Parameters
    ----------
    values : ndarray, shape (cases,)
        Where one is infinite, so is that end; the other end is that of the finite ones, with the
        furthest of them in its place.
    mass : float
        Of the interval.
    within : (float, float)
        Between which a mean can be.

    Returns
    -------
    (float, float)
        NaN where there are not two values, or one is NaN.

    Notes
    -----
    Student (1908), Biometrika 6:1.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import student
    >>> low, high = student(np.array([0.2, 0.4, 0.9]), 0.95, within=(0, 2))
    >>> low, round(high, 2)
    (0.0, 1.4)
    >>> student(np.array([0.2]), 0.95)
    (nan, nan)
    """
    from scipy.stats import t

    finite = values[np.isfinite(values)]
    if len(values) < 2 or np.isnan(values).any() or not finite.size:
        return NO_INTERVAL
    bounded = np.clip(values, finite.min(), finite.max())
    half = t.ppf((1 + mass) / 2, len(values) - 1) * bounded.std(ddof=1) / math.sqrt(len(values))
    low = -math.inf if values.min() == -math.inf else bounded.mean() - half
    high = math.inf if values.max() == math.inf else bounded.mean() + half
    return float(max(low, within[0])), float(min(high, within[1]))


def share_difference(
    first: tuple[npt.ArrayLike, npt.ArrayLike],
    second: tuple[npt.ArrayLike, npt.ArrayLike],
    mass: float,
    *,
    worth: tuple[npt.ArrayLike, npt.ArrayLike] = (1, 1),
    exclusive: bool = True,
) -> tuple[Array, Array]:
    """Return the interval of one share minus another, each times its worth.

    The Wilson intervals of both are put together (MOVER), so that it stays honest where an event
    was never seen.

    Parameters
    ----------
    first, second : (array_like, array_like)
        How many, of how many.
    mass : float
        Of the interval.
    worth : (array_like, array_like)
        What the share of 1 is worth, at least 0.
    exclusive : bool
        Whether both are shares of the same cases, and no case is in both: cases that one forecast
        got right and the other wrong, and the other way round. Else they are of different cases.

    Notes
    -----
    Newcombe (1998), Statistics in Medicine 17:2635; Zou & Donner (2008), Statistics in Medicine
    27:1693.

    Examples
    --------
    >>> from hamknee.evaluation import share_difference
    >>> low, high = share_difference((6, 20), (1, 20), 0.95)  # 6 right by one alone, 1 by the other
    >>> round(float(low), 2), round(float(high), 2)
    (-0.01, 0.48)
    """
    shares, below, above = [], [], []
    for (events, n), weight in zip((first, second), worth, strict=True):
        share = np.asarray(events, dtype=float) / np.asarray(n, dtype=float)
        low, high = wilson(events, n, mass)
        shares.append(share)
        below.append(np.asarray(weight, dtype=float) * (share - low))
        above.append(np.asarray(weight, dtype=float) * (high - share))
    a, b = shares
    correlation = np.zeros(np.broadcast(a, b).shape)
    if exclusive:
        apart = (1 - a) * (1 - b)
        correlation = -np.sqrt(np.divide(a * b, apart, out=correlation, where=apart > 0))
    gap = np.asarray(worth[0], dtype=float) * a - np.asarray(worth[1], dtype=float) * b

    def length(one: Array, other: Array) -> Array:
        return np.asarray(np.sqrt(np.maximum(one**2 + other**2 - 2 * correlation * one * other, 0)))

    return gap - length(below[0], above[1]), gap + length(above[0], below[1])
