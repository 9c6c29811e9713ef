"""Check: how good the answers are on published cases, on your own, and on simulated patients."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import streamlit as st

from checking import cohort_results, cohort_saving, cohort_template, cohort_upload
from checking.criticism import show_criticism
from checking.scores import (
    show_by_diagnosis,
    show_calibration,
    show_intervals,
    show_scores,
    show_words,
)
from checking.urgency import show_under_triaged, show_urgency
from hamknee import Model
from hamknee.base import HamkneeError, percent
from hamknee.evaluation import Evaluation
from hamknee.network import LabelledCases, Variable, diagnosis_label
from parts.published_case import show_case
from parts.texts import plain, texts
from parts.widgets import pick
from state import answers
from state.numbers import in_force, of_file

FEWEST = {"All cases": 0, "3 findings or more": 3, "5 or more": 5}
"""How much has to be known of a case."""

LISTED: Mapping[str, tuple[int, int]] = {
    "Another came first": (2, 99),
    "Right one first": (1, 1),
    "All": (1, 99),
}
"""Which cases are listed, by the rank of the right condition."""

PATIENTS, SEED = 2000, 1
"""Of the self-test."""


def main() -> None:
    """Show the page."""
    model = in_force().model
    st.title("Check", anchor=False)
    st.markdown(texts().check)
    panel = pick("What to check on", PANELS, "check-panel")
    with st.container(key="check"):
        PANELS[panel](model)


# Published cases --------------------------------------------------------------------------


def show_published(model: Model) -> None:
    """Show how good the answers to the published cases are."""
    cases = answers.published_cases(model.vocabulary)
    if cases is None:
        st.warning("The published cases do not fit the questions of this model.")
        return
    st.markdown(texts().published)
    enough = pick("Cases of which is known", FEWEST, "check-findings")
    try:
        evaluation = answers.scores(model, cases, FEWEST[enough])
        before = answers.scores(of_file().model, cases, FEWEST[enough])
    except HamkneeError as error:
        st.warning(plain(str(error)))
        return
    st.markdown(f"**{plain(evaluation.text)}**")
    show_words()
    with st.container(key="check-scores"):
        with st.container(key="check-rivals"):
            st.header("Beside simpler rivals", anchor=False)
            show_scores(evaluation, "published", before if in_force().edited else None)
            show_intervals(evaluation)
        with st.container(key="check-calibration"):
            st.header("Do probabilities come true?", anchor=False)
            show_calibration(evaluation, "published")
    st.header("How urgent", anchor=False)
    show_how_urgent(model, cases, FEWEST[enough])
    st.header("Which is taken for which", anchor=False)
    show_by_diagnosis(evaluation, "published")
    show_criticism("published", lambda: answers.criticism(model, cases))
    st.header("The cases", anchor=False)
    show_cases(model, cases, evaluation)


def show_how_urgent(model: Model, cases: LabelledCases, min_findings: int) -> None:
    """Show how urgent the cases get, and which of them were told too little."""
    try:
        check = answers.urgency(model, cases, min_findings)
    except HamkneeError as error:
        st.caption(plain(str(error)))
        return
    show_urgency(check)
    st.caption(texts().few)
    show_under_triaged(check, cases)


def show_cases(model: Model, cases: LabelledCases, evaluation: Evaluation) -> None:
    """List the cases, each with a way to look at it."""
    which = pick("Which cases", LISTED, "check-listed")
    low, high = LISTED[which]
    rank = evaluation.by_case["rank"].fillna(high)
    rows = evaluation.by_case[(rank >= low) & (rank <= high)]
    places = {name: row for row, name in enumerate(cases.cases.names())}
    st.caption(f"{len(rows)} of {evaluation.n} cases. A name opens the case on the Diagnose page.")
    for case in rows.to_dict(orient="records"):
        show_case(cases, places[case["case"]], case_words(model.vocabulary.target, case))


def case_words(target: Variable, row: Mapping[Hashable, Any]) -> str:
    """Return in Markdown what was right, and what came first."""
    right = diagnosis_label(target, row[target.name])
    if not isinstance(row["first"], str):
        return f"**{plain(right)}**{plain(', impossible by these numbers.')}"
    if row["rank"] == 1:
        return f"**{plain(right)}** {plain('came first, ' + percent(row['p_first']) + '.')}"
    first = f"{target.state(row['first']).label}, {percent(row['p_first'])}"
    place = f"{percent(row['p_true'])}, place {row['rank']:.0f}; first came {first}."
    return f"**{plain(right)}** {plain(place)}"


# Own cases and simulated patients ---------------------------------------------------------


def show_own(model: Model) -> None:
    """Take a file of cases, and show what the model says of them."""
    cohort_upload.ask_file(model.vocabulary)
    if (upload := cohort_upload.current(model.vocabulary)) is None:
        cohort_template.offer(model)
        return
    cohort_upload.show_file(upload)
    cohort_upload.ask_columns(upload)
    cohort_upload.ask_values(upload)
    cohort_saving.show_saving(upload)
    cohort_results.show_results(model, upload)


def show_self_test(model: Model) -> None:
    """Check the engine on patients drawn from the model itself."""
    st.markdown(texts().simulated)
    if st.button(f"Draw {PATIENTS:,} patients and check", key="check-draw", type="primary"):
        st.session_state["check-drawn"] = True
    if not st.session_state.get("check-drawn"):
        return
    with st.spinner("Drawing patients and working out every one"):
        test = answers.simulated(model, PATIENTS, SEED)
    st.markdown(f"**{plain(test.text)}**")
    show_scores(test.evaluation, "simulated")
    show_calibration(test.evaluation, "simulated")


PANELS: Mapping[str, Callable[[Model], None]] = {
    "Published cases": show_published,
    "Your own cases": show_own,
    "Self-test": show_self_test,
}
"""What the answers can be checked on."""

main()
