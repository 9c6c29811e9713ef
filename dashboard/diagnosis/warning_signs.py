"""The warning signs as questions: a row each, most urgent first."""

import streamlit as st

from diagnosis.asking import Form
from hamknee.guidance import UNKNOWN, Flag, Guidance, Triage
from parts.texts import in_html, plain
from parts.widgets import hear, press, start_value
from state.case import VisitorCase, hold_case

ANSWERS = {"yes": True, "no": False, UNKNOWN: UNKNOWN}
"""The options of a warning sign and what they mean to the triage."""

LABELS = {"yes": "Yes", "no": "No", UNKNOWN: "Not sure"}

ALL = "all-signs"
"""The key of the rows of all signs, which may stand beside those of a step."""

ALL_SIGN = "all-sign"
"""What the keys of their widgets begin with."""

SIGNS = "group-signs"
"""The key of what they are folded up in."""

BY_FINDINGS = ("findings", "suggested", "denied")
"""Answers that follow from other answers."""


def show_signs(guidance: Guidance) -> None:
    """Show the signs not to wait with, for when nothing can be asked."""
    lines = []
    for level in guidance.levels.values():
        labels = [flag.label for flag in guidance.urgent if flag.level == level.name]
        if labels:
            words = guidance.words["level_if"]
            lines.append(words.format(level=level.label, flags="; ".join(labels)))
    body = "".join(f"<p>{in_html(line)}</p>" for line in lines)
    st.html(f'<div class="signs">{body}</div>')


def ask_signs(flags: tuple[Flag, ...], triage: Triage, form: Form, key: str) -> None:
    """Ask about some warning signs, a row each; below the last one, that none of them is there.

    Parameters
    ----------
    flags : tuple of Flag
        Which, in the order of the rows.
    triage : Triage
        What the answers so far say of them.
    form : Form
        What the answers are added to.
    key : str
        Of these rows, different from that of others on the page.
    """
    with st.container(key=f"rows-{key}"):
        for flag in flags:
            _ask(flag, triage, form, ALL_SIGN if key == ALL else "sign")
    there = [flag for flag in flags if form.case.flags.get(flag.name) is None]
    there = [flag for flag in there if triage.answers[flag.name] not in BY_FINDINGS]
    if there:
        some = len(there) < len(flags)
        label = "No to the others" if some else "None of these"
        press(label, _deny, tuple(f.name for f in there), form, key=f"{key}-none", width="stretch")
    with (meant := st.expander("What is meant", key=f"{key}-meant", on_change=hold_case)):
        if meant.open:
            lines = [f"- **{plain(flag.label)}**: {plain(flag.help)}" for flag in flags]
            st.markdown("\n".join(lines))


def ask_all_signs(guidance: Guidance, triage: Triage, form: Form) -> None:
    """Ask about all warning signs, folded up."""
    with (group := st.expander("Warning signs", key=SIGNS, on_change=hold_case)):
        if group.open:
            ask_signs(tuple(guidance.flags.values()), triage, form, ALL)


def _ask(flag: Flag, triage: Triage, form: Form, kind: str) -> None:
    key = f"{kind}-{flag.name}"
    given = form.case.flags.get(flag.name)
    value = next((option for option, meant in ANSWERS.items() if meant is given), None)
    with st.container(key=f"row-{key}"):
        held = st.pills(
            _question(flag, triage),
            list(ANSWERS),
            format_func=LABELS.__getitem__,
            key=key,
            required=True,
            default=start_value(key, value),
            on_change=_answer,
            args=(flag.name, form, key),
        )
    hear(held, value, _answer, flag.name, form, key)


def answer_to_sign(flag: Flag, triage: Triage, case: VisitorCase) -> str:
    """Return what was answered to a warning sign, or what other answers say; empty if nothing."""
    given = case.flags.get(flag.name)
    for option, meant in ANSWERS.items():
        if meant is given:
            return LABELS[option]
    answer = triage.answers[flag.name]
    there = answer in BY_FINDINGS and answer != "denied"
    return triage.guidance.words[f"state_{answer}"].capitalize() if there else ""


def _question(flag: Flag, triage: Triage) -> str:
    """Return the question with what to take care of, and what other answers say of it."""
    answer = triage.answers[flag.name]
    derived = (
        f"({plain(triage.guidance.words[f'state_{answer}'])})" if answer in BY_FINDINGS else ""
    )
    care = f"*{plain(flag.caution)}*" if flag.caution else ""
    return " ".join(filter(None, [plain(flag.question), derived, care]))


def _answer(name: str, form: Form, key: str) -> None:
    option = st.session_state[key]
    form.save(form.latest().flagging({name: None if option is None else ANSWERS[option]}))


def _deny(names: tuple[str, ...], form: Form) -> None:
    form.save(form.latest().flagging(dict.fromkeys(names, False)))
