"""Which open questions could still change the level, and by how much to be expected."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hamknee.base import Array, copied_property, shown, takes
from hamknee.guidance.rules import AppliedRules
from hamknee.guidance.texts import Flag
from hamknee.guidance.triaging import (
    HOLDS,
    Triage,
    flag_answers,
    flag_levels,
    still_needed,
    triage,
)
from hamknee.inference import A_MODEL, AnyCase, Model

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RaisingQuestion:
    """One open question of which an answer would raise the level.

    Parameters
    ----------
    name : str
        Of the finding.
    level : str
        The most urgent level that an answer leads to.
    p_raise : float
        P(an answer that raises the level | what is known).
    steps : float
        Expected rise of the level: the steps up to each answer's level, weighted by P(answer).
    """

    name: str
    level: str
    p_raise: float
    steps: float


@shown
@dataclass(frozen=True)
class LevelQuestions:
    """The open questions that could still raise the level, the one to ask first on top.

    Parameters
    ----------
    triage : Triage
        The level as it is.
    flags : tuple of Flag
        The open warning signs that ask for more than the level, most urgent first.
    questions : tuple of RaisingQuestion
        The open findings, by the most urgent level and then by the expected rise.
    needed : tuple of str
        The open findings that a lesser level waits for, whatever their answers.

    Examples
    --------
    >>> import hamknee
    >>> asking = hamknee.level_questions(hamknee.load(), {"onset": "gradual"})
    >>> list(asking.table.columns)
    ['question', 'label', 'level', 'p_raise', 'steps']
    """

    triage: Triage
    flags: tuple[Flag, ...]
    questions: tuple[RaisingQuestion, ...]
    needed: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The findings to ask about first, for `next_questions` and `stop_rule`."""
        raising = [question.name for question in self.questions]
        return tuple(dict.fromkeys([*raising, *self.needed]))

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a finding: question, label, level, p_raise, steps."""
        import pandas as pd

        vocabulary = self.triage.interval.case.model.vocabulary
        rows = [
            (q.name, vocabulary[q.name].label, q.level, q.p_raise, q.steps) for q in self.questions
        ]
        return pd.DataFrame(rows, columns=["question", "label", "level", "p_raise", "steps"])

    @cached_property
    def text(self) -> str:
        """What could still raise the level, in a sentence each; or that nothing could."""
        levels, words = self.triage.guidance.levels, self.triage.guidance.words
        vocabulary = self.triage.interval.case.model.vocabulary
        by_level: dict[str, list[str]] = {}
        for flag in self.flags:
            by_level.setdefault(flag.level, []).append(flag.label)
        for question in self.questions:
            by_level.setdefault(question.level, []).append(vocabulary[question.name].label)
        ordered = sorted(by_level, key=self.triage.guidance.urgency)
        lines = [
            words["could_raise"].format(
                level=levels[level].label, labels="; ".join(by_level[level])
            )
            for level in ordered
        ]
        return " ".join(lines) or words["nothing_raises"]


@takes(model=A_MODEL)
def level_questions(
    model: Model,
    evidence: AnyCase,
    flags: Mapping[str, object] | None = None,
    *,
    not_known: Collection[str] = (),
) -> LevelQuestions:
    """Return the open questions that could still raise the level.

    The value of a question for the triage is the rise that its answers are expected to bring: for
    each answer the level is decided anew, by warning signs and by rules.

    Parameters
    ----------
    model, evidence, flags, not_known
        As for `triage`.

    Raises
    ------
    FlagError, HamkneeError, EvidenceError, ImpossibleEvidenceError
        As for `triage`.

    Examples
    --------
    >>> import hamknee
    >>> model = hamknee.load()
    >>> case = {"onset": "gradual", "location": "lateral_joint_line", "activity": "endurance"}
    >>> asking = hamknee.level_questions(model, case)
    >>> {"swelling", "skin_or_fever"} <= set(asking.names)  # an inflamed joint is seen today
    True
    >>> hamknee.stop_rule(model, case, first=asking.names).stop
    False
    """
    decided = triage(model, evidence, flags, not_known=not_known)
    guidance, case = decided.guidance, decided.interval.case
    names = [v.name for v in model.vocabulary.having("trait", "finding")]
    names = [name for name in names if name not in case.evidence and name not in not_known]
    marginals, applied = model.marginals(case), AppliedRules(guidance, case)
    weighed = [_raising(decided, applied, name, marginals[name]) for name in names]
    questions = [question for question in weighed if question.p_raise > 0]
    questions.sort(key=lambda question: (guidance.urgency(question.level), -question.steps))
    signs = [f for f in decided.open if guidance.urgency(f.level) < _asked_for(decided)]
    signs.sort(key=lambda flag: guidance.urgency(flag.level))
    needed = still_needed(guidance, case.evidence, not_known)
    return LevelQuestions(decided, tuple(signs), tuple(questions), needed)


def _asked_for(decided: Triage) -> int:
    """Return the urgency that signs and rules ask for, whatever else holds a lesser level back."""
    levels = [reason.level for reason in decided.reasons if reason.name not in HOLDS]
    return decided.guidance.urgency(decided.guidance.most_urgent(levels))


def _raising(
    decided: Triage, applied: AppliedRules, name: str, p_answers: Array
) -> RaisingQuestion:
    """Return what the answers to one open question do to the level."""
    guidance, case, now = decided.guidance, applied.case, _asked_for(decided)
    levels = []
    states = case.model.vocabulary[name].state_names
    for state, by_rules in zip(states, applied.levels_with(name), strict=True):
        answers = flag_answers(guidance, decided.given, case.evidence.adding(name, state))
        levels.append(guidance.most_urgent([by_rules, *flag_levels(guidance, answers)]))
    steps = [max(0, now - guidance.urgency(level)) for level in levels]
    raising = [place for place, step in enumerate(steps) if step and p_answers[place] > 0]
    return RaisingQuestion(
        name,
        guidance.most_urgent(levels[place] for place in raising),
        float(sum(p_answers[place] for place in raising)),
        float(sum(p_answers[place] * steps[place] for place in raising)),
    )
