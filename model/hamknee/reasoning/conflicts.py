"""Do the findings go together: conflict, who causes it, what explains it, how typical the case is.

Findings that belong together make each other more probable. Jensen's measure (Jensen,
Chamberlain, Nordahl & Jensen 1990) compares the probability that the findings would have if each
came by itself with the probability they have together,

    conf(e) = log2 [P(e_1) P(e_2) ... P(e_n) / P(e)]    bits;

above 0 there may be an error in the data, a rare case, or a case the model does not know. A value
below 0 does not exclude a conflict within part of the findings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import (
    Array,
    Codes,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    percent,
    shown,
    takes,
)
from hamknee.inference import A_MODEL, TIE, AnyCase, Case, Model, conditioned, draw, log_total

if TYPE_CHECKING:
    import pandas as pd


LOG2 = math.log(2)

NOTABLE = 1.0
"""Bits from which on a conflict is told: the answers go together half as often as by chance."""

LIKELY = 0.05
"""Probability below which a state is not offered in words as the explanation of a conflict."""

LOCAL = 3.0
"""Bits (8 to 1) against one finding that are told even where the findings as a whole agree."""


@shown
@dataclass(frozen=True)
@compares_arrays
class Conflict(KeptArrays):
    """How well the evidence of one case goes together.

    Parameters
    ----------
    case : Case
        What is known.
    bits : float
        conf(e); above 0 is a possible conflict.
    p_alone : ndarray, shape (known variables,)
        P(e_i), before anything is known. Of likelihoods, the greatest counts as 1.
    p_given_rest : ndarray, shape (known variables,)
        P(e_i | everything else that is known).
    without : ndarray, shape (known variables,)
        conf of the evidence without e_i, in bits.
    supported : ndarray, shape (target states,)
        log2 [P(h | e) / P(h)] of each target state: as much conflict as it would explain; -inf
        where the evidence rules the state out.
    typical : float
        Share of simulated cases, with the same variables known, whose findings are no more
        probable than these. Small means a rare case.
    draws : int
        How many were simulated.

    Examples
    --------
    >>> import hamknee
    >>> case = hamknee.load().case({"onset": "gradual", "pop": "yes", "sex": "male"})
    >>> clash = hamknee.conflict(case.model, case, draws=100, seed=1)
    >>> clash.culprit in {"onset", "pop"}
    True
    >>> sorted(clash.table["variable"]), clash.drop.shape
    (['onset', 'pop', 'sex'], (3,))
    >>> list(clash.states)  # what would explain it
    ['condition', 'label', 'probability', 'supported', 'conflict_given', 'explains']
    """

    case: Case
    bits: float
    p_alone: Array
    p_given_rest: Array
    without: Array
    supported: Array
    typical: float
    draws: int

    @property
    def drop(self) -> Array:
        """By how many bits conf falls when each finding is left out, shape (known variables,).

        The same as log2 [P(e_i) / P(e_i | rest)]: above 0, the rest speaks against the finding.
        """
        return np.asarray(self.bits - self.without)

    @copied_property
    def order(self) -> list[int]:
        """Positions of the known variables, the greatest drop first; ties as entered."""
        return [int(i) for i in np.argsort(-self.drop, kind="stable")]

    @cached_property
    def culprit(self) -> str | None:
        """The variable without which conf falls most; None if leaving out none lowers it.

        Of wrong answers planted in simulated cases, at random but such that conf rises by 2 bits
        or more, it names 86 % and more; of those that only just conflict, fewer.
        """
        if not self.order or self.drop[self.order[0]] <= TIE:
            return None
        return self.case.model.vocabulary.variables[self.case.known[self.order[0]]].name

    @cached_property
    def explained_by(self) -> tuple[str, ...]:
        """The target states that explain a conflict away as a rare case, most probable first.

        Jensen's test: conf(e, h) = conf(e) - log2 [P(h | e) / P(h)] is not above 0. Empty where
        there is no conflict.
        """
        if self.bits <= TIE:
            return ()
        posterior = self.case.posterior
        names = posterior.target.state_names
        return tuple(names[i] for i in posterior.order if self.supported[i] >= self.bits)

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a known variable, the most conflicting first.

        Columns: variable, label, value, p_alone, p_given_rest, drop (bits), without (bits).
        """
        import pandas as pd

        known = [self.case.known[i] for i in self.order]
        variables = [self.case.model.vocabulary.variables[v] for v in known]
        return pd.DataFrame(
            {
                "variable": [variable.name for variable in variables],
                "label": [variable.label for variable in variables],
                "value": [self.case.words(v) for v in known],
                "p_alone": self.p_alone[self.order],
                "p_given_rest": self.p_given_rest[self.order],
                "drop": self.drop[self.order],
                "without": self.without[self.order],
            }
        )

    @copied_property
    def states(self) -> pd.DataFrame:
        """The rare-case test, one row a target state that is possible, the most probable first.

        Columns: the target, label, probability, supported (bits), conflict_given (bits: conf with
        the state added to the evidence), explains.
        """
        import pandas as pd

        posterior = self.case.posterior
        order = [i for i in posterior.order if posterior.probabilities[i] > 0]
        states = [posterior.target.states[i] for i in order]
        supported = self.supported[order]
        return pd.DataFrame(
            {
                posterior.target.name: [state.name for state in states],
                "label": [state.label for state in states],
                "probability": posterior.probabilities[order],
                "supported": supported,
                "conflict_given": self.bits - supported,
                "explains": [state.name in self.explained_by for state in states],
            }
        )

    @property
    def stands_out(self) -> bool:
        """Whether an answer is to be checked: all conflict notably, or one with the others."""
        return self.bits >= NOTABLE or (bool(self.order) and self.drop[self.order[0]] >= LOCAL)

    @cached_property
    def text(self) -> str:
        """Plain sentences: the verdict, the conflict in bits, and how typical the case is."""
        if not self.case.known:
            return "Nothing is known yet, so nothing can conflict."
        share = percent(self.typical) if self.typical else "none"
        measured = (
            f"The conflict is {self.bits:+.1f} bits; of {self.draws:,} simulated cases with the "
            f"same things known, {share} have findings as improbable as these, or more so."
        )
        return f"{self.verdict or 'One answer alone cannot conflict.'} {measured}"

    @cached_property
    def verdict(self) -> str:
        """Plain sentences: which answer to check and what would explain it, or how they agree.

        Empty where fewer than two are known.
        """
        if len(self.order) < 2:
            return ""
        return self._suspicion() if self.stands_out else self._agreement()

    def _agreement(self) -> str:
        return "These answers fit together." if self.bits <= 0 else "These answers fit well enough."

    def _suspicion(self) -> str:
        first, case = self.order[0], self.case
        variable = case.model.vocabulary.variables[case.known[first]]
        rest, alone = float(self.p_given_rest[first]), float(self.p_alone[first])
        whole = "These answers rarely go together."
        one = "One of these answers does not go with the others."
        sentences = (
            f"{whole if self.bits >= NOTABLE else one} Check first: {variable.label} "
            f"({case.words(case.known[first])}). With the other answers it is seen in "
            f"{percent(rest)} of cases, by itself in {percent(alone)}."
        )
        posterior = case.posterior
        likely = [name for name in self.explained_by if posterior[name] >= LIKELY]
        labels = " or ".join(posterior.target.state(name).both_names for name in likely)
        return f"{sentences} If it is right, {labels} would explain it." if labels else sentences


