"""A visitor's own cases, from the file to the mapping. They live in the session, nowhere else."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from checking.cohort_columns import (
    UNREAD,
    Unreadable,
    guess_columns,
    guess_name,
    guess_values,
    mapping_of,
    unreadable,
)
from checking.cohort_reading import MEGABYTES, MOST_ROWS, Written, read_cohort
from checking.criticism import Criticism
from hamknee.base import Sheet, TableError
from hamknee.evaluation import Evaluation, Recalibration
from hamknee.guidance import TriageCheck
from hamknee.network import ColumnMapping, Variable, Vocabulary
from parts.tables import rows_html
from parts.texts import plain, plain_label, texts
from parts.widgets import apart

FILE, UPLOAD, REFUSED = "cohort-file", "cohort", "cohort-refused"
MAPPING, MAPPING_REFUSED = "cohort-choices", "cohort-choices-refused"

LETTERS, SEPARATOR = "cohort-letters", "cohort-separator"

ENCODINGS = {
    "": "As found out",
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252 (Western Europe)",
    "utf-16": "UTF-16",
    "cp1250": "Windows-1250 (Central Europe)",
}
SEPARATORS = {"": "As found out", ",": "Commas", ";": "Semicolons", "\t": "Tabs"}
"""What may be said of a CSV file, and nothing by default."""

LOOK = 5
"""Rows shown of a file."""

MOST_SHOWN = 40
"""Columns shown of a file."""

LONGEST, END = 60, 20
"""Characters of a cell that are shown, and how many of them are its last: long headings of one
survey begin alike."""

MOST_VALUES = 12
"""Values of a column that can be translated here, the most frequent first."""

NOT_THERE = ""
"""A choice: the file has no column for this question."""


@dataclass
class Upload:
    """A file of cases, what was chosen about it, and what has been worked out so far.

    Parameters
    ----------
    name : str
        What the file is called.
    sheet : Sheet
        Its rows, and what was assumed in reading them.
    vocabulary : Vocabulary
        Whose questions the choices are about.
    columns : dict of str to str
        Our variable to their column.
    meanings : dict of (str, str) to dict of str to str
        By their column and our variable, their value to our state.
    named_by : str
        Their column that names the rows; empty if none does.
    key : object
        What `parts` depend on.
    parts : list of DataFrame
        Results of the rows so far, in order.
    running : bool
        Whether rows are being worked out.
    evaluation : Evaluation or str or None
        How good the answers are, or why that cannot be told; None before it was asked.
    urgency : TriageCheck or str or None
        How urgent the answers make the rows, likewise.
    criticism : (PredictiveCheck, ResidualDependence) or None
        What the model lacks on these rows; None before it was asked.
    recalibration : Recalibration or str or None
        A layer fitted to the rows, or why there is none; None before it was asked.
    """

    name: str
    sheet: Sheet
    vocabulary: Vocabulary
    columns: dict[str, str]
    named_by: str
    meanings: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    key: object = None
    parts: list[pd.DataFrame] = field(default_factory=list)
    running: bool = False
    evaluation: Evaluation | str | None = None
    urgency: TriageCheck | str | None = None
    criticism: Criticism | None = None
    recalibration: Recalibration | str | None = None
    _unread: dict[tuple[str, str], list[Unreadable]] = field(default_factory=dict)

    @property
    def frame(self) -> pd.DataFrame:
        """Its rows."""
        return self.sheet.frame

    @property
    def answered(self) -> bool:
        """Whether the rows have been worked out, or are about to be."""
        return self.running or bool(self.parts)

    @property
    def mapping(self) -> ColumnMapping:
        """What was chosen."""
        chosen = {
            name: self.meanings.get((theirs, name), {}) for name, theirs in self.columns.items()
        }
        return mapping_of(self.frame, self.columns, chosen)

    def unreadable(self, name: str) -> list[Unreadable]:
        """Return the values of the column of a variable that are no states."""
        key = self.columns[name], name
        if key not in self._unread:
            self._unread[key] = unreadable(
                self.vocabulary[name], self.vocabulary, self.frame[key[0]]
            )
        return self._unread[key]

    def start_over(self, key: object) -> None:
        """Forget what was worked out, because it depends on something that has changed."""
        self.key, self.parts, self.running = key, [], False
        self.evaluation = self.urgency = self.criticism = None
        self.recalibration = None


def current(vocabulary: Vocabulary) -> Upload | None:
    """Return the visitor's file; None if there is none, or it was mapped to other questions."""
    upload: Upload | None = st.session_state.get(UPLOAD)
    return upload if upload is not None and upload.vocabulary == vocabulary else None


