"""Charts of what the findings of a case weigh: for one state, or for one rather than another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from hamknee.base import A_TABLE, Kind, of_bits, percent, takes, times
from hamknee.charts.style import MARKS, ROW, Colours, colours, finish, in_rows, label, number, track

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from hamknee.base import Array
    from hamknee.reasoning import Reasons


MOST_BITS = 10.0
"""End of the scale of a waterfall, in bits of log odds: a probability of 99.9 %."""

MOST_TIMES = 6.0
"""End of the scale of a contrast, in bits: 64 times as often."""


@takes(table=A_TABLE)
def waterfall(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return how the findings lead from the starting probability to the present one.

    Equal steps on the scale are equal weights of evidence; its marks are probabilities. The scale
    is the same for every case.

    Parameters
    ----------
    table : DataFrame
        From `waterfall_rows`.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import waterfall, waterfall_rows
    >>> reasons = hamknee.explain(hamknee.load(), {"onset": "sudden"}, "strain")
    >>> chart = waterfall(waterfall_rows(reasons))
    >>> chart.data["label"].tolist()
    ['Starting probability', 'Onset: In a moment', 'With all answers']
    """
    palette = colours(dark)
    base = in_rows(table)
    share = [0.01, 0.1, 0.5, 0.9, 0.99]
    words = {round(math.log2(p / (1 - p)), 6): f"{100 * p:.0f} %" for p in share}
    x = _weight(MOST_BITS, words, ["Probability", "Equal lengths count the same."])
    layers = alt.layer(
        track(base, palette, -MOST_BITS, MOST_BITS),
        _step(base, palette, x),
        base.mark_circle(color=palette.text, size=90, opacity=1, yOffset=MARKS)
        .transform_filter("datum.kind == 'end'")
        .encode(x=alt.X("end:Q")),
        label(base, palette, beside=112),
        number(base, palette, "words"),
    )
    return finish(layers, palette, alt.Step(ROW))


@takes(reasons=Kind("what hamknee.explain returns", (), ("hamknee.Reasons",)))
def waterfall_rows(reasons: Reasons) -> pd.DataFrame:
    """Return what `waterfall` draws: the start, each finding, the weightiest first, the end.

    Parameters
    ----------
    reasons : Reasons
        Of one state against all others (`explain` without ``against``).

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import waterfall_rows
    >>> reasons = hamknee.explain(hamknee.load(), {"onset": "sudden"}, "strain")
    >>> waterfall_rows(reasons)[["label", "kind"]]
                      label kind
    0  Starting probability  end
    1    Onset: In a moment  for
    2      With all answers  end
    """
    posterior = reasons.case.posterior
    order = [int(i) for i in np.argsort(-np.abs(reasons.shapley), kind="stable")]
    weights = reasons.shapley[order]
    bounds = np.concatenate([[reasons.start], reasons.start + np.cumsum(weights)])
    bounds = np.clip(bounds, -MOST_BITS, MOST_BITS)  # a certainty has no place on a scale
    first = float(posterior.prior[reasons.state])
    last = float(posterior.probabilities[reasons.state])
    return _weight_rows(
        ["Starting probability", *_findings(reasons, order), "With all answers"],
        np.concatenate([bounds[:1], bounds[:-1], bounds[-1:]]),
        np.concatenate([bounds[:1], bounds[1:], bounds[-1:]]),
        ["end", *map(_kind, weights), "end"],
        [percent(first), *(_times(float(w), "for", "against") for w in weights), percent(last)],
    )


