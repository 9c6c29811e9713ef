"""When to stop asking: would the answers still change the decision, and would they tell anything.

The same-decision probability is the chance that a decision taken now would also be taken after
all open questions are answered (Choi, Xue & Darwiche 2012),

    SDP = sum over y of P(y | e) [decision given y and e is the decision given e];

as a stopping rule it says what information alone does not: whether what is still unknown matters
(Chen, Choi & Darwiche 2014).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    Array,
    HamkneeError,
    KeptArrays,
    compares_arrays,
    copied_property,
    listing,
    percent,
    shown,
    takes,
)
from hamknee.inference import A_MODEL, TIE, AnyCase, Case, Model
from hamknee.network import EvidenceError, find_state, find_variable
from hamknee.reasoning.answers import answered, draw_answers
from hamknee.reasoning.d_separation import relevant
from hamknee.reasoning.questions import USELESS, Questions, next_questions

if TYPE_CHECKING:
    import pandas as pd


MOST_EXACT = 2**14
"""Combinations of answers up to which all of them are evaluated."""

STABLE = 0.95
"""Same-decision probability from which a decision counts as stable."""

NOTHING_LEFT = "nothing is left to ask"
IS_STABLE = "the decision is stable"
TOO_LITTLE = "no question tells enough"


@shown
@dataclass(frozen=True)
@compares_arrays
class SameDecision(KeptArrays):
    """The chance that a decision outlasts the answers to the open questions.

    Parameters
    ----------
    case : Case
        What is known.
    state : int
        The state of the target that the decision is about.
    threshold : float or None
        The decision is whether P(state) reaches it; None: whether the state comes first.
    questions : tuple of int
        Variables whose answers were considered.
    probability : float
        The same-decision probability.
    standard_error : float
        0 where every combination of answers was evaluated.
    first : ndarray, shape (target states,)
        Probability that each state comes first once the questions are answered.
    draws : int or None
        How many combinations of answers were drawn; None if all were evaluated.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes"}
    >>> decision = hamknee.stop_rule(model, case, draws=200, seed=1).decision
    >>> decision.draws, decision.exact
    (200, False)
    """

    case: Case
    state: int
    threshold: float | None
    questions: tuple[int, ...]
    probability: float
    standard_error: float
    first: Array
    draws: int | None

    @property
    def exact(self) -> bool:
        """Whether every combination of answers was evaluated."""
        return self.draws is None

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a target state, most probable first: target, label, probability, p_first.

        ``p_first`` is the probability of coming first once the questions are answered.
        """
        import pandas as pd

        posterior = self.case.posterior
        states = [posterior.target.states[i] for i in posterior.order]
        return pd.DataFrame(
            {
                posterior.target.name: [state.name for state in states],
                "label": [state.label for state in states],
                "probability": posterior.probabilities[posterior.order],
                "p_first": self.first[posterior.order],
            }
        )

    @cached_property
    def text(self) -> str:
        """The same-decision probability in a sentence."""
        posterior = self.case.posterior
        label = posterior.target.states[self.state].label
        if self.threshold is not None:
            now = posterior.probabilities[self.state]
            side = "at least" if _reaches(now, self.threshold) else "below"
            decision = f"{label} stays {side} {percent(self.threshold)}"
        else:
            leads = _leaders(posterior.probabilities[None])[0, self.state]
            decision = f"{label} {'stays' if leads else 'does not come'} first"
        if not self.questions:
            return f"{decision}: no open question can change that."
        count = len(self.questions)
        asked = "the open question is" if count == 1 else f"all {count} open questions are"
        text = f"{decision} with a probability of {_finely(self.probability)} once {asked} answered"
        if self.draws is None:
            return f"{text}."
        if self.standard_error:
            return f"{text} ({self.draws:,} draws, standard error {_finely(self.standard_error)})."
        # Of n draws that all agree, up to 3 / n may still differ (the rule of three, 95 %).
        may = _finely(3 / self.draws)
        return f"{text} ({self.draws:,} draws, all alike; up to {may} may differ)."


