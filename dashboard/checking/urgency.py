"""How urgent the answers alone make cases, beside what their diagnoses call for."""

from collections.abc import Hashable, Mapping
from typing import Any

import streamlit as st

from hamknee.guidance import Guidance, TriageCheck
from hamknee.network import LabelledCases
from parts.published_case import show_case
from parts.tables import scrolling, table_html
from parts.texts import plain, texts


def show_urgency(check: TriageCheck) -> None:
    """Show how many were told too little and how many too much, and which level each got."""
    st.markdown(texts().urgency)
    st.markdown(plain(check.text))
    st.html(scrolling(urgency_html(check), "Levels by diagnosis"))


def urgency_html(check: TriageCheck) -> str:
    """Return which levels the cases of each diagnosis got as a table."""
    levels = check.guidance.levels
    rows = [
        (
            row["label"],
            f"{row['under']} of {row['n']}",
            levels[row["called_for"]].label,
            *(str(row[level]) for level in levels),
        )
        for row in check.by_diagnosis.to_dict(orient="records")
    ]
    got = (level.label for level in levels.values())
    return table_html(("Diagnosis", "Under-triaged", "Calls for", *got), rows)


def show_under_triaged(check: TriageCheck, cases: LabelledCases) -> None:
    """List the cases that were told too little: the dangerous ones, and the others folded up."""
    missed = check.table[check.table["verdict"] == "under"].to_dict(orient="records")
    missed.sort(key=lambda case: check.guidance.urgency(case["called_for"]))
    urgent = [case for case in missed if _dangerous(check.guidance, case)]
    others = [case for case in missed if not _dangerous(check.guidance, case)]
    if urgent:
        st.markdown("Under-triaged although what they had cannot wait:")
        _list(check, cases, urgent)
    if others:
        with st.expander(f"Under-triaged, less urgent ({len(others)})"):
            _list(check, cases, others)


def _dangerous(guidance: Guidance, case: Mapping[Hashable, Any]) -> bool:
    """Whether a case calls for a level at which nobody should begin with exercises."""
    return not guidance.levels[case["called_for"]].rehabilitation


def _list(check: TriageCheck, cases: LabelledCases, chosen: list[dict[Hashable, Any]]) -> None:
    places = {name: row for row, name in enumerate(cases.cases.names())}
    for case in chosen:
        show_case(cases, places[case["case"]], _words(check, case), "urgent-")


def _words(check: TriageCheck, case: Mapping[Hashable, Any]) -> str:
    """Return in Markdown what the diagnosis calls for, and what the answers led to."""
    levels = check.guidance.levels
    calls = f" calls for “{levels[case['called_for']].label}”; the answers "
    if isinstance(case["reached"], str):
        calls += f"led to “{levels[case['reached']].label}”."
    else:
        calls += "are impossible by these numbers, so they led to no level."
    return f"**{plain(case['label'])}**{plain(calls)}"
