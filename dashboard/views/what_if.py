"""What if: two versions of the case side by side, and what the changed answers do."""

from functools import partial

import streamlit as st

from diagnosis.asking import Form, answer_words, ask_all
from diagnosis.notices import show_notices
from diagnosis.verdict import show_level
from diagnosis.warning_signs import ask_all_signs
from diagnosis.weighing import ask_weights
from hamknee import ImpossibleEvidenceError, Model, compare
from hamknee.charts import difference, difference_rows
from hamknee.guidance import Guidance
from hamknee.network import Variable
from hamknee.sensitivity import Comparison
from parts.announcing import announce
from parts.drawing import show_chart
from parts.sentences import contradiction_text, headline
from parts.tables import table_html
from parts.texts import in_html, plain, texts
from parts.widgets import press
from state import answers
from state.case import (
    VisitorCase,
    changed_case,
    changes_between,
    current_case,
    hold_case,
    open_case,
)
from state.numbers import in_force

ALT = "Each possible cause in version A and in version B, the most likely of B first."


def main() -> None:
    """Show the page."""
    model = in_force().model
    guidance = answers.guidance(model)
    first = current_case(model.vocabulary, guidance)
    second = changed_case(model.vocabulary, guidance)
    with st.container(key="header"):
        if guidance is not None:
            show_urgent(model, first, "A: ")
        st.title("What if", anchor=False)
        st.markdown(texts().what_if)
    show_notices(model, second)
    with st.container(key="case"):
        with st.container(key="answer"):
            show_versions(model, first, second)
        with st.container(key="questions"):
            show_questions(model, guidance, first, second)


def show_urgent(model: Model, case: VisitorCase, whose: str) -> None:
    """Show how soon to seek help with one version, and why."""
    try:
        triage = answers.triage(model, case)
    except ImpossibleEvidenceError:
        return
    if triage.reasons:
        show_level(triage, whose)


def show_questions(
    model: Model, guidance: Guidance | None, first: VisitorCase, second: VisitorCase
) -> None:
    """Show the questions of version B, and ways to exchange the versions."""
    st.header("Version B", anchor=False)
    there = changes_between(first, second)
    with st.container(key="versions", horizontal=True):
        save = partial(_save_second, first)
        for label, key, on_click, args in (
            ("Same as A", "copy", save, (first,)),
            ("Swap A and B", "swap", _swap, (first, second)),
            ("Go on with B", "keep", _swap, (second, second)),
        ):
            press(label, on_click, *args, key=f"{key}-versions", disabled=not there)
    latest = partial(changed_case, model.vocabulary, guidance)
    form = Form("second", second, latest, save, beside=partial(_in_first, first, second))
    if guidance is not None:
        ask_all_signs(guidance, answers.safe_triage(model, second), form)
    ask_all(model.vocabulary, form)
    ask_weights(model.vocabulary, form)


def _in_first(first: VisitorCase, second: VisitorCase, variable: Variable) -> str:
    """Return what version A says of a question where version B says something else."""
    a, b = (answer_words(case, variable) for case in (first, second))
    return "" if a == b else f"(A: {a})"


def _save_second(first: VisitorCase, second: VisitorCase) -> None:
    open_case(first.address, changes=changes_between(first, second))


def _swap(first: VisitorCase, second: VisitorCase) -> None:
    open_case(second.address, changes=changes_between(second, first))


# The two versions -------------------------------------------------------------------------


def show_versions(model: Model, first: VisitorCase, second: VisitorCase) -> None:
    """Show both versions, or why one of them cannot be."""
    intervals = []
    for name, case in (("A", first), ("B", second)):
        try:
            intervals.append(answers.interval(model, case))
        except ImpossibleEvidenceError as error:
            st.warning(f"Version {name}. {contradiction_text(model.vocabulary, error)}")
    if len(intervals) < 2:
        return
    show_headlines(model, first, second)
    if answers.guidance(model) is not None and changes_between(first, second):
        show_urgent(model, second, "B: ")
    chosen = _choose(model)
    compared = compare(intervals[0], intervals[1], chosen)
    with st.container(key="ranking"):
        rows = difference_rows(intervals[0].table, intervals[1].table)
        show_chart(difference, rows, key="difference", alt=ALT)
        with st.container(key="panel"):
            show_changes(compared)
            with (table := st.expander("The same in numbers", key="table", on_change=hold_case)):
                if table.open:
                    st.html(numbers_html(compared))


def show_headlines(model: Model, first: VisitorCase, second: VisitorCase) -> None:
    """Show the most likely cause of each version, and how soon to seek help."""
    with st.container(key="sentence"):
        parts, spoken = [], ""
        for name, case in (("A", first), ("B", second)):
            line, level = headline(answers.interval(model, case)), ""
            if answers.guidance(model) is not None:
                level = answers.triage(model, case).about.label
            chip = f"<span>{in_html(level)}</span>" if level else ""
            parts.append(f"<p><strong>{name}</strong> {in_html(line)}{chip}</p>")
            spoken = f"{name}. {line}. {level}"
        st.html(f'<div class="versions">{"".join(parts)}</div>')
        announce(spoken)  # of the version that is being changed


def _choose(model: Model) -> str | None:
    """Return the condition whose change is accounted for; None for the one that moves most."""
    target = model.vocabulary.target
    chosen: str = st.selectbox(
        "Follow one cause",
        ["", *target.state_names],
        format_func=lambda name: target.state(name).label if name else "the one that moves most",
        key="accounted",
        on_change=hold_case,
        width=320,
    )
    return chosen or None


def show_changes(compared: Comparison) -> None:
    """Show what each changed answer does."""
    first, *rest = compared.text.split("\n")
    st.markdown(f"**{plain(first)}**" if rest else texts().no_change)
    if rest:
        st.markdown("\n".join(f"- {plain(line)}" for line in rest), help=texts().one_by_one)


def numbers_html(compared: Comparison) -> str:
    """Return both versions as a table."""
    first, second = (
        dict(zip(version.posterior.order, version.ranking, strict=True))
        for version in (compared.first, compared.second)
    )
    rows = [
        (now.label, *(f"{state.now} ({state.interval})" for state in (first[place], now)))
        for place, now in second.items()
    ]
    return table_html((compared.second.posterior.target.label, "A", "B"), rows)


main()
