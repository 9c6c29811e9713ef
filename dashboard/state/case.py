"""The case: read from the address, kept while other pages are looked at, written back.

The address holds the whole case. Each run reads it and sets the widgets to what it says, so
loading, reloading, going back and opening a bookmark are one and the same thing; a choice writes
the address. Names and values in it are those of priors.csv and guidance.toml, not the words on the
screen, so that a reworded answer breaks no link.

The session keeps a copy. It bridges a look at a page that has no case in its address, and it is
what a choice is added to: a quick second choice arrives with an address from before the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlencode

import streamlit as st

from hamknee.base import suggestion
from hamknee.guidance import UNKNOWN, Guidance
from hamknee.network import (
    Evidence,
    EvidenceError,
    Value,
    Variable,
    Vocabulary,
    check_evidence,
    check_value,
    parse_value,
)
from state.in_address import EDITS
from state.numbers import edits_in_address

FLAG_ANSWERS: Mapping[str, object] = {"flag": True, "no_flag": False, "unknown_flag": UNKNOWN}
"""The parameters that list warning signs, and the answer each of them stands for."""

MOST_WORRYING_FIRST = ("flag", "unknown_flag", "no_flag")
"""The same, in the order in which one counts before another where an address has both."""

NOT_KNOWN = "unknown"
"""The parameter that lists the questions that were asked and could not be answered."""

NUMBERS = "numbers"
"""The parameter of a shared link that tells which numbers it was made with."""

CASE = "case"
"""The parameter of a page without a case in its address that holds one, as an address would."""

BESIDE = {CASE, EDITS}
"""The parameters that are no part of the page itself."""

VIEW = ("expert", "example")
"""The parameters that say how a case is looked at: by an expert, and that it is only an example."""

ON = "yes"
"""What a parameter of `VIEW` says where it is there."""

CHANGED = "b."
"""What the parameters of the second version of a case begin with."""

_KEPT, _CHANGES, _PAGE, _EDITED = "case", "changes", "page-before", "edited-numbers"


@dataclass(frozen=True)
class VisitorCase:
    """What an address says.

    Parameters
    ----------
    evidence : Evidence
        The answers, checked.
    texts : mapping of str to str
        The answers as they stand in the address.
    flags : mapping of str to object
        The warning signs that were answered: True, False or "unknown".
    not_known : tuple of str
        Questions that were asked and could not be answered.
    numbers : str
        The first digits of the digest of the numbers a link was made with; empty if it has none.
    ignored : tuple of str
        What in the address could not be used, and the nearest right name.
    view : tuple of str
        Which of `VIEW` are on.
    """

    evidence: Evidence
    texts: Mapping[str, str]
    flags: Mapping[str, object] = field(default_factory=dict)
    not_known: tuple[str, ...] = ()
    numbers: str = ""
    ignored: tuple[str, ...] = ()
    view: tuple[str, ...] = ()

    @property
    def expert(self) -> bool:
        """Whether it is looked at by somebody who wants every number."""
        return "expert" in self.view

    @property
    def example(self) -> bool:
        """Whether it is an example and nobody's own case."""
        return "example" in self.view

    @property
    def address(self) -> dict[str, str]:
        """The case as the parameters of an address, in the order of the questions."""
        order = self.evidence.vocabulary
        parameters = {name: self.texts[name] for name in order if name in self.texts}
        for parameter, answer in FLAG_ANSWERS.items():
            parameters[parameter] = "|".join(name for name, a in self.flags.items() if a is answer)
        parameters[NOT_KNOWN] = "|".join(self.not_known)
        parameters |= {name: ON for name in VIEW if name in self.view}
        return {name: text for name, text in parameters.items() if text}

    def answering(self, name: str, text: str, *, not_known: bool = False) -> "VisitorCase":
        """Return the case with another answer to one question; an empty text takes it back."""
        texts = {n: t for n, t in self.texts.items() if n != name}
        if text:
            texts[name] = text
        others = tuple(n for n in self.not_known if n != name)
        return replace(self, texts=texts, not_known=(*others, name) if not_known else others)

    def viewing(self, name: str, on: bool) -> "VisitorCase":
        """Return the case looked at in another way."""
        return replace(self, view=tuple(n for n in VIEW if (on if n == name else n in self.view)))

    def flagging(self, answers: Mapping[str, object]) -> "VisitorCase":
        """Return the case with other answers to some warning signs; None takes one back."""
        flags = {**self.flags, **answers}
        return replace(self, flags={n: answer for n, answer in flags.items() if answer is not None})


