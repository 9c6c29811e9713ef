"""One number of the model: choosing it, changing it, saying where it comes from.

Which number is chosen stands in the address. The widgets show the numbers in force: each run sets
them to these, and a change goes through the rules of the library before it is in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

import cached
import numbers_in_force
from edits import NEAR, settled
from hamknee.faults import HamkneeError
from hamknee.priors import Priors
from hamknee.rows import BASES, LONGEST_NOTE, Row, given_text
from number_rows import (
    BASIS_WORDS,
    exact_percent,
    given_pairs,
    number_range,
    range_text,
    state_words,
)
from texts import plain

DECIMALS = 12
"""Of a proportion that was given in percent: enough for any, and too few for rounding to show."""

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

    @property
    def address(self) -> dict[str, str]:
        """The number as the parameters of an address."""
        given = given_text(self.given.items())
        found = {"variable": self.variable, "given": given, "state": self.state}
        return {name: text for name, text in found.items() if text}

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
    st.query_params.from_dict(number.address)


# Choosing ---------------------------------------------------------------------------------


def ask_number(priors: Priors, chosen: Chosen) -> None:
    """Ask which number to look at: the variable, and the state of each parent."""
    vocabulary = priors.vocabulary
    _set("tune-variable", chosen.variable)
    st.selectbox(
        "Variable",
        list(vocabulary),
        key="tune-variable",
        format_func=lambda name: vocabulary[name].label,
        on_change=_choose_variable,
    )
    for parent, state in chosen.given.items():
        key = f"tune-given-{parent}"
        _set(key, state)
        st.selectbox(
            f"Given: {vocabulary[parent].label}",
            vocabulary[parent].state_names,
            key=key,
            format_func=partial(state_words, vocabulary, parent),
            on_change=_choose_given,
            args=(chosen,),
        )


def _choose_variable() -> None:
    st.query_params.from_dict({"variable": st.session_state["tune-variable"]})


def _choose_given(chosen: Chosen) -> None:
    given = {parent: st.session_state[f"tune-given-{parent}"] for parent in chosen.given}
    choose(Chosen(chosen.variable, chosen.state, given))


# Changing ---------------------------------------------------------------------------------


def show_column(priors: Priors, chosen: Chosen) -> None:
    """Show the column of a number, to be changed."""
    rows = priors.column(chosen.variable, chosen.given)
    label = priors.vocabulary[chosen.variable].label
    st.markdown(f"**{plain(label)}**, in percent. The others follow the one you change.")
    with st.container(key="column"):
        for row in rows:
            key = f"tune-number-{chosen.key}-{row.state}"
            _set(key, round(100 * row.probability, DECIMALS - 2))
            st.number_input(
                plain(state_words(priors.vocabulary, row.variable, row.state)),
                min_value=0.0,
                max_value=100.0,
                step=1.0,
                format="%.4g",
                key=key,
                on_change=_change,
                args=(Chosen(chosen.variable, row.state, chosen.given), key),
            )
        key = f"tune-ess-{chosen.key}"
        _set(key, rows[0].ess)
        st.number_input(
            "Worth how many patients",
            min_value=0.1,
            step=1.0,
            format="%.4g",
            key=key,
            help="Equivalent sample size: how firm the column is, in observed patients.",
            on_change=_change_ess,
            args=(chosen, key),
        )
    if refused := st.session_state.pop(REFUSED, None):
        st.error(plain(refused))
    st.caption(plain(_about(priors, chosen)))


def _about(priors: Priors, chosen: Chosen) -> str:
    """Return range and basis of a number, and what the file has in its place."""
    row = chosen.row(priors)
    low, high = number_range(row)
    state = state_words(priors.vocabulary, row.variable, row.state)
    said = f"{state}: 90 % range {range_text(low, high)}. {BASIS_WORDS[row.basis]}."
    of_file = cached.priors()
    if of_file.parents == priors.parents:
        before = chosen.row(of_file).probability
        if abs(before - row.probability) > NEAR:
            said += f" The file has {exact_percent(before)}."
    return said


def _change(number: Chosen, key: str) -> None:
    probability = round(st.session_state[key] / 100, DECIMALS)
    change(number, probability=probability)


def _change_ess(number: Chosen, key: str) -> None:
    now = number.row(numbers_in_force.priors()).probability
    change(number, probability=now, ess=st.session_state[key])


def change(number: Chosen, *, probability: float, ess: float | None = None) -> None:
    """Change a number; keep what is wrong with it, if anything, to be told."""
    try:
        changed = numbers_in_force.priors().set(
            number.variable, number.state, given=number.given, probability=probability, ess=ess
        )
    except HamkneeError as error:
        st.session_state[REFUSED] = str(error)
        return
    given = dict(number.given)
    numbers_in_force.use(settled(cached.priors(), changed, number.variable, given))
    choose(number)


# Where it comes from ----------------------------------------------------------------------


def ask_origin(priors: Priors, chosen: Chosen) -> None:
    """Ask what the chosen number rests on."""
    row = chosen.row(priors)
    state = state_words(priors.vocabulary, row.variable, row.state)
    with st.expander("Say what it rests on"):
        keys = [f"tune-{what}-{chosen.key}-{row.state}" for what in ("basis", "sources", "note")]
        for key, value in zip(keys, (row.basis, list(row.sources), row.note), strict=True):
            _set(key, value)
        with st.form("origin", border=False):
            st.markdown(f"For **{plain(state)}**")
            st.selectbox("Basis", BASES, format_func=BASIS_WORDS.__getitem__, key=keys[0])
            known = sorted({*(priors.references or ()), *row.sources})
            st.multiselect("Sources", known, key=keys[1])
            st.text_input("Note", max_chars=LONGEST_NOTE, key=keys[2])
            st.form_submit_button("Save", on_click=_save_origin, args=(chosen, *keys))


def _save_origin(chosen: Chosen, basis: str, sources: str, note: str) -> None:
    priors = numbers_in_force.priors()
    try:
        changed = priors.set(
            chosen.variable,
            chosen.state,
            given=chosen.given,
            probability=chosen.row(priors).probability,
            basis=st.session_state[basis],
            sources=st.session_state[sources],
            note=st.session_state[note],
        )
    except HamkneeError as error:
        st.session_state[REFUSED] = str(error)
        return
    numbers_in_force.use(changed)


def _set(key: str, value: str | float | Sequence[str]) -> None:
    """Make a widget show a value, only where it shows another."""
    shown = st.session_state.get(key)
    same = (
        abs(shown - value) < NEAR
        if isinstance(shown, float) and isinstance(value, float)
        else shown == value
    )
    if not same:
        st.session_state[key] = value
