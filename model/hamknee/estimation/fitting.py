"""From what a person can state to a column of probabilities with an equivalent sample size.

The ranges become one Dirichlet for each column by the method of SHELF (Zapata-Vázquez, O'Hagan &
Bastos 2014; Oakley & O'Hagan, SHELF): a Beta distribution is fitted to each proportion, and one
total count is chosen for the column. Here the stated best estimates are the means, so that the
fit changes no number, and the count is the smallest of the proportions': the cautious end.
"""

import math
from collections.abc import Sequence

import numpy as np

from hamknee.base import Array, HamkneeError

_COUNTS = (0.1, 1e6)

_ROUNDS, _CLOSE = 10_000, 1e-12
"""Rounds of scaling at most, and how close a split's average comes to the whole."""


def beta_ess(mean: float, low: float, high: float, mass: float = 0.9) -> float:
    """Return the equivalent sample size of the Beta with a given mean that fits a range best.

    The sum of the squared differences between the Beta's distribution function at the two ends
    and the stated tail probabilities is minimised, as SHELF does, with the mean held.

    Parameters
    ----------
    mean : float
        Best estimate of the proportion, strictly between 0 and 1.
    low, high : float
        Ends of the range, ``0 <= low < mean < high <= 1``.
    mass : float
        Probability that the range is meant to hold, the rest split evenly between the tails.

    Returns
    -------
    float
        alpha + beta, between 0.1 and a million.

    Raises
    ------
    HamkneeError
        If the numbers are not in that order.

    Examples
    --------
    >>> from hamknee.estimation import beta_ess
    >>> round(beta_ess(mean=0.6, low=0.38, high=0.8))  # "about 0.6, and surely 0.38 to 0.8"
    14
    >>> round(beta_ess(mean=0.6, low=0.5, high=0.7))  # said by one who is surer
    64
    """
    from scipy import optimize, special

    if not 0 <= low < mean < high <= 1:
        order = f"low {low}, best estimate {mean}, high {high}"
        raise HamkneeError(f"found {order}; allowed: 0 <= low < best estimate < high <= 1")
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    ends, tails = np.array([[low], [high]]), np.array([[(1 - mass) / 2], [(1 + mass) / 2]])

    def misfits(log_counts: Array) -> Array:
        counts = np.exp(log_counts)
        reached = special.betainc(mean * counts, (1 - mean) * counts, ends)
        return np.asarray(((reached - tails) ** 2).sum(axis=0))

    # A range that begins at 0 or ends at 1 says nothing of that tail, and two counts can then fit
    # equally well. The larger is meant: the smaller puts nearly all its mass at the very end.
    grid = np.linspace(math.log(_COUNTS[0]), math.log(_COUNTS[1]), 200)
    heights = misfits(grid)
    around = np.concatenate([[np.inf], heights, [np.inf]])
    fits = []
    dips = np.flatnonzero((heights < around[:-2]) & (heights <= around[2:]))
    for dip in map(int, dips):
        refined = optimize.minimize_scalar(
            lambda log_count: float(misfits(np.array([log_count]))[0]),
            bounds=(grid[max(dip - 1, 0)], grid[min(dip + 1, len(grid) - 1)]),
            method="bounded",
        )
        fits.append((float(refined.fun), float(np.exp(refined.x))))
    best = min(fits)[0]
    return max(count for value, count in fits if value <= best + 1e-6)


