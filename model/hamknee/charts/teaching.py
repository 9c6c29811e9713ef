"""The chart by which Bayes' theorem is taught: from the odds before a finding to those after it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import altair as alt

from hamknee.base import A_TABLE, Kind, percent, round_factor, takes
from hamknee.charts.style import Colours, colours, finish

if TYPE_CHECKING:
    import pandas as pd

    from hamknee.sensitivity import FindingValue

HEIGHT = 420

END = math.log(999)
"""End of the scales in natural log odds: 0.1 and 99.9 %."""

SHARES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97, 0.99, 0.997, 0.999)
RATIOS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)

LEFT, MIDDLE, RIGHT = 0, 1, 2

APART = 0.6
"""Units of the scale between two words, so that neither covers the other."""

WAYS = {"with_it": "lr_plus", "without_it": "lr_minus"}
"""Where the line leads with the finding and where it is not there, and the ratio it passes."""


@takes(table=A_TABLE)
def fagan(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return Fagan's nomogram: a straight line from before, through the ratio, to after.

    Parameters
    ----------
    table : DataFrame
        From `fagan_rows`.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Notes
    -----
    Fagan (1975), New England Journal of Medicine 293:257.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import fagan, fagan_rows
    >>> value = hamknee.finding_value(hamknee.load(), {}, "rupture", "pop", "yes", draws=200)
    >>> chart = fagan(fagan_rows(value))
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['rule', 'text', 'text', 'text', 'line', 'point', 'text']
    """
    import pandas as pd

    palette = colours(dark)
    lines = alt.Chart(table)
    scales = pd.DataFrame({"x": [LEFT, MIDDLE, RIGHT], "low": [-END] * 3, "high": [END] * 3})
    rules = alt.Chart(scales).mark_rule(color=palette.quiet)
    dash = alt.StrokeDash("way:N", legend=None, scale=alt.Scale(domain=list(WAYS), range=DASHES))
    layers = alt.layer(
        rules.encode(x=_across(), y=_up("low"), y2="high:Q"),
        *(_ticks(place, palette) for place in (LEFT, MIDDLE, RIGHT)),
        lines.mark_line(color=palette.bar, strokeWidth=2.5).encode(
            x=_across(), y=_up("y"), detail="way:N", strokeDash=dash
        ),
        lines.mark_point(filled=True, size=70, color=palette.bar, opacity=1).encode(
            x=_across(), y=_up("y")
        ),
        lines.transform_filter(f"datum.x == {RIGHT}")
        .mark_text(align="left", dx=62, fontSize=13, fontWeight="bold", color=palette.text)
        .encode(x=_across(), y=_up("words_at"), text="words:N"),
    )
    return finish(layers, palette, HEIGHT)


DASHES = [[1, 0], [6, 4]]
"""Whole with the finding, dashed where it is not there."""


@takes(value=Kind("what hamknee.finding_value returns", (), ("hamknee.FindingValue",)))
def fagan_rows(value: FindingValue) -> pd.DataFrame:
    """Return what `fagan` draws: three points for each of the two ways.

    Parameters
    ----------
    value : FindingValue
        As `finding_value` returns it.

    Returns
    -------
    DataFrame
        Columns: way, x (0 before, 1 the ratio, 2 after), y (place on the scale), words, words_at
        (where these stand: apart from each other).

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import fagan_rows
    >>> value = hamknee.finding_value(hamknee.load(), {}, "rupture", "pop", "yes", draws=200)
    >>> rows = fagan_rows(value)
    >>> first, middle, last = rows["y"][:3]
    >>> bool(abs(middle - (first + last) / 2) < 1e-9)  # they lie on a straight line
    True
    """
    import pandas as pd

    before = value.measures["before"].value
    rows = []
    for way, ratio in WAYS.items():
        after, factor = value.measures[way].value, value.measures[ratio].value
        # A line stays straight where its end is off the scale: the middle is what is between.
        left, right = -_log_odds(before), _log_odds(after)
        rows += [
            (way, LEFT, left, percent(before)),
            (way, MIDDLE, (left + right) / 2, round_factor(factor)),
            (way, RIGHT, right, percent(after)),
        ]
    table = pd.DataFrame(rows, columns=["way", "x", "y", "words"])
    ends = table.loc[table["x"] == RIGHT, "y"].clip(-END, END)
    middle = ends.mean()
    apart = max(abs(float(ends.diff().iloc[-1])), APART) / 2
    side = pd.Series([1 if place == ends.idxmax() else -1 for place in ends.index], ends.index)
    table["words_at"] = (middle + side * apart).reindex(table.index).fillna(table["y"])
    return table


def _ticks(place: int, palette: Colours) -> alt.Chart:
    """Return the marks of one scale: odds run down on the left and up on the right."""
    import pandas as pd

    if place == MIDDLE:
        marks = [(math.log(ratio) / 2, round_factor(ratio)) for ratio in RATIOS]
    else:
        side = -1 if place == LEFT else 1
        marks = [(side * _log_odds(p), f"{100 * p:g} %") for p in SHARES]
    heads = {LEFT: "Before", MIDDLE: "Likelihood ratio", RIGHT: "After"}
    table = pd.DataFrame([*marks, (END + 0.7, heads[place])], columns=["y", "words"])
    table["x"] = place
    base = alt.Chart(table)
    text = (
        base.mark_text(align="left", dx=6, fontSize=12, color=palette.quiet)
        if place == RIGHT
        else base.mark_text(align="right", dx=-6, fontSize=12, color=palette.quiet)
    )
    chart: alt.Chart = text.encode(x=_across(), y=_up("y"), text="words:N")
    return chart


def _across() -> alt.X:
    return alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.45, 2.6], nice=False))


def _up(field: str) -> alt.Y:
    scale = alt.Scale(domain=[-END - 0.2, END + 1], nice=False, clamp=True)
    return alt.Y(f"{field}:Q", axis=None, scale=scale)


def _log_odds(probability: float) -> float:
    edge = 1e-9  # far beyond the scale, and finite
    inside = min(max(probability, edge), 1 - edge)
    return math.log(inside / (1 - inside))
