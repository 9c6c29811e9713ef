"""Diagnose: the questions on one side, the ranking of causes and what follows on the other."""

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from diagnosis.asking import Form, ask_all
from diagnosis.next_question import show_next_question
from diagnosis.notices import show_notices
from diagnosis.panels import show_people, show_reasons, show_what_to_do
from diagnosis.ranking import (
    given,
    show_basis,
    show_beside,
    show_conflict,
    show_meanings,
    show_ranking,
    show_sentence,
    show_table,
)
from diagnosis.warning_signs import ask_signs, show_eased, show_level, show_signs
from diagnosis.weighing import ask_weights
from hamknee import ImpossibleEvidenceError, Model
from hamknee.guidance import Guidance, Triage
from hamknee.sensitivity import CredibleInterval
from parts.sentences import contradiction_text, has_findings
from parts.texts import examples, plain, texts
from state import answers
from state.case import NUMBERS, VisitorCase, current_case, hold_case, open_case, read_case
from state.numbers import in_force

# What can be looked at beside the ranking; only the open one is made.
PANELS = ("Ask next", "Why", "Of 1,000 people", "What to do")


def main() -> None:
    """Show the page."""
    model = in_force().model
    guidance = answers.guidance(model)
    case = current_case(model.vocabulary, guidance)
    latest = partial(current_case, model.vocabulary, guidance)
    form = Form("answer", case, latest, lambda changed: open_case(changed.address))
    triage = None if guidance is None else answers.safe_triage(model, case)
    show_header(guidance, form, triage)
    show_notices(model, case)
    with st.container(key="case"):
        with st.container(key="answer"):
            show_answer(model, form, triage)
        with st.container(key="questions"):
            show_questions(model, guidance, form, triage)


def show_header(guidance: Guidance | None, form: Form, triage: Triage | None) -> None:
    """Say how soon to seek help, or what not to wait with; and what the page is for."""
    with st.container(key="header"):
        begun = bool(form.case.address)
        if triage is not None and triage.reasons and (begun or not triage.provisional):
            show_level(triage)
        if triage is not None and triage.eased_text:
            show_eased(triage)
        with st.container(key="title"):
            st.title(answers.heading(in_force().model), anchor=False)
        if guidance is not None:
            show_signs(guidance, form, triage)


# The questions ----------------------------------------------------------------------------


def show_questions(
    model: Model, guidance: Guidance | None, form: Form, triage: Triage | None
) -> None:
    """Show all questions, and a way to be rid of the answers."""
    with st.container(key="questions-head", horizontal=True, vertical_alignment="center"):
        st.header("Questions", anchor=False)
        nothing = not st.query_params
        st.button(
            "Start again", key="start-again", on_click=open_case, args=({},), disabled=nothing
        )
    if guidance is not None:
        ask_signs(guidance, form, triage)
    ask_all(model.vocabulary, form)
    ask_weights(model.vocabulary, form)


# The answer -------------------------------------------------------------------------------


def show_answer(model: Model, form: Form, triage: Triage | None) -> None:
    """Show the ranking in a sentence and a chart with one more panel, or why there is none."""
    case = form.case
    try:
        interval = answers.interval(model, case)
    except ImpossibleEvidenceError as error:
        st.warning(contradiction_text(model.vocabulary, error))
        return
    show_sentence(interval, None if triage is None else triage.about.label)
    if has_findings(interval.posterior):
        show_beside(answers.also_present(model, case))
    with st.container(key="ranking"):
        show_ranking(interval)
        with st.container(key="panel"):
            if not has_findings(interval.posterior):
                show_examples(model, answers.guidance(model))
            show_panel(model, form)
    with st.container(key="notes"):
        agreement = answers.conflict(model, case)
        show_conflict(agreement)
        st.caption(plain(given(model, case, agreement)))
        show_actions(model, case)
        show_more(interval)
        show_basis()


def show_more(interval: CredibleInterval) -> None:
    """Offer the ranking as a table, and what the names mean; made only where they are open."""
    with (table := st.expander("The same in numbers", key="table", on_change=hold_case)):
        if table.open:
            show_table(interval)
    with (meanings := st.expander("What the names mean", key="meanings", on_change=hold_case)):
        if meanings.open:
            show_meanings(interval.posterior.target)


def show_panel(model: Model, form: Form) -> None:
    """Show the one panel that is open."""
    interval = answers.interval(model, form.case)
    there = PANELS if answers.guidance(model) else PANELS[:-1]
    chosen = st.segmented_control(
        "Beside the ranking",
        there,
        default=there[0],
        required=True,
        key="open-panel",
        label_visibility="collapsed",
        on_change=hold_case,
    )
    if chosen == PANELS[1]:
        show_reasons(model, form.case, interval.posterior.order)
    elif chosen == PANELS[2]:
        show_people(interval)
    elif chosen == PANELS[3]:
        show_what_to_do(model, form.case)
    else:
        show_next_question(model, form)


def show_examples(model: Model, guidance: Guidance | None) -> None:
    """Say how to begin, and offer cases to try, of those that the vocabulary has the words for."""
    usable = [
        example
        for example in examples()
        if not read_case(
            model.vocabulary, {k: [v] for k, v in example.answers.items()}, guidance
        ).ignored
    ]
    st.markdown(texts().lead)
    if not usable:
        return
    with st.container(key="examples", horizontal=True):
        for example in usable:
            st.button(plain(example.label), on_click=open_case, args=(example.answers,))


def show_actions(model: Model, case: VisitorCase) -> None:
    """Offer the summary to print, and the link to share."""
    with st.container(key="actions", horizontal=True):
        if answers.guidance(model) is not None:
            st.download_button(
                "Summary to print",
                lambda: answers.summary(model, case).html,
                file_name="hamknee-summary.html",
                mime="text/html",
                on_click="ignore",
                key="summary",
            )
        if case.address:
            with (share := st.popover("Share this case", key="share", on_change=hold_case)):
                if share.open:
                    show_link(model, case)


def show_link(model: Model, case: VisitorCase) -> None:
    """Show the address of the case, and what it gives away."""
    st.markdown(texts().privacy)
    address = case.address | {NUMBERS: model.sha256[:12]}
    url = (st.context.url or "").partition("?")[0]
    st.code(f"{url}?{urlencode(address)}", language=None, wrap_lines=True)


main()
