"""Answers fitted to a visitor's own cases: a layer is tried, shown, and given back as a file."""

import json

import streamlit as st

from checking.scores import in_words
from hamknee import Model, recalibrate
from hamknee.base import HamkneeError
from hamknee.charts import reliability
from hamknee.evaluation import FORECASTS, MEASURES, Recalibration
from hamknee.network import LabelledCases
from parts.tables import scrolling, table_html
from parts.texts import plain, texts
from parts.widgets import dark_theme


def recalibrated(model: Model, cases: LabelledCases, name: str) -> Recalibration | str:
    """Return the layer fitted to cases, or why it cannot be."""
    try:
        return recalibrate(model, cases, name=name)
    except HamkneeError as error:
        return str(error)


def show_recalibration(fitted: Recalibration | str) -> None:
    """Show what the layer is worth on cases it was not fitted to, and offer it as a file."""
    if isinstance(fitted, str):
        st.caption(plain(fitted))
        return
    st.markdown(plain(fitted.text))
    st.altair_chart(
        reliability(fitted.calibration().reliability, dark=dark_theme()),
        theme=None,
        key="recalibrated-reliability",
        alt="How often recalibrated probabilities came true. The scores are in the table below.",
    )
    st.html(scrolling(recalibration_html(fitted), "With the layer and without"))
    st.download_button(
        "Download the layer",
        json.dumps(fitted.layer.content(), indent=2),
        file_name="recalibration.json",
        mime="application/json",
        key="recalibration-file",
        on_click="ignore",
    )
    st.caption(plain(texts().recalibration_file))


def recalibration_html(fitted: Recalibration) -> str:
    """Return the scores with the layer and without as a table."""
    rows = [
        (
            FORECASTS[forecast],
            *(
                in_words(
                    measure,
                    fitted.board.value(forecast, measure),
                    *fitted.board.interval(forecast, measure),
                )
                for measure in MEASURES
            ),
        )
        for forecast in fitted.board.by_case
    ]
    return table_html(("By cross-validation", *MEASURES.values()), rows)
