"""Charts of the numbers themselves: what was stated of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import altair as alt

from hamknee.base import A_TABLE, takes
from hamknee.charts.style import MARKS, ROW, WORDS, Colours, colours, finish, share, tips

if TYPE_CHECKING:
    import pandas as pd


RIDGE = 72
"""Height of one density, in pixels: a line of words and the curve below it."""

BELOW = -0.12
"""Where the lowest row ends, below the line it stands on, in parts of a row."""


@takes(table=A_TABLE)
def ridges(
    table: pd.DataFrame, *, emphasised: Collection[str] = (), dark: bool = False
) -> alt.LayerChart:
    """Return densities one below the other, each with its mean and its 90 % range.

    All have one scale, so that equal areas are equal probabilities and a low hill is a vague
    statement. Names stand beside the curves, so that no colour needs to be remembered.

    Parameters
    ----------
    table : DataFrame
        As `estimation.densities` or `Pool.densities`: columns ``name``, ``proportion``,
        ``density``, ``mean``, ``low``, ``high``. The order of the names is kept.
    emphasised : collection of str
        Names whose curves are filled in the strong colour, such as the pool.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> from hamknee.charts import ridges
    >>> from hamknee.estimation import densities, from_range
    >>> said = {"surgeon": from_range(0.5, 0.85), "radiologist": from_range(0.3, 0.5)}
    >>> chart = ridges(densities(said, "yes"), emphasised=["surgeon"])
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['area', 'rule', 'point', 'text']
    >>> chart.to_dict()["height"]
    144
    """
    palette = colours(dark)
    names = list(dict.fromkeys(table["name"]))
    base_line = table["name"].map({name: len(names) - 1 - i for i, name in enumerate(names)})
    highest = 0.7 * table["density"] / table["density"].max()
    rows = table.assign(
        base=base_line,
        top=base_line + highest,
        word=base_line + 0.84,
        strong=_strong(table, emphasised),
    )
    once = rows.groupby("name", sort=False).first().reset_index()
    heights = alt.Scale(domain=[BELOW, len(names)], nice=False)
    y = alt.Y("base:Q", scale=heights, axis=None)
    area = (
        alt.Chart(rows)
        .mark_area(opacity=0.6)
        .encode(
            x=share("proportion", "Proportion", "Line: 90 % range. Dot: mean."),
            y=alt.Y("top:Q", scale=heights, axis=None),
            y2="base:Q",
            color=_by_strength(palette),
            detail="name:N",
        )
    )
    summary = alt.Chart(once).encode(y=y, tooltip=_tooltip())
    span = summary.mark_rule(color=palette.text, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    dot = summary.mark_point(filled=True, color=palette.text, size=60, opacity=1).encode(x="mean:Q")
    name = (
        alt.Chart(once)
        .mark_text(align="left", color=palette.text, fontSize=14)
        .encode(x=alt.value(0), y=alt.Y("word:Q", scale=heights, axis=None), text="name:N")
    )
    layers = alt.layer(area, span, dot, name)
    return finish(layers, palette, RIDGE * len(names))


@takes(table=A_TABLE)
def agreement(table: pd.DataFrame, *, pool: str = "pool", dark: bool = False) -> alt.LayerChart:
    """Return each expert's range over the range of the pool, and how much of it the pool holds.

    Parameters
    ----------
    table : DataFrame
        As `Pool.table`, one state of it: columns ``name``, ``probability``, ``low``, ``high``,
        ``covered``.
    pool : str
        Name of the pool's own row; its range is the band behind the others.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> from hamknee.charts import agreement
    >>> from hamknee.estimation import from_range, pool
    >>> said = {"surgeon": from_range(0.5, 0.85), "radiologist": from_range(0.3, 0.5)}
    >>> chart = agreement(pool(said).table)
    >>> rows = chart.to_dict()["datasets"].values()
    >>> [row["held"] for row in max(rows, key=len)]
    ['pool holds 89 %', 'pool holds 99 %', '']
    """
    palette = colours(dark)
    held = [
        "" if name == pool else f"pool holds {100 * covered:.0f} %"
        for name, covered in zip(table["name"], table["covered"], strict=True)
    ]
    rows = table.rename(columns={"probability": "mean"}).assign(
        held=held, strong=_strong(table, [pool])
    )
    title = "Band: the pool's 90 % range. Bars: each one's own. Dots: best estimates."
    band = (
        alt.Chart(rows[rows["name"] == pool])
        .mark_rect(color=palette.track)
        .encode(x=share("low", "Proportion", title), x2="high:Q")
    )
    y = alt.Y("name:N", sort=list(rows["name"]), axis=None, scale=alt.Scale(padding=0))
    base = alt.Chart(rows).encode(y=y, tooltip=_tooltip())
    bar = base.mark_bar(height=8, cornerRadius=2, yOffset=MARKS).encode(
        x="low:Q", x2="high:Q", color=_by_strength(palette)
    )
    dot = base.mark_point(filled=True, color=palette.text, size=60, opacity=1, yOffset=MARKS)
    name = base.mark_text(align="left", color=palette.text, fontSize=14, dy=WORDS)
    holds = base.mark_text(align="right", color=palette.text, fontSize=14, dy=WORDS)
    layers = alt.layer(
        band,
        bar,
        dot.encode(x="mean:Q"),
        name.encode(x=alt.value(0), text="name:N"),
        holds.encode(x=alt.value("width"), text="held:N"),
    )
    return finish(layers, palette, ROW * len(rows))


def _strong(table: pd.DataFrame, emphasised: Collection[str]) -> pd.Series[bool]:
    """Return which rows are drawn in the strong colour."""
    return table["name"].isin(list(emphasised))


def _by_strength(palette: Colours) -> alt.Color:
    """Return the strong colour for what matters here, and the quiet one for the rest."""
    scale = alt.Scale(domain=[True, False], range=[palette.bar, palette.quiet])
    return alt.Color("strong:N", scale=scale, legend=None)


def _tooltip() -> list[alt.Tooltip]:
    """Return what is shown of a row under the pointer."""
    return [*tips(name="Who"), *tips(".1%", mean="Mean", low="90 % range, from", high="to")]
