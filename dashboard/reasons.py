"""Why: what each answer counts for a condition, or for one rather than another."""

import streamlit as st

import assessed
from answer import lead_to_numbers
from drawing import show_chart
from evidence import VisitorCase, hold_case
from hamknee import Model
from hamknee.charts import contrast, contrast_rows, waterfall, waterfall_rows
from hamknee.network import Variable
from hamknee.reasoning import Reasons
from texts import plain

FIRST, OTHERS = "", ""
"""The options of no condition in particular: the first one, and all others together."""

HELP = (
    "How much an answer counts is its weight of evidence: the logarithm of how many times as "
    "likely it is with the condition as without it (1 bit is twice, 2 bits are four times). It is "
    "the mean over all orders in which the answers could have come in."
)
WATERFALL_ALT = "From the starting probability to the present one, a step for each answer."
CONTRAST_ALT = "What each answer says for the first condition rather than for the second."


def show_reasons(model: Model, case: VisitorCase, order: list[int]) -> None:
    """Show the weights of the answers.

    Parameters
    ----------
    model, case
        What is explained.
    order : list of int
        The states of the target, most probable first.
    """
    target = model.vocabulary.target
    with st.container(key="choose-reasons", horizontal=True):
        state = _choose("Explain", target, target.states[order[0]].label, "explained", FIRST)
        rival = _choose("rather than", target, "all others together", "rival", OTHERS)
    state = state or target.state_names[order[0]]
    if rival == state:
        st.markdown("Choose two different conditions.")
        return
    found = assessed.reasons(model, case, state, rival or None)
    if not found.findings:
        st.markdown("There is nothing to weigh before the first answer.")
        return
    if rival:
        show_chart(contrast, contrast_rows(found), key="contrast", alt=CONTRAST_ALT)
    else:
        show_chart(waterfall, waterfall_rows(found), key="waterfall", alt=WATERFALL_ALT)
    st.markdown(sentences(found), help=HELP)
    show_numbers_behind(found)


def _choose(label: str, target: Variable, neutral: str, key: str, option: str) -> str:
    """Return the state that is chosen, or the option that names none."""
    chosen: str = st.selectbox(
        label,
        [option, *target.state_names],
        format_func=lambda name: target.state(name).label if name else neutral,
        key=key,
        on_change=hold_case,
    )
    return chosen


def sentences(found: Reasons) -> str:
    """Return one sentence a finding in Markdown."""
    total, *rest = found.text.split("\n")
    return "\n".join([plain(total), "", *(f"- {plain(line)}" for line in rest)])


def show_numbers_behind(found: Reasons) -> None:
    """Lead to the numbers of each finding."""
    variables = found.case.model.vocabulary.variables
    with st.container(key="numbers-behind", horizontal=True):
        st.caption("The numbers behind it:", width="content")
        for variable in (variables[number] for number in found.findings):
            lead_to_numbers(plain(variable.label), variable.name)
