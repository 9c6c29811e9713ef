"""The forms in which a person can state a column: each becomes an `Elicited`.

A range, quartiles, "60 of 100", counts, chips in bins. A variable of two states is the usual
case; the statement is then about its first state, and the second is what remains.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np

from hamknee.base import HamkneeError, listing, percent
from hamknee.estimation.elicited import YES_NO, Elicited, check_states, patients
from hamknee.estimation.fitting import beta_ess, dirichlet_ess, fit_beta

QUARTILES = (0.25, 0.5, 0.75)


def from_range(
    low: float,
    high: float,
    *,
    best: float | None = None,
    mass: float = 0.9,
    states: Sequence[str] = YES_NO,
) -> Elicited:
    """Return a column from a range: "most likely 0.60, and I am 90 % sure of 0.38 to 0.80".

    Parameters
    ----------
    low, high : float
        Ends of the range of the first state's proportion.
    best : float, optional
        Best estimate; it becomes the mean, and only the sample size is fitted (`beta_ess`).
        Without it the two ends are met exactly, and the mean follows.
    mass : float
        Probability that the range is meant to hold, the rest split evenly.
    states : sequence of str
        The two states; the range is about the first.

    Raises
    ------
    HamkneeError
        If the numbers are out of order, or an end is 0 or 1 and there is no best estimate.

    Examples
    --------
    >>> from hamknee.estimation import from_range
    >>> print(from_range(0.38, 0.80, best=0.60).text)
    yes: 0.6, 90 % range 0.38 to 0.8. This is worth about 14 patients.
    >>> from_range(0.38, 0.80, best=0.60).note  # for the file
    '90 % range 0.38 to 0.8, best estimate 0.6'
    """
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass:g}; allowed: between 0 and 1")
    tails = _tails(mass)
    if best is None:
        if not 0 < low < high < 1:
            raise HamkneeError(
                f"found a range of {low:g} to {high:g}; allowed: 0 < low < high < 1, or a best"
                " estimate beside a range that begins at 0 or ends at 1"
            )
        mean, ess = fit_beta((low, high), tails)
    else:
        mean, ess = best, beta_ess(best, low, high, mass)
    said = f"{percent(mass)} range {low:g} to {high:g}"
    note = said if best is None else f"{said}, best estimate {best:g}"
    return _of_two(states, mean, ess, (low, high), tails, note)


def from_quantiles(
    values: Sequence[float],
    levels: Sequence[float] = QUARTILES,
    *,
    states: Sequence[str] = YES_NO,
) -> Elicited:
    """Return a column from quantiles of one proportion, by default its three quartiles.

    The median is a value that the proportion is as likely to be below as above, and the quartiles
    halve each side again. The Beta is fitted as SHELF does (`fit_beta`).

    Parameters
    ----------
    values : sequence of float
        Of the first state's proportion, rising, strictly between 0 and 1.
    levels : sequence of float
        Probability of being below each value.
    states : sequence of str
        The two states.

    Raises
    ------
    HamkneeError
        If values or levels are out of order.

    Examples
    --------
    >>> from hamknee.estimation import from_quantiles
    >>> print(from_quantiles((0.35, 0.45, 0.56)).text)
    yes: 0.455, 90 % range 0.22 to 0.7. This is worth about 10 patients.
    """
    if not all(0 < level < 1 for level in levels):
        listed = ", ".join(f"{level:g}" for level in levels)
        raise HamkneeError(f"found the levels {listed}; allowed: strictly between 0 and 1")
    mean, ess = fit_beta(values, levels)
    return _of_two(states, mean, ess, values, levels, _quantiles_note(values, levels))


def from_frequency(
    number: float,
    of: float = 100,
    *,
    low: float | None = None,
    high: float | None = None,
    worth: float | None = None,
    mass: float = 0.9,
    states: Sequence[str] = YES_NO,
) -> Elicited:
    """Return a column from "60 of 100 patients", with how sure that is.

    Parameters
    ----------
    number, of : float
        So many of so many; an imagined number of patients, not a count of real ones.
    low, high : float, optional
        How few and how many of them it might be, held with probability `mass`.
    worth : float, optional
        Instead: how many real patients this experience is worth.
    mass : float
        As for `from_range`.
    states : sequence of str
        The two states.

    Raises
    ------
    HamkneeError
        If neither or both of range and worth are given, or the numbers are out of order.

    Examples
    --------
    >>> from hamknee.estimation import from_frequency
    >>> print(from_frequency(60, low=38, high=80).text)
    yes: 0.6, 90 % range 0.38 to 0.8. This is worth about 14 patients.
    >>> print(from_frequency(3, 20, worth=8).text)
    yes: 0.15, 90 % range 0.013 to 0.39. This is worth about 8 patients.
    """
    if not 0 < number < of:
        raise HamkneeError(f"found {number:g} of {of:g}; allowed: above 0 and below {of:g}")
    ranged = low is not None and high is not None
    if ranged == (worth is not None) or (low is None) != (high is None):
        raise HamkneeError(
            "how sure this is must be said in one way; allowed: low and high, or worth (a number"
            " of patients)"
        )
    said = f"{number:g} of {of:g}"
    if low is not None and high is not None:
        column = from_range(low / of, high / of, best=number / of, mass=mass, states=states)
        note = f"{said}, {percent(mass)} range {low:g} to {high:g}"
        return replace(column, note=note)
    ess = float(worth or 0)
    return _of_two(states, number / of, ess, (), (), f"{said}, worth {patients(ess)}")


def from_counts(counts: Mapping[str, float], *, imagined: float = 1.0) -> Elicited:
    """Return a column from counts of real patients, n of N.

    Parameters
    ----------
    counts : mapping of state to number
        How many patients had each state.
    imagined : float
        Patients added, spread evenly over the states, so that a count of 0 does not become a
        probability of 0. With one, two states get 1/2 each (the prior of Jeffreys). With 0 the
        probabilities are the plain shares.

    Returns
    -------
    Elicited
        Its ess is the number of patients, the imagined ones included.

    Raises
    ------
    HamkneeError
        If a count is negative or not finite, or a state has no patient at all.

    Examples
    --------
    >>> from hamknee.estimation import from_counts
    >>> print(from_counts({"yes": 0, "no": 20}).text)  # none of 20 is not never
    yes: 0.0238, 90 % range 9.7e-05 to 0.09. This is worth about 21 patients.
    >>> from_counts({"mild": 10, "moderate": 30, "severe": 60}, imagined=0).probabilities
    (0.1, 0.3, 0.6)
    """
    check_states(tuple(counts))
    wrong = [f"{state}: {n:g}" for state, n in counts.items() if not 0 <= n < math.inf]
    if wrong or not 0 <= imagined < math.inf:
        counted = listing(wrong) or f"{imagined:g} imagined"
        raise HamkneeError(f"found counts that cannot be ({counted}); allowed: 0 or more")
    total = sum(counts.values()) + imagined
    added = {state: n + imagined / len(counts) for state, n in counts.items()}
    if min(added.values()) <= 0:
        empty = listing(state for state, n in added.items() if n <= 0)
        raise HamkneeError(f"no patient with {empty}; allowed: imagined patients above 0")
    shares = tuple(n / total for n in added.values())
    said = ", ".join(f"{state} {n:g}" for state, n in counts.items())
    return Elicited(tuple(counts), shares, total, (), f"counted: {said}")


def from_chips(
    edges: Sequence[float], chips: Sequence[int], *, states: Sequence[str] = YES_NO
) -> Elicited:
    """Return a column from chips laid in bins (the roulette, or trial roulette, method).

    A bin's share of the chips is the probability that the proportion lies in it. The Beta is
    fitted to the cumulated shares at the edges between the bins (`fit_beta`), as SHELF does.

    Parameters
    ----------
    edges : sequence of float, shape (bins + 1,)
        Of the bins for the first state's proportion, rising, from 0 or more to 1 or less.
    chips : sequence of int, shape (bins,)
        Chips in each bin, in at least three of them.
    states : sequence of str
        The two states.

    Raises
    ------
    HamkneeError
        If edges and chips do not fit together, or too few bins have chips: two would be met ever
        better by an ever narrower distribution.

    Examples
    --------
    >>> from hamknee.estimation import from_chips
    >>> edges = [0, 0.2, 0.4, 0.6, 0.8, 1]
    >>> print(from_chips(edges, chips=[0, 3, 10, 6, 1]).text)
    yes: 0.545, 90 % range 0.31 to 0.77. This is worth about 12 patients.
    """
    if len(edges) != len(chips) + 1:
        sizes = f"{len(edges)} edges and {len(chips)} bins"
        raise HamkneeError(f"found {sizes}; allowed: one edge more than bins")
    rising = all(low < high for low, high in pairwise(edges))
    if not (rising and edges[0] >= 0 and edges[-1] <= 1):
        listed = ", ".join(f"{edge:g}" for edge in edges)
        raise HamkneeError(f"found the edges {listed}; allowed: rising, from 0 to 1 at most")
    if not all(chip >= 0 for chip in chips):
        raise HamkneeError(f"found the chips {list(chips)}; allowed: 0 or more in each bin")
    if sum(chip > 0 for chip in chips) < 3:
        used = sum(chip > 0 for chip in chips)
        raise HamkneeError(
            f"found chips in {used} of {len(chips)} bins; allowed: in 3 or more, so lay them wider"
            " or make the bins narrower"
        )
    shares = [float(share) for share in np.cumsum([0, *chips]) / sum(chips)]
    # At 0 and 1 every Beta is right, so these edges say nothing.
    inner = [(edge, share) for edge, share in zip(edges, shares, strict=True) if 0 < edge < 1]
    mean, ess = fit_beta([edge for edge, _ in inner], [share for _, share in inner])
    between = [(edge, share) for edge, share in inner if 0 < share < 1]
    values, levels = [edge for edge, _ in between], [share for _, share in between]
    note = f"{sum(chips)} chips in {len(chips)} bins from {edges[0]:g} to {edges[-1]:g}"
    return _of_two(states, mean, ess, values, levels, note)


def from_ranges(ranges: Mapping[str, tuple[float, float, float]], *, mass: float = 0.9) -> Elicited:
    """Return a column of several states from a best estimate and a range for each.

    This is what the shipped numbers were made with: the best estimates are kept, and the sample
    size is the smallest that any of the ranges implies (`dirichlet_ess`).

    Parameters
    ----------
    ranges : mapping of state to (low, best, high)
        The best estimates add up to 1.
    mass : float
        Probability that each range is meant to hold.

    Raises
    ------
    HamkneeError
        If the estimates do not add up to 1 within 1e-6, or a range is out of order.

    Examples
    --------
    >>> from hamknee.estimation import from_ranges
    >>> walking = from_ranges(
    ...     {"normal": (0.05, 0.15, 0.3), "limping": (0.4, 0.6, 0.78), "unable": (0.12, 0.25, 0.4)}
    ... )
    >>> walking.table.round(2)
         state  probability    ess   low  high
    0   normal         0.15  17.17  0.04  0.31
    1  limping         0.60  17.17  0.40  0.78
    2   unable         0.25  17.17  0.10  0.43
    """
    check_states(tuple(ranges))
    lows, bests, highs = zip(*ranges.values(), strict=True)
    ess = dirichlet_ess(bests, lows, highs, mass)
    tails = _tails(mass)
    stated = tuple(
        (state, level, value)
        for state, (low, _, high) in ranges.items()
        for level, value in zip(tails, (low, high), strict=True)
    )
    said = ", ".join(f"{state} {low:g} to {high:g}" for state, (low, _, high) in ranges.items())
    return Elicited(tuple(ranges), tuple(bests), ess, stated, f"{percent(mass)} ranges: {said}")


def from_state_quantiles(
    values: Mapping[str, Sequence[float]],
    levels: Sequence[float] = QUARTILES,
    *,
    total: Literal["min", "opt"] = "min",
) -> Elicited:
    """Return a column of several states from quantiles of each, by the method of SHELF.

    A Beta is fitted to each state, the means are divided by their sum, and one total count is
    chosen.

    Parameters
    ----------
    values : mapping of state to quantiles
        As `from_quantiles` takes them.
    levels : sequence of float
        Probability of being below each value, the same for all states.
    total : {"min", "opt"}
        The smallest count of the Betas, which claims no more than the least certain of them; or
        the count whose standard deviations are nearest to those of the Betas.

    Raises
    ------
    HamkneeError
        If the quantiles of a state are out of order, or the medians are so far from adding up to 1
        (by more than a fifth) that rescaling would no longer be what was meant.

    Notes
    -----
    Zapata-Vázquez, O'Hagan & Bastos (2014), Journal of Applied Statistics 41:1919; the option
    names are those of the R package SHELF.

    Examples
    --------
    >>> from hamknee.estimation import from_state_quantiles
    >>> outcome = from_state_quantiles(
    ...     {"good": (0.5, 0.55, 0.6), "sequel": (0.22, 0.3, 0.35), "dead": (0.11, 0.15, 0.2)}
    ... )
    >>> [round(share, 2) for share in outcome.probabilities], round(outcome.ess)
    ([0.55, 0.29, 0.16], 21)
    """
    states = tuple(values)
    check_states(states)
    if total not in ("min", "opt"):
        raise HamkneeError(f"found the total {total!r}; allowed: 'min', 'opt'")
    means, counts = np.transpose([fit_beta(values[state], levels) for state in states])
    if abs(means.sum() - 1) > 0.2:
        raise HamkneeError(
            f"the means that the quantiles imply add up to {means.sum():.3g}; allowed: 0.8 to 1.2,"
            " which is then divided out"
        )
    spread = means * (1 - means)
    best = (spread.sum() / (spread / np.sqrt(counts + 1)).sum()) ** 2 - 1
    ess = float(counts.min() if total == "min" else best)
    shares = tuple(float(mean) for mean in means / means.sum())
    stated = tuple(
        (state, float(level), float(value))
        for state in states
        for level, value in zip(levels, values[state], strict=True)
    )
    said = "; ".join(f"{state} {_quantiles_note(values[state], levels)}" for state in states)
    return Elicited(states, shares, ess, stated, said)


def _of_two(
    states: Sequence[str],
    mean: float,
    ess: float,
    values: Sequence[float],
    levels: Sequence[float],
    note: str,
) -> Elicited:
    """Return the column of a variable with two states, of which the first was spoken."""
    if len(states) != 2:
        raise HamkneeError(f"found {len(states)} states; allowed: two, of which the first is meant")
    first, second = states
    said = tuple((first, float(lv), float(v)) for lv, v in zip(levels, values, strict=True))
    return Elicited((first, second), (mean, 1 - mean), ess, said, note)


def _tails(mass: float) -> tuple[float, float]:
    """Return the levels of a range's ends, 0.05 and not 0.04999999999999999."""
    return round((1 - mass) / 2, 12), round((1 + mass) / 2, 12)


def _quantiles_note(values: Sequence[float], levels: Sequence[float]) -> str:
    """Return quantiles in words, as the note of a column."""
    said = ", ".join(f"{value:g}" for value in values)
    at = "quartiles" if tuple(levels) == QUARTILES else "quantiles"
    levels_said = "" if at == "quartiles" else f" at {', '.join(f'{lv:g}' for lv in levels)}"
    return f"{at} {said}{levels_said}"
