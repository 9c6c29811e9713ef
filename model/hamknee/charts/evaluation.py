"""Charts of how good the answers are: scores, reliability, confusion, net benefit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from hamknee.base import A_TABLE, percent, takes
from hamknee.charts.style import ROW as ROW_OF_WORDS
from hamknee.charts.style import (
    band,
    colours,
    dot,
    estimates,
    finish,
    in_rows,
    label,
    names_axes,
    number,
    percent_axis,
    share,
    tips,
    track,
)
from hamknee.evaluation import FORECASTS, MEASURES, SHARES

if TYPE_CHECKING:
    import pandas as pd


ROW = 34
"""Height of one row, in pixels."""
ROW_OF_NAMES = 24
"""Height of one row of a square of names, in pixels."""
BELOW, NAMES_BELOW = 48, 140
"""What the axis below takes of the height: numbers, or slanting names."""
SQUARE = 360
"""Height of a chart of two axes that count alike."""
STRONGEST = 4
"""-log10 p from which on a colour gets no stronger."""
DARKER = "Darker: harder to put down to chance (-log10 p). Frame: clear with all pairs allowed for."
UNITS = {
    "top1": ": share of the cases",
    "top3": ": share of the cases",
    "log_loss": " in nats (less is better)",
    "brier": ", 0 to 2 (less is better)",
}
"""What a measure is counted in."""
LEAST_BENEFIT = -0.05
"""Where the axis of net benefit ends: further down, nobody would act so."""


@takes(table=A_TABLE)
def score_intervals(table: pd.DataFrame, measure: str, *, dark: bool = False) -> alt.LayerChart:
    """Return one measure of the model and its baselines: a dot, and a line for its interval.

    Parameters
    ----------
    table : DataFrame
        As `Evaluation.table`: columns ``forecast``, ``measure``, ``value``, ``low``, ``high``.
    measure : str
        Which one: ``top1``, ``top3``, ``log_loss`` or ``brier``.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import score_intervals
    >>> evaluation = hamknee.evaluate(hamknee.load())
    >>> chart = score_intervals(evaluation.table, "log_loss")
    >>> chart.data["name"].tolist()
    ['hamknee', 'prior only', 'naive Bayes']
    """
    palette = colours(dark)
    in_percent = measure in SHARES
    rows = table[table["measure"] == measure]
    rows = rows.assign(
        name=rows["forecast"].replace(dict(FORECASTS)),
        number=[
            f"{100 * value:.0f} %" if in_percent else f"{value:.2f}" for value in rows["value"]
        ],
    )
    x = alt.X(
        "value:Q",
        title=MEASURES[measure] + UNITS[measure],
        scale=alt.Scale(domain=[0, 1], nice=False) if in_percent else alt.Scale(zero=True),
        axis=percent_axis() if in_percent else alt.Axis(tickCount=6),
    )
    axis = alt.Axis(title=None, labelColor=palette.text, labelFontSize=13)
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort=list(rows["name"]), axis=axis),
        tooltip=[
            *tips(name="Forecast", number=MEASURES[measure]),
            *tips(".2f", low="Interval from", high="to"),
        ],
    )
    layers = alt.layer(
        base.mark_rule(color=palette.bar, strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q"),
        estimates(base, palette, x),
        base.mark_text(color=palette.text, fontSize=12, dy=-11).encode(x=x, text="number:N"),
    )
    return finish(layers, palette, ROW * len(rows) + BELOW)


@takes(table=A_TABLE)
def reliability(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return a reliability diagram: what was said, and how often it came true.

    On the dashed line the two agree; below it, probabilities are too high.

    Parameters
    ----------
    table : DataFrame
        As `Calibration.reliability`: ``predicted``, ``observed``, ``low``, ``high``, ``n``.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.charts import reliability
    >>> from hamknee.evaluation import calibration
    >>> rng = np.random.default_rng(1)
    >>> p = rng.random(200)
    >>> chart = reliability(calibration(p, rng.random(200) < p).reliability)
    >>> chart.data[["predicted", "observed"]].round(1).iloc[[0, -1]]
       predicted  observed
    0        0.1       0.0
    9        1.0       1.0
    """
    palette = colours(dark)
    scale = alt.Scale(domain=[0, 1], nice=False)
    origin, x = alt.datum(0, scale=scale), share("predicted", "Probability given")
    y = alt.Y("observed:Q", title="Share that came true", scale=scale, axis=percent_axis())
    base = alt.Chart(table).encode(
        x=x,
        tooltip=[
            alt.Tooltip("n:Q", title="Statements"),
            *tips(".2f", predicted="Mean probability", observed="Came true"),
            *tips(".2f", low="Interval from", high="to"),
        ],
    )
    agreement = base.mark_rule(color=palette.quiet, strokeDash=[4, 4], strokeWidth=1)
    layers = alt.layer(
        agreement.encode(x=origin, y=origin, x2=alt.datum(1), y2=alt.datum(1)),
        base.mark_rule(color=palette.bar, strokeWidth=2).encode(
            y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        estimates(base, palette, x, y),
    )
    return finish(layers, palette, SQUARE)


@takes(table=A_TABLE)
def confusion(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return which condition came first for which diagnosis, as counts in a square.

    The stronger the colour the more cases; the right ones stand in framed fields.

    Parameters
    ----------
    table : DataFrame
        As `Evaluation.confusion`: ``label``, ``first_label`` and ``n`` are drawn.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import confusion
    >>> chart = confusion(hamknee.evaluate(hamknee.load()).confusion)
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['rect', 'rect', 'text']
    """
    palette = colours(dark)
    order = list(dict.fromkeys(table["label"]))
    counts = table[table["n"] > 0][["label", "first_label", "n"]]
    right = table[table["label"] == table["first_label"]][["label", "first_label"]]

    names, slanting = names_axes(palette)
    x = alt.X("first_label:N", sort=order, title="Came first. In each field: cases.", axis=slanting)
    y = alt.Y("label:N", sort=order, title="Diagnosis", axis=names)
    shade = alt.FillOpacity("n:Q", scale=alt.Scale(zero=True, range=[0, 0.45]), legend=None)
    frame = alt.Chart(right).mark_rect(filled=False, stroke=palette.quiet, strokeWidth=1)
    base = alt.Chart(counts).encode(
        x=x,
        y=y,
        tooltip=[
            *tips(label="Diagnosis", first_label="Came first"),
            alt.Tooltip("n:Q", title="Cases"),
        ],
    )
    layers = alt.layer(
        frame.encode(x=x, y=y),
        base.mark_rect(fill=palette.bar).encode(fillOpacity=shade),
        base.mark_text(color=palette.text, fontSize=12).encode(text="n:Q"),
    )
    return finish(layers, palette, ROW_OF_NAMES * len(order) + NAMES_BELOW)


@takes(table=A_TABLE)
def net_benefit(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return a decision curve: net benefit of acting from each threshold on.

    Dots stand where acting on the probability is clearly better than on everyone or on no one.

    Parameters
    ----------
    table : DataFrame
        As `DecisionCurve.table`: ``threshold``, ``strategy``, ``net_benefit``, ``low``, ``high``,
        ``better``.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.charts import net_benefit
    >>> from hamknee.evaluation import decision_curve
    >>> rng = np.random.default_rng(1)
    >>> p = rng.random(200)
    >>> chart = net_benefit(decision_curve(p, rng.random(200) < p).table)
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['area', 'line', 'line', 'line', 'point']
    """
    palette = colours(dark)
    top = max(float(table[["net_benefit", "high"]].max().max()), -LEAST_BENEFIT)
    x = alt.X(
        "threshold:Q",
        title=[
            "Threshold probability. Line with band: acting on the probability;",
            "dashed: on everyone; thin: on no one. Dots: clearly better than both.",
        ],
        scale=alt.Scale(nice=False),
        axis=alt.Axis(labelExpr="format(100 * datum.value, '.0f') + ' %'"),
    )
    scale = alt.Scale(domain=[LEAST_BENEFIT, top], nice=False)
    y = alt.Y("net_benefit:Q", title="Net benefit per case", scale=scale)

    def of(strategy: str) -> alt.Chart:
        rows = table[table["strategy"] == strategy].drop(columns="strategy")
        return alt.Chart(rows).encode(
            x=x,
            tooltip=[*tips(".2f", threshold="Threshold"), *tips(".3f", net_benefit="Net benefit")],
        )

    layers = alt.layer(
        of("model")
        .mark_area(color=palette.bar, opacity=0.2, clip=True)
        .encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"),
        of("no_one").mark_line(color=palette.quiet, strokeWidth=1).encode(y=y),
        of("everyone")
        .mark_line(color=palette.quiet, strokeWidth=1.5, strokeDash=[5, 4], clip=True)
        .encode(y=y),
        of("model").mark_line(color=palette.bar, strokeWidth=2.5, clip=True).encode(y=y),
        of("model")
        .transform_filter(alt.datum.better)
        .mark_point(color=palette.bar, filled=True, size=40, opacity=1, clip=True)
        .encode(y=y),
    )
    return finish(layers, palette, SQUARE)


@takes(table=A_TABLE)
def predictive_chart(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return how often answers were given, beside how often the model's patients give them.

    Parameters
    ----------
    table : DataFrame
        As `PredictiveCheck.table`, or some rows of it.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import predictive_chart
    >>> check = hamknee.predictive_check(hamknee.load(), replicates=20)
    >>> chart = predictive_chart(check.table.head(5))
    >>> len(chart.data), chart.data["seen"][0]
    (5, '... % of ...')
    """
    palette = colours(dark)
    rows = table.assign(
        rank=range(len(table)),
        label=table["variable_label"] + ": " + table["state_label"],
        seen=[
            f"{percent(given)} of {n}"
            for given, n in zip(table["observed"], table["n"], strict=True)
        ],
    )
    base = in_rows(rows).encode(
        tooltip=[
            *tips(label="Answer", seen="Given"),
            *tips(".0%", expected="Expected", low="95 % of cohorts from", high="to"),
        ]
    )
    layers = alt.layer(
        track(base, palette),
        band(base, palette, "low", "high").encode(
            x=share("low", "Share of the answers", "Dot: given. Bar: 95 % of the model's cohorts.")
        ),
        dot(base, palette, "observed"),
        label(base, palette, beside=110),
        number(base, palette, "seen"),
    )
    return finish(layers, palette, alt.Step(ROW_OF_WORDS))


@takes(matrix=A_TABLE)
def dependence_chart(matrix: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return which findings go together otherwise than the model says, as a square.

    The stronger the colour the less it can be chance; a frame stands where it is clear with all
    pairs allowed for. Where a field is empty the cases tell nothing.

    Parameters
    ----------
    matrix : DataFrame
        As `ResidualDependence.matrix`.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import dependence_chart
    >>> dependence = hamknee.residual_dependence(hamknee.load(), replicates=20)
    >>> chart = dependence_chart(dependence.matrix)
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['rect', 'rect']
    """
    palette = colours(dark)
    order = list(dict.fromkeys(matrix["first_label"]))
    names, slanting = names_axes(palette)
    base = alt.Chart(matrix).encode(
        x=alt.X("second_label:N", sort=order, title=DARKER, axis=slanting),
        y=alt.Y("first_label:N", sort=order, title=None, axis=names),
        tooltip=[
            *tips(first_label="Finding", second_label="With"),
            alt.Tooltip("n:Q", title="Cases that tell"),
            *tips(".2g", p="p", p_adjusted="p, all pairs allowed for"),
        ],
    )
    scale = alt.Scale(
        domain=[0, STRONGEST], range=[palette.track, palette.bar], interpolate="rgb", clamp=True
    )
    layers = alt.layer(
        base.mark_rect().encode(fill=alt.Fill("strength:Q", scale=scale, legend=None)),
        base.transform_filter("datum.p_adjusted < 0.05").mark_rect(
            filled=False, stroke=palette.text, strokeWidth=2
        ),
    )
    return finish(layers, palette, ROW_OF_NAMES * len(order) + NAMES_BELOW)
