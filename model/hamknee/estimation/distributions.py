"""Distributions of other libraries in and out: SciPy's frozen ones, and those of PreliZ."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Literal, Protocol, get_args

import numpy as np

from hamknee.base import HamkneeError, Kind, listing, takes
from hamknee.estimation.elicited import YES_NO, Elicited
from hamknee.estimation.fitting import fit_beta
from hamknee.network import Row

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles at which a Beta is fitted to another distribution."""

OUTSIDE = 0.001
"""Probability beyond 0 and 1 that a distribution of a proportion may have, and loses."""

Matching = Literal["quantiles", "moments"]


class Distribution(Protocol):
    """What is asked of a distribution: SciPy's frozen ones and PreliZ's have it.

    Examples
    --------
    >>> from scipy import stats
    >>> from hamknee.estimation import Distribution
    >>> asked: Distribution = stats.beta(24, 36)
    >>> round(float(asked.mean()), 2), round(float(asked.cdf(0.4)), 1)
    (0.4, 0.5)
    """

    def cdf(self, x: Any, /) -> Any:
        """Return the probability of being below a value."""

    def ppf(self, q: Any, /) -> Any:
        """Return the value that it is below with a probability."""

    def mean(self) -> Any:
        """Return the mean."""

    def var(self) -> Any:
        """Return the variance."""


def from_distribution(
    distribution: Distribution,
    *,
    states: Sequence[str] = YES_NO,
    by: Matching = "quantiles",
) -> Elicited:
    """Return a column from a distribution of a proportion, made with SciPy or PreliZ.

    A Beta is taken as it is, and so is a Dirichlet, whose numbers are those of the states in turn.
    Of any other distribution on 0 to 1 the Beta is taken that comes closest.

    Parameters
    ----------
    distribution : frozen distribution
        With ``cdf``, ``ppf``, ``mean`` and ``var``, such as ``scipy.stats.beta(24, 36)``,
        ``scipy.stats.truncnorm(…)`` or ``preliz.Beta(24, 36)``; or ``scipy.stats.dirichlet(…)`` or
        ``preliz.Dirichlet(…)``.
    states : sequence of str
        The two states, of which the distribution is about the first; all states of a Dirichlet.
    by : {"quantiles", "moments"}
        Whether the Beta is fitted to five quantiles (5, 25, 50, 75 and 95 %; as SHELF fits, see
        `fit_beta`), or has the mean and the variance.

    Raises
    ------
    HamkneeError
        If it is no distribution, more than 0.1 % of it is outside 0 to 1, or no Beta has such
        moments.

    Examples
    --------
    >>> from scipy import stats
    >>> from hamknee.estimation import from_distribution
    >>> print(from_distribution(stats.beta(24, 36)).text)
    yes: 0.4, 90 % range 0.3 to 0.51. This is worth about 60 patients.
    >>> print(from_distribution(stats.norm(0.4, 0.05)).text)
    yes: 0.4, 90 % range 0.32 to 0.48. This is worth about 96 patients.
    >>> walking = from_distribution(stats.dirichlet([3, 12, 5]), states=["normal", "limping", "no"])
    >>> walking["limping"], walking.ess
    (0.6, 20.0)
    """
    if by not in get_args(Matching):
        raise HamkneeError(f"found {by!r}; allowed: {listing(map(repr, get_args(Matching)))}")
    if (alphas := getattr(distribution, "alpha", None)) is not None and np.ndim(alphas) == 1:
        counts = [float(alpha) for alpha in alphas]
        shares = tuple(count / sum(counts) for count in counts)
        note = f"Dirichlet({', '.join(f'{count:.4g}' for count in counts)})"
        return Elicited(tuple(states), shares, sum(counts), (), note)
    if not all(callable(getattr(distribution, verb, None)) for verb in ("cdf", "ppf", "mean")):
        raise HamkneeError(
            f"found {distribution!r}; allowed: a distribution of SciPy or PreliZ, such as"
            " scipy.stats.beta(24, 36)"
        )
    outside = float(distribution.cdf(0.0)) + 1 - float(distribution.cdf(1.0))
    if not outside <= OUTSIDE:
        raise HamkneeError(
            f"{100 * outside:.2g} % of the distribution is outside 0 to 1; allowed: at most 0.1 %,"
            " because a proportion is between 0 and 1"
        )
    values = [float(distribution.ppf(level)) for level in LEVELS]
    mean, ess = _moments(distribution) if by == "moments" else fit_beta(values, LEVELS)
    stated = tuple((states[0], level, value) for level, value in zip(LEVELS, values, strict=True))
    note = f"a distribution with mean {float(distribution.mean()):.3g}, by its {by}"
    return Elicited(tuple(states), (mean, 1 - mean), ess, stated, note)


