"""The charts of how a posterior depends on the numbers, read by what they would draw."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.base.words import percent
from hamknee.charts.sensitivity import LEVELS, tornado_chart, tornado_rows, two_way_chart
from hamknee.inference.model import Model
from hamknee.sensitivity.two_numbers import TwoWay

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


def test_every_level_that_is_reached_has_its_line(two: TwoWay) -> None:
    # The picture shows as much again on either side of the ranges.
    grid = two.value(np.linspace(0, 0.75, 60)[:, None], np.linspace(0, 0.099, 60))
    reached = [level for level in LEVELS if grid.min() < level < grid.max()]
    drawn = lines(two_way_chart(two, *WHERE))
    assert list(drawn["level"].unique()) == [percent(level) for level in reached]


def test_a_line_is_drawn_along_itself_without_leaps(two: TwoWay) -> None:
    drawn = lines(two_way_chart(two, *WHERE)).sort_values(["line", "step"])
    for _, line in drawn.groupby("line"):
        steps = [
            max(abs(b.first - a.first) / 0.75, abs(b.second - a.second) / 0.099)
            for a, b in pairwise(line[["first", "second"]].itertuples())
        ]
        assert max(steps) < 0.02


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
