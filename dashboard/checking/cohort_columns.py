"""Whose column is which question, and whose value is which answer: guesses to start from."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from checking.cohort_languages import SAME_AS, TOGETHER, headings, without_accents
from hamknee.base import Sheet
from hamknee.cohort import ID_COLUMNS
from hamknee.network import (
    UNKNOWN,
    CasesError,
    Column,
    ColumnMapping,
    LabelledCases,
    Variable,
    Vocabulary,
    encode_columns,
    label,
    not_known_hint,
    read_headings,
)

UNREAD = "!"
"""A choice: leave a value as it is, so that its rows get no answer. No state is called so."""

MOSTLY = 0.8
"""Share of the rows whose values must be states of a variable for a column to be guessed by it."""

LOOKED_AT = 2_000
"""Rows from which a column is guessed by its values."""

BETWEEN = re.compile(r"(?<=[^\W\d])[\s_.\-]+(?=\w)|(?<=\w)[\s_.\-]+(?=[^\W\d])")
"""Marks between words, of which at least one begins or ends with a letter there."""


def _words(value: object) -> str:
    """Return a name without what writers differ in: capitals, and marks between words.

    A sign before a number or a lone one stays: ``-1`` is not ``1``, and ``-`` may be a no.
    """
    return BETWEEN.sub(" ", _text(value)).casefold()


def _text(value: object) -> str:
    """Return a value as a mapping names it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text.lower() if text in ("True", "False") else text


NOTHING = frozenset(map(_words, UNKNOWN)) | {""}
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

    By name first (that of the variable or its label, exactly, then whatever the capitals and the
    marks between words), then by values, where those of a column can be states of one variable
    alone. What is only alike is left open: the wrong column may say the opposite.
    """
    columns = [str(name) for name in frame.columns]
    guesses = {
        ours: theirs for theirs, ours in read_headings(vocabulary, columns).variables.items()
    }
    free = [name for name in columns if name not in guesses.values()]
    named = Counter(map(_words, free))
    for variable in vocabulary.variables:
        called = {_words(variable.name), _words(variable.label)}
        same = [name for name in free if _words(name) in called]
        if variable.name not in guesses and len(same) == 1 and named[_words(same[0])] == 1:
            guesses[variable.name] = same[0]
    for ours, theirs in _in_other_languages(free, guesses).items():
        if ours in vocabulary:
            guesses[ours] = theirs
    for name in columns:
        if name not in guesses.values():
            holds = _by_values(vocabulary, frame[name])
            if holds and holds not in guesses:
                guesses[holds] = name
    return {variable: guesses[variable] for variable in vocabulary if variable in guesses}


def _in_other_languages(free: Sequence[str], guesses: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that `headings` names, where one column alone is named so."""
    named: dict[str, list[str]] = {}
    for column in free:
        ours = headings().get(without_accents(_words(column)))
        if ours and column not in guesses.values():
            named.setdefault(ours, []).append(column)
    return {
        ours: columns[0]
        for ours, columns in named.items()
        if len(columns) == 1 and ours not in guesses
    }


def guess_name(frame: pd.DataFrame) -> str:
    """Return the column that seems to name the rows; empty if none does."""
    columns = [str(name) for name in frame.columns]
    named = [name for name in columns if _words(name) in map(_words, ID_COLUMNS)]
    named += [name for name in columns if _words(name).endswith(" id")]
    return named[0] if named else ""


def _by_values(vocabulary: Vocabulary, series: pd.Series) -> str:
    """Return the only variable whose states nearly all values can be; empty if there are more."""
    if pd.api.types.is_numeric_dtype(series):
        return ""  # any number could be anything
    column = Column.of_series(series.head(LOOKED_AT))
    # Each value once: a long text may stand in every row.
    words = list(map(_words, column.values))
    counts = np.bincount(column.positions[column.positions >= 0], minlength=len(words))
    counts[[word in NOTHING for word in words]] = 0
    fits = []
    for variable in vocabulary.variables:
        called = {_words(text) for text in _called(variable)}
        said = int(counts[[word in called for word in words]].sum())
        if counts.any() and said >= MOSTLY * counts.sum():
            fits.append(variable.name)
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


def guess_values(variable: Variable, texts: Sequence[str]) -> dict[str, str]:
    """Return for each value the state it means, an empty text for not known, or `UNREAD`.

    Only words that are the same count, and of those none that may stand for not known, or that
    `SAME_AS`, `TOGETHER` and `NOTHING` list:
    ``abnormal`` is alike to ``normal``, ``n`` is a beginning of it, and both mean the opposite.

    Parameters
    ----------
    variable : Variable
        What the column holds.
    texts : sequence of str
        Its values that are no states.
    """
    short = {_words(text) for text in texts if len(_words(text)) == 1 and _words(text).isalnum()}
    names = {_words(called): state for called, state in _called(variable).items()}
    for pair in TOGETHER:
        if short == pair.keys() and set(pair.values()) <= set(variable.position):
            names = {**pair, **names}

    def meant(text: str) -> str:
        state = names.get(_words(text))
        if state is not None:  # a None may be that of Python, and no state called none
            return UNREAD if not_known_hint(text) else state
        return "" if _words(text) in NOTHING else UNREAD

    return {text: meant(text) for text in texts}


def _called(variable: Variable) -> dict[str, str]:
    """Return what the states of a variable may be called, with their names.

    What two states could be called by, with capitals aside, is left out.
    """
    called: dict[str, dict[str, str]] = {}
    for state in variable.states:
        for text in (*SAME_AS.get(state.name, ()), state.label, state.name):
            called.setdefault(_words(text), {})[state.name] = text
    return {
        text: name for names in called.values() if len(names) == 1 for name, text in names.items()
    }


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


def with_diagnosis(vocabulary: Vocabulary, sheet: Sheet, mapping: ColumnMapping) -> LabelledCases:
    """Return the rows that can be read as cases whose diagnosis may be known.

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables and states there are.
    sheet : Sheet
        The cohort.
    mapping : ColumnMapping
        What its columns and values mean.

    Raises
    ------
    CasesError
        If none can be read.
    """
    frame = sheet.frame
    readable = np.ones(len(frame), dtype=bool)
    readable[list(sheet.broken)] = False
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
