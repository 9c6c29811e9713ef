"""Puts charts on a page: the drawing is made once, the rows are exchanged.

To put a chart together takes as long as all the rest of a page. Its drawing depends on nothing but
the ground it stands on and, for some charts, the number of rows; so it is kept, and the browser
moves the marks of the chart it has instead of building another.
"""

from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from parts.widgets import dark_theme

ROWS = "rows"


def show_chart(
    chart: Callable[..., alt.LayerChart],
    table: pd.DataFrame,
    rows: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
    *,
    key: str,
    alt: str,
) -> None:
    """Show a chart of `hamknee.charts`.

    Parameters
    ----------
    chart : callable
        Takes the table and ``dark``.
    table : DataFrame
        What the chart takes.
    rows : callable, optional
        Makes of the table what the chart draws; not needed where it draws the table itself.
    key : str
        Of the place on the page.
    alt : str
        What the chart shows, the same for all rows: another text would make another chart. The
        numbers themselves have to stand beside it.
    """
    dark = dark_theme()
    drawn = table if rows is None else rows(table)
    drawing = _drawing(f"{chart.__module__}.{chart.__name__}", len(drawn), dark, chart, table)
    with st.container(key=key):
        datasets = {**drawing.get("datasets", {}), ROWS: drawn}
        st.vega_lite_chart({**drawing, "datasets": datasets}, theme=None, alt=alt)


@st.cache_data(show_spinner=False, max_entries=256)
def _drawing(
    name: str,  # noqa: ARG001 - the key, because functions are compared by their code
    count: int,  # noqa: ARG001 - the key
    dark: bool,
    _chart: Callable[..., alt.LayerChart],
    _table: pd.DataFrame,
) -> dict[str, Any]:
    """Return the drawing of a chart without its rows, but with what never changes, as scales."""
    drawing: dict[str, Any] = _chart(_table, dark=dark).to_dict()
    drawing["autosize"] = {"type": "fit-x", "contains": "padding"}  # rows keep their height
    fixed = drawing.pop("datasets")
    columns = set(_table.columns)
    made = next(n for n, rows in fixed.items() if len(fixed) == 1 or set(rows[0]) == columns)
    del fixed[made]
    renamed: dict[str, Any] = _renamed(drawing, made)
    return renamed | ({"datasets": fixed} if fixed else {})


def _renamed(part: Any, made: str) -> Any:
    """Return a drawing whose rows have one name, whatever they hold."""
    if isinstance(part, dict):
        return {k: ROWS if v == made else _renamed(v, made) for k, v in part.items()}
    return [_renamed(item, made) for item in part] if isinstance(part, list) else part
