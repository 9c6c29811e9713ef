"""What the model lacks: whether it makes such patients, and which findings go together unasked."""

from collections.abc import Callable

import streamlit as st

from hamknee import Model, predictive_check, residual_dependence
from hamknee.base import HamkneeError, percent, percent_range
from hamknee.charts import dependence_chart, predictive_chart
from hamknee.evaluation import PredictiveCheck, ResidualDependence
from hamknee.network import LabelledCases
from parts.tables import rows_html
from parts.texts import plain, texts
from parts.widgets import dark_theme

Criticism = tuple[PredictiveCheck, ResidualDependence]

MOST_CRITICISED = 2000
"""Rows that are held against cohorts of the model, which takes some seconds."""

DRAWN = 12
"""Answers in the chart, and rows in each table."""


def criticised(model: Model, cases: LabelledCases) -> Criticism:
    """Return both checks of the model on cases."""
    return predictive_check(model, cases), residual_dependence(model, cases)


def show_criticism(key: str, make: Callable[[], Criticism]) -> None:
    """Offer to hold the model against the cases, and show what comes of it.

    Parameters
    ----------
    key : str
        Of the place on the page.
    make : callable
        Works both checks out, or returns what was worked out before.
    """
    st.header("What the model lacks", anchor=False)
    st.markdown(texts().criticism)
    if st.button("Hold the model against these cases", key=f"criticise-{key}"):
        st.session_state[f"criticised-{key}"] = True
    if not st.session_state.get(f"criticised-{key}"):
        return
    try:
        with st.spinner("Making patients by the model"):
            check, dependence = make()
    except HamkneeError as error:
        st.caption(plain(str(error)))
        return
    show_answers(check, key)
    show_pairs(dependence, key)


def show_answers(check: PredictiveCheck, key: str) -> None:
    """Show which answers are given more or less often than the model's patients give them."""
    st.markdown(plain(check.text))
    shown = check.table.head(DRAWN)
    if shown.empty:
        return
    st.altair_chart(
        predictive_chart(shown, dark=dark_theme()),
        theme=None,
        key=f"predictive-{key}",
        alt="How often answers were given, and how often the model's patients give them. The "
        "numbers are in the table below.",
    )
    lines = [
        (
            f"{row['variable_label']}: {row['state_label']}",
            f"{percent(row['observed'])} of {row['n']}",
            f"{percent(row['expected'])} ({percent_range(row['low'], row['high'])})",
        )
        for row in shown.to_dict(orient="records")
    ]
    with st.expander("Answers in numbers"):
        st.html(rows_html(("Answer", "Given", "Expected"), lines, "Answers given and expected"))


def show_pairs(dependence: ResidualDependence, key: str) -> None:
    """Show which findings go together otherwise than the model says."""
    st.markdown(plain(dependence.text))
    if not dependence.pairs:
        return
    st.altair_chart(
        dependence_chart(dependence.matrix, dark=dark_theme()),
        theme=None,
        key=f"dependence-{key}",
        alt="Which findings go together otherwise than the model says. The first pairs are in the "
        "table below.",
    )
    lines = [
        (
            f"{row['first_label']}: {row['first_state_label']}",
            f"{row['second_label']}: {row['second_state_label']}",
            f"{row['observed']:.0f} of {row['n']:,}",
            f"{row['expected']:.1f}",
            f"{row['p_adjusted']:.2g}",
        )
        for row in dependence.table.head(DRAWN).to_dict(orient="records")
    ]
    head = ("Finding", "With", "Both", "Expected", "p, all pairs allowed for")
    with st.expander("Pairs in numbers"):
        st.html(rows_html(head, lines, "Pairs of findings"))
