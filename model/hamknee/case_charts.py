"""Charts of one case: its ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from hamknee.chart_style import colours, finish, percent_axis
from hamknee.results import percent

if TYPE_CHECKING:
    import pandas as pd

ROW = 38
"""Height of one row of a ranking, in pixels: a line of words above its bar."""


def ranking(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return a ranking: a bar for each probability, a line where it started.

    The words stand above their bar, so that the chart reads the same on a telephone and on a wide
    screen. The scale is always 0 to 100 %, so that charts of two cases can be compared. One colour
    serves all bars: which is which is told by position and label.

    Parameters
    ----------
    table : DataFrame
        As `Posterior.table`: columns ``label``, ``probability`` and ``prior`` (proportions), most
        probable first.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.
    """
    palette = colours(dark)
    rows = table[["label", "probability", "prior"]].assign(
        now=table["probability"].map(percent), before=table["prior"].map(percent)
    )
    base = alt.Chart(rows).encode(
        y=alt.Y("label:N", sort=list(rows["label"]), axis=None, scale=alt.Scale(padding=0)),
        tooltip=[
            alt.Tooltip("label:N", title="Condition"),
            alt.Tooltip("now:N", title="Probability"),
            alt.Tooltip("before:N", title="Starting probability"),
        ],
    )
    share = alt.X(
        "probability:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=percent_axis(palette),
        title="Bar: probability. Line: starting probability.",
    )
    # Words stand 7 pixels above the middle of a row, bars 9 below it.
    track = base.mark_bar(color=palette.track, cornerRadius=2, height=8, yOffset=9)
    bar = base.mark_bar(color=palette.bar, cornerRadius=2, height=8, yOffset=9)
    start = base.mark_tick(color=palette.text, thickness=2, height=16, yOffset=9)
    name = base.mark_text(align="left", color=palette.text, fontSize=14, dy=-7)
    number = base.mark_text(align="right", color=palette.text, fontSize=14, dy=-7, fontWeight=600)
    layers = alt.layer(
        track.encode(x=alt.datum(0, type="quantitative"), x2=alt.datum(1)),
        bar.encode(x=share),
        start.encode(x="prior:Q"),
        name.encode(x=alt.value(0), text="label:N"),
        number.encode(x=alt.value("width"), text="now:N"),
    )
    return finish(layers, ROW * len(rows))
