"""What charts share: colours, quiet axes, and the marks of those that draw a table row by row.

In every row the words stand above the marks, so that a chart reads the same on a telephone and on a
wide screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import altair as alt

if TYPE_CHECKING:
    import pandas as pd


FONT = "Source Sans, Source Sans Pro, system-ui, sans-serif"


@dataclass(frozen=True)
class Colours:
    """The colours of a chart on a light or a dark ground.

    Parameters
    ----------
    text, quiet : str
        Words, and words that matter less.
    bar, track : str
        What is measured, and the empty part of its scale.
    band : str
        How far what is measured may vary, under a mark in the colour of words.
    ground : str
        What the chart stands on.
    """

    text: str
    quiet: str
    bar: str
    track: str
    band: str
    ground: str


LIGHT = Colours(
    text="#1b2733",
    quiet="#56636f",
    bar="#33698f",
    track="#e8edf1",
    band="#6f98b5",
    ground="#ffffff",
)
DARK = Colours(
    text="#e8edf2",
    quiet="#a3b0bc",
    bar="#6ea8d0",
    track="#26313c",
    band="#4a7796",
    ground="#11181f",
)


def colours(dark: bool) -> Colours:
    """Return the colours for a light or a dark ground."""
    return DARK if dark else LIGHT


def percent_axis() -> alt.Axis:
    """Return the axis of a proportion from 0 to 1, shown in percent."""
    return alt.Axis(
        values=[0, 0.25, 0.5, 0.75, 1],
        labelExpr="100 * datum.value + ' %'",
        labelFlush=True,
    )


def share(field: str, quantity: str, *marks: str) -> alt.X:
    """Return the place of a proportion on a scale that is 0 to 100 % for every case.

    The title says which number it is, and below that what the marks stand for.
    """
    scale = alt.Scale(domain=[0, 1], nice=False)
    return alt.X(f"{field}:Q", scale=scale, axis=percent_axis(), title=[quantity, *marks])


def estimates(base: alt.Chart, palette: Colours, x: alt.X, y: alt.Y | None = None) -> alt.Chart:
    """Return a dot for each estimate."""
    dots = base.mark_point(color=palette.bar, filled=True, size=70, opacity=1).encode(x=x)
    chart: alt.Chart = dots if y is None else dots.encode(y=y)
    return chart


def names_axes(palette: Colours) -> tuple[alt.Axis, alt.Axis]:
    """Return the axes of a square of names: upright on the left, slanting below."""
    names = alt.Axis(labelColor=palette.text, labelFontSize=11, labelLimit=190, titleFontSize=11)
    slanting = names.copy()
    slanting.labelAngle = -40
    return names, slanting


def tips(figures: str = "", /, **titles: str) -> list[alt.Tooltip]:
    """Return what is shown under the pointer: columns by their titles, of words or of figures."""
    if not figures:
        return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]
    return [alt.Tooltip(f"{f}:Q", title=title, format=figures) for f, title in titles.items()]


def finish(
    chart: alt.LayerChart | alt.FacetChart, palette: Colours, height: int | alt.Step
) -> alt.LayerChart:
    """Return a chart as wide as its container, with quiet axes on the ground of the page.

    Parameters
    ----------
    chart : alt.LayerChart or alt.FacetChart
        What is drawn.
    palette : Colours
        Those it is drawn in.
    height : int or alt.Step
        In pixels, of the whole or of each row.
    """
    finished: alt.LayerChart = (
        chart.properties(width="container", height=height)
        .configure(background="transparent", font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=palette.quiet,
            labelFontSize=12,
            titleColor=palette.quiet,
            titleFontSize=12,
            titleFontWeight="normal",
            titleAnchor="start",
            grid=False,
            ticks=False,
            domain=False,
        )
    )
    return finished


ROW = 38
"""Height of one row, in pixels: a line of words above its bar."""

WORDS, MARKS = -7, 9
"""Where in a row words and marks stand, in pixels below its middle."""


def in_rows(rows: pd.DataFrame) -> alt.Chart:
    """Return a chart with one row for each row of a table, by its column ``rank``."""
    y = alt.Y("rank:O", axis=None, scale=alt.Scale(padding=0))
    chart: alt.Chart = alt.Chart(rows).encode(y=y)
    return chart


def track(
    base: alt.Chart, palette: Colours, low: float = 0, high: float = 1, *, height: int = 8
) -> alt.Chart:
    """Return the empty scale of each row."""
    bar = base.mark_bar(color=palette.track, cornerRadius=2, height=height, yOffset=MARKS)
    chart: alt.Chart = bar.encode(x=alt.datum(low, type="quantitative"), x2=alt.datum(high))
    return chart


def band(base: alt.Chart, palette: Colours, low: str, high: str) -> alt.Chart:
    """Return a bar from one column to another."""
    bar = base.mark_bar(color=palette.band, cornerRadius=2, height=8, yOffset=MARKS)
    chart: alt.Chart = bar.encode(x=alt.X(f"{low}:Q"), x2=f"{high}:Q")
    return chart


def dot(base: alt.Chart, palette: Colours, field: str) -> alt.Chart:
    """Return a dot at a column."""
    circle = base.mark_circle(
        color=palette.text, size=110, opacity=1, stroke=palette.ground, strokeWidth=1, yOffset=MARKS
    )
    chart: alt.Chart = circle.encode(x=alt.X(f"{field}:Q"))
    return chart


def label(
    base: alt.Chart, palette: Colours, *, beside: int | None = None, lift: int = WORDS
) -> alt.Chart:
    """Return what each row is called.

    Parameters
    ----------
    base, palette
        As for the other marks.
    beside : int, optional
        Room that the words at the end of the row take, in pixels: the name is cut before them.
    lift : int
        Where the words stand, in pixels below the middle of the row.
    """
    limit = alt.Undefined if beside is None else alt.ExprRef(f"max(60, width - {beside})")
    text = base.mark_text(align="left", color=palette.text, fontSize=14, dy=lift, limit=limit)
    chart: alt.Chart = text.encode(x=alt.value(0), text="label:N")
    return chart


def number(
    base: alt.Chart,
    palette: Colours,
    field: str,
    *,
    bold: bool = False,
    dx: int = 0,
    lift: int = WORDS,
) -> alt.Chart:
    """Return a number in words at the end of each row."""
    text = base.mark_text(
        align="right",
        color=palette.text if bold else palette.quiet,
        fontSize=14 if bold else 13,
        fontWeight=600 if bold else "normal",
        dx=dx,
        dy=lift,
    )
    chart: alt.Chart = text.encode(x=alt.value("width"), text=f"{field}:N")
    return chart
