"""How well probabilities tell cases with a condition from those without: c-statistics."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from hamknee.base import Array
from hamknee.evaluation.calibrating import NOT_KNOWN, Estimate, check_event


def c_statistic(probabilities: Array, truth: Array, mass: float = 0.95) -> Estimate:
    """Return how often a case with the condition has the higher probability, ties as half.

    Parameters
    ----------
    probabilities, truth : ndarray, shape (cases,)
        Of one condition, and 1 where it was there.
    mass : float
        Of the interval.

    Returns
    -------
    Estimate
        The area under the ROC curve, its interval taken on the scale of log odds; NaN where all
        cases are of one kind, without an interval where none is mixed up.

    Notes
    -----
    DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44:837.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import c_statistic
    >>> area = c_statistic(np.array([0.9, 0.4, 0.5, 0.2, 0.1]), np.array([1, 1, 0, 0, 0]))
    >>> round(area.value, 3)
    0.833
    """
    from scipy.stats import rankdata

    p, y = check_event(probabilities, truth)
    with_it, without = p[y == 1], p[y == 0]
    events, others = len(with_it), len(without)
    if not events or not others:
        return NOT_KNOWN
    ranks = rankdata(np.concatenate([with_it, without]))
    above = (ranks[:events] - rankdata(with_it)) / others
    below = (ranks[events:] - rankdata(without)) / events
    area = float(above.mean())
    if min(events, others) < 2 or not 0 < area < 1:
        return Estimate(area)
    variance = above.var(ddof=1) / events + below.var(ddof=1) / others
    half = NormalDist().inv_cdf((1 + mass) / 2) * math.sqrt(variance) / (area * (1 - area))
    logit = math.log(area / (1 - area))
    return Estimate(area, _expit(logit - half), _expit(logit + half))


def polytomous_c(probabilities: Array, truth: Array) -> float:
    """Return how well pairs of conditions are told apart, every pair counting the same.

    Parameters
    ----------
    probabilities, truth : ndarray, shape (cases, conditions)
        And 1 where it was there, exactly one in each case.

    Returns
    -------
    float
        Mean over the pairs of conditions that cases have of the area by each one's probability,
        from 0.5 (chance) to 1; NaN with fewer than two.

    Notes
    -----
    Hand & Till (2001), Machine Learning 45:171.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import polytomous_c
    >>> p = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.3, 0.4, 0.3], [0.5, 0.2, 0.3]])
    >>> round(polytomous_c(p, np.eye(3)[[0, 1, 2, 2]]), 3)
    1.0
    """
    p, y = np.asarray(probabilities, float), np.asarray(truth, float)
    present = [int(state) for state in np.flatnonzero(y.sum(axis=0))]
    areas = []
    for number, one in enumerate(present):
        for other in present[number + 1 :]:
            of = (y[:, one] + y[:, other]) > 0
            both = (one, other), (other, one)
            areas += [c_statistic(p[of, a], y[of, a]).value for a, _ in both]
    return float(np.mean(areas)) if areas else math.nan


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))