@takes(model=A_MODEL)
def conflict(model: Model, evidence: AnyCase, *, draws: int = 2000, seed: int = 0) -> Conflict:
    """Measure how well the evidence of one case goes together.

    All evidence counts, that on context too: an answer may conflict with the setting, and a wrong
    setting with the answers. An uncertain finding counts with its likelihoods.

    In the simulation of typical cases, context that is known and has no parents stays as it is,
    so that a case is compared with others of the same setting. Findings that are uncertain are
    left out of that comparison on both sides.

    Parameters
    ----------
    model : Model
        The model.
    evidence : mapping or Case
        What is known, as for `Model.case`.
    draws : int
        Simulated cases for the typicality, whose standard error is at most ``0.5 / sqrt(draws)``.
    seed : int
        For the simulation.

    Returns
    -------
    Conflict

    Raises
    ------
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.
    HamkneeError
        If `draws` is below 1.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> clash = hamknee.conflict(model, {"onset": "gradual", "pop": "yes"}, draws=100, seed=1)
    >>> clash.bits > 0  # a pop is heard at the moment of an injury, not in weeks
    True
    >>> agree = hamknee.conflict(model, {"onset": "sudden", "pop": "yes"}, draws=100, seed=1)
    >>> agree.bits < 0
    True
    >>> print(agree.text)
    These answers fit together. The conflict is -... bits; ...
    """
    if draws < 1:
        raise HamkneeError(f"draws is {draws}; allowed: 1 or more")
    case = model.case(evidence)
    count = len(case.known)
    nothing = np.zeros((1, count), dtype=bool)
    alone = np.eye(count, dtype=bool)
    log_joint = case.log_joint(case.keeping(np.vstack([nothing, alone, ~alone])))
    log_p = log_total(log_joint)
    log_alone, log_rest = log_p[1 : 1 + count], log_p[1 + count :]
    log_all = case.posterior.log_p_evidence
    bits = float(log_alone.sum() - log_all) / LOG2
    prior = conditioned(log_joint[:1])[0]
    scale = np.array([case.likelihoods[v].max() for v in case.known])
    return Conflict(
        case,
        bits,
        p_alone=np.exp(log_alone) / scale,
        p_given_rest=np.exp(log_all - log_rest) / scale,
        without=(log_alone.sum() - log_alone - log_rest) / LOG2,
        supported=_log2_ratio(case.posterior.probabilities, prior),
        typical=_typical(case, draws, np.random.default_rng(seed)),
        draws=draws,
    )


def _log2_ratio(posterior: Array, prior: Array) -> Array:
    """Return log2 (posterior / prior), -inf where the posterior is 0."""
    ratio = np.divide(posterior, prior, out=np.zeros_like(prior), where=prior > 0)
    return np.log2(ratio, out=np.full_like(ratio, -np.inf), where=ratio > 0)


def _typical(case: Case, draws: int, rng: np.random.Generator) -> float:
    """Return the share of simulated cases that are no more probable than this one."""
    variables = case.model.vocabulary.variables
    definite = [v for v in case.known if case.codes[v] < case.sizes[v]]
    held = {
        variables[v].name: int(case.codes[v])
        for v in definite
        if variables[v].role == "context" and not case.model.cpts[variables[v].name].parents
    }
    codes: Codes = np.tile(case.sizes, (draws + 1, 1))
    codes[0, definite] = case.codes[definite]
    codes[1:, definite] = draw(case.model, draws, rng, held)[:, definite]
    log_p = log_total(case.log_joint(codes))
    # Cases that are equally probable may differ by rounding.
    return float(np.mean(log_p[1:] <= log_p[0] + TIE))
