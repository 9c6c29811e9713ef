"""Which k questions to ask, chosen in advance, as for a form or a short visit.

The value of a set of questions is what their answers are expected to tell about the target
together, I(T; X_1 ... X_k | e). Adding the best question k times reaches at least 1 - 1/e (63 %) of
the value of the best set, if the answers are independent of each other given the target and the
evidence (Krause & Guestrin 2005); where they are not, there is no such bound, and two questions
that tell something only together can be missed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

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
from hamknee.inference import A_MODEL, AnyCase, Case, Model, entropy
from hamknee.reasoning.answers import answered, draw_answers
from hamknee.reasoning.questions import information
from hamknee.reasoning.stopping import MOST_EXACT, open_questions

if TYPE_CHECKING:
    import pandas as pd


MOST_ENUMERATED = 2**16
"""Combinations of answers, of all sets of k questions, up to which every set is evaluated."""

Method = Literal["auto", "greedy", "exact"]


@shown
@dataclass(frozen=True)
@compares_arrays
class Budget(KeptArrays):
    """A set of questions chosen in advance, and what it is worth.

    Parameters
    ----------
    case : Case
        What is known.
    questions : tuple of int
        The chosen variables, in an order in which each adds most to those before it.
    gain : ndarray, shape (k,)
        Bits that the first 1, 2, ... k answers are expected to tell together.
    accuracy : ndarray, shape (k + 1,)
        Expected probability that the most probable state is the true one: now, and after the
        first 1, 2, ... k answers.
    method : {"greedy", "exact"}
        Whether questions were added one by one, or all sets compared.
    bounded : bool
        Whether the open answers are independent given the target, so that a greedy choice is
        worth at least 1 - 1/e of the best.
    standard_error : ndarray, shape (k + 1,)
        Of the accuracy; 0 where all combinations of answers were evaluated.
    draws : tuple of (int or None), length k + 1
        How many combinations of answers were drawn; None where all were evaluated.

    Examples
    --------
    >>> import hamknee
    >>> model, asked = hamknee.load(), ["pop", "swelling", "bruising"]
    >>> budget = hamknee.question_budget(model, {}, 2, questions=asked, method="greedy")
    >>> list(budget.table)
    ['variable', 'label', 'question', 'minutes', 'gain', 'added_gain', 'accuracy',
    'standard_error']
    >>> bool(budget.gain[1] > budget.gain[0] > 0)  # two answers tell more than one
    True
    >>> budget.draws  # all combinations of answers were evaluated
    (None, None, None)
    """

    case: Case
    questions: tuple[int, ...]
    gain: Array
    accuracy: Array
    method: str
    bounded: bool
    standard_error: Array
    draws: tuple[int | None, ...]

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a question, in order.

        Columns: variable, label, question, minutes, gain (bits of the questions so far),
        added_gain, accuracy (with the questions so far), standard_error (of the accuracy, 0 where
        exact).
        """
        import pandas as pd

        variables = [self.case.model.vocabulary.variables[v] for v in self.questions]
        return pd.DataFrame(
            {
                "variable": [variable.name for variable in variables],
                "label": [variable.label for variable in variables],
                "question": [variable.question for variable in variables],
                "minutes": [variable.minutes for variable in variables],
                "gain": self.gain,
                "added_gain": np.diff(self.gain, prepend=0.0),
                "accuracy": self.accuracy[1:],
                "standard_error": self.standard_error[1:],
            }
        )

    @cached_property
    def text(self) -> str:
        """The questions, what they tell and how often the first diagnosis would be right."""
        variables = [self.case.model.vocabulary.variables[v] for v in self.questions]
        named = ", ".join(variable.label for variable in variables)
        minutes = sum(variable.minutes for variable in variables)
        remaining = float(entropy(self.case.posterior.probabilities))
        share = percent(float(self.gain[-1]) / remaining) if remaining > 0 else percent(0.0)
        sentence = (
            f"Ask {named} ({minutes:.1f} minutes): {self.gain[-1]:.2f} bits, {share} of what is"
        )
        sentence += (
            f" still unknown. The most probable {self.case.posterior.target.label.lower()} is"
        )
        sentence += (
            f" then right with an expected probability of {percent(float(self.accuracy[-1]))}"
        )
        sentence += f", now {percent(float(self.accuracy[0]))}"
        drawn = self.draws[-1]
        error = f"{100 * self.standard_error[-1]:.1f} %"
        counted = "exact" if drawn is None else f"{drawn:,} draws, standard error {error}"
        return f"{sentence} ({counted}). {self._how()}"

    def _how(self) -> str:
        if self.method == "exact":
            return "No other set of as many questions tells more."
        if self.bounded:
            return "Chosen one by one; no set of as many tells more than 1.6 times as much."
        return "Chosen one by one; another set may tell more."


