"""What follows from the numbers: the panels of the Tune page."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import streamlit as st

import hamknee
from hamknee.base import percent, round_percent
from hamknee.charts import (
    difference_rows,
    numbers_compared,
    sensitivity_curve,
    tornado_chart,
    tornado_rows,
)
from hamknee.network import Variable
from hamknee.sensitivity import ChangedNumbers, Difference
from parts.drawing import show_chart
from parts.published_case import show_case
from parts.sentences import contradiction_text, has_findings, headline
from parts.tables import table_html
from parts.texts import plain, plain_label
from parts.widgets import dark_theme
from state import answers
from state.case import VisitorCase
from state.edits import NEAR
from state.numbers import in_force, of_file
from tuning.changing import THIS, Chosen, change, choose
from tuning.number_rows import number_range

MOST = 10
"""Numbers shown in a tornado."""


# Effect -----------------------------------------------------------------------------------


def show_on_cases(model: hamknee.Model, case: VisitorCase, chosen: Chosen) -> None:  # noqa: ARG001
    """Show the current case and the published ones, by the file and by the numbers in force."""
    now = answers.interval(model, case)
    before = answers.interval(of_file().model, case)
    st.header("This case", anchor=False)
    by_file = headline(before).partition(": ")[2]
    more = f" By the file: {plain(by_file)}." if in_force().edited else ""
    st.markdown(f"{plain(headline(now))}.{more}")
    if has_findings(now.posterior):
        st.caption(plain(f"Your answers: {now.posterior.findings_text}"))
    else:
        st.page_link("views/diagnose.py", label="Answer some questions, then come back")
    rows = difference_rows(before.table, now.table)
    show_chart(numbers_compared, rows, key="compared", alt="Each condition by both sets of numbers")
    with st.expander("In numbers"):
        numbers = zip(rows["label"], rows["a"].map(percent), rows["b"].map(percent), strict=True)
        st.html(table_html((model.vocabulary.target.label, "By the file", "Now"), numbers))
    st.header("Published cases", anchor=False)
    show_published(answers.difference(of_file(), in_force()), model.vocabulary.target)


def show_published(difference: Difference, target: Variable) -> None:
    """Show which published cases get another first diagnosis."""
    if difference.labelled is None:
        st.markdown("The published cases do not fit the questions of this model.")
        return
    if not in_force().edited:
        st.markdown(
            f"{len(difference.labelled)} published cases are worked out again with every change. "
            "Those that get another first diagnosis are listed here."
        )
        return
    st.markdown(plain(difference.cases_text), help=plain(difference.distance_text) or None)
    flips = difference.flips
    for row, case in zip(flips.index.tolist(), flips.to_dict("records"), strict=True):
        show_case(difference.labelled, row, flip_text(target, case))


def flip_text(target: Variable, case: Mapping[Hashable, Any]) -> str:
    """Return in Markdown what was behind a case, and what came first and what comes first now."""
    label = {state.name: state.label for state in target.states}
    right = " or ".join(label[name] for name in str(case["diagnosis"] or "").split("|") if name)
    before, now = (
        label.get(case[column], "impossible") for column in ("first_before", "first_after")
    )
    firsts = f"First by the file: {before}. First now: {now}."
    return f"**{plain(right or 'Not diagnosed')}.** {plain(firsts)}"


# One number -------------------------------------------------------------------------------


def show_curve(model: hamknee.Model, case: VisitorCase, chosen: Chosen) -> None:
    """Show how the case depends on the chosen number."""
    state = ask_condition(model, case)
    number = (chosen.variable, chosen.state, dict(chosen.given))
    function = hamknee.sensitivity_function(model, case.evidence, state, number)
    low, high = number_range(chosen.row(in_force().priors))
    label = model.vocabulary.target.state(state).label
    st.markdown(plain(f"How the probability of {label} depends on {THIS}"))
    chart = sensitivity_curve(function, low, high, dark=dark_theme())
    st.altair_chart(chart, theme=None, key="curve", alt=function.text)
    st.caption(plain(function.text))


def show_strongest(model: hamknee.Model, case: VisitorCase, chosen: Chosen) -> None:  # noqa: ARG001
    """Show which numbers move the case most, each to be chosen with a click."""
    state = ask_condition(model, case)
    tornado = answers.tornado(model, case, state)
    st.markdown(plain(tornado.text))
    now = float(tornado.posterior.probabilities[tornado.state])
    table = tornado_rows(tornado)
    st.altair_chart(
        tornado_chart(table, now, most=MOST, dark=dark_theme()),
        theme=None,
        key="tornado",
        on_select=choose_clicked,
        alt=tornado.text,
    )
    with st.expander("In numbers, each to be chosen"):
        for row in table.head(MOST).to_dict(orient="records"):
            moves = f"{percent(row['posterior_low'])} to {percent(row['posterior_high'])}"
            words = "; given ".join(filter(None, [row["what"], row["where"]]))
            st.button(
                plain(f"{words}: {moves}"),
                key=f"choose-{row['place']}",
                type="tertiary",
                on_click=choose_place,
                args=(row["place"],),
            )


def choose_clicked() -> None:
    """Look at the number that was clicked."""
    if clicked := st.session_state["tornado"]["selection"]["number"]:
        choose_place(clicked[0]["place"])


def choose_place(place: str) -> None:
    """Look at a number."""
    choose(Chosen.named(*place.split("|")))


# What would have to change ----------------------------------------------------------------


def show_would_change(model: hamknee.Model, case: VisitorCase, chosen: Chosen) -> None:  # noqa: ARG001
    """Show the smallest change that brings a condition to a level."""
    state = ask_condition(model, case)
    label = model.vocabulary.target.state(state).label
    level = st.number_input(
        plain_label(f"What would have to change to bring {label} to this probability, in percent?"),
        value=50.0,
        step=5.0,
        format="%.4g",
        key="tune-level",
    )
    if not 0 < level < 100:
        st.error(plain(f"You entered {level:g} %. Allowed: more than 0 and less than 100 %."))
        return
    if abs(model.posterior(case.evidence)[state] - level / 100) < NEAR:
        st.markdown(plain(f"The probability of {label} is {round_percent(level / 100)} as it is."))
        return
    smallest = hamknee.what_would_change(model, case.evidence, state, level / 100)
    st.markdown(plain(smallest.text), help=plain(smallest.distance_text) or None)
    for wanted, words in ((smallest.one, "Try it"), (smallest.two, "Try the two")):
        if wanted is not None and apart(wanted):
            st.button(words, key=f"try-{words}", on_click=try_change, args=(model, wanted))


def apart(wanted: ChangedNumbers) -> bool:
    """Whether the numbers stand in different columns, so that one does not move the other."""
    first, *rest = wanted.places
    return not any(first.same_column(other) for other in rest)


def try_change(model: hamknee.Model, wanted: ChangedNumbers) -> None:
    """Put a change in force."""
    for place, value in zip(wanted.places, wanted.after, strict=True):
        change(Chosen.named(*place.names(model)), probability=value)


# Parts ------------------------------------------------------------------------------------


def ask_condition(model: hamknee.Model, case: VisitorCase) -> str:
    """Ask which state of the target to look at; the most probable one unless another is chosen."""
    target = model.vocabulary.target
    if st.session_state.get("tune-condition") not in target.state_names:
        st.session_state["tune-condition"] = preferred_state(model, case)
    return str(
        st.selectbox(
            plain_label(target.label),
            target.state_names,
            key="tune-condition",
            format_func=lambda name: target.state(name).label,
        )
    )


def preferred_state(model: hamknee.Model, case: VisitorCase) -> str:
    """Return the most probable state of the target, or its first where the case is impossible."""
    try:
        return model.posterior(case.evidence).top
    except hamknee.ImpossibleEvidenceError:
        return model.vocabulary.target.state_names[0]


def show_impossible(model: hamknee.Model, error: hamknee.ImpossibleEvidenceError) -> None:
    """Say which answers cannot be true together by the numbers in force."""
    st.warning(contradiction_text(model.vocabulary, error))


PANELS: Mapping[str, Callable[[hamknee.Model, VisitorCase, Chosen], None]] = {
    "Effect": show_on_cases,
    "This number": show_curve,
    "What matters most": show_strongest,
    "What would have to change": show_would_change,
}
"""What can be looked at beside the number."""
