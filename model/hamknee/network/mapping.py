"""Whose column is which variable, and whose values mean which states: tables in others' words."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hamknee.base import FaultsError, KeptArrays, Keys, TomlReader, listing, suggestion
from hamknee.network.evidence import EvidenceError, check_value, find_variable, parse_value
from hamknee.network.naming import Headings, near_headings, read_headings, variable_of
from hamknee.network.vocabulary import Variable, Vocabulary

Values: TypeAlias = Sequence[object] | npt.NDArray[np.number[Any]]
"""The distinct values of a column."""


class MappingError(FaultsError):
    """A file of a mapping that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import hamknee
    >>> from hamknee.network import read_mapping
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "words.toml")
    ...     _ = path.write_text('columns.Beginn = "onsett"', "utf-8")
    ...     read_mapping(hamknee.load().vocabulary, path)
    Traceback (most recent call last):
    ...
    hamknee.network.mapping.MappingError: words.toml: 1 fault
      words.toml, line 1, column columns.Beginn: unknown Beginn 'onsett' (did you mean 'onset'?);
      allowed: condition, setting, age, sex, onset, ...
    """


@dataclass(frozen=True)
class ColumnMapping(KeptArrays):
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
    >>> from hamknee.network import ColumnMapping
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

    def translates(self, variable: Variable) -> bool:
        """Return whether any value of a variable is called otherwise."""
        return bool(self.not_known or self.values.get(variable.name))

    def translate(self, variable: Variable, values: Values) -> Values:
        """Return values in our words, those that are not listed as they are."""
        ours = dict.fromkeys(self.not_known, "") | dict(self.values.get(variable.name, {}))
        if not self.translates(variable):
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


def as_mapping(vocabulary: Vocabulary, mapping: AnyMapping) -> ColumnMapping:
    """Return a mapping given as one, as a dict of columns, or as the path of a TOML file.

    Raises
    ------
    MappingError
        If the file has faults.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.network import as_mapping
    >>> as_mapping(hamknee.load().vocabulary, {"Beginn": "onset"}).columns
    {'Beginn': 'onset'}
    """
    if mapping is None:
        return ColumnMapping()
    if isinstance(mapping, ColumnMapping):
        return mapping
    if isinstance(mapping, Mapping):
        return ColumnMapping(dict(mapping))
    return read_mapping(vocabulary, Path(mapping))


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
    >>> from hamknee.network import read_mapping
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


def mapped_headings(
    vocabulary: Vocabulary, names: Sequence[str], mapping: ColumnMapping
) -> Headings:
    """Return which columns are variables: those of a mapping, and of the others by their name.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    names : sequence of str
        The columns of a table.
    mapping : ColumnMapping
        What some of them are called here.

    Returns
    -------
    Headings
        Among the problems what a mapping is from or to though there is no such thing, and two
        columns for one variable.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.network import ColumnMapping, mapped_headings
    >>> words, mapping = hamknee.load().vocabulary, ColumnMapping({"Beginn": "onset", "age": ""})
    >>> dict(mapped_headings(words, ["Beginn", "age", "POP", "doctor"], mapping).variables)
    {'Beginn': 'onset', 'POP': 'pop'}
    """
    problems = [
        f"there is no column {theirs!r}{suggestion(theirs, names)}; allowed: {listing(names)}"
        for theirs in mapping.columns
        if theirs not in names
    ]
    variables = {}
    for theirs, ours in mapping.columns.items():
        if ours and (variable := variable_of(vocabulary, ours)) is None:
            problems.append(f"column {theirs!r}: {_unknown(vocabulary, ours)}")
        elif ours and variable is not None:
            variables[theirs] = variable.name
    problems += [_unknown(vocabulary, n) for n in mapping.values if n not in vocabulary]
    others = [name for name in names if name not in mapping.columns]
    headings = read_headings(vocabulary, others, set(variables.values()))
    problems += headings.problems
    variables = {n: o for n in names if (o := variables.get(n) or headings.variables.get(n))}
    for ours in dict.fromkeys(variables.values()):
        if len(several := [theirs for theirs, name in variables.items() if name == ours]) > 1:
            columns = listing(map(repr, several))
            problems.append(f"{ours} is in the columns {columns}; allowed: one column a variable")
    unread = [name for name in dict.fromkeys(others) if name not in variables]
    near = near_headings(vocabulary, unread, set(variables.values()))
    return Headings(variables, headings.assumed, tuple(problems), near)


def _unknown(vocabulary: Vocabulary, name: str) -> str:
    try:
        find_variable(vocabulary, name)
    except EvidenceError as error:
        return error.problems[0]
    return f"{name!r} is a label; allowed: {vocabulary.by_label[name]!r}"


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
