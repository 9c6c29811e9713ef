"""What to ask next: how much each open question would tell, and what each answer would change.

The worth of a question X is the information it is expected to give about the target T,

    I(T; X | e) = H(T | e) - sum over x of P(x | e) H(T | x, e)    bits

(Lindley 1956; what information is worth to a decision: Howard 1966; diagnosis by one question
after the other: Gorry & Barnett 1968, Heckerman, Horvitz & Nathwani 1992). It is never negative,
never more than is left to know, and 0 only if no answer changes anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from hamknee.base import (
    Array,
    Codes,
    KeptArrays,
    compares_arrays,
    copied_property,
    percent,
    shown,
    takes,
)
from hamknee.inference import A_MODEL, AnyCase, Case, Model, entropy
from hamknee.network import Variable, find_state, find_variable
from hamknee.reasoning.answers import answered
from hamknee.reasoning.d_separation import relevant

if TYPE_CHECKING:
    import pandas as pd


USELESS = 0.01
"""Bits below which a single question counts as useless, and pairs are looked at."""


@shown
@dataclass(frozen=True)
@compares_arrays
class Questions(KeptArrays):
    """The open questions of one case, the one to ask first on top.

    Parameters
    ----------
    case : Case
        What is known.
    state : int or None
        The state of the target that is asked about; None for the whole target.
    per_minute : bool
        Whether the ranking is by bits per minute of asking, or by bits.
    remaining : float
        Bits still unknown: the entropy of the target, or of whether it is `state`.
    asked : tuple of int
        The open variables, in the order of the ranking.
    gain : ndarray, shape (questions,)
        Expected information of each, in bits.
    p_answers : tuple of ndarray, each (states,)
        P(answer | evidence) for each question.
    posteriors : tuple of ndarray, each (states, target states)
        P(target | evidence, answer); of an impossible answer, zeros.
    asked_pairs : tuple of (int, int), or None
        Pairs of open variables, in the order of their ranking; None if they were not looked at.
    pair_gain : ndarray, shape (pairs,)
        Expected information of both answers together, in bits.

    Examples
    --------
    >>> import hamknee
    >>> questions = hamknee.next_questions(hamknee.load(), {"onset": "sudden"}, per_minute=False)
    >>> questions.best == (questions.table["variable"][0],)
    True
    >>> list(questions.table)
    ['variable', 'label', 'question', 'gain', 'share', 'minutes', 'gain_per_minute']
    >>> bool(0 < questions.gain[0] < questions.remaining)  # bits
    True
    """

    case: Case
    state: int | None
    per_minute: bool
    remaining: float
    asked: tuple[int, ...]
    gain: Array
    p_answers: tuple[Array, ...]
    posteriors: tuple[Array, ...]
    asked_pairs: tuple[tuple[int, int], ...] | None
    pair_gain: Array

    @cached_property
    def best(self) -> tuple[str, ...]:
        """The question to ask: one variable, a pair where single questions are useless, or none."""
        variables = self.case.model.vocabulary.variables
        if self.pair_is_better and self.asked_pairs:
            return tuple(variables[v].name for v in self.asked_pairs[0])
        return tuple(variables[v].name for v in self.asked[:1])

    @property
    def most_told(self) -> float:
        """The most bits that any question tells, alone or as half of a pair that was looked at."""
        return float(max(self.gain.max(initial=0.0), self.pair_gain.max(initial=0.0) / 2))

    @property
    def pair_is_better(self) -> bool:
        """Whether every single question is useless and the first pair is not."""
        useless = self.gain.max(initial=0.0) < USELESS
        return bool(useless and len(self.pair_gain) and self.pair_gain[0] >= 2 * USELESS)

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a question, in the order of the ranking.

        Columns: variable, label, question, gain (bits), share (of what is still unknown), minutes,
        gain_per_minute.
        """
        import pandas as pd

        variables = [self.case.model.vocabulary.variables[v] for v in self.asked]
        minutes = np.array([variable.minutes for variable in variables])
        return pd.DataFrame(
            {
                "variable": [variable.name for variable in variables],
                "label": [variable.label for variable in variables],
                "question": [variable.question for variable in variables],
                "gain": self.gain,
                "share": self._share(self.gain),
                "minutes": minutes,
                "gain_per_minute": self.gain / minutes,
            }
        )

    @copied_property
    def pairs(self) -> pd.DataFrame:
        """One row a pair: variable, second, gain, share, minutes, gain_per_minute; may be empty."""
        import pandas as pd

        variables = self.case.model.vocabulary.variables
        pairs = [(variables[a], variables[b]) for a, b in self.asked_pairs or ()]
        minutes = np.array([a.minutes + b.minutes for a, b in pairs])
        return pd.DataFrame(
            {
                "variable": [a.name for a, _ in pairs],
                "second": [b.name for _, b in pairs],
                "gain": self.pair_gain,
                "share": self._share(self.pair_gain),
                "minutes": minutes,
                "gain_per_minute": self.pair_gain / minutes,
            }
        )

    @copied_property
    def answers(self) -> pd.DataFrame:
        """One row a question, possible answer and target state.

        Columns: variable, state, label, p_answer, the target, probability. For each question the
        probabilities, weighted with p_answer, average back to the current posterior.
        """
        import pandas as pd

        target = self.case.posterior.target
        rows = [
            (variable.name, answer.name, answer.label, p_answer, state.name, probability)
            for number, p_answers, posteriors in zip(
                self.asked, self.p_answers, self.posteriors, strict=True
            )
            for variable in [self._variable(number)]
            for answer, p_answer, posterior in zip(
                variable.states, p_answers, posteriors, strict=True
            )
            if p_answer > 0
            for state, probability in zip(target.states, posterior, strict=True)
        ]
        columns = ["variable", "state", "label", "p_answer", target.name, "probability"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def text(self) -> str:
        """The question to ask and why."""
        if not self.asked:
            return "Nothing is left to ask."
        if self.pair_is_better and self.asked_pairs:
            first, second = (self._variable(v) for v in self.asked_pairs[0])
            sentence = f"Ask both: {_worded(first)} {_worded(second)} No single question tells much"
            sentence += f", but together they tell {self._amount(float(self.pair_gain[0]))}."
            return sentence
        return f"Ask next: {_worded(self._variable(self.asked[0]))} {self.because}"

    @cached_property
    def because(self) -> str:
        """Why the question is asked: what it tells, and what its answers would change."""
        if self.pair_is_better or not self.asked:
            return self.text
        sentence = f"It tells {self._amount(float(self.gain[0]))}"
        return f"{sentence}; {self.why(0)}." if self.gain[0] > 0 else f"{sentence}."

    def why(self, rank: int) -> str:
        """Return what the answers to a question would do, as a part of a sentence.

        Parameters
        ----------
        rank : int
            Place in the ranking, from 0. Told is the state that was asked about, else the one
            that depends most on the answer; of many answers the two that move it furthest.

        Examples
        --------
        >>> import hamknee
        >>> model, known = hamknee.load(), {"onset": "sudden"}
        >>> questions = hamknee.next_questions(model, known, state="rupture", per_minute=False)
        >>> print(questions.why(0))
        "..." (... %) would ... Complete tendon rupture to ..., "..." (... %) would ... it ...
        """
        variable = self._variable(self.asked[rank])
        target, now = self.case.posterior.target, self.case.posterior.probabilities
        possible = np.flatnonzero(self.p_answers[rank] > 0)
        posteriors = self.posteriors[rank]
        reach = posteriors[possible].max(axis=0) - posteriors[possible].min(axis=0)
        state = int(reach.argmax()) if self.state is None else self.state
        ranked = possible[np.argsort(-posteriors[possible, state], kind="stable")]
        furthest = dict.fromkeys(ranked[[0, -1]].tolist())
        label = target.states[state].label
        parts: list[str] = []
        for answer in furthest:
            chance = percent(float(self.p_answers[rank][answer]))
            what = "it" if parts else label
            moved = _moved(what, float(now[state]), float(posteriors[answer, state]))
            parts.append(f'"{variable.states[answer].label}" ({chance}) would {moved}')
        return ", ".join(parts)

    def _variable(self, number: int) -> Variable:
        return self.case.model.vocabulary.variables[number]

    def _share(self, gain: Array) -> Array:
        return gain / self.remaining if self.remaining > 0 else np.zeros_like(gain)

    def _amount(self, gain: float) -> str:
        share = float(self._share(np.array(gain)))
        return f"{gain:.2f} bits ({percent(share)} of what is still unknown)"


@takes(model=A_MODEL)
def next_questions(
    model: Model,
    evidence: AnyCase,
    *,
    state: str | None = None,
    per_minute: bool = True,
    pairs: bool | Literal["auto"] = "auto",
    skip: Iterable[str] = (),
    first: Iterable[str] = (),
) -> Questions:
    """Rank the open questions by what their answers are expected to tell.

    Every variable but the target is open until it has a definite answer: one of several states,
    or likelihoods, may still be made definite, and each answer is then weighted by them. All
    answers to all questions are one evaluation of the engine.

    Parameters
    ----------
    model : Model
        The model.
    evidence : mapping or Case
        What is known, as for `Model.case`.
    state : str, optional
        Ask only whether the target is in this state.
    per_minute : bool
        Rank by bits per minute of asking (`Variable.minutes`), or by bits.
    pairs : bool or "auto"
        Whether to look at pairs of questions: two answers may tell together what neither tells
        alone. By default only where no single question tells 0.01 bits.
    skip : iterable of str
        Variables that are not to be asked, because the answer is not to be had.
    first : iterable of str
        Variables that go before the others, in this order: those of which an answer could still
        change what to do (`hamknee.level_questions`). Those that are not open are passed over.

    Returns
    -------
    Questions

    Raises
    ------
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`, and for an unknown state or variable.

    Examples
    --------
    >>> import hamknee
    >>> questions = hamknee.next_questions(hamknee.load(), {"onset": "sudden"}, skip=["age", "sex"])
    >>> questions.table["variable"].isin(["onset", "age", "sex"]).any().item()
    False
    >>> print(questions.text)
    Ask next: ...? It tells ... bits...
    """
    case = model.case(evidence)
    focus = None if state is None else find_state(model.vocabulary.target, state)
    left = case.open_without(skip)
    asked = np.array(left, dtype=np.intp)
    joint, starts = answered(case, [(v,) for v in left])
    gain = information(joint, starts, focus)
    gain[~relevant(model, case.cases.codes)[0, asked]] = 0.0
    ranking = _ranking(case, gain, [(v,) for v in left], per_minute)
    places = [model.vocabulary.index[find_variable(model.vocabulary, name).name] for name in first]
    front = [left.index(v) for v in places if v in left]
    ranking = np.array([*front, *(i for i in ranking if i not in front)], dtype=np.intp)
    ends = np.append(starts[1:], len(joint))
    tables = [joint[starts[i] : ends[i]] for i in ranking]
    couples, couple_gain = None, np.zeros(0)
    if pairs is True or (pairs == "auto" and gain.max(initial=0.0) < USELESS):
        couples, couple_gain = _pairs(case, left, focus, per_minute)
    return Questions(
        case,
        focus,
        per_minute,
        remaining=float(entropy(focused(case.posterior.probabilities, focus))),
        asked=tuple(int(v) for v in asked[ranking]),
        gain=gain[ranking],
        p_answers=tuple(table.sum(axis=1) for table in tables),
        posteriors=tuple(_conditional(table) for table in tables),
        asked_pairs=couples,
        pair_gain=couple_gain,
    )


def information(joint: Array, starts: Codes, state: int | None = None) -> Array:
    """Return the information that sets of answers give about the target, in bits.

    Parameters
    ----------
    joint : ndarray, shape (combinations, target states)
        P(answers, target), from `hamknee.reasoning.answers.answered`.
    starts : ndarray of int, shape (sets,)
        First row of each set.
    state : int, optional
        Count only what is learnt about whether the target is in this state.

    Returns
    -------
    ndarray, shape (sets,)
        The sum of joint log2 [joint / (P(answers) P(target))], which keeps its sign and its
        precision where a difference of entropies would lose them.
    """
    if not len(starts):
        return np.zeros(0)
    joint = focused(joint, state)
    counts = np.diff(np.append(starts, len(joint)))
    target = np.repeat(np.add.reduceat(joint, starts), counts, axis=0)
    expected = joint.sum(axis=1, keepdims=True) * target
    positive = (joint > 0) & (expected > 0)  # a product that is less than any number counts not
    ratio = np.divide(joint, expected, out=np.ones_like(joint), where=positive)
    terms = np.add.reduceat((joint * np.log2(ratio)).sum(axis=1), starts)
    return np.asarray(np.maximum(terms, 0.0))


def focused(probabilities: Array, state: int | None) -> Array:
    """Return probabilities of the target, or of its being in a state and of all the rest."""
    if state is None:
        return probabilities
    rest = np.delete(probabilities, state, axis=-1).sum(axis=-1)
    return np.stack([probabilities[..., state], rest], axis=-1)


def _pairs(
    case: Case, asked: Sequence[int], state: int | None, per_minute: bool
) -> tuple[tuple[tuple[int, int], ...], Array]:
    """Return all pairs of questions and what they tell, ranked."""
    pairs = list(itertools.combinations(asked, 2))
    gain = information(*answered(case, pairs), state)
    ranking = _ranking(case, gain, pairs, per_minute)
    return tuple(pairs[i] for i in ranking), gain[ranking]


def _ranking(case: Case, gain: Array, sets: Sequence[tuple[int, ...]], per_minute: bool) -> Codes:
    """Return the order of sets of questions, the best first; ties in the vocabulary's order."""
    variables = case.model.vocabulary.variables
    minutes = np.array([sum(variables[v].minutes for v in chosen) for chosen in sets])
    return np.argsort(-(gain / minutes if per_minute else gain), kind="stable")


def _conditional(table: Array) -> Array:
    """Return P(target | answer) from P(answer, target); zeros for an impossible answer."""
    total = table.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(table, total, out=np.zeros_like(table), where=total > 0))


def _worded(variable: Variable) -> str:
    return variable.question or f"{variable.label}?"


def _moved(what: str, before: float, after: float) -> str:
    """Return "raise … to 70 %", as far as the difference shows on screen."""
    if percent(before) == percent(after):
        return f"leave {what} at {percent(after)}"
    return f"{'raise' if after > before else 'lower'} {what} to {percent(after)}"
