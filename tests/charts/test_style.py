"""What every chart in rows keeps to: one drawing for all rows, and words that stand out."""

import re
from dataclasses import astuple
from typing import Any

import altair as alt
import pandas as pd
import pytest

import hamknee
from hamknee.charts.case import (
    difference,
    difference_rows,
    icon_array,
    ranking,
)
from hamknee.charts.style import DARK, LIGHT
from hamknee.charts.weights import contrast, contrast_rows, waterfall, waterfall_rows
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from tests.support.drawings import axis_colours, contrast_of, is_track, rows_of
from tests.support.every_chart import every_chart

CASE = {"onset": "sudden", "pop": "yes", "activity": "explosive"}
OTHER = {"onset": "gradual", "activity": "endurance", "warmth": "no"}


@pytest.fixture(scope="module")
def pairs(model: Model) -> dict[str, tuple[Any, pd.DataFrame, pd.DataFrame]]:
    """Return every chart with two tables of the same length."""
    table = hamknee.credible_interval(model, CASE, draws=50).table
    other = hamknee.credible_interval(model, OTHER, draws=50).table
    people = [hamknee.natural_frequencies(model.posterior(case)).table for case in (CASE, OTHER)]
    weights = [hamknee.explain(model, case, "strain") for case in (CASE, OTHER)]
    against = [hamknee.explain(model, c, "strain", against="dvt") for c in (CASE, OTHER)]
    return {
        "ranking": (ranking, table, other),
        "icon_array": (icon_array, people[0], people[1]),
        "waterfall": (waterfall, *map(waterfall_rows, weights)),
        "contrast": (contrast, *map(contrast_rows, against)),
        "difference": (
            difference,
            difference_rows(table, other),
            difference_rows(other, table),
        ),
    }


CHARTS = ("ranking", "icon_array", "waterfall", "contrast", "difference")


def without_rows(chart: alt.LayerChart) -> str:
    spec = chart.to_dict()
    (name,) = spec.pop("datasets")
    return str(spec).replace(name, "rows")


@pytest.mark.parametrize("name", CHARTS)
def test_the_drawing_depends_on_the_number_of_rows_alone(
    name: str, pairs: dict[str, tuple[Any, pd.DataFrame, pd.DataFrame]]
) -> None:
    chart, one, other = pairs[name]
    assert without_rows(chart(one)) == without_rows(chart(other))
    assert rows_of(chart(one)) != rows_of(chart(other))


@pytest.mark.parametrize("name", [name for name in CHARTS if name != "icon_array"])
def test_charts_in_rows_grow_with_their_rows_and_stay_the_same_drawing(
    name: str, pairs: dict[str, tuple[Any, pd.DataFrame, pd.DataFrame]]
) -> None:
    chart, one, _ = pairs[name]
    assert len(one) > 2
    assert without_rows(chart(one)) == without_rows(chart(one.head(2)))


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("dark", [False, True])
def test_words_and_marks_stand_out_from_the_ground(
    name: str, dark: bool, pairs: dict[str, tuple[Any, pd.DataFrame, pd.DataFrame]]
) -> None:
    ground = "#11181f" if dark else "#ffffff"
    chart, one, _ = pairs[name]
    spec = chart(one, dark=dark).to_dict()
    for layer in spec["layer"]:
        mark = layer["mark"]
        colour = mark.get("stroke", mark.get("color"))
        if mark["type"] in ("text", "tick", "point"):
            assert contrast_of(mark["color"], ground) >= 4.5
        elif colour is not None and colour != ground and not is_track(layer):
            assert contrast_of(colour, ground) >= 3
    for text in axis_colours(spec):
        assert contrast_of(text, ground) >= 4.5


@pytest.mark.parametrize("name", CHARTS)
def test_the_table_is_left_as_it_was(
    name: str, pairs: dict[str, tuple[Any, pd.DataFrame, pd.DataFrame]]
) -> None:
    chart, one, _ = pairs[name]
    before = one.copy()
    chart(one)
    pd.testing.assert_frame_equal(one, before)


# What every chart keeps to ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def specs(model: Model, priors: Priors) -> dict[str, dict[str, Any]]:
    return {name: chart.to_dict() for name, chart in every_chart(model, priors).items()}


