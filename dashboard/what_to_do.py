"""What to do now, what to leave, when to seek help; and how it went after some days."""

import streamlit as st

import assessed
import hamknee
from evidence import VisitorCase, hold_case
from hamknee.guidance import COURSES, Advice
from texts import in_html, plain

FOLDED = ("seek_help", "expect", "professional", "limits")
"""Sections that are folded up: worth reading, but not first."""


def show_what_to_do(model: hamknee.Model, case: VisitorCase) -> None:
    """Show the advice, section by section, and a question on how it went."""
    found = assessed.advice(model, case)
    st.html(f'<div class="advice">{advice_html(found)}</div>')
    with (later := st.expander("Some days have passed", key="later", on_change=hold_case)):
        if later.open:
            show_follow_up(model, case, found)


def advice_html(found: Advice) -> str:
    """Return the sections of the advice."""
    words = found.triage.guidance.words
    parts = []
    for name, lines in found.sections.items():
        items = "".join(f"<li>{in_html(line)}</li>" for line in lines)
        heading = in_html(words[name])
        if name in FOLDED:
            parts.append(f"<details><summary>{heading}</summary><ul>{items}</ul></details>")
        else:
            parts.append(f"<h3>{heading}</h3><ul>{items}</ul>")
    return "".join(parts)


def show_follow_up(model: hamknee.Model, case: VisitorCase, found: Advice) -> None:
    """Ask how it went, and show what follows."""
    words = found.triage.guidance.words
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
            model, case.evidence, case.flags, days=float(days), course=course
        )
        st.markdown(plain(followed.course_text))
