"""What to measure next, in patients: by how much a study would improve the answers to others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    Codes,
    HamkneeError,
    compares_arrays,
    copied_property,
    counted,
    shown,
    takes,
)
from hamknee.inference import A_MODEL, Model, conditioned, simulate_cases
from hamknee.network import CPT, Vocabulary
from hamknee.sensitivity.drawing import check_ess

if TYPE_CHECKING:
    import pandas as pd


NEGLIGIBLE = 1e-9
"""Posterior below which a condition cannot gain or lose anything."""

SMALLEST = 1e-60
"""A drawn count below this counts as this."""

NAMED = 3
"""How many studies the text names."""

LARGEST = 10**9
"""Patients of a study; more than there are of any condition."""


class Study(NamedTuple):
    """A study that can be made, and what is expected of it.

    Parameters
    ----------
    given : tuple of (str, str)
        Who is studied: the variable and state that all of them share, such as the condition.
    variable : str
        What is recorded of each.
    bits, error : float
        By how much the log score of a simulated patient is expected to improve, and the standard
        error of that, because patients were drawn.
    state : str
        The answer that is least known now.
    probability, sd, sd_after : float
        How common it is among them, and the standard deviation of that now and after the study.

    Examples
    --------
    >>> import hamknee
    >>> best = hamknee.next_studies(hamknee.load(), cases=100, draws=50).studies[0]
    >>> best.sd_after < best.sd
    True
    """

    given: tuple[tuple[str, str], ...]
    variable: str
    bits: float
    error: float
    state: str
    probability: float
    sd: float
    sd_after: float


@shown
@dataclass(frozen=True)
class Studies:
    """Every study of one finding in the patients of one condition, the best one first.

    Parameters
    ----------
    vocabulary : Vocabulary
        Of the model.
    n : int
        Patients in each study.
    unknown : float
        Mean entropy of the answers to the simulated patients, in bits.
    studies : tuple of Study
        By what they are expected to bring.

    Examples
    --------
    >>> import hamknee
    >>> studies = hamknee.next_studies(hamknee.load(), n=50, cases=100, draws=50)
    >>> studies.table.columns.tolist()[:5]
    ['given', 'given_label', 'variable', 'label', 'n']
    >>> bool(studies.table["bits"].is_monotonic_decreasing)
    True
    """

    vocabulary: Vocabulary
    n: int
    unknown: float
    studies: tuple[Study, ...]

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a study, as `Study`, with labels; ``share`` is of what is still unknown."""
        import pandas as pd

        rows = []
        for study in self.studies:
            variable = self.vocabulary[study.variable]
            rows.append(
                {
                    "given": ";".join(f"{name}={state}" for name, state in study.given),
                    "given_label": self._given(study),
                    "variable": study.variable,
                    "label": variable.label,
                    "n": self.n,
                    "bits": study.bits,
                    "error": study.error,
                    "share": study.bits / self.unknown if self.unknown > 0 else 0.0,
                    "state": study.state,
                    "state_label": variable.state(study.state).label,
                    "probability": study.probability,
                    "sd": study.sd,
                    "sd_after": study.sd_after,
                }
            )
        return pd.DataFrame(rows)

    @cached_property
    def text(self) -> str:
        """Plain sentences: which studies would improve the answers most."""
        if not self.studies or self.studies[0].bits <= 0:
            return f"No study of {counted(self.n, 'patients')} would change an answer."
        best = "; ".join(self._words(study) for study in self.studies[:NAMED])
        return (
            f"With {counted(self.n, 'patients')} in each study, these would help other patients"
            f" most ({self.unknown:.2f} bits are unknown of each on average): {best}."
        )

    def _given(self, study: Study) -> str:
        labels = [self.vocabulary[name].state(state).label for name, state in study.given]
        return ", ".join(labels) or "Everybody"

    def _words(self, study: Study) -> str:
        """Return a study in words."""
        variable = self.vocabulary[study.variable]
        what = "the diagnosis" if variable.role == "target" else variable.label
        return (
            f"{what} in {self._given(study)}, {study.bits:.4f} bits "
            f"({variable.state(study.state).label}: now {study.probability:.2f} ± {study.sd:.2f}, "
            f"then ± {study.sd_after:.2f})"
        )


