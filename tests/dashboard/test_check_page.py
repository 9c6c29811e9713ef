"""The Check page: published cases, a visitor's own cohort, simulated patients."""

import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import streamlit as st
from sklearn.metrics import log_loss
from streamlit.testing.v1 import AppTest

import hamknee
from hamknee.base.files import shipped
from hamknee.base.frames import TableError
from hamknee.evaluation.evaluating import evaluate
from hamknee.evaluation.self_testing import self_test
from hamknee.inference.model import Model
from hamknee.network.evidence import parse_value
from hamknee.network.labelled import read_labelled

from .at_page import APP, at_page, go, sound, words

THEIRS = """patient_id,Diagnose,When it began,Pop at start,swelling,age,sex,warmth,note
=1+1,rupture,sudden,ja,leg,31,m,no,=cmd()
P2,strain,Sudden,nein,none,44,f,no,x
P3,tendinopathy,days,0,none,abc,m,?,x
P4,dvt,gradual,1,leg,77,f,yes,x
P5,meniscal_tear,days,no,focal,52,m,no,x
"""
OURS = [
    {"onset": "sudden", "pop": "yes", "swelling": "leg", "age": 31, "sex": "male", "warmth": "no"},
    {
        "onset": "sudden",
        "pop": "no",
        "swelling": "none",
        "age": 44,
        "sex": "female",
        "warmth": "no",
    },
    None,
    {
        "onset": "gradual",
        "pop": "yes",
        "swelling": "leg",
        "age": 77,
        "sex": "female",
        "warmth": "yes",
    },
    {"onset": "days", "pop": "no", "swelling": "focal", "age": 52, "sex": "male", "warmth": "no"},
]


@pytest.fixture(scope="module", autouse=True)
def _rooms_of_the_dashboard() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(shipped("dashboard")), *sys.path])
        yield


def at(panel: str, **choices: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=30)
    page.switch_page("views/check.py")
    page.session_state["check-panel"] = panel
    for key, chosen in choices.items():
        page.session_state[f"check-{key}"] = chosen
    return sound(page.run())


def uploaded(data: bytes, name: str = "mine.csv") -> AppTest:
    page = at("Your own cases")
    return sound(page.file_uploader[0].upload(name, data, "text/csv").run())


def worked_out(data: bytes, name: str = "mine.csv") -> AppTest:
    return sound(uploaded(data, name).button(key="cohort-start").click().run())


def session(page: AppTest) -> Any:
    return page.session_state["cohort"]


def result(page: AppTest) -> pd.DataFrame:
    return pd.concat(session(page).parts, ignore_index=True)


def refused(data: bytes, name: str = "mine.csv") -> str:
    from checking.cohort_reading import read_cohort

    with pytest.raises(TableError) as error:
        read_cohort(data, name)
    return str(error.value)


def parquet(table: pa.Table) -> bytes:
    written = io.BytesIO()
    pq.write_table(table, written)
    return written.getvalue()


# Published cases --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "least"), [("All cases", 0), ("3 findings or more", 3), ("5 or more", 5)]
)
def test_published_cases_are_scored_as_by_the_library(
    model: Model, chosen: str, least: int
) -> None:
    page = at("Published cases", findings=chosen, listed="Right one first")
    told = words(page)
    found = evaluate(model, min_findings=least)
    assert found.text in told
    assert found.calibration().text in told
    assert "No number was fitted to them" in told
    assert "naive Bayes" in told


def test_the_log_loss_on_the_page_is_that_of_scikit_learn(model: Model) -> None:
    cases = read_labelled(model.vocabulary)
    p = np.array([model.posterior(cases.cases.evidence(row)).probabilities for row in range(58)])
    one = cases.truth.sum(axis=1) == 1
    assert one.all()
    loss = log_loss(cases.truth.argmax(axis=1), p, labels=range(p.shape[1]))
    assert f"<td>{loss:.2f} (" in words(at("Published cases"))


def test_each_listed_case_opens_with_what_was_known_of_it(model: Model) -> None:
    page = at("Published cases", listed="All")
    links = {link.proto.label: link.proto for link in page.get("page_link")}
    cases = read_labelled(model.vocabulary)
    for row, name in enumerate(cases.cases.names()):
        link = links[str(name).replace("-", "\\-")]
        known = {key: text for key, (text,) in parse_qs(link.query_string).items()}
        read = {key: parse_value(model.vocabulary[key], text) for key, text in known.items()}
        expected = model.posterior(cases.cases.evidence(row)).probabilities
        np.testing.assert_array_equal(model.posterior(read).probabilities, expected)


def test_the_list_parts_right_from_wrong(model: Model) -> None:
    rank = evaluate(model).by_case["rank"]
    page = at("Published cases")
    for chosen, count in (
        ("Another came first", (rank > 1).sum()),
        ("Right one first", (rank == 1).sum()),
    ):
        page = sound(page.button_group(key="check-listed").set_value(chosen).run())
        assert f"{count} of 58 cases." in words(page)


