"""What the model says of a visitor's cases: worked out in parts, shown, given back as a file."""

import io
import json
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from checking.cohort_columns import with_diagnosis
from checking.cohort_upload import Upload
from checking.criticism import MOST_CRITICISED, Criticism, criticised, show_criticism
from checking.recalibration import recalibrated, show_recalibration
from checking.scores import (
    show_by_diagnosis,
    show_calibration,
    show_intervals,
    show_scores,
    show_words,
)
from checking.urgency import show_urgency
from hamknee import Model, cohort
from hamknee.base import HamkneeError, percent
from hamknee.cohort import CohortError, probability_columns, write_csv, write_parquet
from hamknee.evaluation import Evaluation, evaluate
from hamknee.guidance import TriageCheck, triage_check
from hamknee.network import ColumnMapping, LabelledCases
from parts.tables import rows_html, table_html
from parts.texts import plain, texts
from parts.widgets import pick

AT_ONCE = 10_000
"""Rows between two looks at whether the visitor wants something else."""

ON_A_PAGE = 20
"""Rows shown at once."""

MOST_REASONS = 20
"""Reasons shown; the file has them all."""

MOST_EVALUATED = 20_000
"""Rows that are held against their diagnosis: more would tell no more, and take long."""

MOST_TRIAGED = 200
"""Rows of which it is told how urgent they get; so many take about two seconds."""

ROW = "row"
"""The column of the results that numbers the rows, where none of theirs names them."""


def show_results(model: Model, upload: Upload) -> None:
    """Offer to work out every row, and show the results once they are there."""
    mapping = upload.mapping
    key = (model.sha256, repr(mapping), upload.named_by)
    if upload.key != key:
        upload.start_over(key)
    if twice := _twice(upload):
        st.warning(twice)
        return
    if not upload.running and not _done(upload):
        st.button(
            "Work out every row",
            key="cohort-start",
            type="primary",
            on_click=_run,
            args=(upload,),
            disabled=not upload.columns,
        )
        return
    try:
        _work(model, upload, mapping)
    except CohortError as error:
        upload.running = False
        st.error(plain(str(error)))
        return
    result = pd.concat(upload.parts, ignore_index=True)
    show_summary(model, result)
    show_downloads(model, upload, result)
    show_rows(model, result)
    if model.vocabulary.target.name in upload.columns:
        show_evaluation(model, upload, mapping)


# Working it out ---------------------------------------------------------------------------


def _run(upload: Upload) -> None:
    upload.running = True


def _cancel(upload: Upload) -> None:
    upload.running, upload.parts = False, []


def _done(upload: Upload) -> bool:
    return sum(map(len, upload.parts)) == len(upload.frame)


def _work(model: Model, upload: Upload, mapping: ColumnMapping) -> None:
    """Work out the rows that are left; a click elsewhere interrupts it, and it goes on after.

    Raises
    ------
    CohortError
        If there is no column of findings, or the results have one of the name of theirs.
    """
    rows = len(upload.frame)
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, text="Working out every row")
        st.button("Cancel", key="cohort-cancel", on_click=_cancel, args=(upload,))
        while not _done(upload):
            start = sum(map(len, upload.parts))
            bar.progress(start / rows, text=f"{start:,} of {rows:,} rows")
            part = upload.frame.iloc[start : start + AT_ONCE]
            upload.parts.append(_scored(model, upload, part, mapping))
    upload.running = False
    place.empty()


def _scored(
    model: Model, upload: Upload, part: pd.DataFrame, mapping: ColumnMapping
) -> pd.DataFrame:
    """Return the results of some rows, which are named or numbered in the first column."""
    keep = [upload.named_by] if upload.named_by else []
    first = int(part.index[0])
    broken = {
        row - first: why.reason
        for row, why in upload.sheet.broken.items()
        if first <= row < first + len(part)
    }
    scored = cohort.score(model, part, mapping=mapping, keep=keep, broken=broken)
    if not keep:
        scored.insert(0, ROW, part.index + 1)
    elif not pd.api.types.is_numeric_dtype(scored[upload.named_by]):
        scored[upload.named_by] = scored[upload.named_by].astype("string")
    scored.attrs = {}
    return scored


