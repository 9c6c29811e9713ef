"""How urgent the answers alone make cases, beside what their diagnoses call for."""

import io
from urllib.parse import parse_qs

import pandas as pd
import pytest

from checking import cohort_results
from hamknee.guidance.checking import triage_check
from hamknee.inference.model import Model
from hamknee.network.labelled import read_labelled
from tests.support.at_page import (
    html,
    links,
    words,
)
from tests.support.check_page import (
    at,
    session,
    worked_out,
)

QUIET = "gradual,no,none,after"

COHORT = f"""case_id,onset,pop,swelling,pain_timing,condition
P1,{QUIET},dvt
P2,{QUIET},tendinopathy
P3,sudden,yes,effusion,,strain
P4,sudden,yes,effusion,,rupture
P5,at night,yes,effusion,,rupture
"""


@pytest.mark.parametrize(("chosen", "least"), [("All cases", 0), ("5 or more", 5)])
def test_the_urgency_of_published_cases_is_that_of_the_library(
    model: Model, chosen: str, least: int
) -> None:
    check = triage_check(model, min_findings=least)
    text = words(at("Published cases", findings=chosen))
    assert check.text in text
    assert "No warning sign is answered here" in text
    assert "The cases are few" in text


def test_the_table_reads_as_people_read_levels(model: Model) -> None:
    check = triage_check(model)
    text = "".join(html(at("Published cases")))
    for level in check.guidance.levels.values():
        assert f'<th scope="col">{level.label}</th>' in text
    row = check.by_diagnosis.set_index("condition").loc["dvt"]
    counts = "".join(f"<td>{row[level]}</td>" for level in check.guidance.levels)
    called_for = check.guidance.levels[row["called_for"]].label
    expected = f"<td>{row['under']} of {row['n']}</td><td>{called_for}</td>{counts}"
    assert f"{row['label']}</th>{expected}" in text


def test_under_triaged_cases_are_named_the_dangerous_ones_first_and_open(model: Model) -> None:
    check = triage_check(model)
    page = at("Published cases")
    missed = check.table[check.table["verdict"] == "under"]
    dangerous = list(missed[missed["called_for"] == "same_day"]["case"])
    others = [case for case in missed["case"] if case not in dangerous]
    assert len(dangerous) > 0
    assert list(links(page))[: len(missed)] == dangerous + others
    label = f"Under-triaged, less urgent ({len(others)})"
    assert (label in {e.label for e in page.expander}) == bool(others)
    row = list(read_labelled(model.vocabulary).cases.names()).index(dangerous[0])
    query = next(iter(links(page).values()))
    known = set(read_labelled(model.vocabulary).cases.evidence(row))
    assert set(parse_qs(query)) == known | {"expert"}
    assert "calls for “See a doctor today”; the answers led to “See a professional”." in words(page)


def test_the_urgency_of_a_cohort_is_held_against_its_diagnoses(model: Model) -> None:
    page = worked_out(COHORT.encode())
    readable = pd.read_csv(io.StringIO(COHORT), dtype=str, keep_default_na=False).iloc[:4, 1:]
    check = triage_check(model, readable)
    assert (check.called, check.under, check.over) == (2, 1, 2)
    assert check.text in words(page)


def test_of_many_rows_some_are_drawn_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cohort_results, "MOST_TRIAGED", 3)
    page = worked_out(COHORT.encode())
    assert session(page).urgency.n == 3
    assert "3 of 4 cases, drawn at random" in words(page)


def test_conflict_is_explained_and_counts_are_of_all_rows() -> None:
    text = words(worked_out(COHORT.encode()))
    assert "Conflict: how badly what is known of a row goes together" in text
    assert "4 of 5 cases." in text
