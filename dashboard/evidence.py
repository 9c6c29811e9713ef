"""The answers: read from the address, shown as questions, written back to the address.

The address holds the whole state. Each run reads it and sets the widgets to what it says, so
loading, reloading, going back and opening a bookmark are one and the same thing; a choice writes
the address. Names and values in it are those of priors.csv, not the words on the screen, so
that a reworded answer breaks no link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from hamknee.evidence import (
    Evidence,
    EvidenceError,
    check_evidence,
    check_value,
    parse_value,
    value_text,
    value_words,
)
from hamknee.faults import suggestion
from hamknee.vocabulary import Variable, Vocabulary
from texts import plain

NOT_KNOWN = ""
"""The option of every question that is chosen until another is."""

GROUPS = {
    "history": "More about the pain",
    "examination": "Examination",
    "background": "Background",
}


@dataclass(frozen=True)
class Case:
    """What an address says.

    Parameters
    ----------
    evidence : Evidence
        The answers, checked.
    texts : mapping of str to str
        The answers as they stand in the address.
    ignored : tuple of str
        What in the address could not be used, and the nearest right name.
    """

    evidence: Evidence
    texts: Mapping[str, str]
    ignored: tuple[str, ...] = ()


def read_case(vocabulary: Vocabulary, parameters: Mapping[str, Sequence[str]]) -> Case:
    """Read the parameters of an address, leaving out what cannot be used.

    Parameters
    ----------
    vocabulary : Vocabulary
        The questions there are.
    parameters : mapping of str to sequence of str
        Every value of every parameter.
    """
    variables = {variable.name: variable for variable in questions(vocabulary)}
    entries: dict[str, object] = {}
    texts: dict[str, str] = {}
    ignored: list[str] = []
    for name, values in parameters.items():
        try:
            if name not in variables:
                hint = suggestion(name, variables)
                raise EvidenceError([f"there is no question {name!r}{hint}"])
            if len(set(values)) > 1:
                raise EvidenceError([f"{name} is given twice; put | between several answers"])
            entry = parse_value(variables[name], values[0])
            if check_value(variables[name], entry) is not None:
                entries[name], texts[name] = entry, values[0]
        except EvidenceError as error:
            ignored += error.problems
    return Case(check_evidence(vocabulary, entries), texts, tuple(ignored))


def questions(vocabulary: Vocabulary) -> tuple[Variable, ...]:
    """Return what can be asked, in order."""
    return vocabulary.having("context", "trait", "finding")


def current_case(vocabulary: Vocabulary) -> Case:
    """Read the case in the address of this page."""
    return read_case(vocabulary, {name: st.query_params.get_all(name) for name in st.query_params})


def keep_case(*, away: bool) -> None:
    """Bring a case back to the address after a look at another page, which empties it.

    Parameters
    ----------
    away : bool
        Whether the page shown now is another.
    """
    if not away and st.session_state.pop("away", False) and not st.query_params:
        open_case(st.session_state.get("case", {}))
    if away:
        st.session_state["away"] = True
    else:
        st.session_state["case"] = st.query_params.to_dict()


def open_case(texts: Mapping[str, str]) -> None:
    """Put a case into the address in place of the one there."""
    st.query_params.from_dict(dict(texts))


# Widgets ----------------------------------------------------------------------------------


def ask_all(vocabulary: Vocabulary, case: Case) -> None:
    """Show every question: setting and core in view, the others folded up by group."""
    for variable in questions(vocabulary):
        if _in_view(variable):
            _ask(vocabulary, variable, case)
    for group, title in GROUPS.items():
        folded = [v for v in questions(vocabulary) if v.group == group and not _in_view(v)]
        if folded:
            answered = sum(variable.name in case.evidence for variable in folded)
            label = f"{title} ({answered} answered)" if answered else title
            with st.expander(label, key=f"group-{group}"):
                for variable in folded:
                    _ask(vocabulary, variable, case)


def _in_view(variable: Variable) -> bool:
    return variable.core or variable.role == "context"


def _ask(vocabulary: Vocabulary, variable: Variable, case: Case) -> None:
    """Show one question with what the address says of it chosen."""
    chosen = _chosen(variable, case)
    options = [*variable.state_names, *(name for name in chosen if name not in variable.position)]
    if variable.several:
        _ask_several(vocabulary, variable, options, chosen)
        return
    _set(variable, chosen)
    st.pills(
        plain(variable.question),
        [*options, NOT_KNOWN],
        required=True,
        format_func=lambda option: plain(_words(variable, option)),
        key=_key(variable),
        help=_help(variable),
        on_change=_write,
        args=(vocabulary,),
    )


def _ask_several(
    vocabulary: Vocabulary, variable: Variable, options: list[str], chosen: list[str]
) -> None:
    """Show a question that takes several answers.

    Here "not known" is a button beside the options and not one of them. As an option it would
    have to be taken back whenever another is chosen, and a quick second choice, made before that
    has come back from the server, would be lost.
    """
    _set(variable, chosen)
    st.pills(
        f"{plain(variable.question)} :gray[one or more]",
        options,
        selection_mode="multi",
        format_func=lambda option: plain(_words(variable, option)),
        key=_key(variable),
        help=_help(variable),
        on_change=_write,
        args=(vocabulary,),
    )
    st.button(
        "Not known",
        key=f"forget-{variable.name}",
        type="tertiary" if chosen else "secondary",
        on_click=_forget,
        args=(vocabulary, variable),
    )


def _set(variable: Variable, chosen: list[str]) -> None:
    """Make a widget show what is chosen.

    Only where it shows something else: whatever is set is sent to the browser, and would undo a
    choice made there in the meantime.
    """
    shown = st.session_state.get(_key(variable))
    if shown is None or sorted(_listed(shown)) != sorted(chosen):
        first = chosen[0] if chosen else NOT_KNOWN
        st.session_state[_key(variable)] = chosen if variable.several else first


def _chosen(variable: Variable, case: Case) -> list[str]:
    """Return the options that are chosen; none if the answer is not known.

    An answer that only a link can give, such as likelihoods, is an option of its own.
    """
    value = case.evidence.get(variable.name)
    if value is None:
        return []
    several = variable.several and isinstance(value, tuple)
    return list(value) if several else [value_text(value)]


def _words(variable: Variable, option: str) -> str:
    """Return an option in the words people read."""
    value = check_value(variable, parse_value(variable, option))
    return "Not known" if value is None else value_words(variable, value)


def _help(variable: Variable) -> str:
    lines = [f"- **{plain(s.label)}**: {plain(s.description)}" for s in variable.states]
    return f"{plain(variable.help)}\n\n" + "\n".join(lines)


def _key(variable: Variable) -> str:
    return f"answer-{variable.name}"


def _forget(vocabulary: Vocabulary, variable: Variable) -> None:
    st.session_state[_key(variable)] = []
    _write(vocabulary)


def _write(vocabulary: Vocabulary) -> None:
    """Write to the address every widget that says something else than the address.

    All are compared, not only the one just touched: a quick second choice can arrive with an
    address from before the first.
    """
    case = current_case(vocabulary)
    texts = {}
    for variable in questions(vocabulary):
        before = _chosen(variable, case)
        now = _listed(st.session_state.get(_key(variable), before))
        same = sorted(now) == sorted(before)
        if text := case.texts.get(variable.name) if same else _text(variable, now):
            texts[variable.name] = text
    open_case(texts)


def _text(variable: Variable, options: list[str]) -> str:
    """Return chosen options as they stand in an address; empty if they say nothing."""
    value = check_value(variable, [name for name in options if name in variable.position] or None)
    return "" if value is None else value_text(value)


def _listed(option: str | list[str] | None) -> list[str]:
    """Return what a widget holds as a list of options without "not known"."""
    return [option] if isinstance(option, str) and option else list(option or [])
