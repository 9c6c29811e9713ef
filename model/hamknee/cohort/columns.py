"""Whose column is which variable, and whose values mean which states."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import FaultsError, Keys, ProblemsError, TomlReader, listing, suggestion
from hamknee.network import (
    EvidenceError,
    Variable,
    Vocabulary,
    check_value,
    find_variable,
    parse_value,
    read_headings,
)

Values: TypeAlias = Sequence[object] | npt.NDArray[np.number[Any]]
"""The distinct values of a column."""

ID_COLUMNS = ("case_id", "id")
"""Columns that are kept without being asked for."""


MOST_HINTS = 200
"""Columns that are compared with the names of variables: a comparison takes about 0.1 ms."""


class MappingError(FaultsError):
    """A file of a mapping that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import hamknee
    >>> from hamknee.cohort import read_mapping
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "words.toml")
    ...     _ = path.write_text('columns.Beginn = "onsett"', "utf-8")
    ...     read_mapping(hamknee.load().vocabulary, path)
    Traceback (most recent call last):
    ...
    hamknee.cohort.columns.MappingError: words.toml: 1 fault
      words.toml, line 1, column columns.Beginn: unknown Beginn 'onsett' (did you mean 'onset'?);
      allowed: condition, setting, age, sex, onset, ...
    """


class CohortError(ProblemsError):
    """A cohort that cannot be scored as it is asked for.

    Parameters
    ----------
    problems : sequence of str
        Every problem found, a sentence each.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> hamknee.score(hamknee.load(), pd.DataFrame({"onset": ["suddn"]}), strict=True)
    Traceback (most recent call last):
    ...
    hamknee.cohort.columns.CohortError: row 0: 'suddn' is not a state of onset (did you mean
    'sudden'?); allowed: sudden, days, gradual
    """


@dataclass(frozen=True)
class ColumnMapping:
    """How the columns and values of a cohort are called in the vocabulary.

    Parameters
    ----------
    columns : mapping of str to str
        Their column to our variable; to an empty text if the column is to be left alone.
    values : mapping of str to mapping of str to str
        For a variable, their value to ours, which is read as on the command line. Values that are
        not listed are read as they are.
    not_known : sequence of str
        What stands in any column for a value that is not known, such as ``NA``.

    Examples
    --------
    >>> import pandas as pd
    >>> import hamknee
    >>> from hamknee.cohort import ColumnMapping
    >>> mapping = ColumnMapping({"Beginn": "onset"}, {"onset": {"akut": "sudden"}}, ["k. A."])
    >>> cohort = pd.DataFrame({"id": [7, 8], "Beginn": ["akut", "k. A."]})
    >>> hamknee.score(hamknee.load(), cohort, mapping=mapping)[["id", "p_evidence"]].round(1)
       id  p_evidence
    0   7         0.3
    1   8         1.0
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    not_known: Sequence[str] = ()

    def __or__(self, other: ColumnMapping) -> ColumnMapping:
        """Return both; where they differ, the other one counts."""
        values = {
            name: {**self.values.get(name, {}), **other.values.get(name, {})}
            for name in {**self.values, **other.values}
        }
        not_known = tuple(dict.fromkeys([*self.not_known, *other.not_known]))
        return ColumnMapping({**self.columns, **other.columns}, values, not_known)

    def translate(self, variable: Variable, values: Values) -> Values:
        """Return values in our words, those that are not listed as they are."""
        ours = dict.fromkeys(self.not_known, "") | dict(self.values.get(variable.name, {}))
        if not ours:
            return values
        plain = values.tolist() if isinstance(values, np.ndarray) else values
        return [ours.get(_text(value), value) for value in plain]

    def as_json(self) -> dict[str, object]:
        """Return the mapping as JSON can hold it."""
        return {
            "columns": dict(self.columns),
            "values": {name: dict(entries) for name, entries in self.values.items()},
            "not_known": list(self.not_known),
        }


AnyMapping: TypeAlias = "ColumnMapping | Mapping[str, str] | str | os.PathLike[str] | None"


@dataclass(frozen=True)
class ColumnPlan:
    """What becomes of each column of a cohort.

    Parameters
    ----------
    read : mapping of str to str
        Our variable to their column.
    kept : tuple of str
        Their columns that are copied to the result.
    ignored : tuple of str
        Their columns that are neither read nor kept.
    hidden : str or None
        Their column of the target, which is never used as evidence.
    near : tuple of str
        A sentence for each ignored column that is nearly called like a variable.
    assumed : tuple of str
        A sentence on the columns that are read though they are called otherwise, if there are any.
    """

    read: Mapping[str, str]
    kept: tuple[str, ...]
    ignored: tuple[str, ...]
    hidden: str | None
    near: tuple[str, ...]
    assumed: tuple[str, ...] = ()


def as_mapping(vocabulary: Vocabulary, mapping: AnyMapping) -> ColumnMapping:
    """Return a mapping given as one, as a dict of columns, or as the path of a TOML file."""
    if mapping is None:
        return ColumnMapping()
    if isinstance(mapping, ColumnMapping):
        return mapping
    if isinstance(mapping, Mapping):
        return ColumnMapping(dict(mapping))
    return read_mapping(vocabulary, Path(mapping))


