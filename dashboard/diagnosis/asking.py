"""The questions as widgets: what a case says is chosen in them, and a choice changes the case."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from hamknee.network import Variable, Vocabulary, check_value, parse_value, value_text, value_words
from parts.texts import in_html, plain
from parts.widgets import apart, hear, press, start_value
from state.case import VisitorCase, hold_case, questions

CANNOT_SAY = "?"
"""The option of every question for those who were asked and do not know; no state is called so."""

DONT_KNOW = "Don't know"

GROUPS = {
    "history": "More about the pain",
    "examination": "Examination",
    "background": "Background",
}

ALSO = "Not sure it is there? Choose every other place that it may be."
ALSO_MEANS = "More than one place means: one of them is the worst, and you are not sure which."


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
    unsafe : dict of str to str
        Questions that must not be asked now, and why not.
    """

    key: str
    case: VisitorCase
    latest: Callable[[], VisitorCase]
    save: Callable[[VisitorCase], None]
    beside: Callable[[Variable], str] = lambda _: ""
    unsafe: dict[str, str] = field(default_factory=dict)


def ask_all(vocabulary: Vocabulary, form: Form) -> None:
    """Show every question: setting and core in view, the others folded up by group."""
    for variable in questions(vocabulary):
        if in_view(variable):
            ask(variable, form)
    ask_folded(vocabulary, form, [v.name for v in questions(vocabulary) if in_view(v)])


def in_view(variable: Variable) -> bool:
    """Whether a question is never folded up."""
    return variable.core or variable.role == "context"


def ask_folded(vocabulary: Vocabulary, form: Form, shown: list[str]) -> None:
    """Show the questions that are not shown elsewhere, folded up by group.

    A group makes its questions only while it is open, to keep the page light. Its heading stays the
    same whatever is answered: to the browser, another heading is another group, and closed.
    """
    for group, title in GROUPS.items():
        folded = [v for v in questions(vocabulary) if v.group == group and v.name not in shown]
        if not folded:
            continue
        with (box := st.expander(title, key=group_key(form, group), on_change=hold_case)):
            if not box.open:
                continue
            done = sum(is_answered(form.case, variable.name) for variable in folded)
            st.caption(f"{done} of {len(folded)} answered")
            for variable in folded:
                ask(variable, form)


def group_key(form: Form, group: str) -> str:
    """Return the key of a folded group."""
    return f"{form.key}-group-{group}"


def is_answered(case: VisitorCase, name: str) -> bool:
    """Whether a question was answered, or asked in vain."""
    return name in case.evidence or name in case.not_known


def ask(variable: Variable, form: Form, *, named: bool = True) -> None:
    """Show one question with what the case says of it chosen.

    Parameters
    ----------
    variable, form
        What is asked, and where the answer goes.
    named : bool
        Whether the question stands there in words; otherwise it has to stand above.
    """
    key, label = f"{form.key}-{variable.name}", question(variable, form)
    if variable.name in form.unsafe and not is_answered(form.case, variable.name):
        why = in_html(form.unsafe[variable.name])
        st.html(f'<div class="unsafe"><b>{in_html(variable.question)}</b><p>{why}</p></div>')
    elif variable.unit:
        _ask_for_number(variable, form, key, label)
    elif variable.several:
        _ask_several(variable, form, key, label, named=named)
    else:
        ask_for_one(variable, form, key, label)


def question(variable: Variable, form: Form) -> str:
    """Return a question with what stands beside it and what to take care of, in Markdown."""
    care = f"*{plain(variable.caution)}*" if variable.caution else ""
    return " ".join(filter(None, [plain(variable.question), plain(form.beside(variable)), care]))


def answer_words(case: VisitorCase, variable: Variable) -> str:
    """Return what a case says of a question, in words."""
    if variable.name in case.not_known:
        return "don't know"
    value = case.evidence.get(variable.name)
    return "not asked" if value is None else value_words(variable, value)


# One answer -------------------------------------------------------------------------------


def ask_for_one(variable: Variable, form: Form, key: str, label: str) -> None:
    """Show a question that takes one answer; another answer replaces it, nothing takes it back."""
    chosen = _chosen(variable, form.case)
    _pills(variable, form, key, label, chosen, [*_options(variable, chosen), CANNOT_SAY])


def _pills(
    variable: Variable,
    form: Form,
    key: str,
    label: str,
    chosen: list[str],
    options: list[str],
    *,
    named: bool = True,
) -> None:
    value = chosen[0] if chosen else None
    held = st.pills(
        label,
        options,
        format_func=apart(options, partial(_words, variable)),
        key=key,
        help=_help(variable),
        required=True,
        label_visibility="visible" if named else "collapsed",
        default=start_value(key, value),
        on_change=_choose,
        args=(variable, form, key),
    )
    hear(held, value, _choose, variable, form, key)