@takes(model=A_MODEL)
def next_studies(
    model: Model,
    n: int = 100,
    *,
    known: float = 0.5,
    cases: int = 1000,
    draws: int = 200,
    seed: int = 1,
) -> Studies:
    """Say which finding to record in more patients of which condition: value of sample information.

    A study takes n patients of one condition and records one finding in each (with what else the
    finding depends on); or it takes n patients of one context, such as a setting, and records their
    diagnoses. Its results are drawn from what is thought of them now, the Dirichlets of the tables.
    They change the table; and the answers to other patients, drawn from the model with part of
    everything known, are scored by log P(right condition) with the old table and with the new. The
    mean of the difference is what the study is worth: the information that its results hold on the
    condition of a patient beyond what is known of that patient.

    Parameters
    ----------
    model : Model
        With an equivalent sample size for each column.
    n : int
        Patients in each study.
    known : float
        Probability, for each variable of each simulated patient, of being known.
    cases, draws : int
        Simulated patients, and results of each study.
    seed : int
        For all draws.

    Raises
    ------
    HamkneeError
        If a number is out of range, or a column has no equivalent sample size.

    Notes
    -----
    Raiffa & Schlaifer (1961), Applied Statistical Decision Theory; Lindley (1956), Annals of
    Mathematical Statistics 27:986. Studies are valued one at a time; two together may be worth
    less or more than their sum. Nothing is said of what a study costs.

    Examples
    --------
    >>> import hamknee
    >>> studies = hamknee.next_studies(hamknee.load(), n=100, cases=200, draws=50)
    >>> print(studies.text)
    With 100 patients in each study, these would help other patients most (... bits are
    unknown of each on average): ... in ..., ... bits (...: now ... ± ..., then ± ...); ...
    """
    for what, number in (("patients", n), ("cases", cases), ("draws", draws)):
        if number < 1:
            raise HamkneeError(f"found {number} {what}; allowed: 1 or more")
    if n > LARGEST:
        raise HamkneeError(f"found {n} patients; allowed: at most {LARGEST:,}")
    if not 0 <= known <= 1:
        raise HamkneeError(f"found {known} as the probability of being known; allowed: 0 to 1")
    check_ess(model)
    codes = simulate_cases(model, cases, known=known, seed=seed).codes
    patients = _Patients(model, codes)
    rng = np.random.default_rng(seed)
    studies = [
        _valued(patients, plan, n, draws, rng)
        for variable in model.vocabulary
        for plan in _plans(patients, variable)
    ]
    studies.sort(key=lambda study: -study.bits)
    return Studies(model.vocabulary, n, patients.entropy, tuple(studies))


class _Patients:
    """Simulated patients, and what is known of each family of variables in them."""

    def __init__(self, model: Model, codes: Codes) -> None:
        self.model, self.codes = model, codes
        self.sizes = np.array(model.engine.sizes, dtype=np.intp)
        self.target = model.engine.target
        self.log_joint = model.log_joint(model.cases(codes))
        self.posterior = conditioned(self.log_joint)

    @property
    def entropy(self) -> float:
        p = self.posterior
        return float(-(p * np.log2(p, out=np.zeros_like(p), where=p > 0)).sum(axis=1).mean())

    def family(self, variables: tuple[int, ...]) -> Array:
        """Return P(these variables | patient, target), shape (patients, target states, states…)."""
        shape = tuple(int(self.sizes[v]) for v in variables)
        family = np.zeros((*self.posterior.shape, *shape))
        possible = np.isfinite(self.log_joint)
        for states in np.ndindex(*shape):
            codes, fits = self.codes.copy(), np.ones(len(self.codes), dtype=bool)
            for variable, state in zip(variables, states, strict=True):
                column = self.codes[:, variable]
                fits &= (column == self.sizes[variable]) | (column == state)
                codes[:, variable] = state
            rows = self.model.log_joint(self.model.cases(codes[fits]))
            with np.errstate(invalid="ignore"):  # impossible either way
                share = np.exp(rows - self.log_joint[fits])
            where: tuple[Any, ...] = (fits, slice(None), *states)
            family[where] = np.where(possible[fits], share, 0.0)
        return family


@dataclass(frozen=True)
@compares_arrays
class _Plan:
    """One study: which columns of a table it fills, and what its patients share.

    Parameters
    ----------
    given, variable
        As of `Study`.
    affected : ndarray of int
        States of the target whose probability it may change.
    counts, open : ndarray, shape (columns, states) and (columns,)
        Dirichlet counts of the columns, and which of them are not logical.
    weights : ndarray, shape (columns,)
        How the patients fall into the columns.
    within : ndarray, shape (patients, affected, columns, states)
        P(column and state | patient, target).
    """

    given: tuple[tuple[str, str], ...]
    variable: str
    affected: npt.NDArray[np.intp]
    counts: Array
    open: npt.NDArray[np.bool_]
    weights: Array
    within: Array


