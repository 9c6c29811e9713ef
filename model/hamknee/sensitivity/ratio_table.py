"""Likelihood ratios of all findings and conditions as one table, ready for a paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hamknee.base import Array, HamkneeError, copied_property, round_factor, shown, takes
from hamknee.inference import A_MODEL, AnyCase, Case, Model
from hamknee.network import find_state, find_variable
from hamknee.sensitivity.derivatives import on_target
from hamknee.sensitivity.drawing import Sampler, check_ess, ratio_ends

if TYPE_CHECKING:
    import pandas as pd

LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


class Ratio(NamedTuple):
    """The likelihood ratio of one answer for one condition against all others.

    Parameters
    ----------
    variable, state, condition : str
        The finding, its answer, and the state of the target, by name.
    sensitivity, specificity : float
        P(answer | condition), and P(another answer | another condition).
    value, low, high : float
        P(answer | condition) / P(answer | another condition), and the ends of its interval; NaN
        for an answer that never occurs.

    Examples
    --------
    >>> from hamknee.sensitivity import Ratio
    >>> Ratio("pop", "yes", "rupture", 0.6, 0.9, 6.0, 3.1, 9.8).value
    6.0
    """

    variable: str
    state: str
    condition: str
    sensitivity: float
    specificity: float
    value: float
    low: float
    high: float


@shown
@dataclass(frozen=True)
class RatioTable:
    """Likelihood ratios of findings and conditions.

    Parameters
    ----------
    case : Case
        What else is known.
    mass : float
        Probability that each interval is to hold.
    ratios : tuple of Ratio
        In the vocabulary's order.

    Examples
    --------
    >>> import hamknee
    >>> asked = {"findings": ["pop"], "conditions": ["rupture"]}
    >>> ratios = hamknee.likelihood_ratios(hamknee.load(), {}, **asked, draws=500)
    >>> print(ratios.to_markdown())
    | Finding | Answer | Condition | Sensitivity | Specificity | LR (90 % interval) |
    |---|---|---|---|---|---|
    | Pop at the start | Yes | Complete tendon rupture | 0... | 0... | ... (... to ...) |
    | Pop at the start | No | Complete tendon rupture | 0... | 0... | ... (... to ...) |
    """

    case: Case
    mass: float
    ratios: tuple[Ratio, ...]

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a ratio, as `Ratio`."""
        import pandas as pd

        return pd.DataFrame(self.ratios, columns=list(Ratio._fields))

    @cached_property
    def text(self) -> str:
        """How many there are, and the one that speaks loudest for a condition."""
        certain = [ratio for ratio in self.ratios if np.isfinite(ratio.value)]
        if not certain:
            return "No likelihood ratios."
        most = max(certain, key=lambda ratio: ratio.low)
        finding, answer, condition, *_, words = self._cells(most)
        start = f"{len(self.ratios):,} likelihood ratios. The surest: {finding}, {answer},"
        return f"{start} for {condition}, {words}."

    def to_csv(self) -> str:
        """Return the table as CSV, all digits."""
        return str(self.table.to_csv(index=False, lineterminator="\n"))

    def to_markdown(self) -> str:
        """Return the table as Markdown, in words and rounded."""
        lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in self._rows()]
        head, *rest = (f"| {line} |" for line in lines)
        return "\n".join([head, "|---" * 6 + "|", *rest])

    def to_latex(self) -> str:
        """Return the table for LaTeX with the package booktabs, in words and rounded."""
        head, *rest = (
            " & ".join("".join(LATEX.get(sign, sign) for sign in cell) for cell in row) + r" \\"
            for row in self._rows()
        )
        start = [r"\begin{tabular}{lllrrr}", r"\toprule", head, r"\midrule"]
        return "\n".join([*start, *rest, r"\bottomrule", r"\end{tabular}"])

    def _rows(self) -> list[tuple[str, ...]]:
        interval = f"LR ({100 * self.mass:g} % interval)"
        head = ("Finding", "Answer", "Condition", "Sensitivity", "Specificity", interval)
        return [head, *(self._cells(ratio) for ratio in self.ratios)]

    def _cells(self, ratio: Ratio) -> tuple[str, ...]:
        words = self.case.model.vocabulary
        variable = words[ratio.variable]
        low, high = round_factor(ratio.low), round_factor(ratio.high)
        none = np.isnan(ratio.value)
        return (
            variable.label,
            variable.state(ratio.state).label,
            words.target.state(ratio.condition).label,
            f"{ratio.sensitivity:.2f}",
            f"{ratio.specificity:.2f}",
            "–" if none else f"{round_factor(ratio.value)} ({low} to {high})",
        )


