"""The marks of charts that have one row of the page for each row of a table.

In every row the words stand above the marks, so that a chart reads the same on a telephone and on a
wide screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from hamknee.chart_style import Colours, percent_axis

if TYPE_CHECKING:
    import pandas as pd

ROW = 38
"""Height of one row, in pixels: a line of words above its bar."""

WORDS, MARKS = -7, 9
"""Where in a row words and marks stand, in pixels below its middle."""


def in_rows(rows: pd.DataFrame) -> alt.Chart:
    """Return a chart with one row for each row of a table, by its column ``rank``."""
    y = alt.Y("rank:O", axis=None, scale=alt.Scale(padding=0))
    chart: alt.Chart = alt.Chart(rows).encode(y=y)
    return chart


def share(field: str, colours: Colours, title: str) -> alt.X:
    """Return the place of a proportion on a scale that is 0 to 100 % for every case."""
    scale = alt.Scale(domain=[0, 1], nice=False)
    return alt.X(f"{field}:Q", scale=scale, axis=percent_axis(colours), title=title)


def track(base: alt.Chart, colours: Colours, low: float = 0, high: float = 1) -> alt.Chart:
    """Return the empty scale of each row."""
    bar = base.mark_bar(color=colours.track, cornerRadius=2, height=8, yOffset=MARKS)
    chart: alt.Chart = bar.encode(x=alt.datum(low, type="quantitative"), x2=alt.datum(high))
    return chart


def band(base: alt.Chart, colours: Colours, low: str, high: str) -> alt.Chart:
    """Return a bar from one column to another."""
    bar = base.mark_bar(color=colours.band, cornerRadius=2, height=8, yOffset=MARKS)
    chart: alt.Chart = bar.encode(x=alt.X(f"{low}:Q"), x2=f"{high}:Q")
    return chart


def dot(base: alt.Chart, colours: Colours, field: str) -> alt.Chart:
    """Return a dot at a column."""
    circle = base.mark_circle(
        color=colours.text, size=110, opacity=1, stroke=colours.ground, strokeWidth=1, yOffset=MARKS
    )
    chart: alt.Chart = circle.encode(x=alt.X(f"{field}:Q"))
    return chart


def label(base: alt.Chart, colours: Colours, beside: int) -> alt.Chart:
    """Return what each row is called, cut where it would run into the words at the end of the row.

    Parameters
    ----------
    base, colours
        As for the other marks.
    beside : int
        Room that the words at the end take, in pixels.
    """
    text = base.mark_text(
        align="left",
        color=colours.text,
        fontSize=14,
        dy=WORDS,
        limit=alt.ExprRef(f"max(60, width - {beside})"),
    )
    chart: alt.Chart = text.encode(x=alt.value(0), text="label:N")
    return chart


def number(
    base: alt.Chart, colours: Colours, field: str, *, bold: bool = False, dx: int = 0
) -> alt.Chart:
    """Return a number in words at the end of each row."""
    text = base.mark_text(
        align="right",
        color=colours.text if bold else colours.quiet,
        fontSize=14 if bold else 13,
        fontWeight=600 if bold else "normal",
        dx=dx,
        dy=WORDS,
    )
    chart: alt.Chart = text.encode(x=alt.value("width"), text=f"{field}:N")
    return chart
