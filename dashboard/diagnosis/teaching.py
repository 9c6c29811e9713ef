"""How an answer works: one finding as a test, and the way from the start through every answer."""

import streamlit as st

import hamknee
from diagnosis.asking import Form
from hamknee import Model
from hamknee.base import percent, round_factor
from hamknee.charts import fagan, fagan_rows
from hamknee.network import Evidence, Variable
from hamknee.reasoning import Reasons
from hamknee.sensitivity import FindingValue
from parts.drawing import show_chart
from parts.tables import table_html
from parts.texts import in_html, plain
from state import answers
from state.case import VisitorCase, hold_case

PEOPLE = 1000

ALONE, IN_TURN = "where it is looked at", "what was answered before it"
"""What a finding is judged given."""

FAGAN_ALT = (
    "Fagan's nomogram: a straight line leads from the probability before the finding through its "
    "likelihood ratio to the one after; dashed, where the finding is not there."
)


def show_teaching(model: Model, form: Form) -> None:
    """Show one finding as a test for one condition, and what each answer did in turn."""
    case = form.case
    known = case.evidence
    findings = [model.vocabulary[name] for name in known.only("trait", "finding")]
    testable = [variable for variable in findings if isinstance(known[variable.name], str | tuple)]
    if not testable:
        st.markdown("Answer a question first: then you see here how its answer works.")
        return
    target = model.vocabulary.target
    with st.container(key="choose-teaching", horizontal=True):
        state = _choose("As a test for", target.state_names, target, "taught-state", model, known)
        names = [variable.name for variable in testable]
        if st.session_state.get("taught-finding") not in names:
            st.session_state["taught-finding"] = _weightiest(model, case, state, names)
        name = st.selectbox(
            "The answer to",
            names,
            format_func=lambda n: model.vocabulary[n].label,
            key="taught-finding",
            on_change=hold_case,
        )
        given = st.selectbox("Given", (ALONE, IN_TURN), key="taught-given", on_change=hold_case)
    try:
        value = _value(model, known, state, name, in_turn=given == IN_TURN)
    except hamknee.HamkneeError:
        st.markdown("What is known already decides this, so no answer is a test for it.")
        return
    st.markdown(plain(value.text))
    with st.container(key="teaching"):
        with st.container(key="teaching-numbers"):
            interval = f"{percent(value.mass)} interval"
            st.html(table_html((value.label, "Value", interval), value.rows))
            st.html(people_html(value))
        show_chart(fagan, fagan_rows(value), key="fagan", alt=FAGAN_ALT)
    show_steps(answers.reasons(model, case, state, None))


def _weightiest(model: Model, case: VisitorCase, state: str, names: list[str]) -> str:
    """Return the finding that counts most, to begin with."""
    table = answers.reasons(model, case, state, None).table
    weights = {row["variable"]: row["shapley"] for row in table.to_dict("records")}
    sure = float("inf")  # a certainty is told in words
    return max(
        names, key=lambda n: sure if isinstance(weights.get(n), str) else abs(weights.get(n, 0.0))
    )


def _choose(
    label: str, names: tuple[str, ...], target: Variable, key: str, model: Model, known: Evidence
) -> str:
    """Return the condition that is chosen; the first one by probability unless another is."""
    if st.session_state.get(key) not in names:
        st.session_state[key] = model.posterior(known).top
    return str(
        st.selectbox(
            label,
            names,
            format_func=lambda name: target.state(name).label,
            key=key,
            on_change=hold_case,
        )
    )


def _value(model: Model, known: Evidence, state: str, name: str, *, in_turn: bool) -> FindingValue:
    """Return what the answer to a question is worth, given the setting or the answers before."""
    order = list(known)
    before = order[: order.index(name)] if in_turn else list(known.only("context"))
    given = {n: known[n] for n in before}
    return answers.kept(
        lambda: hamknee.finding_value(model, given, state, name, known[name]),
        *("finding value", model, known, state, name, in_turn),
    )


def people_html(value: FindingValue) -> str:
    """Return natural frequencies as a table of two by two."""
    (seen, wrong), (missed, spared) = value.people(PEOPLE).tolist()
    head = (f"Of {PEOPLE:,} people", value.condition, "Without it")
    rows = [
        ("With this answer", f"{seen:,}", f"{wrong:,}"),
        ("With another answer", f"{missed:,}", f"{spared:,}"),
    ]
    share = (
        f"Of the {seen + wrong:,} with this answer, {seen:,} have it."
        if seen + wrong
        else "Nobody of them has this answer."
    )
    return f"{table_html(head, rows)}<p>{in_html(share)}</p>"


def show_steps(reasons: Reasons) -> None:
    """Show what each answer did to the odds, in the order in which they were entered."""
    st.subheader("Answer by answer", anchor=False)
    steps = reasons.steps(PEOPLE)
    rows = [
        (
            row["label"],
            "" if place == 0 else round_factor(row["likelihood_ratio"]),
            odds_words(row["odds"]),
            percent(row["probability"]),
            f"{row['people']:,}",
        )
        for place, row in enumerate(steps.to_dict("records"))
    ]
    head = ("In the order entered", "Times", "Odds", "Probability", f"Of {PEOPLE:,} people")
    st.html(table_html(head, rows))


def odds_words(odds: float) -> str:
    """Return odds as people say them."""
    if odds >= 1:
        return "certain" if odds == float("inf") else f"{round_factor(odds)} to 1"
    return f"1 to {round_factor(1 / odds)}" if odds else "none"