def parse_maps(texts: Iterable[str]) -> ColumnMapping:
    """Return the mapping of ``theirs=ours`` texts; ``theirs=`` leaves a column alone.

    Raises
    ------
    CohortError
        With every text that cannot be read, and every column that is given twice.

    Examples
    --------
    >>> from hamknee.cohort import parse_maps
    >>> parse_maps(["Beginn=onset", "age="]).columns
    {'Beginn': 'onset', 'age': ''}
    """
    columns: dict[str, str] = {}
    problems = []
    for text in texts:
        theirs, equals, ours = (part.strip() for part in text.rpartition("="))
        if not equals or not theirs:
            allowed = "theirs=ours, such as Beginn=onset, or theirs= to leave a column alone"
            problems.append(f"cannot read the mapping {text!r}; allowed: {allowed}")
        elif theirs in columns:
            problems.append(f"column {theirs!r} is mapped twice; allowed: once")
        columns[theirs] = ours
    if problems:
        raise CohortError(problems)
    return ColumnMapping(columns)


def read_mapping(vocabulary: Vocabulary, path: Path) -> ColumnMapping:
    """Read a mapping from a TOML file.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    path : Path
        A table ``[columns]`` of ``theirs = "ours"``, for any variable a table
        ``[values.onset]`` of ``theirs = "ours"``, and above them ``not_known = ["NA"]``.

    Raises
    ------
    MappingError
        With every fault of the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import hamknee
    >>> from hamknee.cohort import read_mapping
    >>> words = '''
    ... not_known = ["NA"]
    ... [columns]
    ... Beginn = "onset"
    ... [values.onset]
    ... akut = "sudden"
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "words.toml")
    ...     _ = path.write_text(words, "utf-8")
    ...     read_mapping(hamknee.load().vocabulary, path)
    ColumnMapping(columns={'Beginn': 'onset'}, values={'onset': {'akut': 'sudden'}},
    not_known=('NA',))
    """
    reader = TomlReader(path, MappingError)
    tables = reader.parsed()
    keys: Keys = {"columns": dict, "values": dict, "not_known": list}
    mapping = reader.values((), tables, keys, ())
    not_known = mapping.get("not_known", [])
    for text in not_known:
        if not isinstance(text, str):
            reader.fault(("not_known",), f"found {text!r}", "a list of texts")
    columns = _texts(reader, ("columns",), mapping.get("columns", {}))
    for theirs, ours in columns.items():
        if ours:
            reader.check_choice(("columns", theirs), ours, vocabulary)
    values = {}
    for name, table in mapping.get("values", {}).items():
        here = ("values", name)
        if name not in vocabulary:
            hint = suggestion(name, vocabulary)
            reader.fault(here, f"unknown variable {name!r}{hint}", listing(vocabulary))
        elif not isinstance(table, dict):
            reader.fault(here, f"found {table!r}", 'a table of theirs = "ours"')
        else:
            entries = _texts(reader, here, table)
            for theirs, ours in entries.items():
                _check_value(reader, (*here, theirs), vocabulary[name], ours)
            values[name] = {theirs.strip(): ours for theirs, ours in entries.items()}
    reader.raise_faults()
    return ColumnMapping(columns, values, tuple(not_known))


def plan_columns(
    vocabulary: Vocabulary,
    names: Sequence[object],
    mapping: ColumnMapping,
    keep: Iterable[str] = (),
) -> ColumnPlan:
    """Decide what becomes of each column.

    A column is a variable if it has the name or label of one, else if it has but for capitals, and
    no other column does; what is only alike is pointed out, and never read.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    names : sequence
        The columns of the cohort.
    mapping : ColumnMapping
        What they are called.
    keep : iterable of str
        Columns to copy, besides ``case_id`` and ``id``.

    Raises
    ------
    CohortError
        With every problem: a column that stands twice, a mapping from or to what there is not,
        two columns for one variable, none for any.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.cohort import ColumnMapping, plan_columns
    >>> mapping = ColumnMapping({"Beginn": "onset"})
    >>> names = ["id", "Beginn", "condition", "wamth", "doctor"]
    >>> plan = plan_columns(hamknee.load().vocabulary, names, mapping, keep=["doctor"])
    >>> plan.read, plan.kept, plan.hidden
    ({'onset': 'Beginn'}, ('id', 'doctor'), 'condition')
    >>> plan.near
    ("the column 'wamth' is ignored (did you mean 'warmth'?)",)
    """
    keep = tuple(dict.fromkeys(keep))
    problems = _wrong_names(vocabulary, names, mapping, keep)
    by_variable: dict[str, list[str]] = {}
    others = []
    unmapped = [name for name in dict.fromkeys(map(str, names)) if name not in mapping.columns]
    mapped = {
        theirs: variable.name
        for theirs, ours in mapping.columns.items()
        if (variable := vocabulary.get(vocabulary.by_label.get(ours, ours))) is not None
    }
    headings = read_headings(vocabulary, unmapped, set(mapped.values()))
    problems += headings.problems
    for name in dict.fromkeys(map(str, names)):
        ours = mapped.get(name) or headings.variables.get(name)
        if ours:
            by_variable.setdefault(ours, []).append(name)
        else:
            others.append(name)
    for ours, theirs in by_variable.items():
        if len(theirs) > 1:
            several = listing(map(repr, theirs))
            problems.append(f"{ours} is in the columns {several}; allowed: one column a variable")
    target = vocabulary.target.name
    hidden = by_variable.pop(target, [None])[0]
    if not by_variable:
        problems.append(_nothing_to_read(vocabulary, names))
    if problems:
        raise CohortError(problems)
    ids = {name for name in others if is_id(name) and name not in mapping.columns}
    kept = tuple(name for name in map(str, names) if name in keep or name in ids)
    ignored = tuple(name for name in others if name not in kept)
    unread = [name for name in ignored if name not in mapping.columns]
    near = _near(vocabulary, unread, [*by_variable, *([target] if hidden else [])])
    read = {ours: theirs[0] for ours, theirs in by_variable.items()}
    return ColumnPlan(read, kept, ignored, hidden, near, headings.assumed)


