"""Charts of how a posterior depends on the numbers: a tornado, a curve, two numbers, two sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from hamknee.base import A_TABLE, Kind, percent, takes
from hamknee.charts.case import difference
from hamknee.charts.style import colours, finish, percent_axis, share, tips
from hamknee.network import given_pairs, given_words, number_words

if TYPE_CHECKING:
    import pandas as pd

    from hamknee.base import Array
    from hamknee.sensitivity import SensitivityFunction, Tornado, TwoWay


ROW = 54
"""Height of one row of a tornado, in pixels: two lines of words above the bar."""

CURVE = 260
"""Height of a curve, in pixels."""

SQUARE = 420
"""Height of a chart of two numbers, in pixels."""

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Posteriors whose lines are drawn in a chart of two numbers."""


@takes(table=A_TABLE)
def tornado_chart(
    table: pd.DataFrame, probability: float, *, most: int = 10, dark: bool = False
) -> alt.LayerChart:
    """Return how far each number alone moves a posterior, the widest on top.

    A click on a row selects its number (selection ``number``, field ``place``).

    Parameters
    ----------
    table : DataFrame
        As `Tornado.table`, with columns ``what`` and ``where``, the number in words, and ``place``,
        which tells the numbers apart.
    probability : float
        The posterior as it is.
    most : int
        How many numbers are shown.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import tornado_chart, tornado_rows
    >>> tornado = hamknee.tornado(hamknee.load(), {"pop": "yes"}, "rupture")
    >>> now = tornado.posterior["rupture"]
    >>> chart = tornado_chart(tornado_rows(tornado), now, most=3)
    >>> len(chart.data), list(chart.data)[-4:]
    (3, ['place', 'what', 'where', 'moves'])
    """
    palette = colours(dark)
    rows = table.head(most)
    ends = zip(rows["posterior_low"], rows["posterior_high"], strict=True)
    rows = rows.assign(moves=[f"{percent(low)} to {percent(high)}" for low, high in ends])
    click = alt.selection_point(name="number", fields=["place"], empty=False)
    base = alt.Chart(rows).encode(
        y=alt.Y("place:N", sort=list(rows["place"]), axis=None, scale=alt.Scale(padding=0)),
        tooltip=[
            *tips(what="Number", where="Given"),
            *tips(".1%", probability="It is", low="90 % range, from", high="to"),
            *tips(moves="Moves the result"),
        ],
    )
    title = "Bar: where the result goes as this number alone moves over its 90 % range."
    track = base.mark_bar(
        color=palette.track, cornerRadius=2, height=8, yOffset=16, cursor="pointer"
    ).add_params(click)
    bar = base.mark_bar(color=palette.bar, cornerRadius=2, height=8, yOffset=16, cursor="pointer")
    now = base.mark_tick(color=palette.text, thickness=2, height=16, yOffset=16)
    what = base.mark_text(align="left", color=palette.text, fontSize=14, dy=-15, cursor="pointer")
    where = base.mark_text(align="left", color=palette.quiet, fontSize=12, dy=1, cursor="pointer")
    moves = base.mark_text(align="right", color=palette.text, fontSize=14, dy=-15)
    layers = alt.layer(
        track.encode(x=alt.datum(0, type="quantitative"), x2=alt.datum(1)),
        bar.encode(
            x=share("posterior_low", "Probability asked about", title), x2="posterior_high:Q"
        ),
        now.encode(x=alt.datum(probability)),
        what.encode(x=alt.value(0), text="what:N"),
        where.encode(x=alt.value(0), text="where:N"),
        moves.encode(x=alt.value("width"), text="moves:N"),
    )
    return finish(layers, palette, ROW * len(rows))


@takes(tornado=Kind("what hamknee.tornado returns", (), ("hamknee.Tornado",)))
def tornado_rows(tornado: Tornado) -> pd.DataFrame:
    """Return what `tornado_chart` draws: the table of a tornado with its numbers in words.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import tornado_rows
    >>> rows = tornado_rows(hamknee.tornado(hamknee.load(), {"pop": "yes"}, "rupture"))
    >>> pop = rows["place"] == "pop|yes|condition=rupture;onset=sudden"
    >>> rows.loc[pop, ["what", "where"]].to_numpy().tolist()
    [['Pop at the start: Yes', 'Complete tendon rupture; Onset: In a moment']]
    """
    table, vocabulary = tornado.table, tornado.entries.model.vocabulary
    places = list(zip(table["variable"], table["state"], table["given"], strict=True))
    return table.assign(
        place=["|".join(place) for place in places],
        what=[number_words(vocabulary, name, state, ()) for name, state, _ in places],
        where=[given_words(vocabulary, given_pairs(given)) for *_, given in places],
    )


