"""The charts of one case, read by what they would draw."""

from collections.abc import Callable
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.charts.case import (
    difference,
    difference_rows,
    icon_array,
    icon_rows,
    ranking,
    ranking_rows,
)
from hamknee.charts.weights import contrast, contrast_rows, waterfall, waterfall_rows
from hamknee.inference.model import Model

CASE = {"onset": "sudden", "pop": "yes", "activity": "explosive"}
OTHER = {"onset": "gradual", "activity": "endurance", "warmth": "no"}


@pytest.fixture(scope="module")
def table(model: Model) -> pd.DataFrame:
    return hamknee.credible_interval(model, CASE, draws=50).table


@pytest.fixture(scope="module")
def pairs(model: Model, table: pd.DataFrame) -> dict[str, tuple[Any, pd.DataFrame, pd.DataFrame]]:
    """Return every chart with two tables of the same length."""
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


def layers(chart: alt.LayerChart) -> dict[str, list[dict[str, Any]]]:
    """Return the encodings of a chart by kind of mark."""
    found: dict[str, list[dict[str, Any]]] = {}
    for layer in chart.to_dict()["layer"]:
        found.setdefault(layer["mark"]["type"], []).append(layer["encoding"])
    return found


def rows_of(chart: alt.LayerChart) -> list[dict[str, Any]]:
    (rows,) = chart.to_dict()["datasets"].values()
    return list(rows)


# What every chart keeps to ----------------------------------------------------------------


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


@pytest.mark.parametrize("name", CHARTS)
def test_the_table_is_left_as_it_was(
    name: str, pairs: dict[str, tuple[Any, pd.DataFrame, pd.DataFrame]]
) -> None:
    chart, one, _ = pairs[name]
    before = one.copy()
    chart(one)
    pd.testing.assert_frame_equal(one, before)


# Ranking ----------------------------------------------------------------------------------


def test_dots_are_probabilities_bars_intervals_and_ticks_the_start(table: pd.DataFrame) -> None:
    drawn = layers(ranking(table))
    assert [dot["x"]["field"] for dot in drawn["circle"]] == ["probability"]
    assert [(bar["x"]["field"], bar["x2"]["field"]) for bar in drawn["bar"][1:]] == [
        ("low", "high")
    ]
    assert [tick["x"]["field"] for tick in drawn["tick"]] == ["prior"]


def test_the_scale_is_the_same_for_every_case(table: pd.DataFrame) -> None:
    (tick,) = layers(ranking(table))["tick"]
    assert tick["x"]["scale"] == {"domain": [0, 1], "nice": False}


def test_the_rows_are_those_of_the_table_in_its_order(table: pd.DataFrame) -> None:
    rows = rows_of(ranking(table))
    assert [row["rank"] for row in rows] == list(range(len(table)))
    for name in ("label", "probability", "prior", "low", "high"):
        assert [row[name] for row in rows] == list(table[name])


def test_numbers_are_whole_percents() -> None:
    table = pd.DataFrame(
        {
            "label": ["a", "b", "c"],
            "probability": [0.746, 0.249, 0.005],
            "prior": [0.3, 0.3, 0.4],
            "low": [0.5, 0.1, 0.001],
            "high": [0.9, 0.4, 0.002],
        }
    )
    rows = ranking_rows(table)
    assert list(rows["now"]) == ["75 %", "25 %", "under 1 %"]
    assert list(rows["before"]) == ["30 %", "30 %", "40 %"]
    assert list(rows["interval"]) == ["50 to 90 %", "10 to 40 %", "under 1 %"]


def test_a_posterior_without_intervals_can_be_drawn(model: Model) -> None:
    rows = rows_of(ranking(model.posterior(CASE).table))
    assert all(row["interval"] == "" for row in rows)
    assert all(row["low"] == row["high"] == row["probability"] for row in rows)


# People -----------------------------------------------------------------------------------


