"""How many cases an external validation needs, for intervals of stated widths."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from hamknee.base import Array, HamkneeError

MOST = 10**7
"""Cases beyond which no study is planned."""


def needed_for_ratio(prevalence: float, width: float = 0.4, mass: float = 0.95) -> int:
    """Return the cases for an interval of observed/expected of a width, where the ratio is 1.

    Parameters
    ----------
    prevalence : float
        Share of cases with the condition.
    width : float
        Of the interval.
    mass : float
        Of the interval.

    Notes
    -----
    Riley et al. (2021), Statistics in Medicine 40:4230: ln(O/E) has the variance (1 - φ) / (n φ).

    Examples
    --------
    >>> from hamknee.evaluation import needed_for_ratio
    >>> needed_for_ratio(0.018, width=1)
    906
    """
    _check(prevalence, width)
    z = NormalDist().inv_cdf((1 + mass) / 2)
    error = math.asinh(width / 2) / z  # exp(z se) - exp(-z se) is the width
    return math.ceil((1 - prevalence) / (prevalence * error**2))


def needed_for_slope(probabilities: Array, width: float = 0.4, mass: float = 0.95) -> int:
    """Return the cases for an interval of the calibration slope of a width, where the slope is 1.

    Parameters
    ----------
    probabilities : ndarray, shape (cases,)
        As they are spread in the population that is meant.
    width, mass : float
        Of the interval.

    Notes
    -----
    Riley et al. (2021): the variance of the slope by the information of a logistic regression.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import needed_for_slope
    >>> log_odds = np.random.default_rng(1).normal(-1, 1, 100_000)
    >>> needed_for_slope(1 / (1 + np.exp(-log_odds)))
    757
    """
    p = np.clip(np.asarray(probabilities, dtype=float), 1e-9, 1 - 1e-9)
    if p.ndim != 1 or len(p) < 2 or float(np.ptp(p)) == 0:
        raise HamkneeError("found no spread of probabilities; allowed: two or more that differ")
    _check(float(p.mean()), width)
    x, weight = np.log(p / (1 - p)), p * (1 - p)
    a, b, c = weight.mean(), (weight * x).mean(), (weight * x**2).mean()
    error = width / (2 * NormalDist().inv_cdf((1 + mass) / 2))
    spread = float(a * c - b**2)  # next to none where the log odds of all are the same
    return math.ceil(min(float(a) / (error**2 * spread), MOST)) if spread > 0 else MOST


def needed_for_c(
    c_statistic: float, prevalence: float, width: float = 0.1, mass: float = 0.95
) -> int:
    """Return the cases for an interval of the c-statistic of a width.

    Parameters
    ----------
    c_statistic, prevalence : float
        As they are expected.
    width, mass : float
        Of the interval.

    Notes
    -----
    Newcombe (2006), Statistics in Medicine 25:559, as Riley et al. (2021) use it.

    Examples
    --------
    >>> from hamknee.evaluation import needed_for_c
    >>> needed_for_c(0.8, 0.018)
    4252
    """
    _check(prevalence, width)
    if not 0.5 <= c_statistic < 1:
        raise HamkneeError(f"found a c-statistic of {c_statistic}; allowed: 0.5 to below 1")
    error = width / (2 * NormalDist().inv_cdf((1 + mass) / 2))
    low, high = 2, MOST
    while low < high:
        middle = (low + high) // 2
        if _c_error(c_statistic, prevalence, middle) <= error:
            high = middle
        else:
            low = middle + 1
    return low


def _c_error(c: float, prevalence: float, n: int) -> float:
    """Return the standard error of a c-statistic among so many cases."""
    half = n / 2 - 1
    spread = 1 + half * (1 - c) / (2 - c) + half * c / (1 + c)
    return math.sqrt(c * (1 - c) * spread / (n**2 * prevalence * (1 - prevalence)))


def _check(prevalence: float, width: float) -> None:
    if not 0 < prevalence < 1:
        raise HamkneeError(f"found a share of {prevalence:g} of cases; allowed: between 0 and 1")
    if not width > 0:
        raise HamkneeError(f"found an interval of the width {width:g}; allowed: above 0")