def _twice(upload: Upload) -> str:
    """Return which column was chosen for two questions; empty if none was."""
    chosen = list(upload.columns.values())
    twice = next((name for name in chosen if chosen.count(name) > 1), None)
    if twice is None:
        return ""
    labels = [
        upload.vocabulary[name].label for name, theirs in upload.columns.items() if theirs == twice
    ]
    return plain(
        f"The column {twice[:100]!r} is chosen for {' and for '.join(labels)}; "
        "allowed: one question for each column."
    )


# What came out ----------------------------------------------------------------------------


def show_summary(model: Model, result: pd.DataFrame) -> None:
    """Say how many rows have an answer, what comes first in them, and why the others have none."""
    faults = result["fault"].dropna()
    rows, there = len(result), len(result) - len(faults)
    st.header(
        f"{there:,} of {rows:,} {'row has' if rows == 1 else 'rows have'} an answer", anchor=False
    )
    target = model.vocabulary.target
    counts = result["top"].value_counts()
    firsts = [
        (target.state(str(name)).label, f"{count:,}", percent(count / there))
        for name, count in counts.items()
        if count
    ]
    with st.container(key="cohort-summary"):
        st.html(table_html(("Comes first", "Rows", "Share"), firsts))
        if len(faults):
            reasons = faults.value_counts()
            lines = [(str(why), f"{count:,}") for why, count in reasons.head(MOST_REASONS).items()]
            lost = rows_html(("Why rows have no answer", "Rows"), lines, "Why rows have no answer")
            st.html(lost)
            if len(reasons) > MOST_REASONS:
                st.caption(f"and {len(reasons) - MOST_REASONS:,} more reasons, in the file")


def show_downloads(model: Model, upload: Upload, result: pd.DataFrame) -> None:
    """Offer the results as files, which are made when they are asked for."""
    name = upload.name.rpartition(".")[0][:100] or "cohort"
    with st.container(key="cohort-downloads", horizontal=True):
        for kind, made, mime in (
            ("csv", partial(as_csv, result), "text/csv"),
            ("parquet", partial(as_parquet, model, result), "application/vnd.apache.parquet"),
        ):
            st.download_button(
                f"Download as {'CSV' if kind == 'csv' else 'Parquet'}",
                made,
                file_name=f"{name}-answers.{kind}",
                mime=mime,
                key=f"cohort-{kind}",
                on_click="ignore",
            )


def as_csv(result: pd.DataFrame) -> bytes:
    """Return results as CSV, with nothing in it that a spreadsheet would run as a formula."""
    import pyarrow as pa

    table = pa.Table.from_pandas(result, preserve_index=False)
    written = io.BytesIO()
    write_csv(written, table.schema, [table])
    return written.getvalue()


def as_parquet(model: Model, result: pd.DataFrame) -> bytes:
    """Return results as Parquet, with the digest of the numbers in the file."""
    import pyarrow as pa

    table = pa.Table.from_pandas(result, preserve_index=False)
    table = table.replace_schema_metadata({"hamknee.numbers": model.sha256})
    written = io.BytesIO()
    rows = {"rows": len(result), "scored": int(result["fault"].isna().sum())}
    report = json.dumps({"numbers": model.sha256, **rows})
    write_parquet(written, table.schema, [table], lambda: report)
    return written.getvalue()


