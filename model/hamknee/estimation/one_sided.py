"""Findings that were written down on one side only: when present, and not when absent.

A blank is then no answer that is missing at random: it means "no". Read as missing, it is counted
as "yes" in the share of the recorded, and the finding is learned to be far too common. Nothing in a
column of ones and blanks says which it is. What tells is how seldom the other answer stands there,
against how often it should by everything else that is known of the same cases, where there are
enough blanks for it to have gone there.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hamknee.base import Array, listing
from hamknee.estimation.expected_counts import ExpectedCounts
from hamknee.inference import Model
from hamknee.network import CPT, Cases

RARELY = 0.2
"""An answer that stands there at most so many times as often as it should is suspect,"""

SURPRISE = 1e-4
"""if that is less probable than this, the uncertainty of the numbers counted in,"""

BLANK = 0.5
"""and there are blanks for at least this share of all that should be there."""

MOST_CASES = 2000
"""Cases of a variable that are looked at: enough to tell, whatever the size of the cohort."""


@dataclass(frozen=True)
class OneSided:
    """A state of a variable that stands in a cohort far less often than it should.

    Parameters
    ----------
    variable : str
        The column.
    states : tuple of str
        What is hardly ever written down.
    recorded, blank : int
        Cases that tell the variable, and cases that do not.
    count : int
        Of those that tell it, how many say one of these states.
    expected : float
        How many should, by all else that is known of them.

    Examples
    --------
    >>> from hamknee.estimation import OneSided
    >>> print(OneSided("pop", ("no",), recorded=312, blank=1188, count=0, expected=190.4).text)
    pop: 'no' in 0 of 312 cases that tell it, where about 190 would say so; blank in 1,188
    """

    variable: str
    states: tuple[str, ...]
    recorded: int
    blank: int
    count: int
    expected: float

    @property
    def text(self) -> str:
        """What was found, in a line."""
        states = listing(map(repr, self.states))
        return (
            f"{self.variable}: {states} in {self.count:,} of {self.recorded:,} cases that tell it,"
            f" where about {self.expected:,.0f} would say so; blank in {self.blank:,}"
        )


def one_sided_columns(model: Model, cases: Cases) -> list[OneSided]:
    """Return what seems to have been written down on one side only.

    Parameters
    ----------
    model : Model
        Its tables have equivalent sample sizes.
    cases : Cases
        The cohort, the target included.
    """
    return [
        finding
        for number, variable in enumerate(cases.vocabulary.variables)
        if variable.role != "context"  # one clinic sees its own patients
        for finding in _of_variable(model, cases, number)
    ]


def _of_variable(model: Model, cases: Cases, number: int) -> Iterator[OneSided]:
    """Look at one variable: each of its states, of the target all but the one that is told."""
    variable = cases.vocabulary.variables[number]
    recorded = np.flatnonzero(cases.codes[:, number] != len(variable.states))
    blank = len(cases) - len(recorded)
    if not len(recorded) or not blank:
        return
    possible = (cases.weights[number] > 0)[cases.codes[recorded, number]]
    if variable.role == "target":  # few clinics see every disease, but none sees a single one
        certain = np.flatnonzero(possible.all(axis=0))
        sides = [np.arange(len(variable.states)) != state for state in certain]
    else:
        sides = list(np.eye(len(variable.states), dtype=bool))
    counts = [int(possible[:, side].any(axis=1).sum()) for side in sides]
    if not any(count <= RARELY * len(recorded) for count in counts):
        return
    rows = recorded[:: -(-len(recorded) // MOST_CASES)]
    expected = _expected(model, cases[rows], number) * (len(recorded) / len(rows))
    cpt = model.cpts[variable.name]
    for side, count in zip(sides, counts, strict=True):
        mean = float(expected[..., side].sum())
        rare = count <= RARELY * mean and _below(count, cpt, expected, side) < SURPRISE
        if rare and blank >= BLANK * mean * len(cases) / len(recorded):
            states = tuple(np.array(variable.state_names, dtype=object)[side])
            yield OneSided(variable.name, states, len(recorded), blank, count, mean)


def _expected(model: Model, cases: Cases, number: int) -> Array:
    """Return how often each state should occur with each state of its parents.

    By all that is known of the cases but the variable itself; shape (parents' states..., states).
    """
    codes = cases.codes.copy()
    codes[:, number] = len(cases.vocabulary.variables[number].states)
    without = Cases(cases.vocabulary, codes, cases.weights)
    counter = ExpectedCounts(model, without, np.ones(len(cases)), everything=True)
    tables = [model.cpts[name].probabilities for name in cases.vocabulary]
    return counter.expected(tables).counts[number]


def _below(count: int, cpt: CPT, expected: Array, side: Array) -> float:
    """Return the probability that so few cases or fewer show one of some states.

    A column that is a Dirichlet gives counts that vary more than a binomial's. The sum over columns
    is taken as a negative binomial with the same mean and variance, or as a Poisson.
    """
    from scipy import stats

    assert cpt.ess is not None  # Priors always state it
    each = expected[..., side].sum(axis=-1)
    mean = float(each.sum())
    used = each > 0
    p, ess = cpt.probabilities[..., side].sum(axis=-1)[used], cpt.ess[used]
    variance = float((each[used] * (1 - p) * (1 + each[used] / (p * (ess + 1)))).sum())
    if variance <= mean:
        return float(stats.poisson.cdf(count, mean))
    size = mean**2 / (variance - mean)
    return float(stats.nbinom.cdf(count, size, mean / variance))
