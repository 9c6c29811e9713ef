"""The questions as widgets: what a case says is chosen in them, and a choice changes the case."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from hamknee.network import Variable, Vocabulary, check_value, parse_value, value_text, value_words
from parts.texts import plain
from parts.widgets import show_in_widget
from state.case import VisitorCase, hold_case, questions

CANNOT_SAY = "?"
"""The option of every question for those who were asked and do not know; no state is called so."""

GROUPS = {
    "history": "More about the pain",
    "examination": "Examination",
    "background": "Background",
}


@dataclass(frozen=True)
class Form:
    """One set of questions.

    Parameters
    ----------
    key : str
        What the keys of its widgets begin with.
    case : VisitorCase
        What its widgets show.
    latest : callable
        Returns the case that a choice is added to.
    save : callable
        Takes the case with the choice.
    beside : callable, optional
        Returns what stands beside a question; nothing by default.
    """

    key: str
    case: VisitorCase
    latest: Callable[[], VisitorCase]
    save: Callable[[VisitorCase], None]
    beside: Callable[[Variable], str] = lambda _: ""


def ask_all(vocabulary: Vocabulary, form: Form) -> None:
    """Show every question: setting and core in view, the others folded up by group."""
    for variable in questions(vocabulary):
        if _in_view(variable):
            ask(variable, form)
    for group, title in GROUPS.items():
        folded = [v for v in questions(vocabulary) if v.group == group and not _in_view(v)]
        if folded:
            _ask_folded(title, folded, form, f"{form.key}-group-{group}")


def _in_view(variable: Variable) -> bool:
    return variable.core or variable.role == "context"


def _ask_folded(title: str, variables: list[Variable], form: Form, key: str) -> None:
    """Show a group that makes its questions only while it is open, to keep the page light."""
    case = form.case
    done = sum(v.name in case.evidence or v.name in case.not_known for v in variables)
    label = f"{title} ({done} of {len(variables)})" if done else title
    with (group := st.expander(label, key=key, on_change=hold_case)):
        if group.open:
            for variable in variables:
                ask(variable, form)


def ask(variable: Variable, form: Form) -> None:
    """Show one question with what the case says of it chosen."""
    if variable.several:
        _ask_several(variable, form)
    else:
        ask_for_one(variable, form, f"{form.key}-{variable.name}", question(variable, form))


def question(variable: Variable, form: Form) -> str:
    """Return a question with what stands beside it, in Markdown."""
    return " ".join(filter(None, [plain(variable.question), plain(form.beside(variable))]))


def answer_words(case: VisitorCase, variable: Variable) -> str:
    """Return what a case says of a question, in words."""
    if variable.name in case.not_known:
        return "don't know"
    value = case.evidence.get(variable.name)
    return "not asked" if value is None else value_words(variable, value)


def ask_for_one(variable: Variable, form: Form, key: str, label: str) -> None:
    """Show a question that takes one answer; a second click on the answer takes it back."""
    chosen = _chosen(variable, form.case)
    show_in_widget(key, chosen[0] if chosen else None)
    st.pills(
        label,
        [*_options(variable, chosen), CANNOT_SAY],
        format_func=lambda option: _words(variable, option),
        key=key,
        help=_help(variable),
        on_change=_choose,
        args=(variable, form, key),
    )


def _ask_several(variable: Variable, form: Form) -> None:
    """Show a question that takes several answers.

    Here "don't know" is a button beside the options and not one of them. As an option it would
    have to be taken back whenever another is chosen, and a quick second choice, made before that
    has come back from the server, would be lost.
    """
    key = f"{form.key}-{variable.name}"
    chosen = [option for option in _chosen(variable, form.case) if option != CANNOT_SAY]
    show_in_widget(key, chosen)
    st.pills(
        f"{question(variable, form)} (one or more)",
        _options(variable, chosen),
        selection_mode="multi",
        format_func=lambda option: _words(variable, option),
        key=key,
        help=_help(variable),
        on_change=_choose,
        args=(variable, form, key),
    )
    unknown = variable.name in form.case.not_known
    st.button(
        _words(variable, CANNOT_SAY),
        key=f"{form.key}-unknown-{variable.name}",
        type="secondary" if unknown else "tertiary",
        on_click=_cannot_say,
        args=(variable, form),
    )


def _chosen(variable: Variable, case: VisitorCase) -> list[str]:
    """Return the options that are chosen; none if the question was not asked.

    An answer that only a link can give, such as likelihoods, is an option of its own.
    """
    if variable.name in case.not_known:
        return [CANNOT_SAY]
    value = case.evidence.get(variable.name)
    if value is None:
        return []
    several = variable.several and isinstance(value, tuple)
    return list(value) if several else [value_text(value)]


def _options(variable: Variable, chosen: list[str]) -> list[str]:
    own = [name for name in chosen if name not in variable.position and name != CANNOT_SAY]
    return [*variable.state_names, *own]


def _words(variable: Variable, option: str) -> str:
    """Return an option in the words people read, as Markdown."""
    if option == CANNOT_SAY:
        return "Don't know"
    value = check_value(variable, parse_value(variable, option))
    return plain(option if value is None else value_words(variable, value))


def _help(variable: Variable) -> str:
    lines = [f"- **{plain(s.label)}**: {plain(s.description)}" for s in variable.states]
    return f"{plain(variable.help)}\n\n" + "\n".join(lines)


def _choose(variable: Variable, form: Form, key: str) -> None:
    """Take what a widget now holds for the answer."""
    held = st.session_state[key]
    options = [held] if isinstance(held, str) else list(held or [])
    value = check_value(variable, [name for name in options if name in variable.position] or None)
    text = "" if value is None else value_text(value)
    form.save(form.latest().answering(variable.name, text, not_known=options == [CANNOT_SAY]))


def _cannot_say(variable: Variable, form: Form) -> None:
    """Take "don't know" for the answer, or take it back."""
    latest = form.latest()
    known = variable.name not in latest.not_known
    form.save(latest.answering(variable.name, "", not_known=known))
