"""A nomogram of the weights of many findings: points for each answer, their sum, a probability."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from hamknee.base import A_TABLE, HamkneeError, Kind, listing, takes
from hamknee.charts.style import colours, finish

if TYPE_CHECKING:
    import pandas as pd

    from hamknee.sensitivity import RatioTable

LINE = 70
"""Height of one scale, in pixels."""

POINTS = tuple(range(0, 101, 20))
SHARES = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)
SCALES = {"points": "Points", "total": "Total points", "probability": "Probability"}

HEIGHTS = (-13, 14, -26, 27)
"""Where words stand beside their line, in pixels: the first that is free."""

LETTER = 0.0105
"""What a letter takes of the width, on a narrow page."""


@takes(table=A_TABLE)
def nomogram(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return a nomogram: read off the points of each answer, add them up, read off the probability.

    Parameters
    ----------
    table : DataFrame
        From `nomogram_rows`. What the chart says is also its ``description``, in words.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Notes
    -----
    Možina, Demšar, Kattan & Zupan (2004), Knowledge Discovery in Databases (PKDD), 337.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import nomogram, nomogram_rows
    >>> asked = {"findings": ["pop", "bruising"], "conditions": ["rupture"]}
    >>> ratios = hamknee.likelihood_ratios(hamknee.load(), {}, **asked, draws=200)
    >>> chart = nomogram(nomogram_rows(ratios, "rupture"))
    >>> chart.description.split(". ")[0]
    'Bruising: No 0 points, Yes 100'
    """
    palette = colours(dark)
    order = list(dict.fromkeys(table["label"]))
    y = alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelColor=palette.text, labelFontSize=13, labelLimit=190),
    )
    x = _across("x")
    marks = alt.Chart(table)
    ends = table.groupby("label", sort=False)["x"].agg(["min", "max"]).reset_index()
    rule = alt.Chart(ends).mark_rule(color=palette.quiet)
    layers = alt.layer(
        rule.encode(x=_across("min"), x2="max:Q", y=y),
        marks.mark_point(filled=True, size=40, opacity=1).encode(
            x=x,
            y=y,
            color=alt.condition(
                "datum.kind == 'finding'", alt.value(palette.bar), alt.value(palette.quiet)
            ),
        ),
        *(
            marks.transform_filter(f"datum.lift == {lift}")
            .mark_text(fontSize=12, color=palette.text, dy=lift)
            .encode(x=x, y=y, text="words:N")
            for lift in HEIGHTS
        ),
    ).properties(description=nomogram_text(table))
    return finish(layers, palette, LINE * len(order))


@takes(
    ratios=Kind("what hamknee.likelihood_ratios returns", (), ("hamknee.RatioTable",)),
)
def nomogram_rows(ratios: RatioTable, condition: str, *, most: int = 12) -> pd.DataFrame:
    """Return what `nomogram` draws: the marks of each scale.

    Points are weights of evidence, the logarithms of likelihood ratios, on a scale on which the
    finding that tells most spans 100. Adding them takes each finding as if the others were not
    known: where findings move with each other, or several conditions are behind "the rest", the
    sum is an approximation, and `Model.posterior` has the answer.

    Parameters
    ----------
    ratios : RatioTable
        Of the findings, for this condition; what else is known decides where it starts.
    condition : str
        The state of the target against all the others.
    most : int
        How many findings, those first that tell most.

    Returns
    -------
    DataFrame
        Columns: label (of the scale), kind (points, finding, total or probability), x (place, 0 to
        1), words, points, lift (pixels by which the words stand above or below the line).

    Raises
    ------
    HamkneeError
        If the table has no such condition, or no finding tells anything of it.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import nomogram_rows
    >>> asked = {"findings": ["pop", "bruising"], "conditions": ["rupture"]}
    >>> ratios = hamknee.likelihood_ratios(hamknee.load(), {}, **asked, draws=200)
    >>> rows = nomogram_rows(ratios, "rupture")
    >>> rows.query("kind == 'finding'")[["label", "words"]].values.tolist()[:2]
    [['Bruising', 'No'], ['Bruising', 'Yes']]
    """
    import pandas as pd

    weights = _weights(ratios, condition)
    spans = {name: float(np.ptp(list(w.values()))) for name, w in weights.items()}
    ranked = [n for n in sorted(spans, key=lambda n: -spans[n]) if spans[n] > 0][:most]
    if not ranked:
        raise HamkneeError("no finding tells anything; allowed: findings with more than one ratio")
    unit = spans[ranked[0]] / 100  # weight of one point
    rows = [(SCALES["points"], "points", p / 100, f"{p}", float(p)) for p in POINTS]
    words, start = ratios.case.model.vocabulary, ratios.case.posterior[condition]
    at_zero = math.log(start / (1 - start))
    for name in ranked:
        least = min(weights[name].values())
        at_zero += least
        for state, weight in sorted(weights[name].items(), key=lambda item: item[1]):
            points = (weight - least) / unit
            label = words[name].state(state).label
            rows.append((words[name].label, "finding", points / 100, label, points))
    whole = sum(spans[name] for name in ranked) / unit
    step = _step(whole)
    totals = np.arange(0, whole + 1e-9, step)
    rows += [(SCALES["total"], "total", t / whole, f"{t:.0f}", float(t)) for t in totals]
    for share in SHARES:
        points = (math.log(share / (1 - share)) - at_zero) / unit
        if 0 <= points <= whole:
            row = (
                SCALES["probability"],
                "probability",
                points / whole,
                f"{100 * share:g} %",
                points,
            )
            rows.append(row)
    table = pd.DataFrame(rows, columns=["label", "kind", "x", "words", "points"])
    table["lift"] = [
        lift
        for _, line in table.groupby("label", sort=False)
        for lift in _lifts(line["x"], line["words"])
    ]
    return table