def fit_beta(values: Sequence[float], levels: Sequence[float]) -> tuple[float, float]:
    """Return mean and equivalent sample size of the Beta that fits points of a distribution best.

    The sum of the squared differences between the Beta's distribution function at the values and
    the stated levels is minimised, as SHELF does, over both parameters. Two points are met exactly.

    Parameters
    ----------
    values : sequence of float
        Proportions, rising, strictly between 0 and 1.
    levels : sequence of float
        Probability of being below each value, never falling; at least two different ones strictly
        between 0 and 1, or the points would not tell one Beta from another.

    Returns
    -------
    mean : float
        alpha / (alpha + beta).
    ess : float
        alpha + beta, between 0.1 and a million.

    Raises
    ------
    HamkneeError
        If values or levels are not like that.

    Examples
    --------
    >>> from hamknee.estimation import fit_beta
    >>> mean, ess = fit_beta([0.5, 0.55, 0.6], [0.25, 0.5, 0.75])  # three quartiles
    >>> round(mean, 2), round(ess)
    (0.55, 45)
    """
    from scipy import optimize, special

    ends, below = _points(values, levels)

    def misfits(parameters: Array) -> Array:
        mean, ess = special.expit(parameters[0]), np.exp(parameters[1])
        return np.asarray(special.betainc(mean * ess, (1 - mean) * ess, ends) - below)

    smallest, largest = np.log(_COUNTS)
    bounds = ([-np.inf, smallest], [np.inf, largest])
    fits = [
        optimize.least_squares(
            misfits,
            [special.logit(mean), np.clip(math.log(ess), smallest + 1, largest - 1)],
            bounds=bounds,
            ftol=1e-15,
            xtol=1e-15,
            gtol=1e-15,
        )
        for mean, ess in _starts(ends, below)
    ]
    best = min(fits, key=lambda fit: float(fit.cost))
    return float(special.expit(best.x[0])), float(np.exp(best.x[1]))


def _starts(ends: Array, below: Array) -> list[tuple[float, float]]:
    """Return means and counts to start from: a normal proportion, and a normal log odds."""
    from scipy import special

    inside = (below > 0) & (below < 1)
    scores = special.ndtri(below[inside])
    width, mean = np.polyfit(scores, ends[inside], 1)
    mean = float(np.clip(mean, ends[0] / 2, (1 + ends[-1]) / 2))
    log_width, log_odds = np.polyfit(scores, special.logit(ends[inside]), 1)
    middle = float(special.expit(log_odds))
    by_log_odds = 1 / (middle * (1 - middle) * log_width**2)
    return [(mean, max(mean * (1 - mean) / width**2 - 1, 0.1)), (middle, by_log_odds)]


def _points(values: Sequence[float], levels: Sequence[float]) -> tuple[Array, Array]:
    """Return points of a distribution function as arrays, or say what is wrong with them."""
    ends, below = np.asarray(values, dtype=float), np.asarray(levels, dtype=float)
    if len(ends) != len(below):
        raise HamkneeError(f"found {len(ends)} values and {len(below)} levels; allowed: as many")
    if not (ends > 0).all() or not (ends < 1).all() or not (np.diff(ends) > 0).all():
        listed = ", ".join(f"{value:g}" for value in ends)
        raise HamkneeError(f"found the values {listed}; allowed: rising, strictly between 0 and 1")
    listed = ", ".join(f"{level:g}" for level in below)
    if not (below >= 0).all() or not (below <= 1).all() or not (np.diff(below) >= 0).all():
        raise HamkneeError(f"found the levels {listed}; allowed: never falling, between 0 and 1")
    if len(set(below[(below > 0) & (below < 1)])) < 2:
        raise HamkneeError(
            f"found the levels {listed}; allowed: at least two different ones strictly between 0"
            " and 1"
        )
    return ends, below


def dirichlet_ess(
    means: Sequence[float], lows: Sequence[float], highs: Sequence[float], mass: float = 0.9
) -> float:
    """Return the equivalent sample size of a column from the ranges of its proportions.

    Parameters
    ----------
    means, lows, highs : sequence of float, one for each state
        Best estimates, adding up to 1, and the ends of their ranges.
    mass : float
        Probability that each range is meant to hold.

    Returns
    -------
    float
        The smallest count that any proportion's range implies.

    Raises
    ------
    HamkneeError
        If the estimates do not add up to 1 within 1e-6, or a range is out of order.

    Examples
    --------
    >>> from hamknee.estimation import dirichlet_ess
    >>> means, lows, highs = (0.5, 0.3, 0.2), (0.45, 0.1, 0.17), (0.55, 0.52, 0.23)
    >>> round(dirichlet_ess(means, lows, highs))  # that of the second, the widest
    11
    """
    if abs(sum(means) - 1) > 1e-6:
        raise HamkneeError(f"the estimates add up to {sum(means):.9g}; allowed: 1")
    return min(beta_ess(*each, mass) for each in zip(means, lows, highs, strict=True))