def test_there_is_one_square_for_each_person() -> None:
    table = pd.DataFrame({"label": ["a", "b", "c", "d", "e"], "people": [120, 40, 30, 8, 2]})
    rows = icon_rows(table)
    assert rows["label"].value_counts(sort=False).to_dict() == dict(
        zip(table["label"], table["people"], strict=True)
    )
    assert rows["tone"].value_counts(sort=False).to_dict() == {
        "first": 120,
        "second": 40,
        "third": 30,
        "others": 10,
    }
    assert list(rows["person"]) == list(range(200))
    assert not rows.duplicated(["column", "line"]).any()
    assert (rows["column"].max(), rows["line"].max()) == (49, 3)


# Weights ----------------------------------------------------------------------------------


def test_a_waterfall_leads_from_the_start_to_the_end(model: Model) -> None:
    reasons = hamknee.explain(model, CASE, "strain")
    rows = waterfall_rows(reasons)
    steps = rows[rows["kind"] != "end"]
    assert rows["start"].iloc[0] == pytest.approx(reasons.start)
    assert rows["end"].iloc[-1] == pytest.approx(reasons.end)
    assert list(steps["start"][1:]) == pytest.approx(list(steps["end"][:-1]))
    assert list(steps["end"] - steps["start"]) == pytest.approx(
        sorted(reasons.shapley, key=lambda weight: -abs(weight))
    )
    assert list((steps["end"] >= steps["start"]).map({True: "for", False: "against"})) == list(
        steps["kind"]
    )


def test_the_scale_of_a_waterfall_says_probabilities(model: Model) -> None:
    spec = waterfall(waterfall_rows(hamknee.explain(model, CASE, "strain"))).to_dict()
    axis = next(x["axis"] for x in xs(spec) if x.get("axis"))
    shares = 1 / (1 + 2.0 ** -np.array(axis["values"]))
    assert list(shares) == pytest.approx([0.01, 0.1, 0.5, 0.9, 0.99], abs=1e-6)
    assert [f"'{100 * share:.0f} %'" in axis["labelExpr"] for share in shares] == [True] * 5


def xs(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [layer["encoding"]["x"] for layer in spec["layer"]]


@pytest.mark.parametrize("rows_of_case", [waterfall_rows, contrast_rows])
def test_a_case_without_findings_can_be_drawn(
    model: Model, rows_of_case: Callable[..., pd.DataFrame]
) -> None:
    against = "dvt" if rows_of_case is contrast_rows else None
    rows = rows_of_case(hamknee.explain(model, {}, "strain", against=against))
    assert np.isfinite(rows[["start", "end"]].to_numpy(dtype=float)).all()


def test_a_contrast_starts_every_weight_at_even(model: Model) -> None:
    reasons = hamknee.explain(model, CASE, "strain", against="dvt")
    rows = contrast_rows(reasons)
    assert (rows["start"] == 0).all()
    assert sorted(rows["end"]) == pytest.approx(sorted(reasons.shapley))
    assert all(
        ("first" in told) == (end > 0) for told, end in zip(rows["told"], rows["end"], strict=True)
    )


# Two versions -----------------------------------------------------------------------------


def test_a_difference_pairs_the_versions_by_name(model: Model, table: pd.DataFrame) -> None:
    other = hamknee.credible_interval(model, OTHER, draws=50).table
    rows = difference_rows(table, other).set_index("label")
    first, second = (t.set_index("label")["probability"] for t in (table, other))
    for label, row in rows.iterrows():
        assert (row["a"], row["b"]) == (first[label], second[label])
    assert list(rows.index) == list(other["label"])


def test_what_shows_no_change_says_so(table: pd.DataFrame) -> None:
    assert all(told.endswith("the same") for told in difference_rows(table, table)["told"])


def contrast_of(one: str, other: str) -> float:
    """Return the contrast ratio of two colours by WCAG 2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
