"""Reads and checks guidance.toml, and finds the one that goes with a model."""

from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from string import Formatter
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from hamknee.base import NUMBER, FaultsError, HamkneeError, TomlReader, listing, shipped, suggestion
from hamknee.guidance.texts import (
    COURSES,
    GROUPS,
    JUDGEMENT,
    Condition,
    Course,
    Flag,
    Guidance,
    Help,
    Level,
    Limit,
    Measure,
    Pattern,
    Rule,
    SelfCare,
)
from hamknee.inference import Model
from hamknee.network import Vocabulary, read_references

Where: TypeAlias = tuple[str, ...]
"""A table or key, as the names on the way to it."""


class GuidanceError(FaultsError):
    """guidance.toml holds something that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import hamknee
    >>> from hamknee.base import shipped
    >>> from hamknee.guidance import read_guidance
    >>> own = shipped("data/guidance.toml").read_text("utf-8").replace('"same_day"', '"today"', 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "guidance.toml")
    ...     _ = path.write_text(own, "utf-8")
    ...     read_guidance(path, hamknee.load().vocabulary, references=[])
    Traceback (most recent call last):
    ...
    hamknee.guidance.guidance_file.GuidanceError: guidance.toml: ... faults
    ...unknown level 'today'; allowed: emergency, same_day, see_professional, self_care...
    """


_read: WeakKeyDictionary[Model, Guidance | None] = WeakKeyDictionary()


def find_guidance(model: Model) -> Guidance | None:
    """Return the guidance that goes with a model, or None if none does.

    That is the guidance.toml beside the model's priors.csv, or else the shipped one if all that
    it names is in the model's vocabulary. It is read once for each model.

    Parameters
    ----------
    model : Model
        Its vocabulary, and where it was read from, decide.

    Raises
    ------
    GuidanceError
        With every fault of a guidance.toml beside the priors.csv.

    Examples
    --------
    >>> import numpy as np
    >>> import hamknee
    >>> from hamknee.guidance import find_guidance
    >>> from hamknee.network import CPT, State, Variable, Vocabulary
    >>> find_guidance(hamknee.load()).source.endswith("guidance.toml")
    True
    >>> lung = Variable("lung", "target", "Lung cancer", (State("yes", "Yes"), State("no", "No")))
    >>> other = hamknee.Model(Vocabulary((lung,)), {"lung": CPT("lung", (), np.array([0.1, 0.9]))})
    >>> find_guidance(other) is None  # the shipped texts are not about lungs
    True
    """
    if model not in _read:
        _read[model] = _find(model)
    return _read[model]


def guidance_for(model: Model) -> Guidance:
    """Return the guidance that goes with a model (HamkneeError if none does).

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.guidance import guidance_for
    >>> guidance = guidance_for(hamknee.load())
    >>> guidance.levels["same_day"].label
    'See a doctor today'
    """
    found = find_guidance(model)
    if found is None:
        problem = "there is no guidance for the vocabulary of this model"
        raise HamkneeError(f"{problem}; allowed: a guidance.toml beside its priors.csv")
    return found


def _find(model: Model) -> Guidance | None:
    numbers = Path(model.source)
    own = numbers.parent / "guidance.toml"
    if numbers.is_file() and own.is_file():
        beside = numbers.parent / "references.bib"
        references = beside if beside.is_file() else shipped("data/references.bib")
        return read_guidance(own, model.vocabulary, read_references(references))
    references = shipped("data/references.bib")
    try:
        path = shipped("data/guidance.toml")
        return read_guidance(path, model.vocabulary, read_references(references))
    except GuidanceError:
        return None  # the shipped texts are of other conditions and findings


def read_guidance(path: Path, vocabulary: Vocabulary, references: Collection[str]) -> Guidance:
    """Read and check guidance.toml.

    Parameters
    ----------
    path : Path
        The file.
    vocabulary : Vocabulary
        The conditions, findings and states it may name.
    references : collection of str
        The keys of references.bib it may name as sources.

    Raises
    ------
    GuidanceError
        With every fault found: line, key, what was found, what is allowed.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.base import shipped
    >>> from hamknee.guidance import read_guidance
    >>> from hamknee.network import read_references
    >>> references = read_references(shipped("data/references.bib"))
    >>> path = shipped("data/guidance.toml")  # or one of your own
    >>> guidance = read_guidance(path, hamknee.load().vocabulary, references)
    >>> list(guidance.levels)
    ['emergency', 'same_day', 'see_professional', 'self_care']
    """
    return _Reader(path, vocabulary, references).guidance()


_TYPES: Mapping[object, type | tuple[type, ...]] = {
    str: str,
    bool: bool,
    float: NUMBER,
    tuple[str, ...]: list,
    tuple[Pattern, ...]: list,
}
"""What stands in the file for the type of a field."""

