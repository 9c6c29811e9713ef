"""What the model says of a visitor's cases: every row, in parts, and as files."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import streamlit as st

import hamknee
from checking.cohort_results import as_csv, as_parquet
from hamknee.evaluation.evaluating import evaluate
from hamknee.inference.model import Model
from tests.support.at_page import (
    html,
    sound,
    words,
)
from tests.support.check_page import (
    OURS,
    THEIRS,
    result,
    session,
    uploaded,
    worked_out,
)


def test_every_row_is_worked_out_or_says_why_not(model: Model) -> None:
    page = worked_out(THEIRS.encode())
    scored = result(page)
    states = [f"p_{name}" for name in model.vocabulary.target.state_names]
    for row, case in enumerate(OURS):
        if case is None:
            assert "'abc' is neither a number nor a state" in scored["fault"][row]
            assert scored.loc[row, states].isna().all()
        else:
            expected = model.posterior(case).probabilities
            np.testing.assert_allclose(scored.loc[row, states].astype(float), expected, atol=1e-12)
    assert "4 of 5 rows have an answer" in words(page)
    assert "age: &#x27;abc&#x27; is neither a number nor a state" in "".join(html(page))


def test_one_column_for_two_questions_is_told() -> None:
    page = uploaded(THEIRS.encode())
    page = sound(page.selectbox(key="cohort-choice-bruising").set_value("warmth").run())
    assert "'warmth' is chosen for Warmth and for Bruising" in words(page)
    assert not [b for b in page.button if b.key == "cohort-start"]


def test_no_column_of_findings_is_told() -> None:
    page = uploaded(b"Diagnose,note\nrupture,x\nstrain,y\n")
    page = sound(page.button(key="cohort-start").click().run())
    assert "no column with a finding" in page.error[0].value


def test_an_interrupted_run_goes_on_and_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [THEIRS.splitlines()[0], *THEIRS.splitlines()[2:3] * 25_000]
    page = uploaded("\n".join(rows).encode())
    score, calls = hamknee.cohort.score, []

    def interrupted(*args: Any, **named: Any) -> pd.DataFrame:
        calls.append(len(args[1]))
        if len(calls) == 2:
            st.stop()  # as a click elsewhere does
        return score(*args, **named)

    monkeypatch.setattr(hamknee.cohort, "score", interrupted)
    page = sound(page.button(key="cohort-start").click().run())
    assert list(map(len, session(page).parts)) == [10_000]
    cancelled = sound(page.button(key="cohort-cancel").click().run())
    assert session(cancelled).parts == []
    calls.clear()
    page = sound(cancelled.button(key="cohort-start").click().run())
    page = sound(page.run())
    assert calls == [10_000, 10_000, 10_000, 5_000]
    assert result(page)["fault"].isna().all()
    assert len(result(page)) == 25_000
    assert not [b for b in page.button if b.key == "cohort-cancel"]


def test_rows_are_shown_page_by_page() -> None:
    lines = THEIRS.splitlines()
    rows = [lines[0], *(lines[2].replace("P2", f"N{n}") for n in range(45))]
    page = worked_out("\n".join(rows).encode())
    assert "<td>N0</td>" in "".join(html(page))
    page = sound(page.number_input(key="cohort-page").set_value(3).run())
    assert "<td>N44</td>" in "".join(html(page))
    assert "<td>N39</td>" not in "".join(html(page))


def test_the_files_given_back_hold_the_answers_and_no_formula(model: Model) -> None:
    page = worked_out(THEIRS.encode())
    scored = result(page)
    text = as_csv(scored).decode()
    table = pd.read_csv(io.StringIO(text))
    assert list(table["patient_id"]) == ["'=1+1", "P2", "P3", "P4", "P5"]
    assert "cmd" not in text
    np.testing.assert_allclose(table["p_rupture"], scored["p_rupture"])
    file = pq.ParquetFile(io.BytesIO(as_parquet(model, scored)))
    assert file.metadata.metadata[b"hamknee.numbers"].decode() == model.sha256
    assert file.read().column("patient_id").to_pylist()[0] == "=1+1"


def test_the_diagnoses_are_held_against_the_answers(model: Model) -> None:
    page = worked_out(THEIRS.encode())
    rows = [
        (case, line.split(",")[1]) for case, line in zip(OURS, THEIRS.splitlines()[1:], strict=True)
    ]
    frame = pd.DataFrame([{**case, "condition": right} for case, right in rows if case])
    said = words(page)
    assert replace(evaluate(model, frame), read=5).text in said
    assert "4 of 5 cases." in said
    assert "1 of 5 rows are not among them, because they cannot be read." in said
