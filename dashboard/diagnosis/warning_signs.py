"""How soon to seek help: the banner, the signs not to wait with, and the questions about them."""

from collections.abc import Iterable

import streamlit as st

from diagnosis.asking import Form
from hamknee.guidance import HOLDS, OPEN, UNKNOWN, Flag, Guidance, Triage
from parts.texts import in_html, plain, texts
from parts.widgets import show_in_widget
from state.case import hold_case

ANSWERS = {"yes": True, "no": False, UNKNOWN: UNKNOWN}
"""The options of a warning sign and what they mean to the triage."""

LABELS = {"yes": "Yes", "no": "No", UNKNOWN: "Don't know"}

BY_FINDINGS = ("findings", "suggested", "denied")
"""Answers that follow from other answers."""


def show_level(triage: Triage, whose: str = "") -> None:
    """Show how soon to seek help and why, where anything asks for it.

    Parameters
    ----------
    triage : Triage
        With a reason.
    whose : str
        Of which version of the case, where there are more.
    """
    about = triage.about
    # What only holds a lesser level back is asked beside it, or stands in what to do.
    reasons = [reason for reason in triage.deciding if reason.name not in HOLDS]
    lines = "".join(f"<li>{in_html(reason.text)}</li>" for reason in reasons)
    st.html(
        f'<section class="level urgency-{triage.guidance.urgency(triage.level)}" role="alert">'
        f"<h2>{in_html(whose + about.label)}</h2><p>{in_html(about.action)}</p>"
        f"{lines and f'<ul>{lines}</ul>'}</section>"
    )


def show_eased(triage: Triage) -> None:
    """Show which answers made it less urgent."""
    st.html(f'<p class="signs">{in_html(triage.eased_text)}</p>')


def show_signs(guidance: Guidance, form: Form | None = None, triage: Triage | None = None) -> None:
    """Show the signs not to wait with.

    Parameters
    ----------
    guidance : Guidance
        Where they are told.
    form, triage : optional
        What takes the answer that none of them is there; and how urgent it is already, which leaves
        the open signs that are more urgent, or that hold a lesser level back.
    """
    urgent = list(guidance.urgent)
    if triage is not None:
        level = guidance.urgency(triage.level)
        urgent = [f for f in triage.open_urgent if guidance.urgency(f.level) < level]
        if triage.provisional:
            urgent = list(triage.open_holding)
    if triage is not None and triage.reasons and not urgent:
        return
    if not urgent:
        st.html(f'<p class="signs">{in_html(texts().none_of_these)}</p>')
        return
    with st.container(key="signs"):
        st.html(f'<div class="signs">{"".join(_lines(guidance, urgent))}</div>')
        if form is not None:
            st.button("None of these", key="no-sign", on_click=_deny, args=(urgent, form))


def _lines(guidance: Guidance, flags: list[Flag]) -> Iterable[str]:
    for level in guidance.levels.values():
        labels = [flag.label for flag in flags if flag.level == level.name]
        if labels:
            words = guidance.words["level_if"]
            line = words.format(level=level.label, flags="; ".join(labels))
            head, _, rest = line.partition(level.label)
            yield f"<p>{in_html(head)}<strong>{in_html(level.label)}</strong>{in_html(rest)}</p>"


def ask_signs(guidance: Guidance, form: Form, triage: Triage | None) -> None:
    """Show the questions about warning signs, most urgent first, folded up."""
    answers = {} if triage is None else triage.answers
    done = sum(answer not in OPEN for answer in answers.values())
    count = len(guidance.flags)
    label = f"Warning signs ({done} of {count})" if done else f"Warning signs ({count} questions)"
    with (group := st.expander(label, key="group-signs", on_change=hold_case)):
        if group.open:
            for flag in guidance.flags.values():
                _ask(guidance, flag, answers.get(flag.name, ""), form)


def _ask(guidance: Guidance, flag: Flag, answer: str, form: Form) -> None:
    key = f"sign-{flag.name}"
    given = form.case.flags.get(flag.name)
    chosen = next((option for option, meant in ANSWERS.items() if meant is given), None)
    show_in_widget(key, chosen if flag.name in form.case.flags else None)
    derived = f" ({plain(guidance.words[f'state_{answer}'])})" if answer in BY_FINDINGS else ""
    st.pills(
        plain(flag.question) + derived,
        list(ANSWERS),
        format_func=LABELS.__getitem__,
        key=key,
        help=plain(flag.help),
        on_change=_answer,
        args=(flag, form, key),
    )


def _answer(flag: Flag, form: Form, key: str) -> None:
    option = st.session_state[key]
    answer = None if option is None else ANSWERS[option]
    form.save(form.latest().flagging({flag.name: answer}))


def _deny(flags: list[Flag], form: Form) -> None:
    form.save(form.latest().flagging({flag.name: False for flag in flags}))
