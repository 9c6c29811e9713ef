"""The charts of one case, read by what they would draw."""

import pandas as pd
import pytest

import hamknee
from hamknee.charts.case import (
    difference_rows,
    icon_array,
    icon_rows,
    ranking,
    ranking_rows,
)
from hamknee.inference.model import Model
from tests.support.drawings import layers, rows_of

CASE = {"onset": "sudden", "pop": "yes", "activity": "explosive"}


OTHER = {"onset": "gradual", "activity": "endurance", "warmth": "no"}


@pytest.fixture(scope="module")
def table(model: Model) -> pd.DataFrame:
    return hamknee.credible_interval(model, CASE, draws=50).table


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


def test_the_squares_fill_the_picture_from_edge_to_edge() -> None:
    chart = icon_array(pd.DataFrame({"label": ["a", "b"], "people": [120, 80]}))
    (square,) = layers(chart)["square"]
    columns = [row["column"] for row in rows_of(chart)]
    assert square["x"]["scale"]["domain"] == [min(columns) - 1 / 2, max(columns) + 1 / 2]


def test_people_are_read_like_a_page_the_most_probable_first() -> None:
    chart = icon_array(pd.DataFrame({"label": ["a", "b"], "people": [120, 80]}))
    rows = rows_of(chart)
    places = [(row["line"], row["column"]) for row in rows]
    assert places == sorted(places)
    assert [row["label"] for row in rows] == ["a"] * 120 + ["b"] * 80
    (square,) = layers(chart)["square"]
    assert square["y"]["scale"]["reverse"]  # from the top down


def test_a_difference_pairs_the_versions_by_name(model: Model, table: pd.DataFrame) -> None:
    other = hamknee.credible_interval(model, OTHER, draws=50).table
    rows = difference_rows(table, other).set_index("label")
    first, second = (t.set_index("label")["probability"] for t in (table, other))
    for label, row in rows.iterrows():
        assert (row["a"], row["b"]) == (first[label], second[label])
    assert list(rows.index) == list(other["label"])


def test_what_shows_no_change_says_so(table: pd.DataFrame) -> None:
    assert all(words.endswith("the same") for words in difference_rows(table, table)["words"])
