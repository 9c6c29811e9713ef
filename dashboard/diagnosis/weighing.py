"""Answers between two: how well each answer fits what was seen, as likelihoods."""

from collections.abc import Mapping

import streamlit as st

from diagnosis.asking import Form
from hamknee import Model
from hamknee.network import Value, Variable, Vocabulary, check_value, value_text
from parts.texts import plain
from parts.widgets import apart, show_in_widget
from state.case import hold_case, questions

MOST = 10
"""The weight of an answer that fits best."""

REFUSED = "weights-refused"

HELP = (
    "Only the proportions count: 10 and 5 says the same as 2 and 1, that with the first it would "
    "look like this twice as often as with the second. These are likelihoods, also called virtual "
    "evidence."
)


def ask_weights(vocabulary: Vocabulary, form: Form) -> None:
    """Show a way to answer one question by weighing its answers, folded up."""
    label = "Between two answers? Weigh them"
    with (folded := st.expander(label, key="group-weights", on_change=hold_case)):
        if folded.open:
            _choose(vocabulary, form)


def show_weights(model: Model, form: Form) -> None:
    """Show the same where it is unfolded already."""
    _choose(model.vocabulary, form)


def _choose(vocabulary: Vocabulary, form: Form) -> None:
    names = [variable.name for variable in questions(vocabulary)]
    chosen = st.selectbox(
        "Question",
        names,
        format_func=apart(names, lambda name: vocabulary[name].question),
        key="weights-variable",
        on_change=hold_case,
        persist_state="session",
    )
    _ask(vocabulary[chosen], form)


def _ask(variable: Variable, form: Form) -> None:
    st.markdown(
        "How well does each fit? 10 fits best, 0 is ruled out; all alike means not known.",
        help=HELP,
    )
    if st.session_state.pop(REFUSED, False):
        st.warning("At least one answer has to fit.")
    now = weights(variable, form.case.evidence.get(variable.name))
    for state in variable.states:
        key = _key(variable, state.name)
        show_in_widget(key, now[state.name])
        st.slider(plain(state.label), 0, MOST, key=key, on_change=_save, args=(variable, form))


def weights(variable: Variable, value: Value | None) -> dict[str, int]:
    """Return how well each state fits, 0 to 10; what is not known leaves all alike."""
    if value is None:
        return dict.fromkeys(variable.state_names, MOST)
    if isinstance(value, str):
        value = (value,)
    fits = value if isinstance(value, Mapping) else dict.fromkeys(value, 1.0)
    best = max(fits.values())
    return {name: round(MOST * fits.get(name, 0.0) / best) for name in variable.state_names}


def _key(variable: Variable, state: str) -> str:
    return f"weight-{variable.name}-{state}"


def _save(variable: Variable, form: Form) -> None:
    """Take the weights for the answer, unless all are 0."""
    fits = {name: st.session_state[_key(variable, name)] for name in variable.state_names}
    fits = {name: weight for name, weight in fits.items() if weight}
    if not fits:
        st.session_state[REFUSED] = True
        return
    alike = len(set(fits.values())) == 1
    entry: object = list(fits) if alike else {n: weight / MOST for n, weight in fits.items()}
    value = check_value(variable, entry)
    form.save(form.latest().answering(variable.name, "" if value is None else value_text(value)))
