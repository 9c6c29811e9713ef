"""What was answered so far, beside the questions: each answer with a way back to its question."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

import streamlit as st

from diagnosis.asking import DONT_KNOW, Form, answer_words, group_key, is_answered
from diagnosis.interview import LAST, Plan, ask_again
from diagnosis.warning_signs import ALL_SIGN, SIGNS, answer_to_sign
from hamknee import Model
from hamknee.guidance import Triage
from hamknee.network import Variable
from parts.texts import in_html, plain, texts
from parts.widgets import press
from state.case import questions


@dataclass(frozen=True)
class Answered:
    """One line of what was answered.

    Parameters
    ----------
    name : str
        Of the question, or of the first of several warning signs.
    what, words : str
        What was asked, and the answer, as people read them.
    step : str
        Where it is asked.
    place : str
        The key of what asks it there.
    fold : str
        The key of the folded group that it is found in; empty where it stands in the open.
    """

    name: str
    what: str
    words: str
    step: str
    place: str
    fold: str = ""


def show_blank(causes: int) -> None:
    """Show where the causes will stand, as bars without a length.

    Parameters
    ----------
    causes : int
        How many.
    """
    bars = "<p><i></i><b></b></p>" * causes
    st.html(f'<div class="blank" role="img" aria-label="{in_html(texts().later)}">{bars}</div>')


def show_answers(model: Model, form: Form, triage: Triage | None, plan: Plan) -> None:
    """Show what was answered, each with a way to change it."""
    lines = list(answered(model, form, triage, plan))
    if not lines:
        return
    with st.container(key="so-far"):
        for line in lines:
            with st.container(key=f"so-far-{line.name}", horizontal=True):
                st.markdown(f"{plain(line.what)}: **{plain(line.words)}**")
                press("Change", _change, line, key=f"change-{line.name}", type="tertiary")


def answered(model: Model, form: Form, triage: Triage | None, plan: Plan) -> Iterator[Answered]:
    """Yield what was answered: warning signs that are or may be there, then those denied, then all.

    Parameters
    ----------
    model, form
        With the case.
    triage, plan
        What the answers say of the warning signs, and where each is asked.
    """
    steps = {flag.name: step.name for step in plan.steps for flag in step.flags}
    denied = []
    for flag in triage.guidance.flags.values() if triage is not None else ():
        words = answer_to_sign(flag, triage, form.case) if triage is not None else ""
        if form.case.flags.get(flag.name) is False:
            denied.append(flag.name)
        elif words:
            yield Answered(flag.name, flag.label, words, *_place_of_sign(flag.name, steps))
    if denied:
        count = f"{len(denied)} warning sign{'' if len(denied) == 1 else 's'}"
        yield Answered(denied[0], count, "No", *_place_of_sign(denied[0], steps))
    named = {step.name for step in plan.steps}
    for variable in questions(model.vocabulary):
        if is_answered(form.case, variable.name):
            yield _answer(variable, form, named)


def _place_of_sign(name: str, steps: Mapping[str, str]) -> tuple[str, str, str]:
    """Return step, place and fold of a warning sign, which only the last act may ask."""
    if name in steps:
        return steps[name], f"row-sign-{name}", ""
    return LAST, f"row-{ALL_SIGN}-{name}", SIGNS


def _answer(variable: Variable, form: Form, steps: Container[str]) -> Answered:
    name, key = variable.name, f"{form.key}-{variable.name}"
    words = DONT_KNOW if name in form.case.not_known else answer_words(form.case, variable)
    if name in steps:
        return Answered(name, variable.label, words, name, key)
    return Answered(name, variable.label, words, LAST, key, group_key(form, variable.group or ""))


def _change(line: Answered) -> None:
    """Go to where it is asked: its step, or the last act with its group unfolded."""
    if line.fold:
        st.session_state["any"] = st.session_state[line.fold] = True
    ask_again(line.step, line.place)
