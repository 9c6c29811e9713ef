"""What is to be seen in a chart, in words, for whoever does not see the picture.

It is read from the chart itself, so that words and marks cannot disagree: what the axes are of, the
words of each row, where lines begin and end, and where points stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hamknee.base import HamkneeError, percent, percent_range, thing

MOST = 12
"""Rows, lines or points that are told one by one."""

Layer = tuple[str, Mapping[str, Any], Sequence[Mapping[str, Any]]]
"""Kind of mark, encoding and rows of one layer of a chart."""

CHART_KEYS = {"mark", "layer", "concat", "hconcat", "vconcat", "spec"}
"""Of which every chart has one."""


def alternative_text(chart: Mapping[str, Any]) -> str:
    """Return what a chart shows, in words.

    Parameters
    ----------
    chart : mapping
        As ``to_dict`` of an Altair chart returns it, with its data.

    Raises
    ------
    HamkneeError
        If it is no such mapping.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.charts import alternative_text, ranking
    >>> chart = ranking(hamknee.load().posterior({"pop": "yes"}).table.head(2))
    >>> print(alternative_text(chart.to_dict()))
    Across: Probability. Dot: now. Bar: interval. Line: at the start. Rows: Meniscal tear, 36 %;
    Cruciate ligament tear, 16 %.
    """
    if not (isinstance(chart, Mapping) and CHART_KEYS & chart.keys()):
        raise HamkneeError(f"found {thing(chart)}; allowed: what .to_dict() of a chart returns")
    layers = list(_layers(chart, chart.get("datasets", {}), {}, ()))
    parts = [_axis(layers, "x", "Across"), _axis(layers, "y", "Upwards"), _told(layers)]
    return " ".join(part for part in parts if part)


def _layers(
    chart: Mapping[str, Any],
    datasets: Mapping[str, Any],
    encoding: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
) -> Iterator[Layer]:
    data: dict[str, Any] = chart.get("data") or {}
    rows = data.get("values") or datasets.get(data.get("name", ""), rows)
    encoding = {**encoding, **chart.get("encoding", {})}
    for layer in chart.get("layer", ()):
        yield from _layers(layer, datasets, encoding, rows)
    if "mark" in chart:
        mark = chart["mark"]
        yield mark if isinstance(mark, str) else mark["type"], encoding, rows


def _axis(layers: Sequence[Layer], channel: str, words: str) -> str:
    """Return what one axis is of, by its title."""
    channels = [encoding.get(channel, {}) for _, encoding, _ in layers]
    titles = [c.get("title") or (c.get("axis") or {}).get("title") for c in channels]
    title: str | list[str] = next((title for title in titles if title), [])
    lines = [title] if isinstance(title, str) else title
    open_ended = (" of", ".", ";", ":", ",", "”")
    whole = " ".join(line if line.endswith(open_ended) else f"{line}." for line in lines)
    return f"{words}: {whole}" if whole else ""


def _told(layers: Sequence[Layer]) -> str:
    """Return the rows that have words, else the fields that stand out, else lines and points."""
    written = _written(layers)
    if written:
        return _listed("Rows", written)
    strongest = _strongest(layers)
    if strongest:
        return f"Strongest: {'; '.join(strongest)}."
    lines = [_ends(encoding, rows) for mark, encoding, rows in layers if mark == "line" and rows]
    points = [
        f"{_value(row, encoding['x'])}, {_value(row, encoding['y'])}"
        for mark, encoding, rows in layers
        if mark in ("point", "circle") and {"x", "y"} <= encoding.keys() and not lines
        for row in rows
    ]
    return " ".join(part for part in (_listed("Lines", lines), _listed("Points", points)) if part)


def _written(layers: Sequence[Layer]) -> list[str]:
    """Return the words of each row, those of all layers together, and its range if it has one."""
    by_row: dict[int, dict[str, str]] = {}
    for mark, encoding, rows in layers:
        if mark != "text" or "field" not in encoding.get("text", {}):
            continue
        named = [encoding.get(c, {}).get("field", "") for c in ("y", "x")]
        fields = [field for field in named if field == "name" or field.endswith("label")]
        for row in rows:
            words = by_row.setdefault(id(row), {"range": _range(row)})
            words.update((field, str(row[field])) for field in (*fields, encoding["text"]["field"]))
    listed = [[*words.values()] for words in by_row.values()]
    return list(dict.fromkeys(", ".join(filter(None, [*w[1:], w[0]])) for w in listed))


def _range(row: Mapping[str, Any]) -> str:
    """Return mean and range of a row that is a distribution."""
    if not {"mean", "low", "high"} <= row.keys():
        return ""
    return f"mean {percent(row['mean'])}, range {percent_range(row['low'], row['high'])}"


def _strongest(layers: Sequence[Layer]) -> list[str]:
    """Return the fields of a square whose colour is strongest, each pair once."""
    for mark, encoding, rows in layers:
        fill = encoding.get("fill", {}).get("field")
        if mark == "rect" and fill:
            one, other = encoding["y"]["field"], encoding["x"]["field"]
            known = [row for row in rows if row[fill] is not None]
            known.sort(key=lambda row: -row[fill])
            pairs = dict.fromkeys(" with ".join(sorted((row[one], row[other]))) for row in known)
            return list(pairs)[:3]
    return []


def _ends(encoding: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return where a line begins and where it ends."""
    x, y = encoding["x"], encoding["y"]
    first, last = rows[0], rows[-1]
    return (
        f"from {_value(first, y)} at {_value(first, x)} to {_value(last, y)} at {_value(last, x)}"
    )


def _value(row: Mapping[str, Any], channel: Mapping[str, Any]) -> str:
    """Return a number as its axis writes it."""
    value = row.get(channel.get("field", ""), channel.get("datum"))
    in_percent = "%" in (channel.get("axis") or {}).get("labelExpr", "")
    if not isinstance(value, int | float):
        return str(value)
    return f"{100 * value:.3g} %" if in_percent else f"{value:.3g}"


def _listed(name: str, words: Sequence[str]) -> str:
    """Return some of many things, and how many more there are."""
    if not words:
        return ""
    more = f"; and {len(words) - MOST} more" if len(words) > MOST else ""
    return f"{name}: {'; '.join(words[:MOST])}{more}."
