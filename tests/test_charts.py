"""The charts, read by what they would draw."""

from typing import Any

import altair as alt
import pandas as pd
import pytest

from hamknee.charts import ranking
from hamknee.inference import Model


@pytest.fixture(scope="module")
def table(model: Model) -> pd.DataFrame:
    return model.posterior({"onset": "sudden", "pop": "yes"}).table


def layers(chart: alt.LayerChart) -> dict[str, list[dict[str, Any]]]:
    """Return the encodings of a chart by kind of mark."""
    found: dict[str, list[dict[str, Any]]] = {}
    for layer in chart.to_dict()["layer"]:
        found.setdefault(layer["mark"]["type"], []).append(layer["encoding"])
    return found


def test_bars_are_probabilities_and_ticks_where_they_started(table: pd.DataFrame) -> None:
    drawn = layers(ranking(table))
    assert [bar["x"].get("field") for bar in drawn["bar"]] == [None, "probability"]
    assert [tick["x"]["field"] for tick in drawn["tick"]] == ["prior"]


def test_the_scale_is_the_same_for_every_case(table: pd.DataFrame) -> None:
    bar = layers(ranking(table))["bar"][1]
    assert bar["x"]["scale"] == {"domain": [0, 1], "nice": False}


def test_the_data_are_those_of_the_table_in_its_order(table: pd.DataFrame) -> None:
    spec = ranking(table).to_dict()
    (rows,) = spec["datasets"].values()
    assert [row["label"] for row in rows] == list(table["label"])
    assert [row["probability"] for row in rows] == list(table["probability"])
    assert [row["prior"] for row in rows] == list(table["prior"])
    assert all(layer["encoding"]["y"]["sort"] == list(table["label"]) for layer in spec["layer"])


def test_numbers_are_whole_percents() -> None:
    table = pd.DataFrame(
        {"label": ["a", "b", "c"], "probability": [0.746, 0.249, 0.005], "prior": [0.3, 0.3, 0.4]}
    )
    (rows,) = ranking(table).to_dict()["datasets"].values()
    assert [row["now"] for row in rows] == ["75 %", "25 %", "under 1 %"]
    assert [row["before"] for row in rows] == ["30 %", "30 %", "40 %"]


@pytest.mark.parametrize("dark", [False, True])
def test_words_and_bars_stand_out_from_the_ground(table: pd.DataFrame, dark: bool) -> None:
    ground = "#11181f" if dark else "#ffffff"
    spec = ranking(table, dark=dark).to_dict()
    marks = [layer["mark"] for layer in spec["layer"]]
    texts = [mark["color"] for mark in marks if mark["type"] in ("text", "tick")]
    axis = spec["layer"][1]["encoding"]["x"]["axis"]
    for colour in [*texts, axis["labelColor"], axis["titleColor"]]:
        assert contrast(colour, ground) >= 4.5
    track, bar = (mark["color"] for mark in marks if mark["type"] == "bar")
    assert contrast(bar, ground) >= 3
    assert contrast(bar, track) >= 3


def test_the_table_is_left_as_it_was(table: pd.DataFrame) -> None:
    before = table.copy()
    ranking(table)
    pd.testing.assert_frame_equal(table, before)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours by WCAG 2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
