"""What a chart would draw, and how well it stands out."""

from typing import Any

import altair as alt


def rows_having(chart: alt.LayerChart, field: str) -> list[dict[str, Any]]:
    """Return the rows of every layer that have a field."""
    spec = chart.to_dict()
    tables = [layer["data"].get("values") for layer in spec["layer"] if "data" in layer]
    tables += list(spec.get("datasets", {}).values())
    return [row for values in tables if values for row in values if field in row]


def layers(chart: alt.LayerChart) -> dict[str, list[dict[str, Any]]]:
    """Return the encodings of a chart by kind of mark."""
    by_mark: dict[str, list[dict[str, Any]]] = {}
    for layer in chart.to_dict()["layer"]:
        by_mark.setdefault(layer["mark"]["type"], []).append(layer["encoding"])
    return by_mark


def rows_of(chart: alt.LayerChart) -> list[dict[str, Any]]:
    """Return the rows of a chart of one table."""
    (rows,) = chart.to_dict()["datasets"].values()
    return list(rows)


def is_track(layer: dict[str, Any]) -> bool:
    """Whether a layer is the empty scale, which carries no information."""
    return "datum" in layer["encoding"].get("x", {})


def axis_colours(spec: object) -> list[str]:
    """Return the colours of all words of axes, wherever they stand."""
    if isinstance(spec, list):
        return [colour for part in spec for colour in axis_colours(part)]
    if not isinstance(spec, dict):
        return []
    own = [spec[key] for key in ("labelColor", "titleColor") if key in spec]
    return own + [colour for part in spec.values() for colour in axis_colours(part)]


def contrast_of(one: str, other: str) -> float:
    """Return the contrast ratio of two colours by WCAG 2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour such as ``#33698f`` by WCAG 2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
