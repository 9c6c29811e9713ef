"""Sensitivity, specificity and likelihood ratios of a finding: two columns and what they imply.

A finding of two states and a condition that is present or absent make two columns, P(finding |
condition) and P(finding | no condition). Sensitivity and specificity name them; the likelihood
ratios are their quotients; the predictive values follow with a base rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import (
    Array,
    HamkneeError,
    Kind,
    compares_arrays,
    copied_property,
    percent,
    percent_range,
    shown,
    takes,
)
from hamknee.estimation.elicited import RANGE, YES_NO, Elicited, patients

if TYPE_CHECKING:
    import pandas as pd


@shown
@dataclass(frozen=True)
class Accuracy:
    """How a finding tells those with a condition from those without.

    Parameters
    ----------
    present, absent : Elicited
        P(finding | condition) and P(finding | no condition), of the same two states, the
        positive one first.

    Raises
    ------
    HamkneeError
        If the columns are of different states, or not of two.

    Examples
    --------
    >>> from hamknee.estimation import Accuracy, from_counts
    >>> gap_felt = Accuracy(
    ...     present=from_counts({"yes": 18, "no": 11}),  # 29 with a rupture
    ...     absent=from_counts({"yes": 3, "no": 57}),  # 60 without
    ... )
    >>> print(gap_felt.text)
    'yes' is found in 62 % of those with the condition (about 30 patients) and in 6 % of
    those without (about 61 patients). 'yes' multiplies the odds by 11, 'no' by 0.41.
    >>> gap_felt.table.round(1)
           measure  value  low  high
    0  sensitivity    0.6  0.5   0.8
    1  specificity    0.9  0.9   1.0
    2          LR+   10.7  5.1  34.2
    3          LR-    0.4  0.3   0.6
    """

    present: Elicited
    absent: Elicited

    def __post_init__(self) -> None:
        """Refuse columns that do not go together."""
        if self.present.states != self.absent.states or len(self.present.states) != 2:
            columns = f"{', '.join(self.present.states)} and {', '.join(self.absent.states)}"
            raise HamkneeError(f"found the states {columns}; allowed: the same two in both columns")

    @property
    def sensitivity(self) -> float:
        """P(positive | condition)."""
        return self.present.probabilities[0]

    @property
    def specificity(self) -> float:
        """P(negative | no condition)."""
        return self.absent.probabilities[1]

    @property
    def positive_ratio(self) -> float:
        """LR+: how many times as common a positive finding is with the condition."""
        return self.present.probabilities[0] / self.absent.probabilities[0]

    @property
    def negative_ratio(self) -> float:
        """LR-: how many times as common a negative finding is with the condition."""
        return self.present.probabilities[1] / self.absent.probabilities[1]

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a measure: measure, value, low, high (90 % range)."""
        import pandas as pd

        drawn_present, drawn_absent = _draws(self, seed=0)
        measures = {
            "sensitivity": (self.sensitivity, drawn_present),
            "specificity": (self.specificity, 1 - drawn_absent),
            "LR+": (self.positive_ratio, drawn_present / drawn_absent),
            "LR-": (self.negative_ratio, (1 - drawn_present) / (1 - drawn_absent)),
        }
        rows = [
            (name, value, *np.quantile(drawn, RANGE)) for name, (value, drawn) in measures.items()
        ]
        return pd.DataFrame(rows, columns=["measure", "value", "low", "high"])

    @cached_property
    def text(self) -> str:
        """Two plain sentences: the two columns, and what each answer says."""
        positive, negative = self.present.states
        return (
            f"{positive!r} is found in {percent(self.sensitivity)} of those with the condition"
            f" ({patients(self.present.ess)}) and in {percent(1 - self.specificity)} of those"
            f" without ({patients(self.absent.ess)}). {positive!r} multiplies the odds by"
            f" {self.positive_ratio:.2g}, {negative!r} by {self.negative_ratio:.2g}."
        )


def from_rates(
    sensitivity: float,
    specificity: float,
    *,
    n_with: float,
    n_without: float,
    states: Sequence[str] = YES_NO,
) -> Accuracy:
    """Return the two columns of a published sensitivity and specificity.

    Parameters
    ----------
    sensitivity, specificity : float
        Strictly between 0 and 1. For a published 0 or 1 make the columns from counts
        (`from_counts`), which do not take "none of 20" for "never".
    n_with, n_without : float
        Patients with and without the condition in the study: the columns' sample sizes.
    states : sequence of str
        The two states of the finding, the positive one first.

    Raises
    ------
    HamkneeError
        If a rate is not strictly between 0 and 1, or a number of patients not above 0.

    Examples
    --------
    >>> from hamknee.estimation import from_rates
    >>> study = from_rates(sensitivity=0.8, specificity=0.9, n_with=40, n_without=60)
    >>> print(study.text)
    'yes' is found in 80 % of those with the condition (about 40 patients) and in 10 %
    of those without (about 60 patients). 'yes' multiplies the odds by 8, 'no' by 0.22.
    """
    for name, rate in (("sensitivity", sensitivity), ("specificity", specificity)):
        if not 0 < rate < 1:
            raise HamkneeError(
                f"found a {name} of {rate:g}; allowed: strictly between 0 and 1; for 0 or 1 make"
                " the column from the counts"
            )
    said = f"sensitivity {sensitivity:g} (n = {n_with:g}), specificity {specificity:g}"
    note = f"{said} (n = {n_without:g})"
    return _accuracy(
        (sensitivity, 1 - sensitivity),
        (1 - specificity, specificity),
        (n_with, n_without),
        states,
        note,
    )


