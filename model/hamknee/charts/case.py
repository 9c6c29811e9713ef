"""Charts of one case: its ranking, people like it, and two versions of it.

Each chart is a pure function of a tidy table. What is drawn depends on the rows alone, never on
what stands in them, so that a page may put the drawing together once and exchange the rows; the
functions named ``…_rows`` make them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from hamknee.base import A_TABLE, percent, percent_range, takes
from hamknee.charts.style import (
    MARKS,
    ROW,
    band,
    colours,
    dot,
    finish,
    in_rows,
    label,
    number,
    share,
    tips,
    track,
)

if TYPE_CHECKING:
    import pandas as pd


ACROSS = 50
"""Icons in one line of an array."""

TONES = ("first", "second", "third", "others")

MOST_LETTERS = 16
"""Of an interval at the end of a row of the ranking."""


# Ranking ----------------------------------------------------------------------------------


@takes(table=A_TABLE)
def ranking(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return a ranking: a dot for each probability, a bar for its interval, a line at its start.

    The words stand above the marks, so that the chart reads the same on a telephone and on a wide
    screen. The scale is always 0 to 100 %, so that charts of two cases can be compared. One colour
    serves all: which is which is told by position and label.

    Parameters
    ----------
    table : DataFrame
        As `CredibleInterval.table`, or `Posterior.table`, which has no intervals: columns
        ``label``, ``probability``, ``prior`` and perhaps ``low`` and ``high`` (proportions), most
        probable first.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import ranking
    >>> interval = hamknee.credible_interval(hamknee.load(), {"pop": "yes"}, draws=50, seed=1)
    >>> chart = ranking(interval.table.head(5))  # in a notebook, say its name to see it
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['bar', 'bar', 'tick', 'circle', 'text', 'text', 'text']
    >>> len(chart.data)
    5
    """
    palette = colours(dark)
    rows = ranking_rows(table)
    base = in_rows(rows).encode(
        tooltip=tips(label="What", now="Now", interval="Interval", before="Starting probability")
    )
    start = base.mark_tick(color=palette.quiet, thickness=2, height=18, yOffset=MARKS)
    layers = alt.layer(
        track(base, palette),
        band(base, palette, "low", "high"),
        start.encode(
            x=share("prior", "Probability", "Dot: now. Bar: interval. Line: at the start.")
        ),
        dot(base, palette, "probability"),
        label(base, palette, beside=172),
        number(base, palette, "now", bold=True, dx=-104),
        number(base, palette, "interval"),
    )
    return finish(layers, palette, alt.Step(ROW))


@takes(table=A_TABLE)
def ranking_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return what `ranking` draws: the table with its numbers in words.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.charts import ranking_rows
    >>> now = {"label": ["Strain", "Rupture"], "probability": [0.53, 0.004], "prior": [0.11, 0.01]}
    >>> ranking_rows(pd.DataFrame(now))[["label", "now", "before"]]
         label        now before
    0   Strain       53 %   11 %
    1  Rupture  under 1 %    1 %
    """
    low, high = (table.get(end, table["probability"]) for end in ("low", "high"))
    has_intervals = "low" in table
    return table[["label", "probability", "prior"]].assign(
        rank=np.arange(len(table)),
        low=low,
        high=high,
        now=table["probability"].map(percent),
        before=table["prior"].map(percent),
        interval=list(map(_short_range, low, high)) if has_intervals else [""] * len(table),
    )


def _short_range(low: float, high: float) -> str:
    """Return an interval in words that fit the end of a row, whatever its ends."""
    short = percent_range(low, high)
    return short if len(short) <= MOST_LETTERS else "<1 to >99 %"


# People -----------------------------------------------------------------------------------


@takes(table=A_TABLE)
def icon_array(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return one square for each of some people with the same findings.

    The squares are read like a page, the most probable state first. The first three states have
    tones of their own, from dark to light; all others together are outlines.

    Parameters
    ----------
    table : DataFrame
        As `Frequencies.table`: columns ``label`` and ``people`` (whole numbers), most probable
        first.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.charts import icon_array
    >>> people = pd.DataFrame({"label": ["Strain", "Rupture", "Others"], "people": [530, 140, 330]})
    >>> chart = icon_array(people)
    >>> len(chart.data), chart.to_dict()["height"]
    (1000, 180)
    """
    palette = colours(dark)
    rows = icon_rows(table)
    tone = alt.Scale(
        domain=list(TONES), range=[palette.text, palette.bar, palette.band, "transparent"]
    )
    edge = alt.Scale(
        domain=list(TONES), range=[palette.text, palette.bar, palette.band, palette.quiet]
    )
    squares = (
        alt.Chart(rows)
        .mark_square(size=34, strokeWidth=0.6, opacity=1)
        .encode(
            x=alt.X("column:Q", axis=None, scale=alt.Scale(domain=[-0.5, ACROSS - 0.5])),
            y=alt.Y("line:Q", axis=None, scale=alt.Scale(reverse=True, padding=6)),
            fill=alt.Fill("tone:N", scale=tone, legend=None),
            stroke=alt.Stroke("tone:N", scale=edge, legend=None),
            key=alt.Key("person:Q"),
            tooltip=tips(label="Has"),
        )
    )
    lines = math.ceil(len(rows) / ACROSS)
    # As one picture: a thousand elements would slow down everything else on a page. The key lets
    # each square stay and change its tone where the rows are exchanged.
    as_picture = {"embedOptions": {"renderer": "canvas"}}
    chart: alt.LayerChart = finish(alt.layer(squares), palette, 9 * lines).properties(
        usermeta=as_picture
    )
    return chart


