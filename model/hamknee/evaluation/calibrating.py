"""Do probabilities come true as often as they say: recalibration, reliability, smooth curve.

A case with several conditions makes one statement for each: "this one, with probability p". They
can be looked at all together, or the most probable one of each case, or one condition alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    percent,
    read_only,
    shown,
    takes,
)
from hamknee.evaluation.intervals import wilson
from hamknee.evaluation.metrics import SOME_NUMBERS
from hamknee.evaluation.smoothing import smoothed

if TYPE_CHECKING:
    import pandas as pd


Which = Literal["every", "first"]

CERTAIN = 1e-12
"""Probabilities of 0 and 1 have no log odds, and are taken to be this far from them."""
FEW = 100
"""Events, or non-events, below which a calibration says little (Collins et al. 2016)."""


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; NaN where the data cannot tell it.

    Parameters
    ----------
    value, low, high : float
        The number and the ends of its interval.

    Examples
    --------
    >>> from hamknee.evaluation import Estimate
    >>> slope = Estimate(0.8, low=0.6, high=1.1)
    >>> slope.low <= 1 <= slope.high  # too extreme, but perhaps by chance
    True
    """

    value: float
    low: float = np.nan
    high: float = np.nan


NOT_KNOWN = Estimate(np.nan)


@shown
@dataclass(frozen=True)
@compares_arrays
class Calibration(KeptArrays):
    """How probabilities compare with how often they came true.

    Parameters
    ----------
    label : str
        What the statements are about.
    p, y : ndarray, shape (statements,)
        What was said, and 1 where it was true, else 0.
    cases : int
        How many cases the statements are about.
    intercept : Estimate
        Calibration in the large: what would have to be added to all log odds. 0 is ideal; above 0
        the probabilities are too low. Of every condition together it would be 0 whatever is said,
        because both sides add up to the number of cases; it is NaN then.
    slope : Estimate
        By what the log odds would have to be multiplied (with an intercept of its own). 1 is
        ideal; below 1 the probabilities are too extreme.
    bins : int
        Of the reliability table.
    mass : float
        Of every interval.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import calibration
    >>> rng = np.random.default_rng(1)
    >>> p = rng.uniform(0.02, 0.98, 500)
    >>> bold = np.clip(2 * p - 0.5, 0.01, 0.99)  # said by one who is too sure
    >>> calibrated = calibration(bold, rng.random(500) < p, label="Strain")
    >>> calibrated.slope.high < 1
    True
    >>> calibrated.reliability.iloc[[0, -1]].round(1)
       predicted  observed  low  high    n
    0        0.0       0.1  0.1   0.2  120
    6        1.0       0.8  0.8   0.9  150
    """

    label: str
    p: Array
    y: Array
    cases: int
    intercept: Estimate
    slope: Estimate
    bins: int
    mass: float

    @property
    def n(self) -> int:
        """Number of statements."""
        return len(self.p)

    @property
    def events(self) -> int:
        """How many of them were true."""
        return int(self.y.sum())

    @property
    def together(self) -> bool:
        """Whether each case makes several statements."""
        return self.cases < self.n

    @property
    def few(self) -> bool:
        """Whether the cases are too few for more than a rough impression."""
        return min(self.events, self.n - self.events) < FEW

    @cached_property
    def smooth(self) -> Array:
        """How often statements near each one were true, shape (statements,); NaN if all are equal.

        Locally weighted straight lines through two thirds of the statements (Cleveland 1979).
        """
        return read_only(smoothed(self.p, self.y))

    @property
    def ici(self) -> float:
        """Mean distance of probability and smooth curve (Austin & Steyerberg 2019)."""
        return float(np.abs(self.p - self.smooth).mean())

    @property
    def e50(self) -> float:
        """Median distance of probability and smooth curve."""
        return float(np.quantile(np.abs(self.p - self.smooth), 0.5))

    @property
    def e90(self) -> float:
        """90th percentile of the distance of probability and smooth curve."""
        return float(np.quantile(np.abs(self.p - self.smooth), 0.9))

    @copied_property
    def reliability(self) -> pd.DataFrame:
        """One row a bin of about equally many statements: predicted, observed, low, high, n.

        ``predicted`` is the mean probability, ``observed`` the share that came true, with a Wilson
        interval, which takes the statements for independent.
        """
        import pandas as pd

        edges = np.quantile(self.p, np.linspace(0, 1, self.bins + 1))
        which = np.searchsorted(edges[1:-1], self.p)
        used, number, count = np.unique(which, return_inverse=True, return_counts=True)
        true = np.bincount(number, self.y, len(used))
        low, high = wilson(true, count, self.mass)
        return pd.DataFrame(
            {
                "predicted": np.bincount(number, self.p, len(used)) / count,
                "observed": true / count,
                "low": low,
                "high": high,
                "n": count,
            }
        )

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a measure: measure, value, low, high (NaN where there is no interval)."""
        import pandas as pd

        rows = {
            "intercept": self.intercept,
            "slope": self.slope,
            "ici": Estimate(self.ici),
            "e50": Estimate(self.e50),
            "e90": Estimate(self.e90),
        }
        return pd.DataFrame(
            [(name, each.value, each.low, each.high) for name, each in rows.items()],
            columns=["measure", "value", "low", "high"],
        )

    @cached_property
    def text(self) -> str:
        """Plain sentences on slope and distance, and whether there is enough to judge by."""
        expected = float(self.p.sum())
        said = f"{self.label}: {self.events:,} of {self.n:,} came true"
        said += "." if self.together else f", {expected:.1f} were expected."
        if np.isnan(self.slope.value):
            return f"{said} The cases do not tell the slope."
        slope = (
            f"Slope {self.slope.value:.2f} ({percent(self.mass)} interval {self.slope.low:.2f} to "
            f"{self.slope.high:.2f}; 1 is ideal, below it probabilities are too extreme)."
        )
        away = "" if np.isnan(self.ici) else f" On average they are {percent(self.ici)} off."
        few = min(self.events, self.n - self.events)
        caution = f" With {few} of the rarer kind this is a rough impression." if self.few else ""
        return f"{said} {slope}{away}{caution}"


@takes(probabilities=SOME_NUMBERS, truth=SOME_NUMBERS)
def calibration(
    probabilities: Array,
    truth: Array,
    *,
    of: Which = "every",
    label: str | None = None,
    bins: int | None = None,
    mass: float = 0.95,
) -> Calibration:
    """Compare probabilities with how often they came true.

    Parameters
    ----------
    probabilities : ndarray, shape (cases,) or (cases, states)
        Of one condition, or of every one.
    truth : ndarray, of the same shape
        1 where it was true, else 0; of several states exactly one in each case.
    of : {"every", "first"}
        With several states: all statements together, or the most probable state of each case. The
        standard errors of the former allow for the statements of a case hanging together (robust,
        clustered by case).
    label : str, optional
        What to call the statements.
    bins : int, optional
        Of the reliability table; by default one for each ten statements, at most ten.
    mass : float
        Of every interval.

    Raises
    ------
    HamkneeError
        If there is no case, the shapes differ, or a number is out of range.

    Notes
    -----
    Intercept and slope: Cox (1958), Biometrika 45:562; their place among other measures: Van
    Calster et al. (2016), Journal of Clinical Epidemiology 74:167. Smooth curve and its distance:
    Austin & Steyerberg (2019), Statistics in Medicine 38:4051. Bins: Wilson (1927).

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.evaluation import calibration
    >>> rng = np.random.default_rng(1)
    >>> p = rng.random(500)  # probabilities that come true as often as they say
    >>> print(calibration(p, rng.random(500) < p, label="Strain").text)
    Strain: 228 of 500 came true, 245.8 were expected. Slope 0.98 (95 % interval 0.79 to
    1.17; 1 is ideal, below it probabilities are too extreme). On average they are 3 %
    off.
    """
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    if bins is not None and bins < 1:
        raise HamkneeError(f"found {bins} bins; allowed: 1 or more")
    probabilities, truth = np.asarray(probabilities, float), np.asarray(truth, float)
    count = len(probabilities)
    cases = np.arange(count)
    name = "Probabilities"
    if probabilities.ndim == 2:
        _check_states(probabilities, truth)
        if of == "first":
            first = probabilities.argmax(axis=1)
            probabilities, truth = probabilities[cases, first], truth[cases, first]
            name = "The most probable condition"
        else:
            cases = np.repeat(cases, probabilities.shape[1])
            probabilities, truth = probabilities.ravel(), truth.ravel()
            name = "All conditions together"
    p, y = check_event(probabilities, truth)
    intercept, slope = _recalibration(p, y, cases, mass)
    bins = bins or max(1, min(10, len(p) // 10))
    return Calibration(label or name, p, y, count, intercept, slope, bins, mass)


def check_event(probabilities: Array, truth: Array) -> tuple[Array, Array]:
    """Return probabilities and truth of one condition as arrays, or raise HamkneeError.

    Parameters
    ----------
    probabilities, truth : ndarray, shape (cases,)
        From 0 to 1, and 0 or 1.
    """
    p, y = np.asarray(probabilities, dtype=float), np.asarray(truth, dtype=float)
    if p.shape != y.shape or p.ndim != 1:
        shapes = f"probabilities of the shape {p.shape} and a truth of {y.shape}"
        raise HamkneeError(f"found {shapes}; allowed: one number a case in each")
    if not p.size:
        raise HamkneeError("found no case; allowed: one or more")
    if not ((p >= 0) & (p <= 1)).all():
        raise HamkneeError("found a probability that is no number from 0 to 1; allowed: only those")
    if not np.isin(y, (0, 1)).all():
        raise HamkneeError("found a truth other than 0 and 1; allowed: only those")
    return p, y


def _check_states(probabilities: Array, truth: Array) -> None:
    if probabilities.shape != truth.shape:
        shapes = f"probabilities of the shape {probabilities.shape} and a truth of {truth.shape}"
        raise HamkneeError(f"found {shapes}; allowed: the same shape")
    if not (truth.sum(axis=1) == 1).all():
        raise HamkneeError(
            "found a case that has not exactly one true state; allowed: cases with one diagnosis"
        )


def _recalibration(
    p: Array, y: Array, cases: npt.NDArray[np.intp], mass: float
) -> tuple[Estimate, Estimate]:
    """Return calibration in the large and the slope of a logistic recalibration."""
    safe = np.clip(p, CERTAIN, 1 - CERTAIN)
    log_odds = np.log(safe / (1 - safe))
    intercept = slope = NOT_KNOWN
    if 0 < y.sum() < len(y):
        if cases[-1] == len(y) - 1:  # one statement a case
            intercept = _logistic(y, log_odds, 1, cases, mass)
        # Statements about a single case are too few to tell how far cases differ.
        if cases[0] != cases[-1] and _overlap(log_odds, y):
            slope = _logistic(y, log_odds, 2, cases, mass)
    return intercept, slope


def _overlap(x: Array, y: Array) -> bool:
    """Return whether no value of x parts the events from the rest: else a slope is infinite."""
    events, others = x[y == 1], x[y == 0]
    return bool(others.max() > events.min() and events.max() > others.min())


def _logistic(
    y: Array, log_odds: Array, coefficients: int, cases: npt.NDArray[np.intp], mass: float
) -> Estimate:
    """Return the last coefficient of a logistic regression with its interval.

    Of one coefficient it is the intercept, the log odds counting as they are; of two, their slope.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    def fitted(at: Array) -> Array:
        return np.asarray(at[0] + (at[1] if coefficients == 2 else 1.0) * log_odds)

    def loss(at: Array) -> float:
        z = fitted(at)
        return float((np.logaddexp(0, z) - y * z).sum())

    def gradient(at: Array) -> Array:
        missed = expit(fitted(at)) - y
        return np.array([missed.sum(), missed @ log_odds])[:coefficients]

    def information(at: Array) -> Array:
        p = expit(fitted(at))
        weights = p * (1 - p)
        mixed = float(weights @ log_odds)
        every = [[weights.sum(), mixed], [mixed, float(weights @ log_odds**2)]]
        return np.array(every)[:coefficients, :coefficients]

    start = np.array([0.0, 1.0])[:coefficients]
    with np.errstate(all="ignore"):
        fit = minimize(loss, start, jac=gradient, hess=information, method="trust-exact")
    missed = y - expit(fitted(fit.x))
    rows = [missed, missed * log_odds][:coefficients]
    error = _standard_error(information(fit.x), rows, cases)
    value, half = float(fit.x[-1]), NormalDist().inv_cdf((1 + mass) / 2) * error
    return Estimate(value, value - half, value + half) if np.isfinite(half) else NOT_KNOWN


def _standard_error(
    information: Array, missed: Sequence[Array], cases: npt.NDArray[np.intp]
) -> float:
    """Return that of the last coefficient, by cases where these make several statements.

    Worked out here because statements at 0 and 1 are no numbers in a fit of statsmodels, where
    their weight is 0 and what they miss the truth by is divided by it.
    """
    try:
        covariance = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return math.inf
    count = int(cases[-1]) + 1
    if count < len(cases):
        by_case = np.array([np.bincount(cases, each, count) for each in missed])
        few = count / (count - 1) * (len(cases) - 1) / (len(cases) - len(missed))
        covariance = few * covariance @ (by_case @ by_case.T) @ covariance
    return math.sqrt(max(0.0, float(covariance[-1, -1])))