# Reading ----------------------------------------------------------------------------------


def read_case(
    vocabulary: Vocabulary,
    parameters: Mapping[str, Sequence[str]],
    guidance: Guidance | None = None,
) -> VisitorCase:
    """Read the parameters of an address, leaving out what cannot be used.

    Parameters
    ----------
    vocabulary : Vocabulary
        The questions there are.
    parameters : mapping of str to sequence of str
        Every value of every parameter.
    guidance : Guidance, optional
        The warning signs there are. Without it, those in the address are left aside.
    """
    variables = {variable.name: variable for variable in questions(vocabulary)}
    entries: dict[str, object] = {}
    texts: dict[str, str] = {}
    ignored: list[str] = []
    lists: dict[str, list[str]] = {}
    for name, values in parameters.items():
        if name in FLAG_ANSWERS or name in (NOT_KNOWN, NUMBERS, *VIEW):
            lists[name] = [part for value in values for part in value.split("|") if part]
            continue
        try:
            text = _only(name, values)
            if _entry(variables, name, text) is not None:
                entries[name], texts[name] = parse_value(variables[name], text), text
        except EvidenceError as error:
            ignored += error.problems
    asked = [name for name in lists.get(NOT_KNOWN, ()) if name not in entries]
    signs = {} if guidance is None else guidance.flags
    flags: dict[str, object] = {}
    for parameter in MOST_WORRYING_FIRST:
        for name in dict.fromkeys(lists.get(parameter, ())):
            if name in flags:
                label = signs[name].label
                ignored.append(f"“{label}” is answered twice; the more worrying answer counts")
            elif name in signs:
                flags[name] = FLAG_ANSWERS[parameter]
    named = [n for parameter in FLAG_ANSWERS for n in lists.get(parameter, ())] if signs else []
    ignored += _unknown("question", asked, variables) + _unknown("warning sign", named, signs)
    return VisitorCase(
        check_evidence(vocabulary, entries),
        texts,
        flags,
        tuple(dict.fromkeys(name for name in asked if name in variables)),
        "".join(lists.get(NUMBERS, ())),
        tuple(ignored),
        tuple(name for name in VIEW if ON in lists.get(name, ())),
    )


def questions(vocabulary: Vocabulary) -> tuple[Variable, ...]:
    """Return what can be asked, in order."""
    return vocabulary.having("context", "trait", "finding")


def _only(name: str, values: Sequence[str]) -> str:
    if len(set(values)) > 1:
        raise EvidenceError([f"{name} is given twice; put | between several answers"])
    return values[0]


def _entry(variables: Mapping[str, Variable], name: str, text: str) -> Value | None:
    """Return the checked value of one parameter."""
    if name not in variables:
        raise EvidenceError(_unknown("question", [name], variables))
    return check_value(variables[name], parse_value(variables[name], text))


def _unknown(kind: str, names: Iterable[str], allowed: Iterable[str]) -> list[str]:
    known = list(allowed)
    return [f"there is no {kind} {n!r}{suggestion(n, known)}" for n in names if n not in known]


# The session ------------------------------------------------------------------------------


def current_case(vocabulary: Vocabulary, guidance: Guidance | None = None) -> VisitorCase:
    """Return the case a visitor works with, on whatever page.

    Parameters
    ----------
    vocabulary, guidance
        As for `read_case`.
    """
    kept: Mapping[str, Sequence[str]] = st.session_state.get(_KEPT, {})
    return read_case(vocabulary, kept, guidance)


def changed_case(vocabulary: Vocabulary, guidance: Guidance | None = None) -> VisitorCase:
    """Return the second version of the case: the first, and what was changed in it."""
    kept: Mapping[str, Sequence[str]] = st.session_state.get(_KEPT, {})
    changes: Mapping[str, Sequence[str]] = st.session_state.get(_CHANGES, {})
    own = {name.removeprefix(CHANGED): values for name, values in changes.items()}
    both = {name: values for name, values in {**kept, **own}.items() if any(values)}
    return read_case(vocabulary, both, guidance)