_TABLES: dict[str, type] = {
    "levels": Level,
    "flags": Flag,
    "triage": Rule,
    "measures": Measure,
    "conditions": Condition,
    "professional": Help,
    "follow_up": Course,
    "limits": Limit,
}
_WORDS = {
    name: frozenset(places.split())
    for name, places in {
        **dict.fromkeys(("now", "withheld", "do", "dont", "rehabilitation", "expect"), ""),
        **dict.fromkeys(("seek_help", "professional", "limits", "because", "findings"), ""),
        **dict.fromkeys(("ranking", "flags", "follow_up", "no_reason"), ""),
        **dict.fromkeys(("state_yes", "state_findings", "state_suggested", "state_follow_up"), ""),
        **dict.fromkeys(("state_no", "state_denied", "state_unknown", "state_not_asked"), ""),
        **dict.fromkeys(("title", "nothing_known", "column_now", "column_start"), ""),
        "column_interval": "mass",
        "numbers": "digest version date",
        "not_known": "labels",
        **dict.fromkeys((*COURSES, "all_answered"), ""),
        **dict.fromkeys(("answered_yes", "answered_by_findings"), "flag why"),
        **dict.fromkeys(("suggested_by_findings", "answered_by_follow_up"), "flag why"),
        "not_excluded": "condition high why",
        "hold_back": "measures condition high because",
        "hold_back_flag": "measures flag",
        "only_for": "conditions text",
        "expect_of": "condition probability expect recovery",
        "level_if": "level flags",
        "open_flags": "flags",
        "provisional_label": "",
        "provisional_action": "open action",
        "course": "days course text",
        "level_now": "before after",
        "level_same": "after",
    }.items()
}
"""The phrases, and what each may have filled in."""


_CHOICES = {"level": "levels", "condition": "conditions", "group": "groups", "course": "courses"}
_LISTS = {"helps": "measures", "avoid": "measures", "raises": "flags", "conditions": "conditions"}
"""What the names under a key are the names of."""


