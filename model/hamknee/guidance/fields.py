"""What may stand in a field of guidance.toml: texts, proportions, names of other entries, findings.

pydantic reads these annotations when a file is read, and not before, because it takes as long to
import as all of hamknee.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from hamknee.base import FrozenMapping, listing, suggestion
from hamknee.network import Vocabulary

COURSES = ("better", "same", "worse")
GROUPS = ("self_care", "rehabilitation")
JUDGEMENT = "judgement"

Problem: TypeAlias = tuple[str, str]
"""What is wrong with a value, and what is allowed."""

Pattern: TypeAlias = Mapping[str, frozenset[str]]
"""Findings that must all hold: for each variable, the states that will do."""


@dataclass(frozen=True)
class Wording:
    """One text, and the answers it is for.

    Parameters
    ----------
    text : str
        What is told.
    only_with : tuple of Pattern
        It is told only where the answers say one of these; empty where it needs none.
    not_with : tuple of Pattern
        It is not told where the answers say one of these.
    """

    text: str
    only_with: tuple[Pattern, ...] = ()
    not_with: tuple[Pattern, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the entries of a file may name.

    Parameters
    ----------
    vocabulary : Vocabulary
        Conditions, findings and states.
    references : collection of str
        Keys of references.bib.
    names : mapping of str to collection of str
        The names of each table, such as those of the measures.
    """

    vocabulary: Vocabulary
    references: Collection[str]
    names: Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Field:
    """How pydantic reads one field: all of it here, so that nothing is converted in silence.

    Parameters
    ----------
    check : callable
        Takes the value as it stands in the file and what is known; yields every problem.
    make : callable
        Makes of a value without problems what the entry holds.
    """

    check: Callable[[Any, Known], Iterator[Problem]]
    make: Callable[[Any], Any] = lambda value: value

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> object:
        """Return the schema of the field."""
        from pydantic_core import PydanticCustomError, core_schema

        def read(value: Any, info: core_schema.ValidationInfo[Known]) -> Any:
            if problems := list(self.check(value, info.context)):
                raise PydanticCustomError("guidance", "{problems}", {"problems": problems})
            return self.make(value)

        return core_schema.with_info_plain_validator_function(read)


def _text(value: Any, _: Known) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield f"found {value!r}", "a text"
    elif not value.strip():
        yield "found an empty text", "a text"


def _switch(value: Any, _: Known) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield f"found {value!r}", "true or false"


def _number(holds: Callable[[float], bool], allowed: str) -> Field:
    """Return the field of a number for which something holds."""

    def check(value: Any, _: Known) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"found {value!r}", "a number"
        elif not math.isfinite(value):
            yield f"found {value!r}", "a finite number"
        elif not holds(value):
            yield f"found {value!r}", allowed

    return Field(check)


def _sources(value: Any, known: Known) -> Iterator[Problem]:
    yield from _text(value, known)
    for key in value.split() if isinstance(value, str) else ():
        if key != JUDGEMENT and key not in known.references:
            hint = suggestion(key, [*known.references, JUDGEMENT])
            allowed = f"keys of references.bib, or {JUDGEMENT}"
            yield f"source {key!r} is not in references.bib{hint}", allowed


def _one_of(what: str, kind: str) -> Field:
    """Return the field of one name of a kind."""

    def check(value: Any, known: Known) -> Iterator[Problem]:
        allowed = known.names[kind]
        if not isinstance(value, str):
            yield f"found {value!r}", "a text"
        elif value not in allowed:
            yield f"unknown {what} {value!r}{suggestion(value, allowed)}", listing(allowed)

    return Field(check)


def _list_of(kind: str) -> Field:
    """Return the field of several names of a kind, each once."""

    def check(value: Any, known: Known) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield f"found {value!r}", "a list in square brackets"
            return
        for place, text in enumerate(value):
            if not isinstance(text, str) or not text.strip():
                yield f"found {text!r}", "texts"
            elif text not in (allowed := known.names[kind]):
                yield f"{text!r} is not in [{kind}]{suggestion(text, allowed)}", listing(allowed)
            elif text in value[:place]:
                yield f"{text!r} stands there twice", "each once"

    return Field(check, tuple)


def _patterns(value: Any, known: Known) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield f"found {value!r}", "a list in square brackets"
        return
    findings = [name for name in known.vocabulary if name != known.vocabulary.target.name]
    for pattern in value:
        if not isinstance(pattern, dict) or not pattern:
            yield f"found {pattern!r}", 'findings in braces, such as { pop = "yes" }'
            continue
        for name, states in pattern.items():
            if name not in findings:
                yield f"unknown variable {name!r}{suggestion(name, findings)}", listing(findings)
                continue
            allowed = known.vocabulary[name].state_names
            for state in _listed(states) or [None]:
                if state not in allowed:
                    hint = suggestion(state, allowed)
                    yield f"{state!r} is not a state of {name}{hint}", listing(allowed)


def _wordings(value: Any, known: Known) -> Iterator[Problem]:
    if not isinstance(value, list | str):
        yield f"found {value!r}", "a text, or a list in square brackets"
        return
    for entry in _listed(value):
        if not isinstance(entry, dict):
            yield from _text(entry, known)
            continue
        yield from _text(entry.get("text"), known)
        for key in entry.keys() - {"text"}:
            if key in ("only_with", "not_with"):
                yield from _patterns(entry[key], known)
            else:
                yield f"unknown key {key!r}", "text, only_with, not_with"


def _made_wordings(value: str | list[str | dict[str, Any]]) -> tuple[Wording, ...]:
    entries: list[dict[str, Any]] = [
        {"text": entry} if isinstance(entry, str) else entry for entry in _listed(value)
    ]
    return tuple(
        Wording(
            entry["text"],
            _made_patterns(entry.get("only_with", [])),
            _made_patterns(entry.get("not_with", [])),
        )
        for entry in entries
    )


def _made_patterns(value: list[dict[str, Any]]) -> tuple[Pattern, ...]:
    return tuple(
        FrozenMapping({n: frozenset(_listed(s)) for n, s in pattern.items()}) for pattern in value
    )


def _listed(states: Any) -> list[Any]:
    return states if isinstance(states, list) else [states]


def _states(value: Any, _: Known) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield f"found {value!r}", "a list in square brackets"
    elif not all(isinstance(state, str) for state in value):
        yield f"found {value!r}", "names of states"


Text = Annotated[str, Field(_text)]
Switch = Annotated[bool, Field(_switch)]
Proportion = Annotated[float, _number(lambda x: 0 < x <= 1, "a proportion above 0, up to 1")]
Days = Annotated[float, _number(lambda x: x >= 0, "0 or more")]
Sources = Annotated[str, Field(_sources)]
LevelName = Annotated[str, _one_of("level", "levels")]
ConditionName = Annotated[str, _one_of("condition", "conditions")]
GroupName = Annotated[str, _one_of("group", "groups")]
CourseName = Annotated[str, _one_of("course", "courses")]
MeasureNames = Annotated[tuple[str, ...], _list_of("measures")]
FlagNames = Annotated[tuple[str, ...], _list_of("flags")]
ConditionNames = Annotated[tuple[str, ...], _list_of("conditions")]
VariableName = Annotated[str, _one_of("question", "variables")]
VariableNames = Annotated[tuple[str, ...], _list_of("variables")]
States = Annotated[frozenset[str], Field(_states, frozenset)]
Patterns = Annotated[tuple[Pattern, ...], Field(_patterns, _made_patterns)]
Wordings = Annotated[tuple[Wording, ...], Field(_wordings, _made_wordings)]
