"""Charts of open questions: what each answer would do, what several questions tell together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from hamknee.base import Kind, percent, takes
from hamknee.charts.style import MARKS, colours, finish, in_rows, label, number, share, tips, track
from hamknee.inference import entropy
from hamknee.network import find_state

if TYPE_CHECKING:
    import pandas as pd

    from hamknee.reasoning import Budget, Questions


ROW = 42
"""Height of one row, in pixels: a line of words above its marks."""

LIFT = -9
"""Where in a row words stand, in pixels below its middle."""

THICK = 10
"""Height of a bar, in pixels."""

SIZE = [10, 420]
"""Area of a circle in pixels, for an answer that nobody gives and for one that all give."""


@takes(questions=Kind("what hamknee.next_questions returns", (), ("hamknee.Questions",)))
def question_chart(
    questions: Questions, state: str, *, most: int = 8, dark: bool = False
) -> alt.LayerChart:
    """Return where each answer to each open question would take the probability of one state.

    Weighted with their areas, the circles of a row average back to the line, so that a wide row
    whose far circle is small tells little.

    Parameters
    ----------
    questions : Questions
        What `next_questions` returns.
    state : str
        Of the target.
    most : int
        How many questions are shown, from the top of the ranking.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import question_chart
    >>> questions = hamknee.next_questions(hamknee.load(), {"onset": "sudden"})
    >>> chart = question_chart(questions, "strain", most=3)
    >>> [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    ['bar', 'rule', 'circle', 'text', 'text']
    """
    import pandas as pd

    palette = colours(dark)
    posterior = questions.case.posterior
    place = find_state(posterior.target, state)
    now = pd.DataFrame({"now": [float(posterior.probabilities[place])]})
    asked = questions.table.head(most)
    rows = asked[["label"]].assign(
        rank=range(len(asked)),
        words=[f"{row.gain:.2f} bits, {row.minutes:g} min" for row in asked.itertuples()],
    )
    marks = "Line: now. Circle: after an answer, its area how likely that answer is."
    x = share("probability", f"Probability of {posterior.target.states[place].label}", marks)
    area = alt.Size("p_answer:Q", scale=alt.Scale(domain=[0, 1], range=SIZE), legend=None)
    tooltip = [
        *tips(answer="Answer", chance="How likely it is"),
        *tips(".1%", probability="Takes it to"),
    ]
    circle = in_rows(_answers(questions, state, most)).mark_circle(
        color=palette.bar, opacity=0.85, yOffset=MARKS
    )
    line = alt.Chart(now).mark_rule(color=palette.text, strokeWidth=1.5)
    base = in_rows(rows)
    layers = alt.layer(
        track(base, palette, height=THICK),
        line.encode(x=alt.X("now:Q")),
        circle.encode(x=x, size=area, tooltip=tooltip),
        label(base, palette, lift=LIFT),
        number(base, palette, "words", lift=LIFT),
    )
    return finish(layers, palette, ROW * len(rows))


@takes(budget=Kind("what hamknee.question_budget returns", (), ("hamknee.Budget",)))
def budget_chart(budget: Budget, *, dark: bool = False) -> alt.LayerChart:
    """Return what questions tell together: each adds its bar to those above it.

    Parameters
    ----------
    budget : Budget
        What `question_budget` returns.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container. The scale ends at all that is still unknown.

    Examples
    --------
    >>> import numpy as np
    >>> import hamknee
    >>> from hamknee.charts import budget_chart
    >>> budget = hamknee.question_budget(hamknee.load(), {"onset": "sudden"}, 3)
    >>> chart = budget_chart(budget)
    >>> gain, start = chart.data["gain"], chart.data["start"]
    >>> np.allclose(start[1:], gain[:-1])  # each begins where the one above it ends
    True
    """
    palette = colours(dark)
    remaining = float(entropy(budget.case.posterior.probabilities))
    table = budget.table
    rows = table[["label", "gain"]].assign(
        rank=range(len(table)),
        none=0.0,
        start=table["gain"] - table["added_gain"],
        words=[f"+{row.added_gain:.2f} bits, {row.minutes:g} min" for row in table.itertuples()],
    )
    # A case with nothing left to know has no scale of its own.
    end = remaining or 1.0
    x = alt.X(
        "start:Q",
        scale=alt.Scale(domain=[0, end], nice=False),
        axis=alt.Axis(
            values=[0, end],
            labelExpr=f"datum.value ? 'all {remaining:.2f} bits' : '0'",
            labelFlush=True,
        ),
        title="How much of what is still unknown the questions tell so far, in bits.",
    )
    base = in_rows(rows)
    step = base.mark_bar(color=palette.bar, height=THICK, yOffset=MARKS)
    so_far = base.mark_bar(color=palette.band, height=THICK, yOffset=MARKS, opacity=0.5)
    layers = alt.layer(
        track(base, palette, 0, end, height=THICK),
        so_far.encode(x="none:Q", x2="start:Q"),
        step.encode(x=x, x2="gain:Q"),
        label(base, palette, lift=LIFT),
        number(base, palette, "words", lift=LIFT),
    )
    return finish(layers, palette, ROW * len(rows))


def _answers(questions: Questions, state: str, most: int) -> pd.DataFrame:
    """Return one row an answer to one of the first questions: where it leads, how likely it is."""
    rank = {name: place for place, name in enumerate(questions.table["variable"].head(most))}
    answers = questions.answers
    target = questions.case.posterior.target.name
    chosen = answers[answers["variable"].isin(list(rank)) & (answers[target] == state)]
    return chosen[["p_answer", "probability"]].assign(
        rank=chosen["variable"].map(rank),
        answer=chosen["label"],
        chance=chosen["p_answer"].map(percent),
    )