class _Reader(TomlReader):
    """Turns the tables of a guidance file into checked entries."""

    def __init__(self, path: Path, vocabulary: Vocabulary, references: Collection[str]) -> None:
        super().__init__(path, GuidanceError)
        self.vocabulary = vocabulary
        self.references = references
        self.names: dict[str, Collection[str]] = {"groups": GROUPS, "courses": COURSES}

    def guidance(self) -> Guidance:
        parsed = self.parsed()
        kinds = dict.fromkeys([*_TABLES, "self_care", "words"], dict)
        tables = self.values((), parsed, kinds, kinds)
        self.names |= tables | {"conditions": self.vocabulary.target.state_names}
        read: dict[str, Any] = {
            kind: self._entries(kind, made, tables.get(kind, {})) for kind, made in _TABLES.items()
        }
        if "self_care" in tables:
            read["self_care"] = self._entry(("self_care",), SelfCare, tables["self_care"])
        read["words"] = self._words(tables.get("words", {}))
        self._check_across(tables)
        self.raise_faults()
        return Guidance(**read, source=str(self.path))

    def _entries(self, kind: str, made: type, tables: Mapping[str, Any]) -> dict[str, Any]:
        entries = {}
        for name, table in tables.items():
            where = (kind, name)
            self.check_name(where, name)
            if isinstance(table, dict):
                entries[name] = self._entry(where, made, table, name=name)
            else:
                self.fault(where, f"found {table!r}", f"a table [{kind}.{name}]")
        return entries

    def _entry(self, here: Where, made: type, table: dict[str, Any], **name: str) -> object:
        """Return one checked entry, or None if it has a fault."""
        before = len(self.faults)
        columns = [column for column in fields(made) if column.name not in name]
        keys = {column.name: _TYPES[column.type] for column in columns}
        required = [column.name for column in columns if column.default is MISSING]
        values = self.values(here, table, keys, required)
        checked = {key: self._value((*here, key), value) for key, value in values.items()}
        return made(**name, **checked) if len(self.faults) == before else None

    def _value(self, where: Where, value: Any) -> Any:
        """Check one value by the name of its key; lists become tuples."""
        key = where[-1]
        if key in _CHOICES:
            self.check_choice(where, value, self._allowed(_CHOICES[key]))
        elif key == "source":
            self._check_sources(where, value)
        elif key in ("at_least", "excluded_below", "likely_from") and not 0 < value <= 1:
            self.fault(where, f"found {value!r}", "a proportion above 0, up to 1")
        elif key == "from_days" and value < 0:
            self.fault(where, f"found {value!r}", "0 or more")
        elif key in ("answered_by", "suggested_by", "denied_by"):
            return tuple(self._pattern(where, pattern) for pattern in value)
        elif isinstance(value, list):
            return self._texts(where, value)
        return value

    def _allowed(self, kind: str) -> Collection[str]:
        return self.names.get(kind, ())

    def _check_sources(self, where: Where, text: str) -> None:
        for key in text.split():
            if key != JUDGEMENT and key not in self.references:
                problem = f"source {key!r} is not in references.bib"
                problem += suggestion(key, [*self.references, JUDGEMENT])
                self.fault(where, problem, f"keys of references.bib, or {JUDGEMENT}")

    def _texts(self, where: Where, texts: list[Any]) -> tuple[str, ...]:
        kind = _LISTS.get(where[-1])
        for place, text in enumerate(texts):
            if not isinstance(text, str) or not text.strip():
                self.fault(where, f"found {text!r}", "texts")
            elif kind is not None:
                if text not in self._allowed(kind):
                    problem = f"{text!r} is not in [{kind}]{suggestion(text, self._allowed(kind))}"
                    self.fault(where, problem, listing(self._allowed(kind)))
                elif text in texts[:place]:
                    self.fault(where, f"{text!r} stands there twice", "each once")
        return tuple(str(text) for text in texts)

    def _pattern(self, where: Where, pattern: Any) -> Pattern:
        """Return findings that must all hold, each with the states that will do."""
        if not isinstance(pattern, dict) or not pattern:
            allowed = 'findings in braces, such as { pop = "yes" }'
            self.fault(where, f"found {pattern!r}", allowed)
            return {}
        checked = {}
        for name, states in pattern.items():
            states = states if isinstance(states, list) else [states]
            target = self.vocabulary.target.name
            if name not in self.vocabulary or name == target:
                findings = [other for other in self.vocabulary if other != target]
                problem = f"unknown variable {name!r}{suggestion(name, findings)}"
                self.fault(where, problem, listing(findings))
                continue
            known = self.vocabulary[name].state_names
            for state in states or [None]:
                if state not in known:
                    problem = f"{state!r} is not a state of {name}{suggestion(state, known)}"
                    self.fault(where, problem, listing(known))
            checked[name] = frozenset(str(state) for state in states)
        return checked

    def _words(self, table: Mapping[str, Any]) -> dict[str, str]:
        words = self.values(("words",), dict(table), dict.fromkeys(_WORDS, str), _WORDS)
        for name, text in words.items():
            allowed = "{" + "}, {".join(sorted(_WORDS[name])) + "}" if _WORDS[name] else "no braces"
            try:
                found = {field for _, field, *_ in Formatter().parse(text) if field is not None}
            except ValueError as why:
                self.fault(("words", name), f"cannot read {text!r}: {why}", allowed)
                continue
            if found != _WORDS[name]:
                self.fault(("words", name), f"found {text!r}", f"a text with {allowed}")
        return words

    def _check_across(self, tables: Mapping[str, Any]) -> None:
        """Check what no single entry shows."""
        given = tables.get("conditions", {})
        known = self.vocabulary.target.state_names
        for name in given:
            if name not in known:
                problem = f"unknown condition {name!r}{suggestion(name, known)}"
                self.fault(("conditions", name), problem, listing(known))
        for name in known:
            if "conditions" in tables and name not in given:
                self.fault(("conditions",), f"{name} is missing", "a table for each condition")
        for name, table in given.items():
            if isinstance(table, dict):
                self._check_condition(("conditions", name), table)
        if "levels" in tables and not tables["levels"]:
            self.fault(("levels",), "there is no level", "at least one")
        if "follow_up" in tables:
            self._check_courses(tables["follow_up"])

    def _check_condition(self, here: Where, table: Mapping[str, Any]) -> None:
        avoid, helps = table.get("avoid", []), table.get("helps", [])
        if isinstance(avoid, list) and isinstance(helps, list):
            for name in avoid:
                if name in helps:
                    self.fault((*here, "avoid"), f"{name!r} stands also in helps", "one of the two")
        for key in ("because", "excluded_below"):
            if avoid and key not in table:
                self.fault(here, f"{key} is missing", f"{key} is required beside avoid")

    def _check_courses(self, table: Mapping[str, Any]) -> None:
        """Check that every course has a rule from day 0 on, and none two from one day."""
        entries = {name: entry for name, entry in table.items() if isinstance(entry, dict)}
        for course in COURSES:
            starts = [
                (entry.get("from_days"), name)
                for name, entry in entries.items()
                if entry.get("course") == course
            ]
            days = [start for start, _ in starts]
            if 0 not in days:
                self.fault(("follow_up",), f"no rule for {course} from day 0 on", "one of each")
            for place, (start, name) in enumerate(starts):
                if start in days[:place]:
                    problem = f"{course} has another rule from day {start}"
                    self.fault(("follow_up", name, "from_days"), problem, "a day of its own")