def changes_between(first: VisitorCase, second: VisitorCase) -> dict[str, str]:
    """Return the parameters in which a second version differs; empty where it says nothing."""
    before, after = first.address, second.address
    names = dict.fromkeys([*after, *before])
    return {n: after.get(n, "") for n in names if after.get(n, "") != before.get(n, "")}


def keep_case(
    page: str, numbers: str, *, edited: bool, holds_case: bool, holds_changes: bool = False
) -> None:
    """Read the address into the session, or bring back what another page has taken out of it.

    Parameters
    ----------
    page : str
        Name of the page shown now.
    numbers : str
        The first digits of the digest of the numbers in force.
    edited : bool
        Whether these are others than those of the file.
    holds_case, holds_changes : bool
        Whether the case, and a second version of it, are in the address of this page.
    """
    moved = st.session_state.get(_PAGE, page) != page
    st.session_state[_PAGE] = page
    st.session_state[_EDITED] = numbers if edited else ""
    if not holds_case:
        if _KEPT not in st.session_state and (text := st.query_params.get(CASE)):
            st.session_state[_KEPT] = parse_qs(text)
        return
    if moved and not set(st.query_params) - BESIDE:
        _show_address(holds_changes)
        return
    parameters = {n: st.query_params.get_all(n) for n in st.query_params if n not in BESIDE}
    if parameters.get(NUMBERS) == [numbers]:
        del parameters[NUMBERS]  # nothing to tell of it, also once other numbers are in force
    if holds_changes:
        st.session_state[_CHANGES] = {n: v for n, v in parameters.items() if n.startswith(CHANGED)}
        parameters = {
            name: values for name, values in parameters.items() if not name.startswith(CHANGED)
        }
    st.session_state[_KEPT] = parameters


def open_case(parameters: Mapping[str, str], *, changes: Mapping[str, str] | None = None) -> None:
    """Put a case into the address in place of the one there.

    Parameters
    ----------
    parameters : mapping of str to str
        The case.
    changes : mapping of str to str, optional
        What the second version says instead, for a page that has one; an empty text means that
        it says nothing.
    """
    st.session_state[_KEPT] = {name: [text] for name, text in parameters.items()}
    if changes is not None:
        st.session_state[_CHANGES] = {CHANGED + n: [text] for n, text in changes.items()}
    _show_address(changes is not None)


def hold_case() -> None:
    """Put the case of the session into the address, before anything reads an older one.

    For the choices that are not part of the case: over a slow line they can arrive with an address
    from before the last answer.
    """
    _show_address(any(name.startswith(CHANGED) for name in st.query_params))


def _show_address(with_changes: bool) -> None:
    kept = dict(st.session_state.get(_KEPT, {}))
    if with_changes:
        kept |= st.session_state.get(_CHANGES, {})
    edits = edits_in_address()
    edited = st.session_state.get(_EDITED)
    if edited and not edits:  # whoever gets this address has other numbers
        kept[NUMBERS] = [edited]
    st.query_params.from_dict({**kept, **edits})


def open_address(own: Mapping[str, str]) -> None:
    """Put what a page without a case holds into the address, and what goes with every page."""
    st.query_params.from_dict({**own, **_beside(holds_case=False)})


def complete_address(*, holds_case: bool) -> None:
    """Let the address carry the changed numbers and, where the page has none of its own, the case.

    A reload or a bookmark then brings back both.
    """
    wanted = _beside(holds_case=holds_case)
    for name in BESIDE:
        if st.query_params.get(name, "") != wanted.get(name, ""):
            own = {n: st.query_params.get_all(n) for n in st.query_params if n not in BESIDE}
            st.query_params.from_dict({**own, **wanted})
            return


def _beside(*, holds_case: bool) -> dict[str, str]:
    kept = {} if holds_case else st.session_state.get(_KEPT, {})
    case = {CASE: urlencode(kept, doseq=True)} if kept else {}
    return case | edits_in_address()