@takes(table=A_TABLE)
def contrast(table: pd.DataFrame, *, dark: bool = False) -> alt.LayerChart:
    """Return what each finding says for one state rather than for another.

    Parameters
    ----------
    table : DataFrame
        From `contrast_rows`.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import contrast, contrast_rows
    >>> model, case = hamknee.load(), {"pop": "yes"}
    >>> chart = contrast(contrast_rows(hamknee.explain(model, case, "strain", against="rupture")))
    >>> chart.data["label"].tolist()
    ['Pop at the start: Yes']
    """
    palette = colours(dark)
    base = in_rows(table)
    words = {-4.0: "16 times", -2.0: "4 times", 0.0: "even", 2.0: "4 times", 4.0: "16 times"}
    sides = "To the right: for the first. To the left: for the second."
    x = _weight(MOST_TIMES, words, ["How many times as often the finding is seen", sides])
    layers = alt.layer(
        track(base, palette, -MOST_TIMES, MOST_TIMES),
        _step(base, palette, x),
        label(base, palette, beside=156),
        number(base, palette, "words"),
    )
    return finish(layers, palette, alt.Step(ROW))


@takes(reasons=Kind("what hamknee.explain returns", (), ("hamknee.Reasons",)))
def contrast_rows(reasons: Reasons) -> pd.DataFrame:
    """Return what `contrast` draws: each finding, the weightiest first.

    Parameters
    ----------
    reasons : Reasons
        Of one state against one other (`explain` with ``against``).

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import contrast_rows
    >>> model, case = hamknee.load(), {"pop": "yes"}
    >>> contrast_rows(hamknee.explain(model, case, "strain", against="rupture"))[["label", "words"]]
                       label                      words
    0  Pop at the start: Yes  ... times, for the second
    """
    order = [int(i) for i in np.argsort(-np.abs(reasons.shapley), kind="stable")]
    weights = reasons.shapley[order]
    ends = np.clip(weights, -MOST_TIMES, MOST_TIMES)
    return _weight_rows(
        _findings(reasons, order),
        np.zeros(len(ends)),
        ends,
        list(map(_kind, weights)),
        [_times(float(w), "for the first", "for the second") for w in weights],
    )


def _findings(reasons: Reasons, order: Sequence[int]) -> list[str]:
    variables = reasons.case.model.vocabulary.variables
    chosen = [reasons.findings[i] for i in order]
    return [f"{variables[v].label}: {reasons.case.words(v)}" for v in chosen]


def _weight_rows(
    labels: Sequence[str], start: Array, end: Array, kind: Sequence[str], words: Sequence[str]
) -> pd.DataFrame:
    import pandas as pd

    columns = {"label": labels, "start": start, "end": end, "kind": kind, "words": words}
    return pd.DataFrame({"rank": np.arange(len(labels)), **columns})


def _kind(weight: float) -> str:
    return "for" if weight >= 0 else "against"


def _times(weight: float, more: str, less: str) -> str:
    """Return a weight as people say it: how many times as often the finding is seen."""
    side = more if weight > 0 else less
    if math.isinf(weight):
        return f"certain, {side}"
    ratio = of_bits(abs(weight))
    return "no difference" if ratio < 1.05 else f"{times(ratio)} times, {side}"


def _weight(most: float, words: dict[float, str], title: list[str]) -> alt.X:
    """Return the place of a weight on a scale with words at some of its values."""
    scale = alt.Scale(domain=[-most, most], clamp=True)
    near = (f"abs(datum.value - {value}) < 0.001 ? '{word}' : " for value, word in words.items())
    says = "".join(near) + "''"
    axis = alt.Axis(values=list(words), labelExpr=says, labelFlush=True, title=title)
    return alt.X("start:Q", scale=scale, axis=axis)


def _step(base: alt.Chart, palette: Colours, x: alt.X) -> alt.Chart:
    """Return the bar of each weight, filled where it speaks for the state."""
    tones = alt.Scale(domain=["for", "against"], range=[palette.bar, palette.ground])
    step = base.mark_bar(height=10, stroke=palette.bar, strokeWidth=1.5, yOffset=MARKS)
    chart: alt.Chart = step.transform_filter("datum.kind != 'end'").encode(
        x=x, x2="end:Q", fill=alt.Fill("kind:N", scale=tones, legend=None)
    )
    return chart
