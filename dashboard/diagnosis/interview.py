"""The interview: three acts of steps, which of them is open, and where an answer leads.

What was answered is in the address, so the interview goes on where it was after a reload. A step
that was skipped or gone back to is remembered by the session alone.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from hamknee import ImpossibleEvidenceError, Model
from hamknee.guidance import OPEN, UNKNOWN, Flag, Guidance, Triage
from hamknee.network import Vocabulary
from state import answers
from state.case import VisitorCase, hold_case, open_case, questions

URGENT, PAIN, SHARPEN = "urgent", "pain", "sharpen"

NAMES = {URGENT: "1 Urgent?", PAIN: "2 Your pain", SHARPEN: "3 Sharpen"}
"""The acts in order, and their names."""

LAST = "sharpen"
"""The step after all others: what would help most now."""

MORE = "signs-more"
"""What the steps before it are called: signs that hold nothing back, but could raise the level."""

MOST, MOST_MORE = 6, 3
"""How many warning signs are asked at a time, in the first act and in the last: on a telephone what
is asked should not be longer than two screens."""

_AT, _PLACE = "step", "asked-again"


@dataclass(frozen=True)
class Step:
    """What is asked at a time.

    Parameters
    ----------
    name : str
        A question, or of several warning signs the level that they ask for.
    act : str
        Which of `NAMES` it belongs to.
    flags : tuple of Flag
        The warning signs; empty for a question.
    stays : bool
        Whether it stays open when it was answered, because there may be more to say.
    """

    name: str
    act: str
    flags: tuple[Flag, ...] = ()
    stays: bool = False


@dataclass(frozen=True)
class Plan:
    """Where the interview of one case is.

    Parameters
    ----------
    steps : tuple of Step
        In order; the last one is `LAST`.
    done : frozenset of str
        The steps that were answered.
    settled : frozenset of str
        The warning signs that were answered, or that other answers settle.
    asked : str
        The step that was gone to; empty for the first one that is open.
    """

    steps: tuple[Step, ...]
    done: frozenset[str]
    settled: frozenset[str]
    asked: str = ""

    @property
    def acts(self) -> tuple[str, ...]:
        """The acts that have steps."""
        return tuple(dict.fromkeys(step.act for step in self.steps))

    @cached_property
    def now(self) -> Step:
        """The step that is open."""
        named = {step.name: step for step in self.steps}
        return named.get(self.asked) or self._first_open(self.steps)

    def of_act(self, act: str) -> tuple[Step, ...]:
        """Return the steps of an act."""
        return tuple(step for step in self.steps if step.act == act)

    def into(self, act: str) -> Step:
        """Return the step with which an act opens."""
        steps = self.of_act(act)
        return next((step for step in steps if step.name not in self.done), steps[0])

    @property
    def place(self) -> tuple[int, int]:
        """The number of the step within its act, from 1, and how many there are."""
        steps = self.of_act(self.now.act)
        return steps.index(self.now) + 1, len(steps)

    @property
    def before(self) -> Step | None:
        """The step before the open one."""
        place = self.steps.index(self.now)
        return self.steps[place - 1] if place else None

    @property
    def after(self) -> Step | None:
        """The step after the open one, answered or not."""
        place = self.steps.index(self.now) + 1
        return self.steps[place] if place < len(self.steps) else None

    def following(self, name: str, done: Collection[str]) -> str:
        """Return the step that comes once one was answered for the first time."""
        places = {step.name: place for place, step in enumerate(self.steps)}
        later = [step for step in self.steps[places[name] + 1 :] if step.name not in done]
        return later[0].name if later else LAST

    def _first_open(self, steps: tuple[Step, ...]) -> Step:
        return next((step for step in steps if step.name not in self.done), steps[-1])


def interview(
    vocabulary: Vocabulary,
    guidance: Guidance | None,
    triage: Triage | None,
    case: VisitorCase,
    raising: Collection[Flag] = (),
) -> Plan:
    """Return the interview of a case.

    Parameters
    ----------
    vocabulary, guidance
        What there is to ask; without guidance there are no warning signs.
    triage : Triage or None
        What the answers so far say of the warning signs.
    case : VisitorCase
        What was answered.
    raising : collection of Flag
        The warning signs that could still make it more urgent.
    """
    steps = []
    if guidance is not None:
        for level, flags in _signs(guidance):
            steps += _split(f"signs-{level}", URGENT, flags, MOST)
    names = [v.name for v in questions(vocabulary) if v.core or v.role == "context"]
    for name in guidance.interview if guidance else names:
        steps.append(Step(name, PAIN, stays=vocabulary[name].several))
    settled = frozenset() if triage is None else _settled(triage, case)
    first = [flag for step in steps for flag in step.flags]
    more = [flag for flag in guidance.flags.values() if flag not in first] if guidance else []
    if any(flag in raising or flag.name in case.flags for flag in more):
        steps += _split(MORE, SHARPEN, more, MOST_MORE)
    steps.append(Step(LAST, SHARPEN))
    done = frozenset(step.name for step in steps if _is_done(step, settled, case))
    return Plan(tuple(steps), done, settled, st.session_state.get(_AT, ""))


def plan_of(model: Model, case: VisitorCase, triage: Triage | None) -> Plan:
    """Return the interview of a case with what could still make it more urgent.

    Parameters
    ----------
    model, case
        What is asked about.
    triage : Triage or None
        As for `interview`.
    """
    raising: tuple[Flag, ...] = ()
    with suppress(ImpossibleEvidenceError):
        _, raising = answers.level_questions(model, case)
    return interview(model.vocabulary, answers.guidance(model), triage, case, raising)


def _split(name: str, act: str, flags: Sequence[Flag], most: int) -> list[Step]:
    """Return steps of about as many signs each, at most so many."""
    count = -(-len(flags) // most)
    size = -(-len(flags) // count)
    parts = [tuple(flags[start : start + size]) for start in range(0, len(flags), size)]
    return [Step(f"{name}-{number}", act, part) for number, part in enumerate(parts, start=1)]


def _settled(triage: Triage, case: VisitorCase) -> frozenset[str]:
    """Return the signs that were answered, asked in vain, or are settled by other answers."""
    return frozenset(
        name
        for name, answer in triage.answers.items()
        if answer not in (*OPEN, "suggested") or case.flags.get(name) == UNKNOWN
    )


def _is_done(step: Step, settled: Collection[str], case: VisitorCase) -> bool:
    if step.flags:
        return all(flag.name in settled for flag in step.flags)
    return step.name in case.texts or step.name in case.not_known


def _signs(guidance: Guidance) -> list[tuple[str, tuple[Flag, ...]]]:
    """Return the signs that hold a lesser level back by level, after for whom this is not meant."""
    not_meant = [flag for flag in guidance.flags.values() if flag.answered_below]
    by_level: dict[str, list[Flag]] = {}
    for flag in sorted(guidance.holding, key=lambda flag: guidance.urgency(flag.level)):
        if flag not in not_meant:
            by_level.setdefault(flag.level, []).append(flag)
    groups = list(by_level.items())
    if groups:
        first, flags = groups[0]
        groups[0] = first, [*not_meant, *flags]
    return [(level, tuple(flags)) for level, flags in groups]


# Going on ---------------------------------------------------------------------------------


def go_to(name: str) -> None:
    """Open a step."""
    st.session_state[_AT] = name


def ask_again(name: str, place: str) -> None:
    """Open a step to change an answer, and bring the eye and the focus to what asks it.

    Parameters
    ----------
    name : str
        Of the step.
    place : str
        The key of what asks it.
    """
    hold_case()
    go_to(name)
    times = int(asked_again().partition(" ")[0] or 0)
    st.session_state[_PLACE] = f"{times + 1} {place}"


def asked_again() -> str:
    """Return what is asked again, after how often that was; empty before the first time."""
    return str(st.session_state.get(_PLACE, ""))


def begin(parameters: dict[str, str]) -> None:
    """Open a case in place of the one there, at the first step that is open."""
    st.session_state.pop(_AT, None)
    open_case(parameters)


def save(interview: Plan, changed: VisitorCase) -> None:
    """Take an answer: the next open step follows one that was answered for the first time.

    Where an earlier answer was only exchanged, the step stays open.
    """
    open_case(changed.address)
    settled = interview.settled.union(changed.flags)
    done = {step.name for step in interview.steps if _is_done(step, settled, changed)}
    new = [step for step in interview.steps if step.name in done - interview.done]
    if new and interview.now.act == SHARPEN != new[0].act:
        st.session_state[_AT] = interview.now.name  # answered late, and nothing to go back for
    elif new and not new[0].stays:
        st.session_state[_AT] = interview.following(new[0].name, done)
    elif new or interview.asked:
        st.session_state[_AT] = (new[0] if new else interview.now).name