def from_likelihood_ratios(
    positive: float,
    negative: float,
    *,
    n_with: float,
    n_without: float,
    states: Sequence[str] = YES_NO,
) -> Accuracy:
    """Return the two columns of a pair of likelihood ratios.

    From LR+ = s / f and LR- = (1 - s) / (1 - f), with s = P(positive | condition) and
    f = P(positive | no condition), follow f = (1 - LR-) / (LR+ - LR-) and s = f LR+.

    Parameters
    ----------
    positive, negative : float
        LR+ and LR-, finite and above 0, one of them above 1 and the other below.
    n_with, n_without : float
        Patients with and without the condition in the study: the columns' sample sizes.
    states : sequence of str
        The two states of the finding, the positive one first.

    Raises
    ------
    HamkneeError
        If no two columns have these ratios, or (both are 1) too many have.

    Examples
    --------
    >>> from hamknee.estimation import from_likelihood_ratios
    >>> study = from_likelihood_ratios(8, 0.25, n_with=40, n_without=60)
    >>> round(study.sensitivity, 2), round(study.specificity, 2)
    (0.77, 0.9)
    >>> from_likelihood_ratios(8, 2, n_with=40, n_without=60)
    Traceback (most recent call last):
    ...
    hamknee.base.errors.HamkneeError: found LR+ = 8 and LR- = 2, which no finding has: if one
    answer makes the condition more likely, the other makes it less likely; allowed: with LR+
    = 8 an LR- below 1, or with LR- = 2 an LR+ below 1
    """
    for name, ratio in (("LR+", positive), ("LR-", negative)):
        if not 0 < ratio < math.inf:
            raise HamkneeError(
                f"found an {name} of {ratio:g}; allowed: above 0 and finite, because an answer that"
                " makes certain leaves nothing to learn"
            )
    if positive == negative == 1:
        raise HamkneeError(
            "found LR+ = 1 and LR- = 1, which every finding that tells nothing has; allowed: ratios"
            " other than 1, or sensitivity and specificity"
        )
    if (positive - 1) * (negative - 1) >= 0:
        raise HamkneeError(
            f"found LR+ = {positive:g} and LR- = {negative:g}, which no finding has: if one answer"
            " makes the condition more likely, the other makes it less likely; allowed:"
            f" {_partner('LR+', positive, 'LR-')}, or {_partner('LR-', negative, 'LR+')}"
        )
    width = positive - negative
    false_alarm, correct = (1 - negative) / width, (positive - 1) / width
    note = f"LR+ {positive:g} (n = {n_with:g}), LR- {negative:g} (n = {n_without:g})"
    return _accuracy(
        (positive * false_alarm, negative * correct),
        (false_alarm, correct),
        (n_with, n_without),
        states,
        note,
    )


