"""The charts of how a posterior depends on the numbers, read by what they would draw."""

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.base.words import percent
from hamknee.charts.case import difference_rows
from hamknee.charts.sensitivity import (
    LEVELS,
    numbers_compared,
    sensitivity_curve,
    tornado_chart,
    tornado_rows,
    two_way_chart,
)
from hamknee.inference.model import Model
from hamknee.sensitivity.two_numbers import TwoWay
from tests.support.drawings import rows_having

CASE = {"setting": "sports_clinic", "onset": "sudden", "pop": "yes"}
POP = ("pop", "yes", {"condition": "strain", "onset": "sudden"})
RUPTURE = ("condition", "rupture", {"setting": "sports_clinic"})
STRAIN = ("condition", "strain", {"setting": "sports_clinic"})
WHERE = (0.05, 0.4), (0.001, 0.05)


def lines(chart: Any) -> pd.DataFrame:
    """Return the points of the lines of a chart."""
    return pd.DataFrame(max(chart.to_dict()["datasets"].values(), key=len))


@pytest.fixture(scope="module", params=[(POP, RUPTURE), (STRAIN, RUPTURE)])
def two(model: Model, request: pytest.FixtureRequest) -> TwoWay:
    return hamknee.two_way(model, CASE, "rupture", *request.param)


def test_on_each_line_the_posterior_is_what_it_says(two: TwoWay) -> None:
    drawn = lines(two_way_chart(two, *WHERE))
    said = drawn["level"].str.removesuffix(" %").astype(float) / 100
    assert two.value(drawn["first"], drawn["second"]) == pytest.approx(said.to_numpy(), abs=1e-9)


def test_the_axes_name_the_numbers_in_words(two: TwoWay) -> None:
    spec = two_way_chart(two, *WHERE).to_dict()
    titles = [layer["encoding"] for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert titles[0]["y"]["title"] == two.words[1]
    assert titles[0]["x"]["title"][0] == two.words[0]
    assert "Complete tendon rupture" in two.words[1]


def test_every_level_that_is_reached_has_its_line(two: TwoWay) -> None:
    # The picture shows as much again on either side of the ranges.
    grid = two.value(np.linspace(0, 0.75, 60)[:, None], np.linspace(0, 0.099, 60))
    reached = [level for level in LEVELS if grid.min() < level < grid.max()]
    drawn = lines(two_way_chart(two, *WHERE))
    assert list(drawn["level"].unique()) == [percent(level) for level in reached]
    assert list(LEVELS) == pytest.approx([1 - level for level in reversed(LEVELS)])


def test_a_line_is_drawn_along_itself_without_leaps(two: TwoWay) -> None:
    drawn = lines(two_way_chart(two, *WHERE)).sort_values(["line", "step"])
    for _, line in drawn.groupby("line"):
        steps = [
            max(abs(b.first - a.first) / 0.75, abs(b.second - a.second) / 0.099)
            for a, b in pairwise(line[["first", "second"]].itertuples())
        ]
        assert max(steps) < 0.02


def test_a_line_ends_only_where_the_picture_does(two: TwoWay) -> None:
    for _, line in lines(two_way_chart(two, *WHERE)).groupby("line"):
        ends = line.sort_values("step").iloc[[0, -1]]
        for t1, t2 in zip(ends["first"], ends["second"], strict=True):
            assert min(abs(t1), abs(t1 - 0.75), abs(t2), abs(t2 - 0.099)) == pytest.approx(0)


def test_two_numbers_of_one_column_never_add_up_to_more_than_1(model: Model) -> None:
    both = hamknee.two_way(model, CASE, "rupture", STRAIN, RUPTURE)
    drawn = lines(two_way_chart(both, (0.2, 0.8), (0.2, 0.8)))
    assert (drawn["first"] + drawn["second"] <= 1).all()
    assert len(drawn)


def test_a_tornado_names_its_numbers_in_words(model: Model) -> None:
    rows = tornado_rows(hamknee.tornado(model, CASE, "rupture")).set_index("place")
    pop = rows.loc["pop|yes|condition=strain;onset=sudden"]
    assert pop["what"] == "Pop at the start: Yes"
    assert pop["where"] == "Distal hamstring strain; Onset: In a moment"
    assert rows.index.is_unique


def test_a_tornado_draws_the_widest_first(model: Model) -> None:
    tornado = hamknee.tornado(model, CASE, "rupture")
    drawn = lines(tornado_chart(tornado_rows(tornado), 0.2, most=5))
    assert len(drawn) == 5
    assert np.allclose(
        drawn["posterior_high"] - drawn["posterior_low"], np.sort(tornado.width)[:-6:-1]
    )


@pytest.mark.parametrize("dark", [False, True])
def test_a_tornado_is_its_table(model: hamknee.Model, dark: bool) -> None:
    tornado = hamknee.tornado(model, CASE, "rupture")
    table = tornado.table.assign(place=lambda t: t.index.astype(str), what="what", where="where")
    chart = tornado_chart(table, 0.3, most=7, dark=dark)
    drawn = rows_having(chart, "posterior_low")
    assert [row["posterior_low"] for row in drawn] == list(table["posterior_low"][:7])
    assert [row["posterior_high"] for row in drawn] == list(table["posterior_high"][:7])
    assert all(
        re.fullmatch(r"(\d+|under 1|over 99) % to (\d+|under 1|over 99) %", row["moves"])
        for row in drawn
    )


def test_a_curve_goes_through_the_posterior(model: hamknee.Model) -> None:
    number = ("pop", "yes", {"condition": "rupture", "onset": "sudden"})
    function = hamknee.sensitivity_function(model, CASE, "rupture", number)
    chart = sensitivity_curve(function, 0.39, 0.83)
    (now,) = rows_having(chart, "low")
    assert now["value"] == function.probability
    assert now["probability"] == pytest.approx(model.posterior(CASE)["rupture"])
    curve = [row for row in rows_having(chart, "probability") if "low" not in row]
    assert [row["probability"] for row in curve] == pytest.approx(
        [float(function.value(row["value"])) for row in curve]
    )
    marks = [layer["mark"] for layer in chart.to_dict()["layer"]]
    assert [mark["type"] for mark in marks if mark.get("aria") is False] == ["rule"]  # no news


def test_two_sets_of_numbers_say_which_is_which(model: hamknee.Model) -> None:
    table = hamknee.credible_interval(model, CASE).table
    chart = numbers_compared(difference_rows(table, table))
    assert "Ring: by the file." in str(chart.to_dict())