@takes(table=A_TABLE)
def nomogram_text(table: pd.DataFrame) -> str:
    """Return what a nomogram shows in words, for those who cannot see it.

    Parameters
    ----------
    table : DataFrame
        From `nomogram_rows`.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import nomogram_rows, nomogram_text
    >>> asked = {"findings": ["pop"], "conditions": ["rupture"]}
    >>> ratios = hamknee.likelihood_ratios(hamknee.load(), {}, **asked, draws=200)
    >>> print(nomogram_text(nomogram_rows(ratios, "rupture")))
    Pop at the start: No 0 points, Yes 100. Total points to probability: ...
    """
    sentences = []
    findings = table[table["kind"] == "finding"]
    for label, line in findings.groupby("label", sort=False):
        marks = [f"{row.words} {row.points:.0f}" for row in line.itertuples()]
        first, *rest = marks
        sentences.append(f"{label}: {', '.join([f'{first} points', *rest])}.")
    last = table[table["kind"] == "probability"]
    reached = [f"{row.points:.0f} is {row.words}" for row in last.itertuples()]
    if reached:
        sentences.append(f"Total points to probability: {listing(reached, len(reached))}.")
    return " ".join(sentences)


def _across(field: str) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[-0.12, 1.08], nice=False))


def _weights(ratios: RatioTable, condition: str) -> dict[str, dict[str, float]]:
    """Return the weight of each answer that neither proves nor rules out, by finding."""
    weights: dict[str, dict[str, float]] = {}
    conditions = {ratio.condition for ratio in ratios.ratios}
    if condition not in conditions:
        problem = f"the table has no ratios for {condition!r}"
        raise HamkneeError(f"{problem}; allowed: {listing(sorted(conditions))}")
    for ratio in ratios.ratios:
        if ratio.condition == condition and 0 < ratio.value < math.inf:
            weights.setdefault(ratio.variable, {})[ratio.state] = math.log(ratio.value)
    return weights


def _step(whole: float) -> float:
    """Return a round number that goes three to eight times into a length."""
    rough = whole / 8
    power = 10 ** math.floor(math.log10(rough))
    return float(next(n * power for n in (1, 2, 5, 10) if n * power >= rough))


def _lifts(places: Iterable[float], words: Iterable[str]) -> list[int]:
    """Return where words in a row stand, so that none covers another."""
    lifts: list[int] = []
    ends = dict.fromkeys(HEIGHTS, -math.inf)
    for x, word in zip(places, words, strict=True):
        half = (len(word) + 1) * LETTER / 2
        free = [lift for lift in HEIGHTS if ends[lift] <= x - half]
        lifts.append(free[0] if free else min(ends, key=lambda lift: ends[lift]))
        ends[lifts[-1]] = x + half
    return lifts
