"""The sections below what it may be, folded up: a section's content is made while it is open.

A new section is an entry of `SECTIONS`, with a function that takes the model and the case.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

import hamknee
from diagnosis.asking import Form
from diagnosis.handing_on import show_handing_on
from diagnosis.interview import plan_of
from diagnosis.next_question import show_questions
from diagnosis.ranking import given, lead_to_numbers, show_meanings, show_numbers
from diagnosis.so_far import show_answers
from diagnosis.teaching import show_teaching
from diagnosis.weighing import show_weights
from hamknee import Model, natural_frequencies
from hamknee.base import percent, short_digest
from hamknee.charts import contrast, contrast_rows, icon_array, icon_rows, waterfall, waterfall_rows
from hamknee.guidance import COURSES, Advice
from hamknee.network import Variable
from hamknee.reasoning import Reasons
from parts.drawing import show_chart
from parts.tables import table_html
from parts.texts import in_html, plain, texts
from parts.widgets import apart
from state import answers
from state.case import NUMBERS, VisitorCase, hold_case
from state.numbers import edits_in_address


@dataclass(frozen=True)
class Section:
    """Something to look at beside the ranking.

    Parameters
    ----------
    key : str
        Of the place on the page.
    title : str
        Its heading, the same for every case: another one would shut it.
    show : callable
        Takes the model and the form, and shows it.
    expert : bool
        Whether only experts see it.
    guidance : bool
        Whether it needs texts on what to do.
    """

    key: str
    title: str
    show: Callable[[Model, Form], None]
    expert: bool = False
    guidance: bool = False


def show_sections(model: Model, form: Form) -> None:
    """Show every section that there is for the case."""
    guided = answers.guidance(model) is not None
    for section in SECTIONS:
        if (section.expert and not form.case.expert) or (section.guidance and not guided):
            continue
        key = f"section-{section.key}"
        with (box := st.expander(section.title, key=key, on_change=hold_case)):
            if box.open:
                section.show(model, form)


# Why -------------------------------------------------------------------------------------

FIRST, OTHERS = "", ""
"""The options of no condition in particular: the first one, and all others together."""

HELP = (
    "How much an answer counts is its weight of evidence: the logarithm of how many times as "
    "likely it is with the condition as without it (1 bit is twice, 2 bits are four times). It is "
    "the mean over all orders in which the answers could have come in."
)
WATERFALL_ALT = "From the starting probability to the present one, a step for each answer."
CONTRAST_ALT = "What each answer says for the first condition rather than for the second."


def show_reasons(model: Model, form: Form) -> None:
    """Show the weights of the answers; an expert chooses of what, and against what."""
    case, target = form.case, model.vocabulary.target
    order = answers.interval(model, case).posterior.order
    state, rival = FIRST, OTHERS
    if case.expert:
        with st.container(key="choose-reasons", horizontal=True):
            first = f"the first one, {target.states[order[0]].label}"
            state = _choose("Explain", target, first, "explained", FIRST)
            rival = _choose("rather than", target, "all others together", "rival", OTHERS)
    state = state or target.state_names[order[0]]
    if rival == state:
        st.markdown("Choose two different conditions.")
        return
    reasons = answers.reasons(model, case, state, rival or None)
    if not reasons.findings:
        st.markdown("There is nothing to weigh before the first answer.")
        return
    if rival:
        show_chart(contrast, contrast_rows(reasons), key="contrast", alt=CONTRAST_ALT)
    else:
        show_chart(waterfall, waterfall_rows(reasons), key="waterfall", alt=WATERFALL_ALT)
    st.markdown(sentences(reasons), help=HELP if case.expert else None)
    st.caption(plain(given(model, case, answers.conflict(model, case))))
    if case.expert:
        show_numbers_behind(reasons)


def _choose(label: str, target: Variable, neutral: str, key: str, option: str) -> str:
    """Return the state that is chosen, or the option that names none."""
    names = [option, *target.state_names]
    chosen: str = st.selectbox(
        label,
        names,
        format_func=apart(names, lambda name: target.state(name).label if name else neutral),
        key=key,
        on_change=hold_case,
    )
    return chosen


def sentences(reasons: Reasons) -> str:
    """Return one sentence a finding in Markdown."""
    total, *rest = reasons.text.split("\n")
    return "\n".join([plain(total), "", *(f"- {plain(line)}" for line in rest)])


def show_numbers_behind(reasons: Reasons) -> None:
    """Lead to the numbers of each finding."""
    variables = reasons.case.model.vocabulary.variables
    with st.container(key="numbers-behind", horizontal=True):
        st.caption("The numbers behind it:", width="content")
        for variable in (variables[number] for number in reasons.findings):
            lead_to_numbers(plain(variable.label), variable.name)


# Of 1,000 people -------------------------------------------------------------------------

PEOPLE = 1000

ALT = "One square for each of 1,000 people with the same answers, grouped by what they have."


def show_people(model: Model, form: Form) -> None:
    """Show an icon array and how many people have what."""
    interval = answers.interval(model, form.case)
    frequencies = natural_frequencies(interval.posterior, PEOPLE)
    st.markdown(plain(frequencies.text))
    show_chart(icon_array, frequencies.table, icon_rows, key="people", alt=ALT)
    ends, states = interval.table, interval.posterior.target.states
    rows = [
        (states[place].both_names, _people(people), _range(low * PEOPLE, high * PEOPLE))
        for place, people, low, high in zip(
            interval.posterior.order,
            frequencies.table["people"],
            ends["low"],
            ends["high"],
            strict=True,
        )
    ]
    head = (interval.posterior.target.label, "People", f"{percent(interval.mass)} interval")
    st.html(f'<div class="people">{table_html(head, rows)}</div>')


def _range(low: float, high: float) -> str:
    ends = _people(low), _people(high)
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _people(count: float) -> str:
    """Return how many people; what is rare is not nobody."""
    return f"{count:,.0f}" if count >= 0.5 else "under 1"


# What to do ------------------------------------------------------------------------------

FOLDED = ("seek_help", "expect", "professional", "limits")
"""Sections that are folded up: worth reading, but not first."""


def show_what_to_do(model: Model, form: Form) -> None:
    """Show the advice, section by section, and a question on how it went."""
    case = form.case
    advice = answers.advice(model, case)
    st.html(f'<div class="advice">{advice_html(advice)}</div>')
    with (later := st.expander("Some days have passed", key="later", on_change=hold_case)):
        if later.open:
            show_follow_up(model, case, advice)


def advice_html(advice: Advice) -> str:
    """Return the sections of the advice."""
    words = advice.triage.guidance.words
    parts = []
    for name, lines in advice.sections.items():
        items = "".join(f"<li>{in_html(line)}</li>" for line in lines)
        heading = in_html(words[name])
        if name in FOLDED:
            parts.append(f"<details><summary>{heading}</summary><ul>{items}</ul></details>")
        else:
            parts.append(f"<h3>{heading}</h3><ul>{items}</ul>")
    return "".join(parts)


def show_follow_up(model: hamknee.Model, case: VisitorCase, advice: Advice) -> None:
    """Ask how it went, and show what follows."""
    words = advice.triage.guidance.words
    days = st.number_input(
        "Days since you began", 0, 3650, 7, key="days", on_change=hold_case, width=160
    )
    course = st.pills(
        "How has it gone since?",
        COURSES,
        format_func=words.__getitem__,
        key="course",
        on_change=hold_case,
    )
    if course:
        followed = hamknee.follow_up(
            *(model, case.evidence, case.flags),
            days=float(days),
            course=course,
            not_known=case.not_known,
        )
        st.markdown(plain(followed.course_text))


# Your answers ----------------------------------------------------------------------------


def show_given(model: Model, form: Form) -> None:
    """Show what was answered, each with a way to change it."""
    guided = answers.guidance(model) is not None
    triage = answers.safe_triage(model, form.case) if guided else None
    show_answers(model, form, triage, plan_of(model, form.case, triage))


# Print -----------------------------------------------------------------------------------


def show_print(model: Model, form: Form) -> None:
    """Offer the page to print, and the link to the case."""
    case = form.case
    if answers.guidance(model) is not None:
        with st.container(key="handing-on", horizontal=True):
            show_handing_on(model, case)
    if case.address:
        st.markdown(texts().privacy)
        address = (
            case.address
            | edits_in_address()
            | ({NUMBERS: short_digest(model.sha256)} if case.expert else {})
        )
        url = (st.context.url or "").partition("?")[0]
        st.code(f"{url}?{urlencode(address)}", language=None, wrap_lines=True)


# For experts -----------------------------------------------------------------------------


def show_all_numbers(model: Model, form: Form) -> None:
    """Show the ranking in numbers."""
    show_numbers(answers.interval(model, form.case))


def show_names(model: Model, _: Form) -> None:
    """Show what the names mean."""
    show_meanings(model.vocabulary.target)


SECTIONS = (
    Section("to-do", "What to do", show_what_to_do, guidance=True),
    Section("why", "Why", show_reasons),
    Section("answers", "Your answers", show_given),
    Section("people", "Of 1,000 people", show_people),
    Section("print", "Print or share", show_print),
    Section("teaching", "How an answer works", show_teaching, expert=True),
    Section("questions", "What to ask, in numbers", show_questions, expert=True),
    Section("names", "What the names mean", show_names, expert=True),
    Section("numbers", "The ranking in numbers", show_all_numbers, expert=True),
    Section("weights", "Between two answers? Weigh them", show_weights, expert=True),
)
"""The sections, in order."""
