"""What if: two versions of the case side by side, and what the changed answers do."""

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from diagnosis.asking import Form, answer_words, ask_all
from diagnosis.interview import plan_of
from diagnosis.notices import show_notices
from diagnosis.verdict import Verdict, ranked, show_action, show_verdict, steps_back
from diagnosis.warning_signs import ask_all_signs
from diagnosis.weighing import ask_weights
from hamknee import ImpossibleEvidenceError, Model, compare
from hamknee.charts import difference, difference_rows
from hamknee.guidance import Guidance
from hamknee.network import Variable
from hamknee.sensitivity import Comparison, CredibleInterval, RankedState
from parts.drawing import show_chart
from parts.sentences import contradiction_text
from parts.tables import table_html
from parts.texts import plain, texts
from parts.widgets import apart, press
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

if TYPE_CHECKING:
    import pandas as pd

ALT = "Each possible cause in version A and in version B, the most likely of B first."


def main() -> None:
    """Show the page."""
    model = in_force().model
    guidance = answers.guidance(model)
    first = current_case(model.vocabulary, guidance)
    second = changed_case(model.vocabulary, guidance)
    with st.container(key="header"):
        st.title("What if", anchor=False)
        st.markdown(texts().what_if)
    show_levels(model, first, second)
    with st.container(key="notices"):
        show_notices(model, second)
    with st.container(key="case"):
        with st.container(key="answer"):
            show_versions(model, first, second)
        with st.container(key="questions"):
            show_questions(model, guidance, first, second)


def show_levels(model: Model, first: VisitorCase, second: VisitorCase) -> None:
    """Show the bar for each version, and what to do; only one if both are alike."""
    alike = not changes_between(first, second)
    named = {"A and B": first} if alike else {"A": first, "B": second}
    verdicts = [verdict_of(model, case, whose) for whose, case in named.items()]
    show_verdict(*verdicts, said=verdicts[-1].said)  # of the version that is being changed
    with st.container(key="action"):
        show_action(*verdicts)


def verdict_of(model: Model, case: VisitorCase, whose: str) -> Verdict:
    """Return what the bar says of one version."""
    triage = None if answers.guidance(model) is None else answers.safe_triage(model, case)
    interval = None
    with suppress(ImpossibleEvidenceError):
        if not steps_back(triage) and (case.expert or ranked(triage)):
            interval = answers.interval(model, case)
    return Verdict(triage, interval, plan_of(model, case, triage), whose)


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
    chosen = _choose(model)
    compared = compare(intervals[0], intervals[1], chosen)
    with st.container(key="ranking"):
        rows = difference_rows(*(everyday(model, interval) for interval in intervals))
        show_chart(difference, rows, key="difference", alt=ALT)
        with st.container(key="panel"):
            show_changes(compared)
            with (table := st.expander("The same in numbers", key="table", on_change=hold_case)):
                if table.open:
                    st.html(numbers_html(compared))


def everyday(model: Model, interval: CredibleInterval) -> "pd.DataFrame":
    """Return the table of an interval with the names that people use."""
    names = {state.name: state.everyday for state in model.vocabulary.target.states}
    table = interval.table
    return table.assign(label=table[model.vocabulary.target.name].map(names))


def _choose(model: Model) -> str | None:
    """Return the condition whose change is accounted for; None for the one that moves most."""
    target = model.vocabulary.target
    most, names = "the one that moves most", ["", *target.state_names]
    chosen: str = st.selectbox(
        "Follow one cause",
        names,
        format_func=apart(names, lambda name: target.state(name).everyday if name else most),
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


def _in_words(row: RankedState) -> str:
    return f"{row.now} ({row.interval})"


def numbers_html(compared: Comparison) -> str:
    """Return both versions as a table."""
    first, second = (
        dict(zip(version.posterior.order, version.ranking, strict=True))
        for version in (compared.first, compared.second)
    )
    states = compared.second.posterior.target.states
    rows = [
        (states[place].both_names, *map(_in_words, (first[place], now)))
        for place, now in second.items()
    ]
    return table_html((compared.second.posterior.target.label, "A", "B"), rows)


main()
