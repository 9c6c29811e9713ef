"""Which numbers make a posterior uncertain, and so which to measure next.

The delta method (Van Allen, Singh, Greiner & Hooper 2008), with mean and covariance of each column
*given the case*, as for the intervals: a patient who fits the case counts as one more case in each
column that it uses, so that a column is a mixture of Dirichlets, with known mean and variance.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import Array, copied_property, percent, shown
from hamknee.inference import AnyCase, Model
from hamknee.network import CPT, Vocabulary, find_state, given_pairs, number_words
from hamknee.sensitivity.derivatives import derivatives
from hamknee.sensitivity.drawing import check_ess
from hamknee.sensitivity.parameters import given_names

if TYPE_CHECKING:
    import pandas as pd


NOISE = 1e-24
"""Variance, relative to the squared posterior, below which there is only rounding."""


@shown
@dataclass(frozen=True)
class WidthContributions:
    """Which numbers make a posterior uncertain, and so which to measure next.

    Parameters
    ----------
    label : str
        Of the target's state.
    columns : tuple of (variable, given, ess, share)
        Largest share first; columns that cannot matter are left out. The sample sizes are those of
        the tables, without the case.
    sd : float
        Standard deviation of the posterior by the delta method, which overstates it for small
        equivalent sample sizes; the shares are what it is good for.
    vocabulary : Vocabulary
        Of the model.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes"}
    >>> interval = hamknee.credible_interval(model, case, draws=500, seed=1)
    >>> contributions = interval.contributions("strain")
    >>> list(contributions.table), round(float(contributions.table["share"].sum()), 6)
    (['variable', 'given', 'ess', 'share'], 1.0)
    """

    label: str
    columns: tuple[tuple[str, str, float, float], ...]
    sd: float
    vocabulary: Vocabulary = field(repr=False)

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a column of a table: variable, given, ess, share."""
        import pandas as pd

        return pd.DataFrame(list(self.columns), columns=["variable", "given", "ess", "share"])

    @cached_property
    def text(self) -> str:
        """One plain sentence on the column to measure next."""
        if not self.columns:
            return f"No number that could be measured changes the probability of {self.label}."
        variable, given, ess, share = self.columns[0]
        column = number_words(self.vocabulary, variable, None, given_pairs(given))
        return (
            f"To be surer of {self.label}, measure “{column}” next: it now counts as {ess:g} cases "
            f"and makes up {percent(share)} of the variance."
        )


def width_contributions(model: Model, evidence: AnyCase, state: str) -> WidthContributions:
    """Return how much each column of each table adds to the variance of one state's posterior.

    The delta method: a column adds gᵀ C g, where C is its covariance given the case and g the
    gradient of the posterior by its entries, with all tables at their means given the case.

    Parameters
    ----------
    model, evidence
        As for `credible_interval`.
    state : str
        Of the target.

    Raises
    ------
    HamkneeError
        If a column has no equivalent sample size, or there is no such state.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Notes
    -----
    Van Allen, Singh, Greiner & Hooper (2008), Artificial Intelligence 172:483.
    """
    check_ess(model)
    place, case = find_state(model.vocabulary.target, state), model.case(evidence)
    columns = {
        name: Columns(model.cpts[name], table.sum(axis=0) * model.cpts[name].probabilities)
        for name, table in derivatives(case).tables.items()
    }
    means = {name: replace(model.cpts[name], probabilities=c.mean) for name, c in columns.items()}
    at_mean = Model(model.vocabulary, dict(model.cpts) | means).case(case.evidence)
    probability = at_mean.posterior.probabilities[place]
    variances: list[tuple[str, str, float, float]] = []
    for name, table in derivatives(at_mean).tables.items():
        cpt = model.cpts[name]
        spread = columns[name].variance(table[place] - probability * table.sum(axis=0))
        for column in np.ndindex(spread.shape):
            if not cpt.logical[column] and spread[column] > NOISE * probability**2:
                given = given_names(model, name, column)
                ess = float(cpt.dirichlet[column].sum())
                variances.append((name, given, ess, float(spread[column])))
    total = sum(variance for *_, variance in variances)
    shares = [(name, given, ess, variance / total) for name, given, ess, variance in variances]
    ranked = tuple(sorted(shares, key=lambda column: -column[3]))
    label = model.vocabulary.target.states[place].label
    return WidthContributions(label, ranked, float(np.sqrt(total)), model.vocabulary)


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of one table as uncertain as they are, given a case.

    Parameters
    ----------
    cpt : CPT
        The table.
    used : ndarray, shape (parents' states..., states)
        P(parents' states, state | evidence): which entry a patient who fits the case uses.
    """

    cpt: CPT
    used: Array

    @property
    def mean(self) -> Array:
        """The mean of each entry, shaped like the probabilities."""
        p, count = self.cpt.probabilities, self.cpt.dirichlet.sum(axis=-1, keepdims=True)
        return np.asarray(p + (self.used - self.used.sum(axis=-1, keepdims=True) * p) / (count + 1))

    def variance(self, slopes: Array) -> Array:
        """Return the variance of each column's sum of slope × entry, shape (parents' states...).

        Parameters
        ----------
        slopes : ndarray, shape (parents' states..., states)
        """
        counts, p = self.cpt.dirichlet, self.cpt.probabilities
        slopes = slopes - (p * slopes).sum(axis=-1, keepdims=True)  # adds nothing but less rounding
        not_used = 1 - self.used.sum(axis=-1)
        # As it is, and with one more case in each of its states.
        versions = [(not_used, counts)]
        for state in range(counts.shape[-1]):
            one_more = np.zeros(counts.shape[-1])
            one_more[state] = 1
            versions.append((self.used[..., state], counts + one_more))
        first = second = np.zeros(not_used.shape)
        for weight, alpha in versions:
            total = alpha.sum(axis=-1)
            mean = (alpha * slopes).sum(axis=-1) / total
            spread = (alpha * (slopes - mean[..., None]) ** 2).sum(axis=-1) / total / (total + 1)
            first = first + weight * mean
            second = second + weight * (spread + mean**2)
        return np.asarray(second - first**2)