def _plans(patients: _Patients, name: str) -> Iterator[_Plan]:
    """Yield the studies that record one variable."""
    model = patients.model
    cpt, index = model.cpts[name], model.vocabulary.index
    target = model.vocabulary.target
    if cpt.ess is None or cpt.logical.all():
        return
    if name == target.name:
        yield from _plans_of_target(patients, cpt)
        return
    others = tuple(index[parent] for parent in cpt.parents if parent != target.name)
    family = patients.family((*others, index[name]))
    above = _Patients(model, patients.sizes[None].copy()).family(others)[0]
    states, size = len(target.states), len(model.vocabulary[name].states)
    inside = family.reshape(*family.shape[:2], -1, size)
    start = model.posterior({}).probabilities
    if target.name not in cpt.parents:
        counts = (cpt.probabilities * cpt.ess[..., None]).reshape(-1, size)
        weights = np.tensordot(start, above, 1).ravel()
        everyone = np.arange(states)
        yield _Plan((), name, everyone, counts, ~cpt.logical.ravel(), weights, inside)
        return
    axis = cpt.parents.index(target.name)
    table = np.moveaxis(cpt.probabilities * cpt.ess[..., None], axis, 0).reshape(states, -1, size)
    logical = np.moveaxis(cpt.logical, axis, 0).reshape(states, -1)
    for place in np.flatnonzero((start > 0) & ~logical.all(axis=1)):
        given = ((target.name, target.states[place].name),)
        open_, weights = ~logical[place], above[place].ravel()
        within = inside[:, [place]]
        yield _Plan(given, name, np.array([place]), table[place], open_, weights, within)


def _plans_of_target(patients: _Patients, cpt: CPT) -> Iterator[_Plan]:
    """Yield the studies that record the target, one for each column of its table."""
    model = patients.model
    parents = tuple(model.vocabulary.index[parent] for parent in cpt.parents)
    states = np.arange(len(model.vocabulary.target.states))
    family = patients.family(parents).reshape(*patients.posterior.shape, -1)
    for place, column in enumerate(np.ndindex(cpt.probabilities.shape[:-1])):
        if cpt.logical[column]:
            continue
        given = tuple(
            (parent, model.vocabulary[parent].states[state].name)
            for parent, state in zip(cpt.parents, column, strict=True)
        )
        counts = (cpt.probabilities[column] * np.asarray(cpt.ess)[column])[None]
        within = family[:, :, place, None, None] * np.eye(len(states))[:, None]
        one = np.ones(1)
        yield _Plan(given, cpt.variable, states, counts, one > 0, one, within)


def _valued(
    patients: _Patients, plan: _Plan, n: int, draws: int, rng: np.random.Generator
) -> Study:
    """Return a study with what it is expected to bring."""
    ratios = _ratios(plan, n, draws, rng)
    p = patients.posterior[:, plan.affected]
    touched = np.flatnonzero(p.max(axis=1) > NEGLIGIBLE)
    within, p = plan.within[touched], p[touched]
    other = 1 - within.sum(axis=(2, 3))  # what lies in columns that the study leaves alone
    r = np.einsum("nckb,skb->nsc", within, ratios, optimize=True) + other[:, None]
    weighted = p[:, None] * r
    total = 1 - p.sum(axis=1)[:, None] + weighted.sum(axis=2)
    gains = np.zeros(len(patients.codes))
    gains[touched] = (_times_log(weighted, r).sum(axis=2) - _times_log(total, total)).mean(axis=1)
    gains /= np.log(2)
    mean = plan.counts / plan.counts.sum(axis=1, keepdims=True)
    spread = mean * (1 - mean) / (plan.counts.sum(axis=1, keepdims=True) + 1)
    spread = plan.weights[:, None] ** 2 * np.where(plan.open[:, None], spread, 0.0)
    size = plan.counts.sum(axis=1)
    after = spread * (size / (size + n * plan.weights))[:, None]
    state = int(spread.sum(axis=0).argmax())
    return Study(
        given=plan.given,
        variable=plan.variable,
        bits=float(gains.mean()),
        error=float(gains.std() / np.sqrt(len(gains))),
        state=patients.model.vocabulary[plan.variable].states[state].name,
        probability=float(plan.weights @ mean[:, state]),
        sd=float(np.sqrt(spread[:, state].sum())),
        sd_after=float(np.sqrt(after[:, state].sum())),
    )


def _ratios(plan: _Plan, n: int, draws: int, rng: np.random.Generator) -> Array:
    """Return drawn numbers after the study over those before, shape (draws, columns, states)."""
    arrived = rng.multinomial(n, plan.weights / plan.weights.sum(), size=draws)
    ratios = np.ones((draws, *plan.counts.shape))
    for column in np.flatnonzero(plan.open):
        counts = plan.counts[column]
        gammas = np.maximum(rng.standard_gamma(counts, (draws, len(counts))), SMALLEST)
        true = np.where(counts > 0, gammas, 0.0)
        true /= true.sum(axis=1, keepdims=True)
        seen = rng.multinomial(arrived[:, column], true)
        before = counts / counts.sum()
        after = (counts + seen) / (counts.sum() + arrived[:, column, None])
        np.divide(after, before, out=ratios[:, column], where=before > 0)
    return ratios


def _times_log(weights: Array, values: Array) -> Array:
    """Return weights times the logarithm of values, 0 where the value is 0."""
    return np.asarray(weights * np.log(values, out=np.zeros_like(values), where=values > 0))