@takes(model=A_MODEL)
def question_budget(
    model: Model,
    evidence: AnyCase,
    k: int,
    *,
    questions: Iterable[str] | None = None,
    method: Method = "auto",
    draws: int = 2000,
    seed: int = 0,
) -> Budget:
    """Choose the k questions that tell most together, before any is answered.

    What a set tells, and how often the most probable state would then be right, is computed over
    all combinations of answers up to 2^14. Beyond, what further questions add to such a part is
    taken from draws of the answers, with the exact posterior of each.

    Parameters
    ----------
    model : Model
        The model.
    evidence : mapping or Case
        What is known, as for `Model.case`.
    k : int
        How many questions.
    questions : iterable of str, optional
        The open variables to choose from; all by default.
    method : {"auto", "greedy", "exact"}
        Add the best question k times, or compare all sets of k. By default all sets are compared
        if they have at most 2^16 combinations of answers together.
    draws : int
        Combinations of answers drawn where there are too many.
    seed : int
        For the draws.

    Returns
    -------
    Budget

    Raises
    ------
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`, and for a question that is not open.
    HamkneeError
        If k is not between 1 and the number of questions, the method is unknown, there are too few
        draws, or too many sets to compare all.

    Examples
    --------
    >>> import hamknee
    >>> model, asked = hamknee.load(), ["pop", "swelling", "bruising", "age"]
    >>> budget = hamknee.question_budget(model, {"onset": "sudden"}, 2, questions=asked)
    >>> budget.method, set(budget.table["variable"]) < set(asked)
    ('exact', True)
    >>> print(budget.text)
    Ask ..., ... (... minutes): ... bits, ... % of what is still unknown. ...
    """
    case = model.case(evidence)
    candidates = open_questions(case, questions)
    _check(k, len(candidates), method, draws)
    sets = _sets(case, candidates, k, method)
    worth = _Worth(case, candidates, draws, seed)
    if sets is None:
        chosen = worth.greedy(candidates, k)
    else:
        best = sets[int(information(*answered(case, sets)).argmax())]
        chosen = worth.greedy(best, k)
    steps = [worth.of(chosen[:count]) for count in range(k + 1)]
    return Budget(
        case,
        chosen,
        gain=np.array([step.gain for step in steps[1:]]),
        accuracy=np.array([step.accuracy for step in steps]),
        method="greedy" if sets is None else "exact",
        bounded=_independent(case, candidates),
        standard_error=np.array([step.standard_error for step in steps]),
        draws=tuple(step.draws for step in steps),
    )


@dataclass(frozen=True)
class _Step:
    """What a set of questions is worth."""

    gain: float
    accuracy: float
    standard_error: float
    draws: int | None