def _moments(distribution: Distribution) -> tuple[float, float]:
    """Return mean and equivalent sample size of the Beta with the same mean and variance."""
    mean, variance = float(distribution.mean()), float(distribution.var())
    if not 0 < variance < mean * (1 - mean):
        raise HamkneeError(
            f"no Beta has a mean of {mean:.3g} and a variance of {variance:.3g}; allowed: a"
            " variance above 0 and below mean × (1 - mean)"
        )
    return mean, mean * (1 - mean) / variance - 1


A_STATEMENT = Kind("a row of priors, or a column as hamknee.estimation returns it", (Elicited, Row))


@takes(stated=A_STATEMENT)
def to_scipy(stated: Elicited | Row, state: str | None = None) -> Any:
    """Return what is stated as a frozen distribution of SciPy.

    Parameters
    ----------
    stated : Elicited or Row
        A column, or a row of ``priors.csv``, whose Beta is that of its Dirichlet.
    state : str, optional
        The state of a column whose Beta is meant; the first of two. Of more states the whole
        Dirichlet is returned where none is named.

    Raises
    ------
    HamkneeError
        If there is no such state, or a row is certain (0 or 1) or worth nothing.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.estimation import to_scipy
    >>> given = {"condition": "rupture", "onset": "sudden"}
    >>> row = hamknee.load().priors.column("pop", given)[0]
    >>> beta = to_scipy(row)
    >>> bool(abs(beta.mean() - row.probability) < 1e-12), bool(beta.ppf(0.05) < beta.median())
    (True, True)
    """
    from scipy import stats

    counts = _counts(stated, state)
    return stats.beta(*counts) if len(counts) == 2 else stats.dirichlet(counts)


@takes(stated=A_STATEMENT)
def to_preliz(stated: Elicited | Row, state: str | None = None) -> Any:
    """Return what is stated as a distribution of PreliZ, which plots and combines them.

    Parameters
    ----------
    stated, state
        As for `to_scipy`.

    Raises
    ------
    HamkneeError
        As for `to_scipy`, or if PreliZ is not installed.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.estimation import from_counts, to_preliz
    >>> from importlib.util import find_spec
    >>> if find_spec("preliz"):  # it is not among what is installed with hamknee
    ...     to_preliz(from_counts({"yes": 24, "no": 36}))
    """
    counts = _counts(stated, state)
    try:
        preliz = import_module("preliz")
    except ImportError:
        raise HamkneeError("PreliZ is not installed; allowed: after `pip install preliz`") from None
    return preliz.Beta(*counts) if len(counts) == 2 else preliz.Dirichlet(list(counts))


def _counts(stated: Elicited | Row, state: str | None) -> tuple[float, ...]:
    """Return alpha and beta of one state's proportion, or the counts of all of several states."""
    if isinstance(stated, Row):
        if state not in (None, stated.state):
            raise HamkneeError(f"the row is about {stated.state!r}; allowed: not {state!r}")
        if not 0 < stated.probability < 1 or not stated.ess > 0:
            said = f"{stated.name} is {stated.probability:g}, worth {stated.ess:g} patients"
            raise HamkneeError(f"{said}; allowed: between 0 and 1, and worth more than 0")
        return stated.probability * stated.ess, (1 - stated.probability) * stated.ess
    if state is None and len(stated.states) > 2:
        return tuple(share * stated.ess for share in stated.probabilities)
    return stated.counts(stated.states[0] if state is None else state)