@takes(
    function=Kind("what hamknee.sensitivity_function returns", (), ("hamknee.SensitivityFunction",))
)
def sensitivity_curve(
    function: SensitivityFunction, low: float, high: float, *, dark: bool = False
) -> alt.LayerChart:
    """Return a posterior as a curve over one number of the tables.

    Parameters
    ----------
    function : SensitivityFunction
        What `sensitivity_function` returns.
    low, high : float
        The 90 % range of the number, shown as a band.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container. Dashed lines stand where the first diagnosis changes.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import sensitivity_curve
    >>> pop = ("pop", "yes", {"condition": "rupture", "onset": "sudden"})
    >>> case = {"onset": "sudden", "pop": "yes"}
    >>> function = hamknee.sensitivity_function(hamknee.load(), case, "rupture", pop)
    >>> chart = sensitivity_curve(function, low=0.4, high=0.8)
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['rect', 'rule', 'line', 'point']
    """
    import pandas as pd

    palette = colours(dark)
    now = pd.DataFrame(
        {
            "value": [function.probability],
            "probability": [float(function.posterior.probabilities[function.state])],
            "low": [low],
            "high": [high],
        }
    )
    ends = pd.DataFrame({"value": [end for end in function.admissible if 0 < end < 1]})
    title = (
        function.words,
        "Dot: as it is. Band: its 90 % range. Dashed: another diagnosis leads.",
    )
    x = share("value", *title)
    label = function.posterior.target.states[function.state].label
    y = alt.Y(
        "probability:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=percent_axis(),
        title=["Probability of", label],
    )
    tooltip = tips(".1%", value="The number", probability=label)
    band = alt.Chart(now).mark_rect(color=palette.track)
    line = alt.Chart(function.table).mark_line(color=palette.bar, strokeWidth=2.5)
    dot = alt.Chart(now).mark_point(filled=True, color=palette.text, size=80, opacity=1)
    dashed = alt.Chart(ends).mark_rule(color=palette.text, strokeDash=[4, 4], aria=False)
    layers = alt.layer(
        band.encode(x=share("low", *title), x2="high:Q"),
        dashed.encode(x=x),
        line.encode(x=x, y=y, tooltip=tooltip),
        dot.encode(x=x, y=y, tooltip=tooltip),
    )
    return finish(layers, palette, CURVE)


