"""What there is to tell a person: warning signs, levels, rules, measures and their texts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, is_dataclass
from typing import get_args, get_type_hints

from hamknee.base import KeptArrays
from hamknee.guidance.fields import (
    JUDGEMENT,
    ConditionName,
    ConditionNames,
    CourseName,
    Days,
    FlagNames,
    GroupName,
    LevelName,
    MeasureNames,
    Pattern,
    Patterns,
    Proportion,
    Sources,
    States,
    Switch,
    Text,
    VariableName,
    VariableNames,
    Wording,
    Wordings,
)
from hamknee.network import Evidence, possible_states


@dataclass(frozen=True)
class Level:
    """How soon to seek help, with what is advised meanwhile; and the number to call, if any."""

    name: str
    label: Text
    action: Text
    self_care: Switch
    rehabilitation: Switch
    instead: Text
    source: Sources
    call: Text = ""


@dataclass(frozen=True)
class Flag:
    """One warning sign: its question, its level, and the findings that answer it.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.guidance import guidance_for
    >>> flag = guidance_for(hamknee.load()).flags["pop_with_marked_swelling"]
    >>> flag.label, flag.level
    ('A pop with marked swelling', 'same_day')
    >>> flag.question
    'Did you feel or hear a pop, and did the knee, thigh or calf then swell up a lot?'
    """

    name: str
    label: Text
    question: Text
    help: Text
    level: LevelName
    why: Text
    source: Sources
    answered_by: Patterns = ()
    suggested_by: Patterns = ()
    denied_by: Patterns = ()
    answered_below: VariableNames = ()
    avoid: MeasureNames = ()
    caution: Text = ""


@dataclass(frozen=True)
class Rule:
    """A level for a condition, from where on its probability asks for it.

    With `present`, the probability that it is there at all, as the main cause or beside it.
    """

    name: str
    condition: ConditionName
    at_least: Proportion
    level: LevelName
    why: Text
    source: Sources
    present: Switch = False


@dataclass(frozen=True)
class Measure:
    """Something one can do: self-care, or a step of rehabilitation.

    The first of its wordings that suits the answers is told; where none does, nothing is.
    """

    name: str
    group: GroupName
    label: Text
    text: Wordings
    how_long: Text
    source: Sources


@dataclass(frozen=True)
class Condition:
    """What to tell about one state of the target."""

    name: str
    expect: Text
    recovery: Text
    helps: MeasureNames
    dont: Wordings
    source: Sources
    avoid: MeasureNames = ()
    because: Text = ""
    excluded_below: Proportion = 1.0


@dataclass(frozen=True)
class SelfCare:
    """What goes for all self-care, and from which probability on a condition counts as likely."""

    likely_from: Proportion
    how_long: Text
    dont: Wordings
    source: Sources


@dataclass(frozen=True)
class Enough:
    """What has to be known, or asked in vain, before less than its level can be told.

    Until then, while an urgent warning sign or one of `signs` is open, and with a worrying answer
    to one of the questions, its level holds. `ask` are the questions of a first interview, in
    order; those of `findings` that it leaves out follow.
    """

    findings: VariableNames
    signs: FlagNames
    level: LevelName
    source: Sources
    ask: VariableNames = ()


@dataclass(frozen=True)
class Unsafe:
    """A question that is not asked where finding out could do harm."""

    name: str
    question: VariableName
    when: Patterns
    text: Text
    source: Sources


@dataclass(frozen=True)
class Help:
    """What one kind of professional, or one procedure, may do; of no condition, for all."""

    name: str
    label: Text
    text: Text
    source: Sources
    conditions: ConditionNames = ()


@dataclass(frozen=True)
class Limit:
    """One limit that goes with every answer."""

    name: str
    text: Text
    source: Sources


@dataclass(frozen=True)
class Course:
    """What to tell after some days of one course, and the warning signs that it answers."""

    name: str
    course: CourseName
    from_days: Days
    text: Text
    source: Sources
    raises: FlagNames = ()


@dataclass(frozen=True)
class Guidance(KeptArrays):
    """Everything in guidance.toml, checked against a vocabulary; levels most urgent first.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.guidance import guidance_for
    >>> guidance = guidance_for(hamknee.load())
    >>> list(guidance.levels)  # most urgent first
    ['emergency', 'same_day', 'see_professional', 'self_care']
    >>> guidance.most_urgent(["self_care", "same_day"])
    'same_day'
    >>> len(guidance.urgent) < len(guidance.flags)
    True
    """

    levels: Mapping[str, Level]
    flags: Mapping[str, Flag]
    triage: Mapping[str, Rule]
    measures: Mapping[str, Measure]
    conditions: Mapping[str, Condition]
    self_care: SelfCare
    professional: Mapping[str, Help]
    follow_up: Mapping[str, Course]
    limits: Mapping[str, Limit]
    worrying: Mapping[str, States]
    enough: Enough
    words: Mapping[str, str]
    source: str
    unsafe: Mapping[str, Unsafe] = field(default_factory=dict)

    def urgency(self, level: str) -> int:
        """Return the place of a level; 0 is the most urgent."""
        return list(self.levels).index(level)

    def most_urgent(self, levels: Iterable[str]) -> str:
        """Return the most urgent of some levels; of none, the least urgent there is."""
        return min(levels, key=self.urgency, default=list(self.levels)[-1])

    @property
    def urgent(self) -> tuple[Flag, ...]:
        """The warning signs that do not let anyone begin with exercises."""
        levels = self.levels
        return tuple(f for f in self.flags.values() if not levels[f.level].rehabilitation)

    @property
    def holding(self) -> tuple[Flag, ...]:
        """The warning signs that hold a lesser level back as long as they are open."""
        names = {flag.name for flag in self.urgent}.union(self.enough.signs)
        return tuple(flag for name, flag in self.flags.items() if name in names)

    @property
    def interview(self) -> tuple[str, ...]:
        """The questions of a first interview, in order."""
        return tuple(dict.fromkeys([*self.enough.ask, *self.enough.findings]))

    def unsafe_questions(self, evidence: Evidence) -> dict[str, str]:
        """Return the questions that must not be asked with these findings, and why not.

        Parameters
        ----------
        evidence : Evidence
            What is known.

        Examples
        --------
        >>> import hamknee
        >>> from hamknee.guidance import guidance_for
        >>> model = hamknee.load()
        >>> list(guidance_for(model).unsafe_questions(model.case({"pop": "yes"}).evidence))
        ['weakness']
        """
        return {
            entry.question: entry.text
            for entry in self.unsafe.values()
            if any(matches(pattern, evidence) for pattern in entry.when)
        }

    @property
    def limits_text(self) -> str:
        """The limits as one paragraph."""
        return " ".join(limit.text for limit in self.limits.values())

    def sources(self) -> set[str]:
        """Return every key of references.bib that is cited."""
        tables = [getattr(self, name) for name in ENTRIES if name not in SINGLE]
        entries = [getattr(self, name) for name in SINGLE]
        entries += [entry for table in tables for entry in table.values()]
        return {key for entry in entries for key in entry.source.split()} - {JUDGEMENT}


_HINTS = get_type_hints(Guidance)
SINGLE = tuple(name for name, hint in _HINTS.items() if is_dataclass(hint))
"""The tables that are one entry; the others have several by name."""

_KINDS: dict[str, type] = {n: (get_args(hint) or [hint])[-1] for n, hint in _HINTS.items()}
ENTRIES: Mapping[str, type] = {n: kind for n, kind in _KINDS.items() if is_dataclass(kind)}
"""What stands in each table."""


def suits(wording: Wording, evidence: Evidence) -> bool:
    """Return whether a text is for somebody with these answers; an open question rules none out.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.guidance import guidance_for
    >>> from hamknee.guidance.texts import suits
    >>> model = hamknee.load()
    >>> (raise_it,) = guidance_for(model).measures["elevation"].text
    >>> [suits(raise_it, model.case(case).evidence) for case in ({}, {"swelling": "none"})]
    [True, False]
    """
    wanted = [matches(pattern, evidence) for pattern in wording.only_with]
    unfit = [matches(pattern, evidence) for pattern in wording.not_with]
    return (any(wanted) or not wanted) and not any(unfit)


def matches(pattern: Pattern, evidence: Evidence) -> bool:
    """Return whether the evidence leaves no other state possible than those of the pattern."""
    return all(
        name in evidence and possible_states(evidence[name]) <= states
        for name, states in pattern.items()
    )