@shown
@dataclass(frozen=True)
@compares_arrays
class PredictiveValues:
    """How likely the condition is after each answer, at several base rates.

    Parameters
    ----------
    accuracy : Accuracy
        The two columns.
    base_rates : mapping of setting to float
        P(condition) before the finding.
    values : ndarray, shape (settings, 2)
        P(condition | positive) and P(condition | negative).
    low, high : ndarray, shape (settings, 2)
        Ends of their 90 % ranges, from draws of the two columns.

    Examples
    --------
    >>> from hamknee.estimation import from_rates, predictive_values
    >>> study = from_rates(0.8, 0.9, n_with=40, n_without=60)
    >>> predictive_values(study, {"clinic": 0.3, "practice": 0.01}).table.round(2)
        setting  base_rate state  probability   low  high
    0    clinic       0.30   yes         0.77  0.66  0.88
    1    clinic       0.30    no         0.09  0.05  0.13
    2  practice       0.01   yes         0.07  0.04  0.15
    3  practice       0.01    no         0.00  0.00  0.00
    """

    accuracy: Accuracy
    base_rates: Mapping[str, float]
    values: Array
    low: Array
    high: Array

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a setting and answer: setting, base_rate, state, probability, low, high."""
        import pandas as pd

        rows = [
            (name, rate, state, self.values[i, j], self.low[i, j], self.high[i, j])
            for i, (name, rate) in enumerate(self.base_rates.items())
            for j, state in enumerate(self.accuracy.present.states)
        ]
        columns = ["setting", "base_rate", "state", "probability", "low", "high"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def text(self) -> str:
        """One plain sentence for each setting, in natural frequencies."""
        return " ".join(self._sentence(i) for i in range(len(self.base_rates)))

    def _sentence(self, number: int) -> str:
        name, rate = list(self.base_rates.items())[number]
        ill, well = 1000 * rate, 1000 * (1 - rate)
        true = ill * self.accuracy.sensitivity
        false = well * (1 - self.accuracy.specificity)
        positive, negative = self.accuracy.present.states
        share = percent(float(self.values[number, 0]))
        ends = percent_range(float(self.low[number, 0]), float(self.high[number, 0]))
        return (
            f"{name}: of 1,000 people {ill:,.0f} have the condition; {true + false:,.0f} answer"
            f" {positive!r}, {true:,.0f} of them with it ({share}, 90 % range {ends}). After"
            f" {negative!r} it is {percent(float(self.values[number, 1]))}."
        )


@takes(accuracy=Kind("an accuracy, as from_rates returns it", (Accuracy,)))
def predictive_values(
    accuracy: Accuracy, base_rates: Mapping[str, float], *, draws: int = 20_000, seed: int = 0
) -> PredictiveValues:
    """Return what a finding would make of a condition in places where it is rare or common.

    This is what to look at before a pair of columns is put to use: a number that seems right by
    itself may imply a predictive value that nobody has ever seen.

    Parameters
    ----------
    accuracy : Accuracy
        From `from_rates`, `from_likelihood_ratios`, or two columns of any other form.
    base_rates : mapping of setting to float
        P(condition) before the finding, strictly between 0 and 1.
    draws, seed : int
        For the ranges: the columns are drawn so often, from that seed.

    Raises
    ------
    HamkneeError
        If a base rate is out of range, or there is none, or no draw.

    Examples
    --------
    >>> from hamknee.estimation import from_rates, predictive_values
    >>> study = from_rates(0.8, 0.9, n_with=40, n_without=60)
    >>> print(predictive_values(study, {"Practice": 0.01}).text)
    Practice: of 1,000 people 10 have the condition; 107 answer 'yes', 8 of them with it
    (7 %, 90 % range 4 to 15 %). After 'no' it is under 1 %.
    """
    wrong = [f"{name}: {rate:g}" for name, rate in base_rates.items() if not 0 < rate < 1]
    if wrong or not base_rates:
        named = ", ".join(wrong) or "none"
        raise HamkneeError(f"found the base rates {named}; allowed: strictly between 0 and 1")
    if draws < 1:
        raise HamkneeError(f"found {draws} draws; allowed: 1 or more")
    rates = np.array(list(base_rates.values()))[:, None]
    present, absent = (
        np.array(accuracy.present.probabilities),
        np.array(accuracy.absent.probabilities),
    )
    drawn_present, drawn_absent = _draws(accuracy, seed, draws)
    ranges = [
        np.quantile(_bayes(rates, with_it, without), RANGE, axis=1)
        for with_it, without in (
            (drawn_present, drawn_absent),
            (1 - drawn_present, 1 - drawn_absent),
        )
    ]
    low, high = np.transpose(ranges, (1, 2, 0))
    return PredictiveValues(accuracy, dict(base_rates), _bayes(rates, present, absent), low, high)


def _bayes(base_rate: Array, with_it: Array, without: Array) -> Array:
    """Return P(condition | answer)."""
    return np.asarray(base_rate * with_it / (base_rate * with_it + (1 - base_rate) * without))


def _draws(accuracy: Accuracy, seed: int, draws: int = 20_000) -> tuple[Array, Array]:
    """Return draws of P(positive | condition) and of P(positive | no condition)."""
    rng = np.random.default_rng(seed)
    positive = accuracy.present.states[0]
    columns = (accuracy.present, accuracy.absent)
    # A count far below 1 is drawn as exactly 0 or 1 now and then, and 0 / 0 would follow.
    drawn = [rng.beta(*column.counts(positive), size=draws) for column in columns]
    present, absent = (np.clip(each, 1e-12, 1 - 1e-12) for each in drawn)
    return present, absent


def _partner(name: str, ratio: float, other: str) -> str:
    """Return which values of the other ratio go with this one."""
    needed = "of 1" if ratio == 1 else "below 1" if ratio > 1 else "above 1"
    return f"with {name} = {ratio:g} an {other} {needed}"


def _accuracy(
    present: tuple[float, float],
    absent: tuple[float, float],
    sizes: tuple[float, float],
    states: Sequence[str],
    note: str,
) -> Accuracy:
    """Return the two columns with their sample sizes."""
    for size in sizes:
        if not 0 < size < math.inf:
            raise HamkneeError(f"found {size:g} patients; allowed: above 0")
    names = tuple(states)
    return Accuracy(
        Elicited(names, present, sizes[0], (), note), Elicited(names, absent, sizes[1], (), note)
    )