@takes(function=Kind("what hamknee.two_way returns", (), ("hamknee.TwoWay",)))
def two_way_chart(
    function: TwoWay,
    first: tuple[float, float],
    second: tuple[float, float],
    *,
    dark: bool = False,
) -> alt.LayerChart:
    """Return the lines along which two numbers of the tables give a posterior the same value.

    Parameters
    ----------
    function : TwoWay
        What `two_way` returns.
    first, second : (float, float)
        The 90 % ranges of the two numbers, shown as a rectangle.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import two_way_chart
    >>> model, case = hamknee.load(), {"setting": "sports_clinic", "onset": "sudden", "pop": "yes"}
    >>> pop = ("pop", "yes", {"condition": "rupture", "onset": "sudden"})
    >>> rupture = ("condition", "rupture", {"setting": "sports_clinic"})
    >>> function = hamknee.two_way(model, case, "rupture", pop, rupture)
    >>> chart = two_way_chart(function, (0.4, 0.8), (0.001, 0.05))
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['rect', 'line', 'text', 'text', 'point']
    """
    import pandas as pd

    palette = colours(dark)
    across, up = _around(*first), _around(*second)
    points = _lines(function, np.linspace(*across, 101), np.linspace(*up, 101))
    lines = pd.DataFrame(points, columns=["line", "level", "step", "first", "second"])
    middles = lines[lines["step"] == lines.groupby("line")["step"].transform("max") // 2]
    now = pd.DataFrame([dict(zip(("first", "second"), function.probabilities, strict=True))])
    ends = pd.DataFrame([(*first, *second)], columns=["left", "right", "bottom", "top"])
    label = function.posterior.target.states[function.state].label
    marks = f"Lines: probability of {label}. Dot: as it is. Rectangle: 90 % ranges."
    label_expr = "format(100 * datum.value, '.3~f') + ' %'"
    axis = alt.Axis(labelExpr=label_expr, labelFlush=False, tickCount=5)
    x = alt.X(
        "first:Q",
        scale=alt.Scale(domain=across, nice=False),
        axis=axis,
        title=[function.words[0], marks],
    )
    y = alt.Y(
        "second:Q", scale=alt.Scale(domain=up, nice=False), axis=axis, title=function.words[1]
    )
    rectangle = alt.Chart(ends).mark_rect(color=palette.track)
    line = alt.Chart(lines).mark_line(color=palette.bar, strokeWidth=2)
    dot = alt.Chart(now).mark_point(filled=True, color=palette.text, size=80, opacity=1)
    word = alt.Chart(middles).encode(x=x, y=y, text="level:N")
    layers = alt.layer(
        rectangle.encode(x="left:Q", y="bottom:Q", x2="right:Q", y2="top:Q"),
        line.encode(x=x, y=y, detail="line:N", order="step:Q"),
        word.mark_text(fontSize=13, stroke=palette.ground, strokeWidth=6),
        word.mark_text(fontSize=13, color=palette.text),
        dot.encode(x=x, y=y),
    )
    return finish(layers, palette, SQUARE)


@takes(table=A_TABLE)
def numbers_compared(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return one case by two sets of numbers: a ring for the old ones, a dot for the new.

    Parameters
    ----------
    table : DataFrame
        From `hamknee.charts.difference_rows`.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import pandas as pd
    >>> from hamknee.charts import difference_rows, numbers_compared
    >>> file = pd.DataFrame({"label": ["Strain", "Rupture"], "probability": [0.6, 0.2]})
    >>> own = file.assign(probability=[0.5, 0.3], low=0.1, high=0.8)
    >>> chart = numbers_compared(difference_rows(file, own))
    >>> chart.data[["label", "a", "b"]]
         label    a    b
    0   Strain  0.6  0.5
    1  Rupture  0.2  0.3
    """
    title = "Ring: by the file. Dot: by the numbers in force. Bar: their interval."
    return difference(table, title=title, dark=dark)


def _around(low: float, high: float) -> tuple[float, float]:
    """Return a range with as much again on either side, within 0 to 1."""
    width = high - low
    return max(low - width, 0.0), min(high + width, 1.0)


def _lines(
    function: TwoWay, first: Array, second: Array
) -> Iterator[tuple[str, str, int, float, float]]:
    """Yield points of the lines on which a posterior has each of `LEVELS`, in order along them.

    Where P(state | evidence) is p, a·t1·t2 + b·t1 + c·t2 + d = 0 with the coefficients of its
    numerator less p times those of its denominator: a hyperbola, or a straight line if a = 0.

    Parameters
    ----------
    function : TwoWay
        The posterior.
    first, second : ndarray
        Values of each number at which the other is worked out, so that steep lines have as many
        points as flat ones. Their ends are those of the picture.
    """
    numerator, denominator = function.coefficients
    for level in LEVELS:
        a, b, c, d = numerator - level * denominator
        with np.errstate(divide="ignore", invalid="ignore"):
            t1 = np.concatenate([first, -(c * second + d) / (a * second + b)])
            t2 = np.concatenate([-(b * first + d) / (a * first + c), second])
        inside = (t1 >= first[0]) & (t1 <= first[-1]) & (t2 >= second[0]) & (t2 <= second[-1])
        inside &= (t1 + t2 <= 1) | (not function.same_column)
        branch = np.sign(a * t1 + c)
        # On one branch t2 only rises with t1, or only falls.
        along = t1 - np.sign(b * c - a * d) * t2
        for side in np.unique(branch[inside]):
            (places,) = np.nonzero(inside & (branch == side))
            for step, i in enumerate(places[np.argsort(along[places])]):
                yield f"{level} {side}", percent(level), step, float(t1[i]), float(t2[i])
