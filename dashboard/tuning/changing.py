"""One number of the model: choosing it, changing it, saying where it comes from.

Which number is chosen stands in the address. The widgets show the numbers in force: each run sets
them to these, and a change goes through the rules of the library before it is in force.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from hamknee.base import HamkneeError, fine_range, stated_percent
from hamknee.network import (
    BASES,
    LONGEST_NOTE,
    Priors,
    Row,
    certainty_problems,
    ess_problems,
    given_pairs,
    given_text,
    number_words,
    probability_problems,
)
from parts.texts import plain, plain_label
from parts.widgets import show_in_widget
from state.case import open_address
from state.edits import NEAR, settled
from state.numbers import in_force, of_file, use
from tuning.number_rows import BASIS_WORDS, WEIGHT, number_range, state_words
from tuning.sources import citable

DECIMALS = 12
"""Of a proportion that was given in percent: enough for any, and too few for rounding to show."""

THIS = "this number"
"""What the chosen number is called: where it is chosen, at its field, over what follows from it."""

MARK = ":material/arrow_forward:"
"""Stands in its field too."""

OF_WEIGHT = (
    "Equivalent sample size: how firm these numbers are. For a judgement nobody was observed."
)

CERTAIN = (
    "0 and 100 % are only for what holds by definition. Enter a number between, or first choose "
    f"the basis “{BASIS_WORDS['logical']}” under “Say what it rests on”."
)

REFUSED = "change-refused"


@dataclass(frozen=True)
class Chosen:
    """One number.

    Parameters
    ----------
    variable, state : str
        Of what it is the probability.
    given : mapping of str to str
        The state of each parent.
    """

    variable: str
    state: str
    given: Mapping[str, str]

    @classmethod
    def named(cls, variable: str, state: str, given: str) -> "Chosen":
        """Return a number from how priors.csv names it."""
        return cls(variable, state, dict(given_pairs(given)))

    @property
    def address(self) -> dict[str, str]:
        """The number as the parameters of an address."""
        given = given_text(self.given.items())
        parameters = {"variable": self.variable, "given": given, "state": self.state}
        return {name: text for name, text in parameters.items() if text}

    @property
    def key(self) -> str:
        """What the keys of the widgets of its column end with."""
        return f"{self.variable}-{given_text(self.given.items())}"

    def row(self, priors: Priors) -> Row:
        """Return its row."""
        return next(r for r in priors.column(self.variable, self.given) if r.state == self.state)


# The address ------------------------------------------------------------------------------


def read_chosen(priors: Priors, fallback: Chosen, preferred: Mapping[str, str]) -> Chosen:
    """Return the number that the address names.

    Parameters
    ----------
    priors : Priors
        The numbers there are.
    fallback : Chosen
        The number to look at where the address names no variable that there is.
    preferred : mapping of str to str
        For each variable the state that interests most, where the address names none.
    """
    name = st.query_params.get("variable", "")
    if name not in priors.vocabulary:
        return fallback
    wanted = dict(given_pairs(st.query_params.get("given", "")))
    given = {
        parent: _state(priors, parent, wanted.get(parent, ""), preferred)
        for parent in priors.parents[name]
    }
    return Chosen(name, _state(priors, name, st.query_params.get("state", ""), preferred), given)


def _state(priors: Priors, name: str, wanted: str, preferred: Mapping[str, str]) -> str:
    names = priors.vocabulary[name].state_names
    return next(state for state in (wanted, preferred.get(name, ""), names[0]) if state in names)


def choose(number: Chosen) -> None:
    """Look at a number."""
    open_address(number.address)


# Choosing ---------------------------------------------------------------------------------


def ask_number(priors: Priors, chosen: Chosen) -> None:
    """Ask which number to look at: the variable, and the state of each parent."""
    vocabulary = priors.vocabulary
    show_in_widget("tune-variable", chosen.variable)
    st.selectbox(
        "Variable",
        list(vocabulary),
        key="tune-variable",
        format_func=lambda name: vocabulary[name].label,
        on_change=_choose_variable,
    )
    for parent, state in chosen.given.items():
        key = f"tune-given-{parent}"
        show_in_widget(key, state)
        st.selectbox(
            plain_label(f"Given: {vocabulary[parent].label}"),
            vocabulary[parent].state_names,
            key=key,
            format_func=partial(state_words, vocabulary, parent),
            on_change=_choose_given,
            args=(chosen,),
        )
    show_in_widget("tune-state", chosen.state)
    st.selectbox(
        THIS.capitalize(),
        vocabulary[chosen.variable].state_names,
        key="tune-state",
        format_func=partial(state_words, vocabulary, chosen.variable),
        on_change=_choose_state,
        args=(chosen,),
    )


def _choose_variable() -> None:
    open_address({"variable": st.session_state["tune-variable"]})


def _choose_given(chosen: Chosen) -> None:
    given = {parent: st.session_state[f"tune-given-{parent}"] for parent in chosen.given}
    choose(Chosen(chosen.variable, chosen.state, given))


def _choose_state(chosen: Chosen) -> None:
    choose(replace(chosen, state=st.session_state["tune-state"]))


# Changing ---------------------------------------------------------------------------------


def show_column(priors: Priors, chosen: Chosen) -> None:
    """Show the column of a number, to be changed."""
    rows = priors.column(chosen.variable, chosen.given)
    label = priors.vocabulary[chosen.variable].label
    st.markdown(f"**{plain(label)}**, in percent. The others follow the one you change.")
    with st.container(key="column"):
        for row in rows:
            number = replace(chosen, state=row.state)
            # Screen readers read out a label as it is written, so it has no marks of Markdown.
            words = state_words(priors.vocabulary, row.variable, row.state)
            _ask(
                f"{words} ({THIS})" if number == chosen else words,
                f"tune-number-{chosen.key}-{row.state}",
                round(100 * row.probability, DECIMALS - 2),
                _step(row.probability, 1 - row.probability) * 100,
                partial(_change, number),
                icon=MARK if number == chosen else None,
            )
    ess, key = rows[0].ess, f"tune-ess-{chosen.key}"
    _ask(WEIGHT, key, ess, _step(ess), partial(_change_ess, chosen), about=OF_WEIGHT)
    if refused := st.session_state.pop(REFUSED, None):
        st.error(plain(refused))
    st.caption(plain(_about(priors, chosen)))


def _ask(
    label: str,
    key: str,
    value: float,
    step: float,
    on_change: Callable[[str], None],
    *,
    about: str | None = None,
    icon: str | None = None,
) -> None:
    """Ask for a number without limits: the browser would keep quiet about what is beyond them."""
    show_in_widget(key, value)
    st.number_input(
        plain_label(label),
        step=step,
        format="%.4g",
        key=key,
        help=about,
        icon=icon,
        on_change=on_change,
        args=(key,),
    )


def _step(*distances: float) -> float:
    """Return a step that fits a number so far from where it must end: 1 from 10, 0.1 from 1."""
    nearest = min(distances)
    return float(10 ** (math.floor(math.log10(nearest)) - 1)) if nearest > 0 else 0.01


def _about(priors: Priors, chosen: Chosen) -> str:
    """Return range and basis of a number, and what the file has in its place."""
    row = chosen.row(priors)
    low, high = number_range(row)
    state = state_words(priors.vocabulary, row.variable, row.state)
    said = f"{state}: 90 % range {fine_range(low, high)}. {BASIS_WORDS[row.basis]}."
    shipped = of_file().priors
    if shipped.parents == priors.parents:
        before = chosen.row(shipped).probability
        if abs(before - row.probability) > NEAR:
            said += f" The file has {stated_percent(before)}."
    return said


def _change(number: Chosen, key: str) -> None:
    entered = st.session_state[key]
    row, probability = number.row(in_force().priors), round(entered / 100, DECIMALS)
    # What holds by definition may be put at 0 or 100 %, and stays what it is.
    logical = row.basis == "logical" and probability in (0, 1)
    if allowed := _allowed(probability, "logical" if logical else "judgement"):
        stays = f"It stays at {stated_percent(row.probability)}."
        _refuse(number, f"You entered {entered:g} % for {_words(row)}. {allowed} {stays}")
    else:
        change(number, probability=probability, basis="logical" if logical else None)


def _allowed(probability: float, basis: str) -> str:
    """Return what is allowed where a number of some basis is not; nothing where it is."""
    if probability_problems(probability):
        return "Allowed: more than 0 and less than 100 %."
    return CERTAIN if certainty_problems(probability, basis) else ""


def _change_ess(number: Chosen, key: str) -> None:
    row, ess = number.row(in_force().priors), st.session_state[key]
    if ess_problems(ess):
        stays = f"It stays at {row.ess:g}."
        _refuse(number, f"You entered {ess:g} as the weight. Allowed: more than 0. {stays}")
    else:
        change(number, probability=row.probability, ess=ess)


def change(
    number: Chosen, *, probability: float, ess: float | None = None, basis: str | None = None
) -> None:
    """Change a number and look at it; keep what is wrong with it, if anything, to be told."""
    changed = _with(number, probability=probability, ess=ess, basis=basis)
    if changed is not None:
        given = dict(number.given)
        use(settled(of_file().priors, changed, number.variable, given))
        choose(number)


def _with(number: Chosen, **said: Any) -> Priors | None:
    """Return the numbers with something said of one, as for `Priors.set`; None if refused."""
    priors = in_force().priors
    try:
        return priors.set(number.variable, number.state, given=number.given, **said)
    except HamkneeError as error:
        row = number.row(priors)
        _refuse(number, str(error).replace(row.name, _words(row)))
        return None


def _words(row: Row) -> str:
    vocabulary = in_force().priors.vocabulary
    return f"“{number_words(vocabulary, row.variable, row.state, row.given)}”"


def _refuse(number: Chosen, why: str) -> None:
    """Look at a number, and keep to be told why it was not changed."""
    choose(number)
    st.session_state[REFUSED] = why


# Where it comes from ----------------------------------------------------------------------


def ask_origin(priors: Priors, chosen: Chosen) -> None:
    """Ask what the chosen number rests on."""
    row = chosen.row(priors)
    state = state_words(priors.vocabulary, row.variable, row.state)
    with st.expander("Say what it rests on"):
        keys = [f"tune-{what}-{chosen.key}-{row.state}" for what in ("basis", "sources", "note")]
        for key, value in zip(keys, (row.basis, list(row.sources), row.note), strict=True):
            show_in_widget(key, value)
        with st.form("origin", border=False):
            st.markdown(f"For **{plain(state)}**")
            st.selectbox("Basis", BASES, format_func=BASIS_WORDS.__getitem__, key=keys[0])
            st.multiselect("Sources", citable(priors), key=keys[1])
            st.text_input("Note", max_chars=LONGEST_NOTE, key=keys[2])
            st.form_submit_button("Save", on_click=_save_origin, args=(chosen, *keys))


def _save_origin(chosen: Chosen, basis: str, sources: str, note: str) -> None:
    changed = _with(
        chosen,
        probability=chosen.row(in_force().priors).probability,
        basis=st.session_state[basis],
        sources=st.session_state[sources],
        note=st.session_state[note],
    )
    if changed is not None:
        use(changed)