def test_edited_numbers_stand_beside_those_of_the_file() -> None:
    page = at_page("tune", {"variable": "setting"})
    page = sound(page.number_input(key="tune-number-setting--emergency").set_value(90.0).run())
    page = go(page, "check")
    edited = page.session_state["edited-priors"]
    assert "by the file" in words(page)
    assert evaluate(hamknee.load(edited)).text in words(page)
    assert "by the file" not in words(at("Published cases"))


def test_the_self_test_is_that_of_the_library(model: Model) -> None:
    page = at("Self-test")
    assert "Passed" not in words(page)
    page = sound(page.button(key="check-draw").click().run())
    assert self_test(model).text in words(page)


# A cohort ---------------------------------------------------------------------------------


def test_columns_and_values_are_guessed() -> None:
    upload = session(uploaded(THEIRS.encode()))
    assert upload.columns == {
        "condition": "Diagnose",
        "onset": "When it began",
        "pop": "Pop at start",
        "swelling": "swelling",
        "age": "age",
        "sex": "sex",
        "warmth": "warmth",
    }
    assert upload.named_by == "patient_id"
    assert upload.meanings["Pop at start", "pop"] == {
        "ja": "yes",
        "nein": "no",
        "0": "no",
        "1": "yes",
    }
    assert upload.meanings["sex", "sex"] == {"m": "male", "f": "female"}
    assert upload.meanings["age", "age"] == {"abc": "!"}
    assert upload.meanings["warmth", "warmth"] == {"?": ""}


def test_every_row_is_worked_out_or_says_why_not(model: Model) -> None:
    page = worked_out(THEIRS.encode())
    found = result(page)
    states = [f"p_{name}" for name in model.vocabulary.target.state_names]
    for row, case in enumerate(OURS):
        if case is None:
            assert "'abc' is neither a number nor a state" in found["fault"][row]
            assert found.loc[row, states].isna().all()
        else:
            expected = model.posterior(case).probabilities
            np.testing.assert_allclose(found.loc[row, states].astype(float), expected, atol=1e-12)
    told = "\n".join([words(page), *(header.value for header in page.header)])
    assert "4 of 5 rows have an answer" in told
    assert "age: &#x27;abc&#x27; is neither a number nor a state" in told


def test_a_guess_can_be_changed(model: Model) -> None:
    page = uploaded(THEIRS.encode())
    page = sound(page.selectbox(key="cohort-choice-age-age-0").set_value("").run())
    page = sound(page.selectbox(key="cohort-choice-swelling").set_value("").run())
    page = sound(page.button(key="cohort-start").click().run())
    case = {"onset": "days", "pop": "no", "sex": "male"}
    expected = model.posterior(case)
    found = result(page)
    assert found["fault"].isna().all()
    assert found[f"p_{expected.top}"][2] == pytest.approx(expected[expected.top], abs=1e-12)


def test_the_diagnoses_are_held_against_the_answers(model: Model) -> None:
    page = worked_out(THEIRS.encode())
    rows = [
        (case, line.split(",")[1]) for case, line in zip(OURS, THEIRS.splitlines()[1:], strict=True)
    ]
    frame = pd.DataFrame([{**case, "condition": right} for case, right in rows if case])
    told = words(page)
    assert replace(evaluate(model, frame, resamples=500), read=5).text in told
    assert "4 of 5 cases." in told
    assert "1 of 5 rows are not among them, because they cannot be read." in told


def test_one_column_for_two_questions_is_told() -> None:
    page = uploaded(THEIRS.encode())
    page = sound(page.selectbox(key="cohort-choice-bruising").set_value("warmth").run())
    assert "'warmth' is chosen for Warmth and for Bruising" in words(page)
    assert not [b for b in page.button if b.key == "cohort-start"]


def test_the_files_given_back_hold_the_answers_and_no_formula(model: Model) -> None:
    page = worked_out(THEIRS.encode())
    from checking.cohort_results import as_csv, as_parquet

    found = result(page)
    text = as_csv(found).decode()
    table = pd.read_csv(io.StringIO(text))
    assert list(table["patient_id"]) == ["'=1+1", "P2", "P3", "P4", "P5"]
    assert "cmd" not in text
    np.testing.assert_allclose(table["p_rupture"], found["p_rupture"])
    file = pq.ParquetFile(io.BytesIO(as_parquet(model, found)))
    assert file.metadata.metadata[b"hamknee.numbers"].decode() == model.sha256
    assert file.read().column("patient_id").to_pylist()[0] == "=1+1"


