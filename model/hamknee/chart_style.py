"""Colours, fonts and axes that all charts share."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt

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


def percent_axis(colours: Colours) -> alt.Axis:
    """Return the axis of a proportion from 0 to 1, shown in percent."""
    return alt.Axis(
        values=[0, 0.25, 0.5, 0.75, 1],
        labelExpr="100 * datum.value + ' %'",
        labelFlush=True,
        labelColor=colours.quiet,
        labelFontSize=12,
        titleColor=colours.quiet,
        titleFontSize=12,
        titleFontWeight="normal",
        titleAnchor="start",
        grid=False,
        ticks=False,
        domain=False,
    )


def finish(chart: alt.LayerChart | alt.FacetChart, height: int | alt.Step) -> alt.LayerChart:
    """Return a chart as wide as its container, on the ground of the page.

    Parameters
    ----------
    chart : alt.LayerChart or alt.FacetChart
        What is drawn.
    height : int or alt.Step
        In pixels, of the whole or of each row.
    """
    finished: alt.LayerChart = (
        chart.properties(width="container", height=height)
        .configure(background="transparent", font=FONT)
        .configure_view(stroke=None)
    )
    return finished