@takes(table=A_TABLE)
def icon_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return what `icon_array` draws: one row a person.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.charts import icon_rows
    >>> people = pd.DataFrame({"label": ["Strain", "Rupture"], "people": [3, 1]})
    >>> icon_rows(people)
       person  column  line    tone    label
    0       0       0     0   first   Strain
    1       1       1     0   first   Strain
    2       2       2     0   first   Strain
    3       3       3     0  second  Rupture
    """
    import pandas as pd

    place = np.repeat(np.arange(len(table)), table["people"])
    person = np.arange(len(place))
    return pd.DataFrame(
        {
            "person": person,
            "column": person % ACROSS,
            "line": person // ACROSS,
            "tone": np.array(TONES)[np.minimum(place, len(TONES) - 1)],
            "label": table["label"].to_numpy()[place],
        }
    )


# Two versions -----------------------------------------------------------------------------


@takes(table=A_TABLE)
def difference(
    table: pd.DataFrame,
    *,
    title: str = "Ring: version A. Dot: version B. Bar: interval of B.",
    dark: bool = False,
) -> alt.LayerChart:
    """Return two versions of a case: for each state a ring for the first, a dot for the second.

    Parameters
    ----------
    table : DataFrame
        From `difference_rows`.
    title : str
        What the marks stand for.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import difference, difference_rows
    >>> model, case = hamknee.load(), {"pop": "yes"}
    >>> before = hamknee.credible_interval(model, case, draws=50, seed=1).table
    >>> after = hamknee.credible_interval(model, case | {"bruising": "yes"}, draws=50, seed=1).table
    >>> chart = difference(difference_rows(before, after), title="Ring: before the bruise came.")
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['bar', 'bar', 'bar', 'point', 'circle', 'text', 'text']
    """
    palette = colours(dark)
    base = in_rows(table)
    way = base.mark_bar(color=palette.bar, height=4, yOffset=MARKS)
    ring = base.mark_point(
        color=palette.text, fill=palette.ground, size=80, strokeWidth=2, opacity=1, yOffset=MARKS
    )
    layers = alt.layer(
        track(base, palette),
        band(base, palette, "low", "high"),
        way.encode(x=share("a", "Probability", title), x2="b:Q"),
        ring.encode(x=share("a", "Probability", title)),
        dot(base, palette, "b"),
        label(base, palette, beside=112),
        number(base, palette, "words"),
    )
    return finish(layers, palette, alt.Step(ROW))


@takes(first=A_TABLE, second=A_TABLE)
def difference_rows(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Return what `difference` draws, in the order of the second version.

    Parameters
    ----------
    first, second : DataFrame
        As `CredibleInterval.table` of two cases of one model.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.charts import difference_rows
    >>> before = pd.DataFrame({"label": ["Strain", "Rupture"], "probability": [0.6, 0.2]})
    >>> after = pd.DataFrame(
    ...     {"label": ["Rupture", "Strain"], "probability": [0.5, 0.4], "low": 0.1, "high": 0.8}
    ... )
    >>> difference_rows(before, after)[["label", "words"]]
         label         words
    0  Rupture  20 % to 50 %
    1   Strain  60 % to 40 %
    """
    before = first.set_index("label")["probability"].reindex(second["label"]).to_numpy()
    after = second["probability"].to_numpy()
    return second[["label", "low", "high"]].assign(
        rank=np.arange(len(second)), a=before, b=after, words=list(map(_moved, before, after))
    )


def _moved(before: float, after: float) -> str:
    if percent(before) == percent(after):
        return f"{percent(after)}, the same"
    return f"{percent(before)} to {percent(after)}"