def _ask_for_number(variable: Variable, form: Form, key: str, label: str) -> None:
    """Show a question that takes a number, or that one does not know it."""
    text = form.case.texts.get(variable.name, "")
    value = int(text) if text.isdecimal() else None
    words = answer_words(form.case, variable)
    held = st.number_input(
        label,
        int(variable.minimum or 0),
        int(variable.maximum or 0),
        start_value(key, value),
        1,
        key=key,
        help=plain(variable.help),
        placeholder=words if text and value is None else variable.unit,
        width=220,
        on_change=_count,
        args=(variable, form, key),
    )
    hear(held, value, _count, variable, form, key)
    _ask_whether_known(variable, form)


def _ask_whether_known(variable: Variable, form: Form) -> None:
    """Show a button for those who do not know, where that is not one of the options."""
    unknown = variable.name in form.case.not_known
    key = f"{form.key}-unknown-{variable.name}"
    kind = "secondary" if unknown else "tertiary"
    press(plain(DONT_KNOW), _cannot_say, variable, form, key=key, type=kind)


# Several answers --------------------------------------------------------------------------


def _ask_several(variable: Variable, form: Form, key: str, label: str, *, named: bool) -> None:
    """Show a question of which one answer is true, though one may not be sure which."""
    chosen = [option for option in _chosen(variable, form.case) if option != CANNOT_SAY]
    first = chosen[:1] or _chosen(variable, form.case)
    options = [*_options(variable, first), CANNOT_SAY]
    _pills(variable, form, key, label, first, options, named=named)
    if not chosen or chosen[0] not in variable.position:
        return
    also, others = f"{form.key}-also-{variable.name}", chosen[1:]
    held = st.pills(
        ALSO,
        [name for name in variable.state_names if name != chosen[0]],
        selection_mode="multi",
        format_func=lambda option: _words(variable, option),
        key=also,
        default=start_value(also, others),
        on_change=_add,
        args=(variable, form, also),
    )
    hear(held, others, _add, variable, form, also)
    if others:
        st.caption(ALSO_MEANS)


def chosen_states(variable: Variable, case: VisitorCase) -> list[str]:
    """Return the states that a case leaves possible, the one that was chosen first on top."""
    return [option for option in _chosen(variable, case) if option in variable.position]


def choose_state(variable: Variable, form: Form, state: str) -> None:
    """Take one state for the answer."""
    form.save(form.latest().answering(variable.name, state))


def _add(variable: Variable, form: Form, key: str) -> None:
    """Take the other states beside the first; all of them say nothing, and take it back."""
    latest = form.latest()
    first = chosen_states(variable, latest)[:1]
    names = [*first, *(name for name in st.session_state[key] if name not in first)]
    said = check_value(variable, names) is not None
    form.save(latest.answering(variable.name, "|".join(names) if said else ""))


# What a widget shows, and what it holds ----------------------------------------------------


def _chosen(variable: Variable, case: VisitorCase) -> list[str]:
    """Return the options that are chosen; none if the question was not asked.

    An answer that only a link can give, such as likelihoods, is an option of its own.
    """
    if variable.name in case.not_known:
        return [CANNOT_SAY]
    value = case.evidence.get(variable.name)
    if value is None:
        return []
    if variable.several and isinstance(value, tuple):
        names = case.texts.get(variable.name, "").split("|")  # in the order of choosing
        return names if set(names) == set(value) else list(value)
    return [value_text(value)]


def _options(variable: Variable, chosen: list[str]) -> list[str]:
    own = [name for name in chosen if name not in variable.position and name != CANNOT_SAY]
    return [*variable.state_names, *own]


def _words(variable: Variable, option: str) -> str:
    """Return an option in the words people read, as Markdown."""
    if option == CANNOT_SAY:
        return DONT_KNOW
    value = check_value(variable, parse_value(variable, option))
    return plain(option if value is None else value_words(variable, value))


def _help(variable: Variable) -> str:
    lines = [f"- **{plain(s.label)}**: {plain(s.description)}" for s in variable.states]
    return f"{plain(variable.help)}\n\n" + "\n".join(lines)


def _choose(variable: Variable, form: Form, key: str) -> None:
    """Take what a widget now holds for the answer."""
    option = st.session_state[key]
    text = option if option in variable.position else ""
    form.save(form.latest().answering(variable.name, text, not_known=option == CANNOT_SAY))


def _count(variable: Variable, form: Form, key: str) -> None:
    """Take a number for the answer."""
    number = st.session_state[key]
    form.save(form.latest().answering(variable.name, "" if number is None else f"{number:g}"))


def _cannot_say(variable: Variable, form: Form) -> None:
    """Take "don't know" for the answer."""
    form.save(form.latest().answering(variable.name, "", not_known=True))