def split_by_parent(
    means: Sequence[float], weights: Sequence[float], odds_ratios: Sequence[Sequence[float]]
) -> Array:
    """Split a column over the states of further parents, keeping its average.

    The joint table of parents and states that has the given odds ratios and margins is unique; it
    is found by scaling rows and columns in turn (iterative proportional fitting, Deming & Stephan
    1940), which leaves odds ratios as they are.

    Parameters
    ----------
    means : sequence of float, shape (states,)
        The column over all parent states: each above 0, adding up to 1.
    weights : sequence of float, shape (parent states,)
        Probability of each state of the parent, or of each combination of several parents' states:
        each above 0, adding up to 1.
    odds_ratios : sequence of float, shape (parent states, states)
        Odds of each state against a state of reference, compared with those in a parent state of
        reference; 1 in both references.

    Returns
    -------
    ndarray, shape (parent states, states)
        Columns whose odds stand in the given ratios and whose weighted mean is `means`.

    Raises
    ------
    HamkneeError
        If the margins cannot be reached, because ratios are 0 or many orders of magnitude apart.

    Examples
    --------
    >>> from hamknee.estimation import split_by_parent
    >>> onset = {"sudden": 0.9, "days": 0.07, "gradual": 0.03}  # in a rupture
    >>> pop = split_by_parent([0.6, 0.4], list(onset.values()), [[1, 1], [0.1, 1], [0.05, 1]])
    >>> dict(zip(onset, pop[:, 0].round(2).tolist(), strict=True))
    {'sudden': 0.65, 'days': 0.16, 'gradual': 0.09}
    """
    goal, shares = np.asarray(means, dtype=float), np.asarray(weights, dtype=float)
    split: Array = np.asarray(odds_ratios, dtype=float) * goal
    for _ in range(_ROUNDS):
        split /= split.sum(axis=1, keepdims=True)
        average = shares @ split
        if np.abs(average - goal).max() < _CLOSE:
            return split
        split = split * (goal / average)
    raise HamkneeError(
        "found odds ratios too far apart; allowed: such as leave the average as it is"
    )


def split_ess(
    means: Sequence[float],
    ess: float,
    weights: Sequence[float],
    split: Array | Sequence[Sequence[float]],
) -> float:
    """Return the count for each of the split columns that keeps the average as uncertain as it was.

    A weighted mean of independent Dirichlets varies less than any one of them, so split columns
    with the count of the whole would claim more than was stated. With a common count s, the
    variance of a state's weighted mean is the sum of w² p (1 - p) / (s + 1); setting it equal to
    m (1 - m) / (ess + 1) gives s, and the smallest s of the states is taken.

    Parameters
    ----------
    means, ess : sequence of float, and float
        The column over all parent states and its equivalent sample size.
    weights, split : sequence of float, and array of shape (parent states, states)
        Probability of each parent state, and the column in it (from `split_by_parent`).

    Returns
    -------
    float
        At least 1: below that a Beta says "almost always or almost never".

    Examples
    --------
    >>> from hamknee.estimation import split_by_parent, split_ess
    >>> onset = [0.9, 0.07, 0.03]
    >>> pop = split_by_parent([0.6, 0.4], onset, [[1, 1], [0.1, 1], [0.05, 1]])
    >>> round(split_ess([0.6, 0.4], ess=14, weights=onset, split=pop), 1)
    10.5
    """
    whole, shares = np.asarray(means, dtype=float), np.asarray(weights, dtype=float)
    parts = np.asarray(split, dtype=float)
    spreads = shares**2 @ (parts * (1 - parts))
    return max(1.0, float(((ess + 1) * spreads / (whole * (1 - whole)) - 1).min()))
