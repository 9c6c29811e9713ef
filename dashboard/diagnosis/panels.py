"""The panels beside the ranking: why, of 1,000 people, what to do. Only the open one is made."""

import streamlit as st

import hamknee
from diagnosis.ranking import lead_to_numbers
from hamknee import Model, natural_frequencies
from hamknee.base import percent
from hamknee.charts import contrast, contrast_rows, icon_array, icon_rows, waterfall, waterfall_rows
from hamknee.guidance import COURSES, Advice
from hamknee.network import Variable
from hamknee.reasoning import Reasons
from hamknee.sensitivity import CredibleInterval
from parts.drawing import show_chart
from parts.tables import table_html
from parts.texts import in_html, plain
from state import answers
from state.case import VisitorCase, hold_case

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


def show_reasons(model: Model, case: VisitorCase, order: list[int]) -> None:
    """Show the weights of the answers.

    Parameters
    ----------
    model, case
        What is explained.
    order : list of int
        The states of the target, most probable first.
    """
    target = model.vocabulary.target
    with st.container(key="choose-reasons", horizontal=True):
        state = _choose("Explain", target, target.states[order[0]].label, "explained", FIRST)
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
    st.markdown(sentences(reasons), help=HELP)
    show_numbers_behind(reasons)


def _choose(label: str, target: Variable, neutral: str, key: str, option: str) -> str:
    """Return the state that is chosen, or the option that names none."""
    chosen: str = st.selectbox(
        label,
        [option, *target.state_names],
        format_func=lambda name: target.state(name).label if name else neutral,
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


def show_people(interval: CredibleInterval) -> None:
    """Show an icon array and how many people have what."""
    frequencies = natural_frequencies(interval.posterior, PEOPLE)
    st.markdown(plain(frequencies.text))
    show_chart(icon_array, frequencies.table, icon_rows, key="people", alt=ALT)
    ends = interval.table
    rows = [
        (label, _people(people), _range(low * PEOPLE, high * PEOPLE))
        for label, people, low, high in zip(
            frequencies.table["label"],
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


def show_what_to_do(model: hamknee.Model, case: VisitorCase) -> None:
    """Show the advice, section by section, and a question on how it went."""
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
