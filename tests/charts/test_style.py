"""What every chart in rows keeps to: one drawing for all rows, and words that stand out."""

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
from hamknee.charts.weights import contrast, contrast_rows, waterfall, waterfall_rows
from hamknee.inference.model import Model
from tests.support.drawings import axis_colours, contrast_of, is_track, rows_of

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