def ask_file(vocabulary: Vocabulary) -> None:
    """Ask for a file, and tell what is wrong with the last one."""
    st.file_uploader(
        "Your cases, as CSV, Excel workbook or Parquet",
        type=["csv", "xlsx", "parquet"],
        key=FILE,
        max_upload_size=MEGABYTES,
        on_change=take_another,
        args=(vocabulary,),
        help=f"At most {MEGABYTES} MB and {MOST_ROWS:,} rows. For larger ones there is the command "
        "hamknee score.",
    )
    st.caption(texts().cohort)
    if refused := st.session_state.get(REFUSED):
        st.error(refused)
        ask_written(vocabulary)


def take_another(vocabulary: Vocabulary) -> None:
    """Take a file of which nothing has been said yet."""
    for key in (LETTERS, SEPARATOR):
        st.session_state.pop(key, None)
    take(vocabulary)


def take(vocabulary: Vocabulary) -> None:
    """Take the file just chosen into the session, or keep what is wrong with it to be told."""
    drop()
    if (file := st.session_state.get(FILE)) is None:
        return
    way = Written(st.session_state.get(LETTERS) or "", st.session_state.get(SEPARATOR) or "")
    try:
        sheet = read_cohort(file.getvalue(), file.name, way)
    except TableError as error:
        lines = "\n".join(f"- {plain(str(fault))}" for fault in error.faults)
        st.session_state[REFUSED] = f"**This file cannot be used.**\n\n{lines}"
        return
    st.session_state[UPLOAD] = Upload(
        file.name,
        sheet,
        vocabulary,
        guess_columns(vocabulary, sheet.frame),
        guess_name(sheet.frame),
    )


def drop() -> None:
    """Forget the file, and everything that was chosen about it."""
    choices = [key for key in st.session_state if str(key).startswith("cohort-choice-")]
    for key in (UPLOAD, REFUSED, MAPPING_REFUSED, *choices):
        st.session_state.pop(key, None)


def show_file(upload: Upload) -> None:
    """Show the first rows."""
    frame = upload.frame
    rows, columns = len(frame), len(frame.columns)
    with st.container(key="cohort-file-head", horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(upload.name[:100])}**: {rows:,} {'row' if rows == 1 else 'rows'}, "
            f"{columns:,} {'column' if columns == 1 else 'columns'}",
            width="content",
        )
        if st.session_state.get(FILE) is None:  # else the field above has a cross
            st.button("Forget this file", on_click=drop, key="cohort-forget")
    for sentence in upload.sheet.assumed:
        st.caption(plain(sentence))
    ask_written(upload.vocabulary)
    if broken := len(upload.sheet.broken):
        have = "1 row is no case" if broken == 1 else f"{broken:,} rows are no cases"
        why = next(iter(upload.sheet.broken.values()))
        st.warning(plain(f"{have}, and get no answer. Line {why.line}: {why.reason}."))
    shown = frame.iloc[:LOOK, :MOST_SHOWN]
    cells = [
        tuple(_short(cell) for cell in row) for row in shown.itertuples(index=False, name=None)
    ]
    with st.expander(f"The first {min(LOOK, rows)} rows"):
        st.html(rows_html(tuple(map(_short, shown.columns)), cells, "The first rows of the file"))
        if columns > MOST_SHOWN:
            st.caption(f"and {columns - MOST_SHOWN:,} more columns")


def ask_written(vocabulary: Vocabulary) -> None:
    """Ask how a CSV file is written, where what was found out is wrong."""
    file = st.session_state.get(FILE)
    if file is None or not file.name.lower().endswith(".csv"):
        return
    with st.expander("The rows look wrong? Say how the file is written"):
        for label, key, options in (
            ("Letters", LETTERS, ENCODINGS),
            ("Between the cells", SEPARATOR, SEPARATORS),
        ):
            st.selectbox(
                label,
                list(options),
                format_func=options.__getitem__,
                key=key,
                on_change=take,
                args=(vocabulary,),
                persist_state="session",
            )


# What the columns mean --------------------------------------------------------------------