def test_parquet_is_read_with_its_types(model: Model) -> None:
    table = pa.table(
        {
            "id": [7, 8],
            "onset": pa.array(["sudden", None]).dictionary_encode(),
            "age": [31.0, float("nan")],
            "pop": [True, False],
        }
    )
    page = worked_out(parquet(table), "mine.parquet")
    found = result(page)
    assert list(found["id"]) == [7, 8]
    for row, case in enumerate([{"onset": "sudden", "age": 31, "pop": "yes"}, {"pop": "no"}]):
        expected = model.posterior(case)
        assert found[f"p_{expected.top}"][row] == pytest.approx(expected[expected.top], abs=1e-12)


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
    assert "<td>N0</td>" in words(page)
    page = sound(page.number_input(key="cohort-page").set_value(3).run())
    assert "<td>N44</td>" in words(page)
    assert "<td>N39</td>" not in words(page)


def test_another_visitor_sees_nothing_and_the_file_can_be_forgotten() -> None:
    mine = worked_out(THEIRS.encode())
    theirs = at("Your own cases")
    assert "cohort" not in theirs.session_state
    assert "mine.csv" not in words(theirs)
    mine = go(go(mine, "about"), "check")
    assert "mine.csv" in words(mine).replace("\\", "")
    assert len(result(mine)) == 5
    mine = sound(mine.button(key="cohort-forget").click().run())
    assert "cohort" not in mine.session_state


# What is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "mine.csv", "the file is empty; allowed: a header"),
        (b"onset,pop\n", "mine.csv", "no rows; allowed: a header and at least one row"),
        (b"\x00\x01\x02" * 1000, "mine.csv", "NUL character"),
        ("name\nM\xfcller\n".encode("latin-1"), "mine.csv", "byte 0xfc is not UTF-8"),
        (b"onset;age\nsudden;31,5\n", "mine.csv", "separated by semicolons; allowed: commas"),
        (b"onset,onset\nsudden,days\n", "mine.csv", "column 'onset' stands twice"),
        (b"onset,pop\nsudden,yes,no\n", "mine.csv", "Expected 2 fields in line 2, saw 3"),
        (b"onset\n" + b"sudden\n" * 200_001, "mine.csv", "200,001 rows; allowed: at most 200,000"),
        (b"a,b\n" + b"," * 10_000_001, "mine.csv", "cells; allowed: at most 10,000,000"),
        (b"," * 1_000, "mine.csv", "1,001 columns; allowed: at most 1,000"),
        (b"," * 9_000_000, "mine.csv", "columns; allowed: at most 1,000"),
        (b'"\n' + b"x" * 200_000 + b"," * 9_000_000, "mine.csv", "a header that does not end"),
        (b"PK\x03\x04 onset", "mine.parquet", "not a Parquet file"),
        (b"PAR1" + b"\x00" * 40 + b"PAR1", "mine.parquet", "not a Parquet file"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, name: str, told: str) -> None:
    assert told in refused(data, name)


def test_a_refusal_is_told_and_the_next_file_is_taken() -> None:
    page = uploaded(b"\x89PNG\x00" * 100)
    assert "This file cannot be used" in page.error[0].value
    assert "cohort" not in page.session_state
    page = sound(page.file_uploader[0].upload("mine.csv", THEIRS.encode(), "text/csv").run())
    assert not page.error
    assert len(session(page).frame) == 5


def test_a_small_file_of_very_many_rows_is_not_unpacked() -> None:
    data = parquet(pa.table({"onset": pa.nulls(5_000_000, pa.string())}))
    assert len(data) < 100_000
    assert "5,000,000 rows; allowed: at most 200,000" in refused(data, "mine.parquet")


def test_a_long_text_in_every_row_stays_one_text() -> None:
    from checking.cohort_reading import read_cohort

    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(100_000, np.int32)), ["x" * 100_000])
    frame = read_cohort(parquet(pa.table({"onset": texts})), "mine.parquet")
    assert frame.memory_usage(deep=True).sum() < 2_000_000


def test_lists_and_bytes_are_refused() -> None:
    for column, kind in (([["a"]], "lists or structures"), ([b"a"], "bytes")):
        data = parquet(pa.table({"onset": pa.array(column)}))
        assert f"column 'onset' holds {kind}" in refused(data, "mine.parquet")


def test_damaged_parquet_is_read_or_refused() -> None:
    from checking.cohort_reading import read_cohort

    whole = parquet(pa.table({"onset": ["sudden", "days"] * 50, "age": np.arange(100)}))
    rng, refusals = np.random.default_rng(5), 0
    for _ in range(300):
        data = bytearray(whole)
        for place in rng.integers(len(data), size=3):
            data[place] = rng.integers(256)
        try:
            assert len(read_cohort(bytes(data), "mine.parquet")) > 0
        except TableError:
            refusals += 1
    assert refusals > 100


def test_a_file_too_large_is_refused() -> None:
    assert "a file of 51 MB; allowed: 50 MB here" in refused(bytes(51 * 2**20))


def test_no_column_of_findings_is_told() -> None:
    page = uploaded(b"Diagnose,note\nrupture,x\nstrain,y\n")
    page = sound(page.button(key="cohort-start").click().run())
    assert "no column with a finding" in page.error[0].value