def is_id(name: str) -> bool:
    """Return whether a column is called like those that name the rows, capitals aside."""
    return name.strip().casefold() in ID_COLUMNS


def _wrong_names(
    vocabulary: Vocabulary, names: Sequence[object], mapping: ColumnMapping, keep: Sequence[str]
) -> list[str]:
    """Return what is wrong with the names of columns and of the mapping."""
    texts = [str(name) for name in names]
    problems = [
        f"column {name!r} stands twice; allowed: each column once"
        for name, count in Counter(texts).items()
        if count > 1
    ]
    there = set(texts)
    for theirs in (*mapping.columns, *keep):
        if theirs not in there:
            hint = suggestion(theirs, texts)
            problems.append(f"there is no column {theirs!r}{hint}; allowed: {listing(texts)}")
    for theirs, ours in mapping.columns.items():
        try:
            if ours:
                find_variable(vocabulary, ours)
        except EvidenceError as error:
            problems += [f"column {theirs!r}: {text}" for text in error.problems]
    for name in mapping.values:
        try:
            find_variable(vocabulary, name)
        except EvidenceError as error:
            problems += error.problems
    reserved = [name for name in keep if name in result_columns(vocabulary)]
    problems += [
        f"column {name!r} cannot be kept, because the result has one of that name; allowed: others"
        for name in reserved
    ]
    return problems


def result_columns(vocabulary: Vocabulary) -> list[str]:
    """Return the columns that a result has, after those that are kept."""
    return [*probability_columns(vocabulary.target), "top", "p_evidence", "conflict", "fault"]


def probability_columns(target: Variable) -> list[str]:
    """Return what the column of each state's probability is called, in the order of the states.

    Parameters
    ----------
    target : Variable
        A state ``evidence``, which another program's network may have, gets a column that is not
        that of P(evidence).

    Examples
    --------
    >>> from hamknee.cohort import probability_columns
    >>> from hamknee.network import State, Variable
    >>> states = tuple(State(name, name) for name in ("fraud", "evidence"))
    >>> probability_columns(Variable("case", "target", "Case", states))
    ['p_fraud', 'p_evidence_2']
    """
    names = [f"p_{name}" for name in target.state_names]
    if "p_evidence" in names:
        others = (f"p_evidence_{number}" for number in itertools.count(2))
        names[names.index("p_evidence")] = next(name for name in others if name not in names)
    return names


def _nothing_to_read(vocabulary: Vocabulary, names: Sequence[object]) -> str:
    texts = [str(name) for name in names]
    ours = [name for name in vocabulary if name != vocabulary.target.name]
    problem = f"no column with a finding among {listing(map(repr, texts)) or 'none'}"
    return f"{problem}; allowed: some of {listing(ours)}, or columns mapped to them"


def _near(vocabulary: Vocabulary, others: Iterable[str], taken: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for each column that is nearly called like a variable."""
    free = [name for name in vocabulary if name not in taken]
    hints = ((name, suggestion(name, free)) for name in islice(others, MOST_HINTS))
    return tuple(f"the column {name!r} is ignored{hint}" for name, hint in hints if hint)


def _texts(
    reader: TomlReader, here: tuple[str, ...], table: Mapping[str, object]
) -> dict[str, str]:
    """Return the entries that are texts, empty ones included."""
    texts = {}
    for key, value in table.items():
        if isinstance(value, str):
            texts[key] = value.strip()
        else:
            reader.fault((*here, key), f"found {value!r}", "a text")
    return texts


def _check_value(reader: TomlReader, where: tuple[str, ...], variable: Variable, text: str) -> None:
    try:
        check_value(variable, parse_value(variable, text))
    except EvidenceError as error:
        for problem in error.problems:
            wrong, _, allowed = problem.partition("; allowed: ")
            reader.fault(where, wrong, allowed)


def _text(value: object) -> str:
    """Return a value as it is written in a mapping: 1 for 1.0, true for True."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text.lower() if text in ("True", "False") else text