@takes(model=A_MODEL)
def same_decision_probability(
    model: Model,
    evidence: AnyCase,
    state: str | None = None,
    threshold: float | None = None,
    *,
    questions: Iterable[str] | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> SameDecision:
    """Return the probability that the answers to open questions leave a decision as it is.

    Up to 2^14 combinations of answers are all evaluated; of more, some are drawn. Questions that
    cannot matter to the target beside the others are left out first, which changes nothing.

    Parameters
    ----------
    model : Model
        The model.
    evidence : mapping or Case
        What is known, as for `Model.case`.
    state : str, optional
        The state the decision is about; the most probable one by default.
    threshold : float, optional
        The decision is then whether P(state) is at least this (Choi, Xue & Darwiche 2012). By
        default it is whether the state comes first. States that tie for the first place both
        hold it.
    questions : iterable of str, optional
        Which open variables will be answered; all by default.
    draws : int
        Combinations of answers drawn where there are too many; at least 2.
    seed : int
        For the draws.

    Returns
    -------
    SameDecision

    Raises
    ------
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`; and for an unknown state, or a question that is not open.
    HamkneeError
        If the threshold is no probability or there are too few draws.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes"}
    >>> same = hamknee.same_decision_probability(model, case, "rupture", 0.5, questions=["sex"])
    >>> same.exact, 0 <= same.probability <= 1
    (True, True)
    >>> print(same.text)
    Complete tendon rupture stays ... 50 % with a probability of ... once ... answered.
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise HamkneeError(f"the threshold is {threshold}; allowed: 0 to 1")
    if draws < 2:
        raise HamkneeError(f"draws is {draws}; allowed: 2 or more")
    case = model.case(evidence)
    chosen = (
        case.posterior.order[0] if state is None else find_state(model.vocabulary.target, state)
    )
    asked = _that_matter(case, open_questions(case, questions))
    exact = math.prod(int(case.sizes[v]) for v in asked) <= MOST_EXACT
    if exact:
        joint, _ = answered(case, [asked])
        weights = joint.sum(axis=1)
        joint, weights = joint[weights > 0], weights[weights > 0]
        posteriors = joint / weights[:, None]
    else:
        posteriors = case.posteriors(draw_answers(case, asked, draws, np.random.default_rng(seed)))
        weights = np.full(draws, 1 / draws)
    same = _decision(posteriors, chosen, threshold) == _decision(
        case.posterior.probabilities[None], chosen, threshold
    )
    probability = min(float(weights @ same), 1.0)
    leading = _leaders(posteriors).astype(float)
    return SameDecision(
        case,
        chosen,
        threshold,
        asked,
        probability,
        0.0 if exact else math.sqrt(probability * (1 - probability) / (draws - 1)),
        first=weights @ (leading / leading.sum(axis=1, keepdims=True)),
        draws=None if exact else draws,
    )


@shown
@dataclass(frozen=True)
class Stop:
    """Whether to stop asking, and what says so.

    Parameters
    ----------
    decision : SameDecision
        How stable the decision is.
    questions : Questions
        What the open questions would tell.
    stable : float
        Same-decision probability from which the decision counts as stable.
    least_gain : float
        Bits a question must be expected to tell to be worth asking.
    reason : str or None
        The first condition that holds: "nothing is left to ask", "the decision is stable" or "no
        question tells enough". None means go on.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.reasoning import NOTHING_LEFT
    >>> stop = hamknee.stop_rule(hamknee.load(), {"onset": "sudden"}, draws=200, seed=1)
    >>> stop.stop, stop.reason, stop.table["condition"][0] == NOTHING_LEFT
    (False, None, True)
    >>> list(stop.table)
    ['condition', 'value', 'limit', 'met']
    >>> print(stop.text)
    Go on. ... Ask next: ...
    """

    decision: SameDecision
    questions: Questions
    stable: float
    least_gain: float
    reason: str | None

    @property
    def stop(self) -> bool:
        """Whether to stop."""
        return self.reason is not None

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a condition, in the order they are looked at: condition, value, limit, met."""
        import pandas as pd

        return pd.DataFrame(self.conditions(), columns=["condition", "value", "limit", "met"])

    def conditions(self) -> list[tuple[str, float, float, bool]]:
        """Return each condition with its number, the limit, and whether it is met."""
        left = len(self.questions.asked)
        sdp, gain = self.decision.probability, self.questions.most_told
        return [
            (NOTHING_LEFT, float(left), 0.0, left == 0),
            (IS_STABLE, sdp, self.stable, sdp >= self.stable),
            (TOO_LITTLE, gain, self.least_gain, gain < self.least_gain),
        ]

    @cached_property
    def text(self) -> str:
        """What to do, the condition that says so, and the numbers."""
        if self.reason == NOTHING_LEFT:
            return f"Stop: {NOTHING_LEFT}."
        stability = f"{self.decision.text} Stable is {_finely(self.stable)}."
        if self.reason == IS_STABLE:
            return f"Stop: {IS_STABLE}. {stability}"
        gain = f"The most that one question tells is {self.questions.most_told:.3f} bits"
        limit = f"{gain}; worth asking is {self.least_gain:g}."
        if self.reason == TOO_LITTLE:
            return f"Stop: {TOO_LITTLE}. {limit} {stability}"
        return f"Go on. {stability} {self.questions.text}"


@takes(model=A_MODEL)
def stop_rule(
    model: Model,
    evidence: AnyCase,
    state: str | None = None,
    threshold: float | None = None,
    *,
    stable: float = STABLE,
    least_gain: float = USELESS,
    per_minute: bool = True,
    skip: Iterable[str] = (),
    first: Iterable[str] = (),
    draws: int = 2000,
    seed: int = 0,
) -> Stop:
    """Say whether to stop asking, and which condition says so.

    The conditions, in this order: nothing is left to ask; the decision is stable, because its
    same-decision probability is at least `stable`; no open question, alone or as half of a pair,
    is expected to tell `least_gain` bits.

    Parameters
    ----------
    model : Model
        The model.
    evidence : mapping or Case
        What is known, as for `Model.case`.
    state, threshold
        What the decision is about, as for `same_decision_probability`. With a state, questions
        count by what they tell about it.
    stable : float
        Same-decision probability from which the decision counts as stable.
    least_gain : float
        Bits a question must be expected to tell to be worth asking.
    per_minute : bool
        Whether the questions are ranked by bits per minute of asking, or by bits.
    skip : iterable of str
        Variables that are not to be asked, because the answer is not to be had; the decision is
        then stable if the answers to the others leave it as it is.
    first : iterable of str
        Questions of which an answer could still change what to do (`hamknee.level_questions`):
        they are asked first, and as long as one of them is open nothing says to stop.
    draws, seed : int
        As for `same_decision_probability`.

    Returns
    -------
    Stop

    Raises
    ------
    EvidenceError, ImpossibleEvidenceError, HamkneeError
        As for `same_decision_probability`.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> hamknee.stop_rule(model, {}, draws=200, seed=1).stop
    False
    >>> everything = model.most_probable_explanation({"condition": "rupture"}).states
    >>> print(hamknee.stop_rule(model, everything).text)
    Stop: nothing is left to ask.
    """
    case = model.case(evidence)
    skipped = tuple(skip)
    names = [model.vocabulary.variables[v].name for v in case.open_without(skipped)]
    front = [name for name in first if name in names]
    decision = same_decision_probability(
        model, case, state, threshold, questions=names, draws=draws, seed=seed
    )
    questions = next_questions(
        model, case, state=state, per_minute=per_minute, pairs=True, skip=skipped, first=front
    )
    stop = Stop(decision, questions, stable, least_gain, None)
    met = [] if front else stop.conditions()
    return replace(stop, reason=next((name for name, *_, holds in met if holds), None))


def open_questions(case: Case, names: Iterable[str] | None) -> list[int]:
    """Return the indices of named open variables, of all of them by default.

    Raises
    ------
    EvidenceError
        If a variable is unknown, the target, or has a definite answer.
    """
    if names is None:
        return case.open
    vocabulary = case.model.vocabulary
    numbers = []
    for name in dict.fromkeys(names):
        number = vocabulary.index[find_variable(vocabulary, name).name]
        if number not in case.open:
            allowed = listing([vocabulary.variables[v].name for v in case.open]) or "none"
            raise EvidenceError([f"{name} is not an open question; allowed: {allowed}"])
        numbers.append(number)
    return numbers


def _finely(probability: float) -> str:
    """Return a proportion in percent, fine enough to be compared with a limit."""
    return f"{100 * probability:.1f} %"


def _that_matter(case: Case, asked: list[int]) -> tuple[int, ...]:
    """Return the questions whose answers can matter to the target beside all the others."""
    codes = case.codes.copy()
    codes[asked] = 0  # any definite answer: only the arrows count
    connected = relevant(case.model, codes[None])[0]
    return tuple(v for v in asked if connected[v])


def _decision(posteriors: Array, state: int, threshold: float | None) -> npt.NDArray[np.bool_]:
    """Return what is decided in each row of posteriors, shape (rows,)."""
    if threshold is None:
        return _leaders(posteriors)[:, state]
    return _reaches(posteriors[:, state], threshold)


def _leaders(posteriors: Array) -> npt.NDArray[np.bool_]:
    """Return which states come first, shape (rows, target states); tied states all do."""
    return np.asarray(posteriors >= posteriors.max(axis=1, keepdims=True) * (1 - TIE))


def _reaches(probability: Array, threshold: float) -> npt.NDArray[np.bool_]:
    """Return whether probabilities are at least the threshold, whatever the last digit says."""
    return np.asarray(probability >= threshold * (1 - TIE))
