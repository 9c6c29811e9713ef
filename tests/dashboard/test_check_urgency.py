"""The Check page on urgency, on the words it uses, and the file it offers to begin with."""

import csv
import io
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from hamknee.base.files import shipped
from hamknee.evaluation.metrics import MEASURES
from hamknee.guidance.checking import triage_check
from hamknee.inference.model import Model
from hamknee.network.labelled import read_labelled

from .at_page import sound, words
from .test_check_page import at, result, session, uploaded, worked_out

QUIET = "gradual,no,none,after"
COHORT = f"""case_id,onset,pop,swelling,pain_timing,condition
P1,{QUIET},dvt
P2,{QUIET},tendinopathy
P3,sudden,yes,effusion,,strain
P4,sudden,yes,effusion,,rupture
P5,at night,yes,effusion,,rupture
"""


@pytest.fixture(scope="module", autouse=True)
def _rooms_of_the_dashboard() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(shipped("dashboard")), *sys.path])
        yield


def links(page: AppTest) -> list[str]:
    return [link.proto.label.replace("\\", "") for link in page.get("page_link")]


# How urgent -------------------------------------------------------------------------------


@pytest.mark.parametrize(("chosen", "least"), [("All cases", 0), ("5 or more", 5)])
def test_the_urgency_of_published_cases_is_that_of_the_library(
    model: Model, chosen: str, least: int
) -> None:
    found = triage_check(model, min_findings=least)
    told = words(at("Published cases", findings=chosen))
    assert found.text in told
    assert "Warning signs were not part of the cases" in told
    assert "The cases are few" in told


def test_the_table_reads_as_people_read_levels(model: Model) -> None:
    found = triage_check(model)
    told = words(at("Published cases"))
    for level in found.guidance.levels.values():
        assert f'<th scope="col">{level.label}</th>' in told
    row = found.by_diagnosis.set_index("condition").loc["dvt"]
    counts = "".join(f"<td>{row[level]}</td>" for level in found.guidance.levels)
    called_for = found.guidance.levels[row["called_for"]].label
    expected = f"<td>{row['under']} of {row['n']}</td><td>{called_for}</td>{counts}"
    assert f"{row['label']}</th>{expected}" in told


def test_under_triaged_cases_are_named_the_dangerous_ones_first_and_open(model: Model) -> None:
    found = triage_check(model)
    page = at("Published cases")
    missed = found.table[found.table["verdict"] == "under"]
    dangerous = list(missed[missed["called_for"] == "same_day"]["case"])
    others = [case for case in missed["case"] if case not in dangerous]
    assert len(dangerous) > 0
    assert links(page)[: len(missed)] == dangerous + others
    assert f"Under-triaged, less urgent ({len(others)})" in {e.label for e in page.expander}
    first = page.get("page_link")[0].proto
    row = list(read_labelled(model.vocabulary).cases.names()).index(dangerous[0])
    known = {name: text for name, (text,) in parse_qs(first.query_string).items()}
    assert set(known) == set(read_labelled(model.vocabulary).cases.evidence(row))
    assert "calls for “See a doctor today”; the answers led to “Self-care for now”." in words(page)


def test_the_urgency_of_a_cohort_is_held_against_its_diagnoses(model: Model) -> None:
    page = worked_out(COHORT.encode())
    readable = pd.read_csv(io.StringIO(COHORT), dtype=str, keep_default_na=False).iloc[:4, 1:]
    found = triage_check(model, readable)
    assert (found.called, found.under, found.over) == (2, 1, 1)
    assert found.text in words(page)


def test_of_many_rows_some_are_drawn_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from checking import cohort_results

    monkeypatch.setattr(cohort_results, "MOST_TRIAGED", 3)
    page = worked_out(COHORT.encode())
    assert session(page).urgency.n == 3
    assert "3 of 4 cases, drawn at random" in words(page)


# Words and counts -------------------------------------------------------------------------


def test_each_measure_is_explained_where_it_is_chosen_and_where_it_is_told() -> None:
    from parts.texts import texts

    page = at("Published cases")
    told = words(page)
    assert set(texts().measures) == set(MEASURES)
    for name, label in MEASURES.items():
        assert f"**{label}**: {texts().measures[name].strip()}" in told
    assert "**naive Bayes**: Has the same numbers" in told
    page = sound(page.button_group(key="measure-published").set_value("brier").run())
    captions = "".join(caption.value for caption in page.caption).replace("\\", "")
    assert texts().measures["brier"].strip() in captions


def test_the_two_kinds_of_interval_are_told_apart() -> None:
    told = words(at("Published cases"))
    assert "Intervals of scores hold 95 %" in told
    assert "Intervals of a ranking hold 90 %" in told


def test_conflict_is_explained_and_counts_are_of_all_rows() -> None:
    told = words(worked_out(COHORT.encode()))
    assert "Conflict: how badly what is known of a row goes together" in told
    assert "4 of 5 cases." in told


# A file to begin with ---------------------------------------------------------------------


def test_the_template_is_read_back_whole(model: Model) -> None:
    from checking.cohort_template import template

    data = template(model)
    header, *rows = csv.reader(io.StringIO(data.decode()))
    target = model.vocabulary.target.name
    findings = [name for name in model.vocabulary if name != target]
    assert header == ["case_id", *findings, target]
    assert len(rows) == 2
    page = uploaded(data, "hamknee-template.csv")
    upload = session(page)
    assert upload.named_by == "case_id"
    assert upload.columns == {name: name for name in model.vocabulary}
    assert [upload.unreadable(name) for name in upload.columns] == [[]] * len(header[1:])
    page = sound(page.button(key="cohort-start").click().run())
    found = result(page)
    assert found["fault"].isna().all()
    for row, cells in enumerate(rows):
        case = dict(zip(findings, cells[1:-1], strict=True))
        expected = model.posterior(case | {"age": float(case["age"])})
        states = [f"p_{name}" for name in model.vocabulary.target.state_names]
        np.testing.assert_allclose(
            found.loc[row, states].astype(float), expected.probabilities, atol=1e-12
        )
    assert session(page).evaluation.n == 2


def test_the_template_is_offered() -> None:
    page = at("Your own cases")
    (button,) = (found for found in page.get("download_button") if found.key == "cohort-template")
    assert button.label == "Download a template"
