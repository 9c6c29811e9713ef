"""Reads and checks guidance.toml, and finds the one that goes with a model."""

from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from string import Formatter
from typing import Any, TypeAlias, cast
from weakref import WeakKeyDictionary

from hamknee.base import FaultsError, HamkneeError, TomlReader, listing, shipped, suggestion, takes
from hamknee.guidance.fields import COURSES, GROUPS, Known
from hamknee.guidance.texts import ENTRIES, SINGLE, Guidance, Rule
from hamknee.inference import A_MODEL, Model
from hamknee.network import Vocabulary, beside, read_references, references_for

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


@takes(model=A_MODEL)
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
    guidance = find_guidance(model)
    if guidance is None:
        problem = "there is no guidance for the vocabulary of this model"
        raise HamkneeError(f"{problem}; allowed: a guidance.toml beside its priors.csv")
    return guidance


def _find(model: Model) -> Guidance | None:
    if (own := beside(model.source, "guidance.toml")) is not None:
        return read_guidance(own, model.vocabulary, references_for(own))
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
        "probable": "condition probability why",
        "probable_without": "condition probability why answers",
        "not_enough": "labels",
        "open_signs": "flags",
        "worrying_answer": "answers",
        "unlikely": "count limit",
        "could_raise": "level labels",
        "nothing_raises": "",
        "eased": "level answers",
        "hold_back": "measures condition high because",
        "hold_back_flag": "measures flag",
        "only_for": "conditions text",
        "expect_of": "condition probability expect recovery",
        "level_if": "level flags",
        **dict.fromkeys(("paper", "for_you", "for_clinician"), ""),
        **dict.fromkeys(("field_name", "field_date", "field_clinician"), ""),
        "of_people": "cause people",
        "might_be": "causes",
        "not_now": "measures",
        "not_excluded": "conditions",
        "changed_numbers": "",
        "left_out": "parts",
        "left_out_part": "section count",
        **dict.fromkeys(("signs_yes", "signs_open", "signs_no"), "flags"),
        "signs_many": "count",
        "open_flags": "flags",
        "provisional_label": "",
        "not_enough_label": "",
        "provisional_action": "action",
        "course": "days course text",
        "level_now": "before after",
        "level_same": "after",
        "no_texts": "",
    }.items()
}
"""The phrases, and what each may have filled in."""


OPTIONAL = ("unsafe",)
"""The tables that a file may leave out."""


class _Reader(TomlReader):
    """Has pydantic turn the tables of a guidance file into entries, and tells faults by line."""

    def __init__(self, path: Path, vocabulary: Vocabulary, references: Collection[str]) -> None:
        super().__init__(path, GuidanceError)
        self.vocabulary = vocabulary
        self.references = references

    def guidance(self) -> Guidance:
        """Return the checked entries, or raise with every fault."""
        kinds = dict.fromkeys([*ENTRIES, "worrying", "words"], dict)
        required = [name for name in kinds if name not in OPTIONAL]
        tables = self.values((), self.parsed(), kinds, required)
        entries = {kind: self._entries(kind, table) for kind, table in tables.items()}
        guidance = self._validated({**entries, "source": str(self.path)})
        self._check_across(tables)
        self.raise_faults()
        return self._with_untold(cast("Guidance", guidance))

    def _with_untold(self, guidance: Guidance) -> Guidance:
        """Have a professional look at what may be a condition that nothing is written about."""
        spoken = {*guidance.conditions, *(rule.condition for rule in guidance.triage.values())}
        rules = {
            f"untold_{name}": Rule(
                name=f"untold_{name}",
                condition=name,
                at_least=guidance.self_care.likely_from,
                level=guidance.enough.level,
                why=guidance.words["no_texts"],
                source=guidance.enough.source,
            )
            for name in self.vocabulary.target.state_names
            if name not in spoken
        }
        return replace(guidance, triage={**guidance.triage, **rules}) if rules else guidance

    def _entries(self, kind: str, table: dict[str, Any]) -> dict[str, Any]:
        """Return the entries of a table with the name of each in it."""
        if kind == "words":
            return self._words(table)
        if kind == "worrying":
            return self._worrying(table)
        if kind in SINGLE:
            self._check_keys_of(ENTRIES[kind], (kind,), table)
            return table
        for name, entry in table.items():
            self.check_name((kind, name), name)
            if isinstance(entry, dict):
                self._check_keys_of(ENTRIES[kind], (kind, name), entry)
                entry["name"] = name
        return table

    def _check_keys_of(self, kind: type, here: Where, entry: dict[str, Any]) -> None:
        """Note what is unknown or missing in an entry of a kind."""
        keys = {field.name: field.default is MISSING for field in fields(kind)}
        keys.pop("name", None)  # it stands in the heading
        self.check_keys(here, entry, keys, [key for key, required in keys.items() if required])

    def _worrying(self, table: dict[str, Any]) -> dict[str, Any]:
        """Check the names of findings and of their worrying states."""
        for name, states in table.items():
            if name not in self.vocabulary:
                hint = suggestion(name, self.vocabulary)
                self.fault(("worrying", name), f"unknown variable {name!r}{hint}", "a finding")
                continue
            known = self.vocabulary[name].state_names
            for state in states if isinstance(states, list) else ():
                if state not in known:
                    problem = f"{state!r} is not a state of {name}{suggestion(state, known)}"
                    self.fault(("worrying", name), problem, listing(known))
        return table

    def _validated(self, entries: dict[str, Any]) -> Guidance | None:
        """Return the entries as objects, or note every fault in their values and return None."""
        from pydantic import TypeAdapter, ValidationError

        names: dict[str, Collection[str]] = {"groups": GROUPS, "courses": COURSES}
        names |= {kind: list(entries.get(kind, ())) for kind in ENTRIES}
        names["conditions"] = self.vocabulary.target.state_names
        names["variables"] = [n for n in self.vocabulary if n != self.vocabulary.target.name]
        known = Known(self.vocabulary, self.references, names)
        try:
            return TypeAdapter(Guidance).validate_python(entries, context=known)
        except ValidationError as why:
            errors = why.errors(include_url=False)
        for error in errors:  # missing keys are noted already
            where = tuple(map(str, error["loc"]))
            if error["type"] == "dataclass_type":
                self.fault(where, f"found {error['input']!r}", f"a table [{'.'.join(where)}]")
            for problem, allowed in error.get("ctx", {}).get("problems", ()):
                self.fault(where, problem, allowed)
        return None

    def _words(self, table: Mapping[str, Any]) -> dict[str, str]:
        words = self.values(("words",), dict(table), dict.fromkeys(_WORDS, str), _WORDS)
        for name, text in words.items():
            allowed = "{" + "}, {".join(sorted(_WORDS[name])) + "}" if _WORDS[name] else "no braces"
            try:
                places = {field for _, field, *_ in Formatter().parse(text) if field is not None}
            except ValueError as why:
                self.fault(("words", name), f"cannot read {text!r}: {why}", allowed)
                continue
            if places != _WORDS[name]:
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
