"""Scores on a page: beside simple rivals, by diagnosis, as a confusion, as a calibration."""

import math

import pandas as pd
import streamlit as st

from hamknee.base import HamkneeError, percent, percent_range
from hamknee.charts import confusion, reliability, score_intervals
from hamknee.evaluation import (
    FORECASTS,
    MEASURES,
    SHARES,
    Calibration,
    Evaluation,
    Which,
    number_range,
)
from parts.sentences import MASS
from parts.tables import scrolling, table_html
from parts.texts import plain, texts
from parts.widgets import dark_theme, pick

WHICH: dict[str, Which] = {"Every condition": "every", "The first one": "first"}
"""Which probabilities are held against what came true."""

COLUMNS = ["measure", "value", "low", "high"]

BY_FILE = "by the file"


def show_scores(evaluation: Evaluation, key: str, of_file: Evaluation | None = None) -> None:
    """Show every measure beside the rivals: one as a chart, all as a table.

    Parameters
    ----------
    evaluation : Evaluation
        What is shown.
    key : str
        Of the place on the page.
    of_file : Evaluation, optional
        Of the numbers of the file, where others are in force.
    """
    table = evaluation.table
    if of_file is not None:
        theirs = of_file.table.query("forecast == 'model'").assign(forecast=BY_FILE)
        table = pd.concat([table, theirs], ignore_index=True)
    measure = pick("Measure", MEASURES, f"measure-{key}", MEASURES.__getitem__)
    st.caption(plain(texts().measures[measure]))
    st.altair_chart(
        score_intervals(table, measure, dark=dark_theme()),
        theme=None,
        key=f"scores-{key}",
        alt=f"{MEASURES[measure]}, of hamknee and of simpler rivals, each with its interval. "
        "The numbers are in the table below.",
    )
    st.html(scores_html(table, evaluation.mass))


def show_words() -> None:
    """Explain the words of the sentence about scores, for those who do not know them."""
    words = [(MEASURES[name], meaning) for name, meaning in texts().measures.items()]
    words += [(FORECASTS[name], meaning) for name, meaning in texts().rivals.items()]
    with st.expander("What these words mean"):
        st.markdown("\n".join(f"- **{plain(word)}**: {plain(meaning)}" for word, meaning in words))


def show_intervals(evaluation: Evaluation) -> None:
    """Tell why the intervals of scores are not those of a ranking."""
    text = texts().intervals.format(scores=percent(evaluation.mass), ranking=percent(MASS))
    st.caption(plain(text))


def scores_html(table: pd.DataFrame, mass: float) -> str:
    """Return all measures of all forecasts as a table."""
    rows = [
        (
            FORECASTS.get(str(forecast), str(forecast)),
            *(in_words(*row) for row in zip(*(of[name] for name in COLUMNS), strict=True)),
        )
        for forecast, of in table.groupby("forecast", sort=False)
    ]
    head = (f"With {percent(mass)} intervals", *MEASURES.values())
    return scrolling(table_html(head, rows), "Scores")


def in_words(measure: str, value: float, low: float, high: float) -> str:
    """Return a measure with its interval."""
    if measure in SHARES:
        return f"{percent(value)} ({percent_range(low, high)})"
    if math.isinf(value):
        return "infinite"
    return number_range(value, low, high)


def show_by_diagnosis(evaluation: Evaluation, key: str) -> None:
    """Show which condition comes first for which diagnosis: as a chart, and as a table."""
    with st.container(key=f"confusion-{key}"):
        st.altair_chart(
            confusion(evaluation.confusion, dark=dark_theme()),
            theme=None,
            alt="How many cases of each diagnosis got each condition first. The table below "
            "holds the right ones.",
        )
    rows = [
        (
            row["label"],
            str(row["n"]),
            *(
                in_words(name, row[name], row[f"{name}_low"], row[f"{name}_high"])
                for name in SHARES
            ),
            percent(row["mean_p"]),
        )
        for row in evaluation.by_condition.to_dict(orient="records")
    ]
    head = ("Diagnosis", "Cases", MEASURES["top1"], MEASURES["top3"], "Mean probability of it")
    with st.expander("By diagnosis, in numbers"):
        st.html(scrolling(table_html(head, rows), "Right answers by diagnosis"))


def show_calibration(evaluation: Evaluation, key: str) -> None:
    """Show whether probabilities come true as often as they say."""
    which = pick("Probabilities of", WHICH, f"calibration-of-{key}")
    try:
        calibration = evaluation.calibration(of=WHICH[which])
    except HamkneeError as error:
        st.caption(plain(str(error)))
        return
    st.altair_chart(
        reliability(calibration.reliability, dark=dark_theme()),
        theme=None,
        key=f"reliability-{key}",
        alt="How often probabilities came true. The numbers are in the table below.",
    )
    st.markdown(plain(calibration.text))
    with st.expander("Calibration in numbers"):
        st.html(scrolling(calibration_html(calibration), "Calibration"))


def calibration_html(calibration: Calibration) -> str:
    """Return the bins of a reliability diagram as a table."""
    rows = [
        (
            percent(row["predicted"]),
            f"{percent(row['observed'])} ({percent_range(row['low'], row['high'])})",
            f"{row['n']:,}",
        )
        for row in calibration.reliability.to_dict(orient="records")
    ]
    return table_html(("Mean probability", "Came true", "Statements"), rows)