class _Worth:
    """Values sets of questions, all from the same draws where they must be drawn."""

    def __init__(self, case: Case, candidates: Sequence[int], draws: int, seed: int) -> None:
        self.case, self.candidates, self.draws, self.seed = case, candidates, draws, seed
        self.seen: dict[tuple[int, ...], tuple[Array, Array]] = {}

    @cached_property
    def drawn(self) -> Codes:
        """Answers to all candidates, shape (draws, variables)."""
        rng = np.random.default_rng(self.seed)
        return draw_answers(self.case, self.candidates, self.draws, rng)

    def few(self, chosen: Sequence[int]) -> bool:
        """Whether all combinations of answers can be evaluated."""
        return math.prod(int(self.case.sizes[v]) for v in chosen) <= MOST_EXACT

    def of(self, chosen: tuple[int, ...]) -> _Step:
        """Return what a set is worth."""
        if self.few(chosen):
            joint, starts = answered(self.case, [chosen])
            gain, accuracy = information(joint, starts)[0], joint.max(axis=1).sum()
            return _Step(float(gain), float(accuracy), 0.0, None)
        # Draws only tell what is added to the part that can be evaluated exactly.
        part = next(chosen[:n] for n in reversed(range(len(chosen))) if self.few(chosen[:n]))
        known = self.of(part)
        unsure, right = self.in_draws(chosen)
        unsure_before, right_before = self.in_draws(part)
        better = right - right_before
        return _Step(
            known.gain + max(float((unsure_before - unsure).mean()), 0.0),
            known.accuracy + float(better.mean()),
            float(better.std(ddof=1)) / math.sqrt(self.draws),
            self.draws,
        )

    def in_draws(self, chosen: tuple[int, ...]) -> tuple[Array, Array]:
        """Return entropy and greatest probability of the target after each draw of answers."""
        if chosen not in self.seen:
            codes = np.tile(self.case.codes, (self.draws, 1))
            codes[:, list(chosen)] = self.drawn[:, list(chosen)]
            posteriors = self.case.posteriors(codes)
            self.seen[chosen] = entropy(posteriors), posteriors.max(axis=1)
        return self.seen[chosen]

    def greedy(self, candidates: Sequence[int], k: int) -> tuple[int, ...]:
        """Return k of the candidates, each adding most to those before it."""
        chosen: tuple[int, ...] = ()
        while len(chosen) < k:
            sets = [(*chosen, v) for v in candidates if v not in chosen]
            if all(self.few(s) for s in sets):
                gains = information(*answered(self.case, sets))
            else:
                gains = np.array([self.of(s).gain for s in sets])
            chosen = sets[int(gains.argmax())]
        return chosen


def _check(k: int, count: int, method: str, draws: int) -> None:
    if not 1 <= k <= count:
        allowed = f"1 to {count}, the open questions" if count else "nothing is left to ask"
        raise HamkneeError(f"k is {k}; allowed: {allowed}")
    if method not in ("auto", "greedy", "exact"):
        raise HamkneeError(f"unknown method {method!r}; allowed: auto, greedy, exact")
    if draws < 2:
        raise HamkneeError(f"draws is {draws}; allowed: 2 or more")


def _sets(
    case: Case, candidates: Sequence[int], k: int, method: Method
) -> list[tuple[int, ...]] | None:
    """Return all sets of k questions, or None if they are not to be compared one by one."""
    if method == "greedy":
        return None
    # The sum over all sets of their combinations of answers: an elementary symmetric polynomial.
    combinations = [1] + [0] * k
    for variable in candidates:
        for size in range(k, 0, -1):
            combinations[size] += combinations[size - 1] * int(case.sizes[variable])
    if combinations[k] <= MOST_ENUMERATED:
        return list(itertools.combinations(candidates, k))
    if method == "exact":
        problem = f"all sets of {k} questions have {combinations[k]:,} combinations of answers"
        raise HamkneeError(f"{problem}; allowed: {MOST_ENUMERATED:,}, or the method greedy")
    return None


def _independent(case: Case, candidates: Sequence[int]) -> bool:
    """Whether the answers are independent given the target and whatever else is known."""
    groups = case.model.engine.groups
    return all(sum(v in group.variables for v in candidates) <= 1 for group in groups)