def ask_columns(upload: Upload) -> None:
    """Ask which column answers which question, and what its values mean where that is open."""
    read = len(upload.columns)
    names = [str(name) for name in upload.frame.columns]
    with st.expander(f"Columns: {read} of {len(names)} are read", expanded=not upload.answered):
        st.markdown("Which column of yours holds what? Choose where the guess is wrong.")
        with st.container(key="cohort-columns"):
            _ask_name(upload, names)
            target = upload.vocabulary.target
            for variable in (target, *(v for v in upload.vocabulary.variables if v != target)):
                _ask_column(upload, variable, names)
    left = [n for n in names if n not in (*upload.columns.values(), upload.named_by)]
    if left:
        more = f" and {len(left) - MOST_VALUES} more" if len(left) > MOST_VALUES else ""
        named = ", ".join(_short(name) for name in left[:MOST_VALUES])
        st.caption(plain(f"Not read: {named}{more}."))


def _ask_name(upload: Upload, names: list[str]) -> None:
    upload.named_by = _select(
        "Name of the row",
        [NOT_THERE, *names],
        upload.named_by,
        "cohort-choice-name",
        lambda name: _short(name) or "Its number",
    )


def _ask_column(upload: Upload, variable: Variable, names: list[str]) -> None:
    before = upload.columns.get(variable.name, NOT_THERE)
    target = variable == upload.vocabulary.target
    chosen = _select(
        plain_label(f"{variable.label}, where it is known" if target else variable.label),
        [NOT_THERE, *names],
        before,
        f"cohort-choice-{variable.name}",
        lambda name: _short(name) or "Not in the file",
    )
    upload.columns.pop(variable.name, None)
    if chosen:
        upload.columns[variable.name] = chosen


def ask_values(upload: Upload) -> None:
    """Ask what the values mean that are no states."""
    unread = {name: upload.unreadable(name) for name in upload.columns}
    for name, values in unread.items():
        chosen = upload.meanings.setdefault((upload.columns[name], name), {})
        guesses = guess_values(upload.vocabulary[name], [value.text for value in values])
        for value in values[:MOST_VALUES]:
            chosen.setdefault(value.text, guesses[value.text])
    if not any(unread.values()):
        return
    left = sum(
        upload.meanings[upload.columns[name], name].get(value.text, UNREAD) == UNREAD
        for name, values in unread.items()
        for value in values
    )
    title = "Values: all have a meaning"
    if left:
        title = f"Values: {left:,} {'has' if left == 1 else 'have'} no meaning yet"
    with st.expander(title, expanded=bool(left) and not upload.answered):
        st.markdown("A row with a value that is left unread gets no answer, and says why.")
        for name, values in unread.items():
            if values:
                _ask_meanings(upload, upload.vocabulary[name], values)


def _ask_meanings(upload: Upload, variable: Variable, values: list[Unreadable]) -> None:
    """Ask what the values of one column mean."""
    theirs = upload.columns[variable.name]
    chosen = upload.meanings[theirs, variable.name]
    st.markdown(f"**{plain(variable.label)}**")
    with st.container(key=f"cohort-meanings-{variable.name}"):
        for number, value in enumerate(values[:MOST_VALUES]):
            chosen[value.text] = _select(
                plain_label(f"{_short(value.text)} ({value.rows:,})"),
                [UNREAD, "", *variable.state_names],
                chosen[value.text],
                f"cohort-choice-{variable.name}-{theirs[:100]}-{number}",
                partial(_state_words, variable),
            )
    if len(values) > MOST_VALUES:
        st.caption(f"{len(values) - MOST_VALUES:,} more values are left unread.")


def _state_words(variable: Variable, state: str) -> str:
    words = {UNREAD: "Leave unread", "": "Not known"}
    return words[state] if state in words else variable.state(state).label


def _select(label: str, options: list[str], chosen: str, key: str, words: Any) -> str:
    """Ask for one of several; what was chosen last outlives a look at another page."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = chosen
    return str(st.selectbox(label, options, key=key, format_func=apart(options, words)))


def _short(cell: Any) -> str:
    if pd.isna(cell):
        return ""
    text = str(cell)
    if len(text) > 4 * LONGEST:
        text = f"{text[: 2 * LONGEST]} {text[-2 * LONGEST :]}"
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - END]} … {text[-END:]}"