@takes(model=A_MODEL)
def likelihood_ratios(
    model: Model,
    evidence: AnyCase,
    *,
    findings: Iterable[str] | None = None,
    conditions: Iterable[str] | None = None,
    mass: float = 0.9,
    draws: int = 500,
    seed: int = 0,
) -> RatioTable:
    """Return the likelihood ratios of findings and conditions with intervals, as one table.

    Parameters
    ----------
    model : Model
        With an equivalent sample size for each column that is not logical.
    evidence : mapping or Case
        What else is known, such as the setting, as for `Model.case`. What it says of a finding
        itself (one of several answers, or likelihoods) is left out.
    findings : iterable of str, optional
        Variables; by default all that are open but the context.
    conditions : iterable of str, optional
        States of the target; by default all that are possible.
    mass : float
        Probability that each interval is to hold, between 0 and 1.
    draws, seed : int
        As for `credible_interval`.

    Returns
    -------
    RatioTable

    Raises
    ------
    HamkneeError
        If the mass is none, a finding is known already, or a condition is certain or ruled out.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.case`.

    Notes
    -----
    As `finding_value` has each of them; how often an answer is seen with the other conditions
    depends on how common these are, and so on the setting. Deeks & Altman (2004), BMJ 329:168.

    Examples
    --------
    >>> import hamknee
    >>> asked = {"findings": ["pop", "bruising"], "conditions": ["rupture", "strain"]}
    >>> ratios = hamknee.likelihood_ratios(hamknee.load(), {}, **asked, draws=500)
    >>> ratios.table[["variable", "state", "condition"]].drop_duplicates().shape
    (8, 3)
    >>> bool((ratios.table["low"] <= ratios.table["high"]).all())
    True
    """
    if not 0 < mass < 1:
        raise HamkneeError(f"found a mass of {mass}; allowed: between 0 and 1")
    check_ess(model)
    case, target = model.case(evidence), model.vocabulary.target
    prior = case.posterior.probabilities
    open_names = [model.vocabulary.variables[v].name for v in case.open]
    if findings is None:
        context = {variable.name for variable in model.vocabulary.having("context")}
        findings = [name for name in open_names if name not in context]
    if conditions is None:
        conditions = [s for s, p in zip(target.state_names, prior, strict=True) if 0 < p < 1]
    places = [find_state(target, name) for name in conditions]
    for place in places:
        if not 0 < prior[place] < 1:
            name = target.state_names[place]
            raise HamkneeError(f"{name} is certain or ruled out; allowed: a state that is open")
    ratios: list[Ratio] = []
    for name in findings:
        variable = find_variable(model.vocabulary, name)
        if variable.name not in open_names:
            allowed = ", ".join(open_names)
            raise HamkneeError(f"{variable.name} is known or asked for; allowed: {allowed}")
        number = model.vocabulary.index[variable.name]
        before = (
            case
            if variable.name not in case.evidence
            else model.case(case.evidence.without(variable.name))
        )
        exact = _exact(before, number)
        drawn = _drawn(before, number, draws, seed)
        for place in places:
            sure, wrong = _apart(*exact, place)
            ends = ratio_ends(_ratio(*_apart(*drawn, place)), mass)
            values = (sure[0], 1 - wrong[0], _ratio(sure, wrong)[0], *ends)
            ratios += [
                Ratio(variable.name, state, target.state_names[place], *numbers)
                for state, *numbers in zip(
                    variable.state_names, *(v.tolist() for v in values), strict=True
                )
            ]
    return RatioTable(case, mass, tuple(ratios))


def _exact(case: Case, number: int) -> tuple[Array, Array]:
    """Return P(answer | condition), shape (1, conditions, answers), and P(condition)."""
    size = len(case.model.vocabulary.variables[number].states)
    codes = np.tile(case.codes, (size, 1))
    codes[:, number] = np.arange(size)
    log_joint = case.log_joint(codes)
    top = log_joint.max(axis=0)  # of each condition: one next to nothing keeps its digits
    joint = np.exp(log_joint - np.where(np.isfinite(top), top, 0)).T
    whole = joint.sum(axis=1, keepdims=True)
    shares = np.divide(joint, whole, out=np.zeros_like(joint), where=whole > 0)
    return shares[None], case.posterior.probabilities[None]


def _drawn(case: Case, number: int, draws: int, seed: int) -> tuple[Array, Array]:
    """Return the same of each draw of the tables."""
    sampler, own = Sampler(case, asked=number), on_target(case)
    size = len(case.model.vocabulary.variables[number].states)
    shares = np.zeros((draws, len(own), size))
    for place in np.flatnonzero(case.posterior.probabilities > 0):
        only = np.zeros(len(own))
        only[place] = 1
        shares[:, place] = sampler.shares(draws, seed, number, only)
    return shares, sampler.shares(draws, seed, case.model.engine.target, own)


def _apart(shares: Array, prior: Array, place: int) -> tuple[Array, Array]:
    """Return P(answer | condition) and P(answer | the others), each of shape (draws, answers)."""
    others = prior.copy()
    others[:, place] = 0
    others /= others.sum(axis=1, keepdims=True)
    return shares[:, place], np.einsum("dc,dca->da", others, shares)


def _ratio(sure: Array, wrong: Array) -> Array:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return np.asarray(sure / wrong)