def show_rows(model: Model, result: pd.DataFrame) -> None:
    """Show the rows page by page."""
    faulty = result["fault"].notna()
    chosen = result
    if faulty.any():
        kinds = {"All rows": result, "Without an answer": result[faulty]}
        chosen = kinds[pick("Rows", kinds, "cohort-rows")]
    pages = max(1, -(-len(chosen) // ON_A_PAGE))
    if st.session_state.get("cohort-page", 1) > pages:
        st.session_state["cohort-page"] = 1
    page = 1
    if pages > 1:
        page = int(
            st.number_input(f"Page of {pages:,}", 1, pages, step=1, key="cohort-page", width=160)
        )
    start = (page - 1) * ON_A_PAGE
    lines = [_line(model, row) for _, row in chosen.iloc[start : start + ON_A_PAGE].iterrows()]
    head = (str(result.columns[0])[:60], "Comes first", "Probability", "Second", "Conflict, bits")
    st.html(rows_html(head, lines, "Rows with their answers"))
    st.caption(texts().conflict)


def _line(model: Model, row: pd.Series) -> tuple[str, ...]:
    """Return a row in words: its name, what comes first and second, or why it has no answer."""
    name = "" if pd.isna(row.iloc[0]) else str(row.iloc[0])[:60]
    if pd.notna(row["fault"]):
        return (name, str(row["fault"])[:200])
    states = model.vocabulary.target.states
    columns = probability_columns(model.vocabulary.target)
    p = np.array([row[name] for name in columns], dtype=float)
    first, second = np.argsort(-p, kind="stable")[:2]
    return (
        name,
        states[first].label,
        percent(float(p[first])),
        f"{states[second].label}, {percent(float(p[second]))}",
        f"{row['conflict']:z.1f}",
    )


# Held against the diagnosis ---------------------------------------------------------------


def show_evaluation(model: Model, upload: Upload, mapping: ColumnMapping) -> None:
    """Show how good the answers are, because the file says what was behind each row."""
    st.header("Held against your diagnoses", anchor=False)
    if upload.evaluation is None:
        with st.spinner("Holding the answers against the diagnoses"):
            hold_against(model, upload, mapping)
    evaluation = upload.evaluation
    if not isinstance(evaluation, Evaluation):
        st.warning(plain(str(evaluation)))
        return
    st.markdown(f"**{plain(evaluation.text)}**")
    show_words()
    if left := evaluation.read - evaluation.n - evaluation.undiagnosed:
        drawn = f"{evaluation.n:,} of those with a diagnosis were drawn at random"
        unread = (
            f"{left:,} of {evaluation.read:,} rows are not among them, because they cannot be read"
        )
        st.caption(f"{drawn if evaluation.n == MOST_EVALUATED else unread}.")
    with st.container(key="cohort-evaluation"):
        with st.container(key="cohort-rivals"):
            show_scores(evaluation, "cohort")
            show_intervals(evaluation)
        with st.container(key="cohort-calibration"):
            show_calibration(evaluation, "cohort")
    show_by_diagnosis(evaluation, "cohort")
    st.header("How urgent", anchor=False)
    show_urgency_of(upload, evaluation)
    show_recalibration_of(model, upload, mapping)
    show_criticism("cohort", lambda: criticism_of(model, upload, mapping))


def show_urgency_of(upload: Upload, evaluation: Evaluation) -> None:
    """Show how urgent the answers alone make the rows, or why that cannot be told."""
    if not isinstance(upload.urgency, TriageCheck):
        st.caption(plain(str(upload.urgency)))
        return
    if upload.urgency.n < evaluation.n:
        few = f"{upload.urgency.n:,} of {evaluation.n:,} cases, drawn at random"
        st.caption(f"{few}: each takes thousands of answers with other numbers.")
    show_urgency(upload.urgency)


def show_recalibration_of(model: Model, upload: Upload, mapping: ColumnMapping) -> None:
    """Offer to fit the answers to the rows, and show what comes of it."""
    st.header("Answers fitted to your cases", anchor=False)
    st.markdown(texts().recalibration)
    if st.button("Try to recalibrate", key="recalibrate"):
        with st.spinner("Fitting, and trying on cases that were left out"):
            cases = some(with_diagnosis(model.vocabulary, upload.sheet, mapping), MOST_EVALUATED)
            upload.recalibration = recalibrated(model, cases, upload.name)
    if upload.recalibration is not None:
        show_recalibration(upload.recalibration)


def criticism_of(model: Model, upload: Upload, mapping: ColumnMapping) -> Criticism:
    """Return what the model lacks on rows of the file, worked out once."""
    if upload.criticism is None:
        cases = some(with_diagnosis(model.vocabulary, upload.sheet, mapping), MOST_CRITICISED)
        upload.criticism = criticised(model, cases)
    return upload.criticism


def hold_against(model: Model, upload: Upload, mapping: ColumnMapping) -> None:
    """Keep with the file how good the answers to its rows are, or why that cannot be told."""
    try:
        cases = some(with_diagnosis(model.vocabulary, upload.sheet, mapping), MOST_EVALUATED)
        evaluation = evaluate(model, cases)
    except HamkneeError as error:
        upload.evaluation = str(error)
        return
    upload.evaluation = replace(evaluation, read=len(upload.frame))
    try:
        upload.urgency = triage_check(model, some(cases, MOST_TRIAGED))
    except HamkneeError as error:
        upload.urgency = str(error)


def some(cases: LabelledCases, most: int) -> LabelledCases:
    """Return the cases, or as many as allowed of those with a diagnosis, drawn at random."""
    known = np.flatnonzero(cases.diagnosed)
    if len(known) <= most:
        return cases
    return cases[np.sort(np.random.default_rng(1).choice(known, most, replace=False))]
