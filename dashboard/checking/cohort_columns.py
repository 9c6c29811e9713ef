"""Whose column is which question, and whose value is which answer: guesses to start from."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hamknee.cohort import ID_COLUMNS, ColumnMapping
from hamknee.network import (
    CasesError,
    Column,
    LabelledCases,
    Variable,
    Vocabulary,
    encode_columns,
    label,
)

UNREAD = "!"
"""A choice: leave a value as it is, so that its rows get no answer. No state is called so."""

NEAR = 0.85
"""How alike two names must be to be taken for the same."""

MOSTLY = 0.8
"""Share of the rows whose values must be states of a variable for a column to be guessed by it."""

LOOKED_AT = 2_000
"""Rows from which a column is guessed by its values."""

SAME_AS: Mapping[str, tuple[str, ...]] = {
    "yes": ("1", "true", "ja", "oui", "si"),
    "no": ("0", "false", "nein", "non"),
}
"""Words for the two commonest states."""

NOTHING = frozenset({"na", "nan", "null", "none given", "unknown", "not known", "missing", "?", ""})
"""Words for an empty cell, where no state is called so."""


@dataclass(frozen=True)
class Unreadable:
    """A value that stands for no state.

    Parameters
    ----------
    text : str
        As a mapping names it.
    rows : int
        How many rows have it.
    """

    text: str
    rows: int


# Columns ----------------------------------------------------------------------------------


def guess_columns(vocabulary: Vocabulary, frame: pd.DataFrame) -> dict[str, str]:
    """Return for each variable the column that seems to hold it, where one does.

    By name first (that of the variable, its label, or nearly so), then by values, where those of
    a column can be states of one variable alone.
    """
    columns = [str(name) for name in frame.columns]
    guesses: dict[str, str] = {}
    for cutoff in (1.0, NEAR):  # what is exactly called so goes before what nearly is
        for variable in vocabulary.variables:
            free = {_words(name): name for name in columns if name not in guesses.values()}
            if variable.name not in guesses and (name := _by_name(variable, free, cutoff)):
                guesses[variable.name] = name
    for name in columns:
        if name not in guesses.values():
            holds = _by_values(vocabulary, frame[name])
            if holds and holds not in guesses:
                guesses[holds] = name
    return {variable: guesses[variable] for variable in vocabulary if variable in guesses}


def guess_name(frame: pd.DataFrame) -> str:
    """Return the column that seems to name the rows; empty if none does."""
    columns = [str(name) for name in frame.columns]
    named = [name for name in columns if _words(name) in map(_words, ID_COLUMNS)]
    named += [name for name in columns if _words(name).endswith(" id")]
    return named[0] if named else ""


def _by_name(variable: Variable, columns: Mapping[str, str], cutoff: float) -> str:
    for called in (variable.name, variable.label):
        near = difflib.get_close_matches(_words(called), columns, n=1, cutoff=cutoff)
        if near:
            return columns[near[0]]
    return ""


def _by_values(vocabulary: Vocabulary, series: pd.Series) -> str:
    """Return the only variable whose states nearly all values can be; empty if there are more."""
    if pd.api.types.is_numeric_dtype(series):
        return ""  # any number could be anything
    words = series.head(LOOKED_AT).dropna().astype(object).map(_words)
    values = words[~words.isin(NOTHING)]
    fits = [
        variable.name
        for variable in vocabulary.variables
        if len(values)
        and values.isin({_words(text) for text in _called(variable)}).mean() >= MOSTLY
    ]
    return fits[0] if len(fits) == 1 else ""


# Values -----------------------------------------------------------------------------------


def unreadable(variable: Variable, vocabulary: Vocabulary, series: pd.Series) -> list[Unreadable]:
    """Return the values of a column that stand for no state, the most frequent first."""
    column = Column.of_series(series)
    _, unread = encode_columns(vocabulary, {variable.name: column}, len(series))
    counts = np.bincount(column.positions[column.positions >= 0], minlength=len(column.values))
    by_text: dict[str, int] = {}
    values = list(column.values)
    for number in unread.get(variable.name, {}):
        text = _text(values[number])
        by_text[text] = by_text.get(text, 0) + int(counts[number])
    return sorted((Unreadable(*pair) for pair in by_text.items()), key=lambda value: -value.rows)


def guess_value(variable: Variable, text: str) -> str:
    """Return the state that a value seems to mean, an empty text for not known, or `UNREAD`."""
    word = _words(text)
    names = {_words(called): state for called, state in _called(variable).items()}
    if word in names:
        return names[word]
    if word in NOTHING:
        return ""
    begun = {state for called, state in names.items() if called.startswith(word)}
    if len(begun) == 1 and not word.isdigit():
        return begun.pop()
    near = difflib.get_close_matches(word, names, n=1, cutoff=NEAR)
    return names[near[0]] if near else UNREAD


def _called(variable: Variable) -> dict[str, str]:
    """Return what the states of a variable may be called, with their names."""
    states = {}
    for state in variable.states:
        for text in (*SAME_AS.get(state.name, ()), state.label, state.name):
            states[text] = state.name
    return states


# Together ---------------------------------------------------------------------------------


def mapping_of(
    frame: pd.DataFrame, columns: Mapping[str, str], values: Mapping[str, Mapping[str, str]]
) -> ColumnMapping:
    """Return choices as a mapping in which every column is named.

    Parameters
    ----------
    frame : DataFrame
        The cohort.
    columns : mapping of str to str
        Our variable to their column.
    values : mapping of str to mapping of str to str
        By variable, their value to ours or to `UNREAD`.
    """
    ours = {theirs: name for name, theirs in columns.items()}
    chosen = {
        name: {theirs: state for theirs, state in entries.items() if state != UNREAD}
        for name, entries in values.items()
        if name in columns
    }
    return ColumnMapping({str(name): ours.get(str(name), "") for name in frame.columns}, chosen)


def with_diagnosis(
    vocabulary: Vocabulary, frame: pd.DataFrame, mapping: ColumnMapping
) -> LabelledCases:
    """Return the rows that can be read as cases whose diagnosis may be known.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    frame : DataFrame
        The cohort.
    mapping : ColumnMapping
        What its columns and values mean.

    Raises
    ------
    CasesError
        If none can be read.
    """
    readable = np.ones(len(frame), dtype=bool)
    ours: dict[str, pd.Series] = {}
    for theirs, name in mapping.columns.items():
        if not name:
            continue
        column = Column.of_series(frame[theirs])
        values = list(column.values)
        translated = mapping.translate(vocabulary[name], values)
        cells = pd.Series([*translated, None], dtype=object).take(column.positions)
        ours[name] = cells.reset_index(drop=True)
        read = Column(column.positions, translated)
        _, unread = encode_columns(vocabulary, {name: read}, len(frame))
        readable &= ~np.isin(column.positions, list(unread.get(name, {})))
    if not readable.any():
        raise CasesError("found no row that can be read; allowed: at least one")
    return label(vocabulary, pd.DataFrame(ours)[readable])


def _words(value: object) -> str:
    """Return a name without what writers differ in: capitals, underscores, spaces."""
    return re.sub(r"[\s_.\-]+", " ", _text(value)).strip().casefold()


def _text(value: object) -> str:
    """Return a value as a mapping names it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text.lower() if text in ("True", "False") else text
