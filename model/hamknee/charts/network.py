"""The network as a picture: context, target, and all that depends on it, from left to right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

from hamknee.base import Kind, percent, takes
from hamknee.charts.style import Colours, colours, finish, tips

if TYPE_CHECKING:
    from hamknee.inference import Marginals
    from hamknee.network import Variable, Vocabulary


ROW = 28
"""Height of one variable of the picture, in pixels."""

SIDES = {"context": (0.0, 18.0), "target": (22.5, 43.0)}
"""Left and right side of the boxes, in percent of the width."""

OTHERS = (50.0, 90.0)
LANE = 2.5
"""Between two arrows that run side by side, in percent of the width."""

HEADS = {"triangle-right": -4, "triangle-left": 4}
"""Heads of arrows, and how many pixels before the box they end in they stand."""

Box = dict[str, object]


@dataclass(frozen=True)
class Lines:
    """What the line in each box tells.

    Parameters
    ----------
    shares : mapping of str to float
        Its length by variable, 0 to 1.
    words : mapping of str to str
        The same in words.
    what : str
        What the words are about.
    legend : str
        How to read the lines.
    known : collection of str
        Variables whose names stand out.
    """

    shares: Mapping[str, float]
    words: Mapping[str, str]
    what: str
    legend: str
    known: Collection[str] = ()


def network_chart(
    vocabulary: Vocabulary,
    parents: Mapping[str, Sequence[str]],
    shares: Mapping[str, float],
    *,
    chosen: str = "",
    dark: bool = False,
) -> alt.LayerChart:
    """Return the network as a picture that reads from left to right.

    What the target depends on stands on its left, everything else on its right in groups. Arrows
    among the variables on the right run on their right, one lane for each parent. A click on a box
    selects its variable (selection ``variable``, field ``name``).

    Parameters
    ----------
    vocabulary : Vocabulary
        The variables.
    parents : mapping of str to sequence of str
        The parents of every variable, as `Priors.parents`.
    shares : mapping of str to float
        For each variable the share of its numbers, 0 to 1, that rest on the literature.
    chosen : str
        A variable to point out, with the arrows that lead to it and from it.
    dark : bool
        Whether the chart will stand on a dark ground.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> from hamknee.charts import network_chart
    >>> from hamknee.network import read_shipped_or_own
    >>> priors = read_shipped_or_own()
    >>> shares = dict.fromkeys(priors.vocabulary, 0.5)
    >>> chart = network_chart(priors.vocabulary, priors.parents, shares, chosen="pop")
    >>> [param["name"] for param in chart.to_dict()["params"]]  # what a click selects
    ['variable']
    """
    words = {name: percent(share) for name, share in shares.items()}
    legend = "Line in a box: share of its numbers that are published or indirect."
    lines = Lines(shares, words, "Published or indirect", legend)
    return _picture(vocabulary, parents, lines, chosen, dark)


@takes(marginals=Kind("what Model.marginals returns", (), ("hamknee.Marginals",)))
def network_of_case(
    vocabulary: Vocabulary,
    parents: Mapping[str, Sequence[str]],
    marginals: Marginals,
    known: Collection[str] = (),
    *,
    chosen: str = "",
    dark: bool = False,
) -> alt.LayerChart:
    """Return the network with the most probable state of every variable in one case.

    Parameters
    ----------
    vocabulary, parents
        As for `network_chart`.
    marginals : Marginals
        Of one case, as `Model.marginals` returns them. The line of a variable is the probability of
        its most probable state.
    known : collection of str
        Variables on which something is known; their names are bold.
    chosen, dark
        As for `network_chart`.

    Returns
    -------
    alt.LayerChart
        As wide as its container.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import network_of_case
    >>> from hamknee.network import read_shipped_or_own
    >>> parents, model, case = read_shipped_or_own().parents, hamknee.load(), {"pop": "yes"}
    >>> chart = network_of_case(model.vocabulary, parents, model.marginals(case), known=case)
    >>> boxes = [row for rows in chart.to_dict()["datasets"].values() for row in rows]
    >>> [(box["label"], box["words"]) for box in boxes if box.get("known")]
    [('Pop at the start', 'Yes, 100 %')]
    """
    shares, words = {}, {}
    for variable in vocabulary.variables:
        probabilities = marginals[variable.name]
        best = int(probabilities.argmax())
        shares[variable.name] = float(probabilities[best])
        words[variable.name] = f"{variable.states[best].label}, {percent(shares[variable.name])}"
    legend = "Line in a box: probability of its most probable state. Bold: answered."
    lines = Lines(shares, words, "Most probable", legend, known)
    return _picture(vocabulary, parents, lines, chosen, dark)


def _picture(
    vocabulary: Vocabulary,
    parents: Mapping[str, Sequence[str]],
    lines: Lines,
    chosen: str,
    dark: bool,
) -> alt.LayerChart:
    palette = colours(dark)
    boxes, headings, rows = _boxes(vocabulary, lines, chosen)
    arrows = _arrows({str(box["name"]): box for box in boxes}, parents, chosen)
    layers = [
        *_arrow_layers(arrows, palette),
        *_box_layers(boxes, lines.what, palette),
        _records(headings)
        .mark_text(align="left", baseline="middle", color=palette.quiet, fontSize=12)
        .encode(x=_x("x"), y=_y("y"), text="label:N"),
    ]
    scales = alt.Scale(domain=[0, 100], nice=False), alt.Scale(domain=[rows, 0], nice=False)
    x = alt.X(scale=scales[0], axis=alt.Axis(values=[]), title=lines.legend)
    y = alt.Y(scale=scales[1], axis=None)
    return finish(alt.layer(*layers).encode(x=x, y=y), palette, round(rows * ROW))


def network_text(vocabulary: Vocabulary, parents: Mapping[str, Sequence[str]]) -> str:
    """Return the arrows of the network in plain sentences.

    Parameters
    ----------
    vocabulary, parents
        As for `network_chart`.

    Examples
    --------
    >>> from hamknee.charts import network_text
    >>> from hamknee.network import read_shipped_or_own
    >>> priors = read_shipped_or_own()
    >>> print(network_text(priors.vocabulary, priors.parents))
    Condition depends on Setting. These depend on Condition: ...
    Pop at the start also depends on Onset. ...
    """
    target = vocabulary.target
    above = [vocabulary[name].label for name in parents[target.name]]
    on_target = [v for v in vocabulary.variables if target.name in parents[v.name]]
    sentences = [f"{target.label} depends on {_and(above)}."] if above else []
    if on_target:
        labels = _and([variable.label for variable in on_target])
        sentences.append(f"These depend on {target.label}: {labels}.")
    for variable in vocabulary.variables:
        others = [vocabulary[name].label for name in parents[variable.name] if name != target.name]
        if others and variable.name != target.name:
            also = "also " if target.name in parents[variable.name] else ""
            sentences.append(f"{variable.label} {also}depends on {_and(others)}.")
    return " ".join(sentences)


# Where things stand -----------------------------------------------------------------------


def _boxes(vocabulary: Vocabulary, lines: Lines, chosen: str) -> tuple[list[Box], list[Box], float]:
    """Return a box for each variable, the headings of the groups, and the height in rows."""
    others = vocabulary.having("trait", "finding")
    boxes, headings = [], []
    row = 0.0
    for group in dict.fromkeys(variable.group for variable in others):
        headings.append({"x": OTHERS[0], "y": row + 0.5, "label": (group or "").capitalize()})
        row += 1
        for variable in others:
            if variable.group == group:
                boxes.append(_box(variable, OTHERS, row, lines, chosen))
                row += 1
        row += 0.25
    left = [*vocabulary.having("context")]
    tall = max(row, float(len(left)), 1.0)
    for place, variable in enumerate(left):
        middle = tall / 2 + place - len(left) / 2
        boxes.append(_box(variable, SIDES["context"], middle, lines, chosen))
    boxes.append(_box(vocabulary.target, SIDES["target"], tall / 2 - 0.5, lines, chosen))
    return boxes, headings, tall


def _box(
    variable: Variable,
    sides: tuple[float, float],
    row: float,
    lines: Lines,
    chosen: str,
) -> Box:
    left, right = sides
    share = lines.shares.get(variable.name, 0.0)
    return {
        "name": variable.name,
        "label": variable.label,
        "chosen": variable.name == chosen,
        "x": left,
        "x2": right,
        "filled": left + share * (right - left),
        "y": row + 0.08,
        "y2": row + 0.92,
        "middle": row + 0.46,
        "line": row + 0.82,
        "words": lines.words.get(variable.name, percent(share)),
        "known": variable.name in lines.known,
    }


def _arrows(
    boxes: Mapping[str, Box], parents: Mapping[str, Sequence[str]], chosen: str
) -> list[Box]:
    """Return the corners of every arrow, the last one at its head."""
    lanes: dict[str, int] = {}
    corners = []
    for name in boxes:
        for parent in parents[name]:
            path, heading = _path(boxes[parent], boxes[name], parent, lanes)
            corners += [
                {
                    "arrow": f"{parent} to {name}",
                    "step": step,
                    "x": x,
                    "y": y,
                    "head": heading if step == len(path) - 1 else "",
                    "chosen": bool(chosen) and chosen in (name, parent),
                }
                for step, (x, y) in enumerate(path)
            ]
    return corners


def _path(
    start: Box, end: Box, parent: str, lanes: dict[str, int]
) -> tuple[list[tuple[float, float]], str]:
    """Return an arrow as corners, and where its head points."""
    x1, x2, y1, y2 = (
        float(str(number)) for number in (start["x2"], end["x"], start["middle"], end["middle"])
    )
    if x1 < x2:
        bend = x2 - LANE
        return [(x1, y1), (bend, y1), (bend, y2), (x2, y2)], "triangle-right"
    lane = lanes.setdefault(parent, len(lanes) + 1)
    right = float(str(end["x2"]))
    bend = max(x1, right) + LANE * (lane + 0.5)
    return [(x1, y1 - 0.12), (bend, y1 - 0.12), (bend, y2 + 0.12), (right, y2 + 0.12)], (
        "triangle-left"
    )


# Layers -----------------------------------------------------------------------------------


def _records(rows: Sequence[Box]) -> alt.Chart:
    return alt.Chart({"values": list(rows)})


def _arrow_layers(corners: Sequence[Box], palette: Colours) -> list[alt.Chart]:
    """Return the arrows: first the quiet ones, over them those that are pointed out."""
    layers = []
    for chosen, colour, width in ((False, palette.quiet, 1), (True, palette.text, 2.5)):
        shown = [corner for corner in corners if corner["chosen"] is chosen]
        at = {"x": _x("x"), "y": _y("y")}
        lines = _records(shown).mark_line(
            color=colour, strokeWidth=width, strokeJoin="round", aria=False
        )
        layers += [lines.encode(**at, detail="arrow:N", order="step:Q")] if shown else []
        for shape, offset in HEADS.items():
            heads = [corner for corner in shown if corner["head"] == shape]
            head = _records(heads).mark_point(
                shape=shape,
                opacity=1,
                xOffset=offset,
                filled=True,
                size=50,
                color=colour,
                aria=False,
            )
            layers += [head.encode(**at)] if heads else []
    return layers


def _box_layers(boxes: Sequence[Box], what: str, palette: Colours) -> list[alt.Chart]:
    """Return the boxes with their names and lines."""
    base = _records(boxes).encode(
        x=_x("x"),
        tooltip=tips(label="Variable", words=what),
    )
    edge = alt.condition("datum.chosen", alt.value(palette.text), alt.value(palette.track))
    body = base.mark_rect(cornerRadius=4, cursor="pointer", fill=palette.track, strokeWidth=2)
    share = base.mark_rect(height=3, color=palette.bar, cursor="pointer")
    text: dict[str, Any] = {"align": "left", "baseline": "middle", "dx": 7, "fontSize": 13}
    text |= {"color": palette.text, "cursor": "pointer"}
    names = [
        base.mark_text(**text, fontWeight="normal").transform_filter("!datum.known"),
        base.mark_text(**text, fontWeight="bold").transform_filter("datum.known"),
    ]
    click = alt.selection_point(name="variable", fields=["name"], empty=False)
    return [
        body.encode(x2="x2:Q", y=_y("y"), y2="y2:Q", stroke=edge).add_params(click),
        share.encode(x2="filled:Q", y=_y("line")),
        *(name.encode(y=_y("middle"), text="label:N") for name in names),
    ]


def _x(field: str) -> alt.X:
    return alt.X(f"{field}:Q")


def _y(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q")


def _and(words: Sequence[str]) -> str:
    """Return words as a list in a sentence."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
