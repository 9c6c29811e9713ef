"""How sure the numbers allow us to be: intervals for posteriors from draws of the tables.

Each column of each table is taken as uncertain, as the Dirichlet distribution that its equivalent
sample size implies, ess × probability, and independent of the others (Spiegelhalter & Lauritzen
1990; Kleiter 1996). A posterior is then a random number too. Its interval comes from draws of the
tables, with the exact posterior of each; how much each column adds to its width comes from the
delta method (Van Allen, Singh, Greiner & Hooper 2008). One case says next to nothing of the
tables, so they are not conditioned on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hamknee.cases import encode
from hamknee.derivatives import derivatives
from hamknee.draws import Sampler, check_ess
from hamknee.evidence import check_evidence, find_state
from hamknee.faults import HamkneeError
from hamknee.inference import Model
from hamknee.junction_tree import Array
from hamknee.parameters import given_names
from hamknee.results import Posterior, percent, percent_range

if TYPE_CHECKING:
    import pandas as pd


NOISE = 1e-24
"""Variance, relative to the squared posterior, below which there is only rounding."""


@dataclass(frozen=True)
class CredibleInterval:
    """How far the uncertainty of the tables lets a posterior vary.

    Parameters
    ----------
    posterior : Posterior
        Exact, from the tables as they are.
    low, high : ndarray, shape (states,)
        Ends of the central interval of P(target | evidence).
    p_top : ndarray, shape (states,)
        Share of the draws in which the state is the most probable one.
    mass : float
        Probability that each interval holds.
    samples : ndarray, shape (draws, states)
        The posterior of each draw.
    model : Model
        Whose tables were drawn.
    """

    posterior: Posterior
    low: Array
    high: Array
    p_top: Array
    mass: float
    samples: Array = field(repr=False)
    model: Model = field(repr=False)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a state: target, label, probability, low, high, p_top, prior."""
        order = self.posterior.order
        found = self.posterior.table.copy()
        for place, name in enumerate(("low", "high", "p_top"), start=3):
            found.insert(place, name, getattr(self, name)[order])
        return found

    @cached_property
    def text(self) -> str:
        """Two plain sentences: the most probable state with its interval, and how stable it is."""
        first = self.posterior.order[0]
        label = self.posterior.target.states[first].label
        ends = percent_range(float(self.low[first]), float(self.high[first]))
        probability = percent(float(self.posterior.probabilities[first]))
        interval = f"{percent(self.mass)} interval {ends}"
        return f"Most likely: {label}, {probability} ({interval}). {self.stability}"

    @cached_property
    def stability(self) -> str:
        """One plain sentence on how often the most probable state stays the first."""
        first, *rest = self.posterior.order
        states = self.posterior.target.states
        share = f"{percent(float(self.p_top[first]))} of {len(self.samples):,} draws of the numbers"
        rivals = sorted((i for i in rest if self.p_top[i] >= 0.05), key=lambda i: -self.p_top[i])
        others = [f"{states[i].label} in {percent(float(self.p_top[i]))}" for i in rivals[:2]]
        also = f"; {' and '.join(others)}" if others else ""
        return f"{states[first].label} comes first in {share}{also}."

    def contributions(self, state: str) -> WidthContributions:
        """Return how much each column of each table adds to the width for one state."""
        return width_contributions(self.model, self.posterior.evidence, state)


@dataclass(frozen=True)
class WidthContributions:
    """Which numbers make a posterior uncertain, and so which to measure next.

    Parameters
    ----------
    label : str
        Of the target's state.
    columns : tuple of (variable, given, ess, share)
        Largest share first; columns that cannot matter are left out.
    sd : float
        Standard deviation of the posterior by the delta method, which overstates it for small
        equivalent sample sizes; the shares are what it is good for.
    """

    label: str
    columns: tuple[tuple[str, str, float, float], ...]
    sd: float

    @cached_property
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
        column = f"P({variable}{' | ' + given if given else ''})"
        return (
            f"To be surer of {self.label}, measure {column} next: it now counts as {ess:g} cases "
            f"and makes up {percent(share)} of the variance."
        )


def credible_interval(
    model: Model,
    evidence: Mapping[str, object],
    *,
    mass: float = 0.9,
    draws: int = 4000,
    seed: int = 0,
) -> CredibleInterval:
    """Return intervals for the posterior of every state of the target, and how stable the order is.

    Parameters
    ----------
    model : Model
        With an equivalent sample size for each column that is not logical (only 0 and 1).
    evidence : mapping
        One case, as for `Model.posterior`.
    mass : float
        Probability that each interval is to hold, between 0 and 1; the rest is split evenly.
    draws : int
        How often the tables are drawn.
    seed : int
        For the draws; the same seed gives the same answer.

    Returns
    -------
    CredibleInterval

    Raises
    ------
    HamkneeError
        If a column has no equivalent sample size, or `mass` or `draws` is out of range.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Notes
    -----
    Spiegelhalter & Lauritzen (1990), Networks 20:579; Kleiter (1996), Artificial Intelligence;
    Van Allen, Singh, Greiner & Hooper (2008), Artificial Intelligence 172:483.
    """
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    if draws < 1:
        raise HamkneeError(f"found {draws} draws; allowed: 1 or more")
    check_ess(model)
    checked = check_evidence(model.vocabulary, evidence)
    posterior = model.posterior(checked)
    samples = Sampler(model, encode(model.vocabulary, [checked])).posteriors(draws, seed)
    low, high = np.quantile(samples, [(1 - mass) / 2, (1 + mass) / 2], axis=0)
    p_top = np.bincount(samples.argmax(axis=1), minlength=samples.shape[1]) / draws
    return CredibleInterval(posterior, low, high, p_top, mass, samples, model)


def width_contributions(
    model: Model, evidence: Mapping[str, object], state: str
) -> WidthContributions:
    """Return how much each column of each table adds to the variance of one state's posterior.

    The delta method: with the gradient g of the posterior, a column p with sample size S adds
    gᵀ(diag(p) - ppᵀ)g / (S + 1).

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
    target = model.vocabulary.target
    place = find_state(model.vocabulary.target, state)
    found = derivatives(model, evidence)
    probability = found.posterior.probabilities[place]
    columns: list[tuple[str, str, float, float]] = []
    for name, table in found.tables.items():
        cpt = model.cpts[name]
        gradient = table[place] - probability * table.sum(axis=0)
        mean = (cpt.probabilities * gradient).sum(axis=-1, keepdims=True)
        spread = (cpt.probabilities * (gradient - mean) ** 2).sum(axis=-1)
        for column in np.ndindex(spread.shape):
            if cpt.ess is not None and spread[column] > NOISE * probability**2:
                ess = float(cpt.ess[column])
                given = given_names(model, name, column)
                columns.append((name, given, ess, float(spread[column]) / (ess + 1)))
    total = sum(variance for *_, variance in columns)
    shares = [(name, given, ess, variance / total) for name, given, ess, variance in columns]
    ranked = tuple(sorted(shares, key=lambda column: -column[3]))
    return WidthContributions(target.state(state).label, ranked, float(np.sqrt(total)))