def test_a_chart_is_for_a_light_ground_unless_it_is_said(specs: dict[str, dict[str, Any]]) -> None:
    for name, spec in specs.items():
        assert LIGHT.quiet in str(spec), name
        assert not any(colour in str(spec) for colour in astuple(DARK)), name


def test_axes_are_words_alone(specs: dict[str, dict[str, Any]]) -> None:
    for name, spec in specs.items():
        axis = spec["config"]["axis"]
        assert not any(axis[lines] for lines in ("grid", "ticks", "domain")), name


def test_every_row_has_room_for_its_words(specs: dict[str, dict[str, Any]]) -> None:
    for name, spec in specs.items():
        layer = spec["layer"][-1]
        if (y := layer["encoding"].get("y", {})).get("type") in ("nominal", "ordinal"):
            data = spec["datasets"][layer.get("data", spec.get("data"))["name"]]
            height, rows = spec["height"], len({row[y["field"]] for row in data})
            each = height["step"] if isinstance(height, dict) else height / rows
            assert each > 14, name


@pytest.mark.parametrize("name", ["ranking", "waterfall", "contrast", "predictive_chart"])
def test_a_name_is_cut_before_the_number_at_the_end_of_its_row(
    name: str, specs: dict[str, dict[str, Any]]
) -> None:
    (called,) = (m["mark"] for m in specs[name]["layer"] if m["mark"].get("align") == "left")
    assert re.fullmatch(r"max\(60, width - \d+\)", called["limit"]["expr"])


def scale_of(spec: dict[str, Any], axis: str) -> dict[str, Any]:
    """Return the scale that all layers of a chart share."""
    channels = [layer["encoding"].get(axis, {}) for layer in spec["layer"]]
    return next((c["scale"] for c in channels if c.get("scale")), {})


def places(spec: dict[str, Any], layer: dict[str, Any], axis: str) -> list[float]:
    """Return where the marks of a layer begin and end, in the numbers of an axis."""
    channels = [layer["encoding"].get(end, {}) for end in (axis, f"{axis}2")]
    data = layer.get("data", spec.get("data", {}))
    rows = spec["datasets"][data["name"]]
    drawn = [row[c["field"]] for c in channels if "field" in c for row in rows]
    fixed = [c["datum"] for c in channels if "datum" in c]
    return [place for place in (*drawn, *fixed) if isinstance(place, int | float)]


@pytest.mark.parametrize("axis", ["x", "y"])
def test_nothing_that_is_drawn_falls_outside_its_scale(
    axis: str, specs: dict[str, dict[str, Any]]
) -> None:
    for name, spec in specs.items():
        scale = scale_of(spec, axis)
        if "domain" not in scale or scale.get("clamp"):
            continue
        low, high = sorted(scale["domain"])
        for layer in spec["layer"]:
            if not layer["mark"].get("clip"):
                ends = places(spec, layer, axis)
                assert all(low <= place <= high for place in ends), (name, layer["mark"])


def test_a_scale_in_percent_goes_from_0_to_100(specs: dict[str, dict[str, Any]]) -> None:
    in_percent = {
        (name, axis): scale_of(spec, axis)["domain"]
        for name, spec in specs.items()
        for axis in ("x", "y")
        for layer in spec["layer"]
        if (layer["encoding"].get(axis, {}).get("axis") or {}).get("values") == QUARTERS
    }
    assert len(in_percent) > 8
    assert all(domain == [0, 1] for domain in in_percent.values()), in_percent


QUARTERS = [0, 0.25, 0.5, 0.75, 1]


def test_the_empty_scale_below_the_marks_is_as_long_as_the_axis(
    specs: dict[str, dict[str, Any]],
) -> None:
    tracks = [
        (scale_of(spec, "x")["domain"], [layer["encoding"][end]["datum"] for end in ("x", "x2")])
        for spec in specs.values()
        for layer in spec["layer"]
        if is_track(layer) and "x2" in layer["encoding"]
    ]
    assert len(tracks) > 8
    assert all(track == domain for domain, track in tracks)


def test_words_that_stand_at_no_number_stand_at_an_edge(specs: dict[str, dict[str, Any]]) -> None:
    for name, spec in specs.items():
        for layer in spec["layer"]:
            if "value" in (x := layer["encoding"].get("x", {})):
                edge = {"left": 0, "right": "width"}[layer["mark"]["align"]]
                assert x["value"] == edge, name
