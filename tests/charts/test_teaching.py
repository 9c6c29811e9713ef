"""Fagan's nomogram: its lines are straight, and its scales are those of odds."""

import math

import pytest

from hamknee.charts.style import DARK, LIGHT
from hamknee.charts.teaching import APART, END, fagan, fagan_rows
from hamknee.inference.model import Model
from hamknee.sensitivity.one_finding import FindingValue, finding_value
from tests.support.drawings import rows_having


@pytest.fixture(scope="module")
def calf(model: Model) -> FindingValue:
    return finding_value(model, {"setting": "emergency"}, "dvt", "swelling", "leg", draws=50)


def test_the_middle_of_a_line_is_at_the_likelihood_ratio(calf: FindingValue) -> None:
    rows = fagan_rows(calf)
    for way, ratio in (("with_it", "lr_plus"), ("without_it", "lr_minus")):
        first, middle, last = rows[rows["way"] == way]["y"]
        assert middle == pytest.approx((first + last) / 2)
        assert middle == pytest.approx(math.log(calf.measures[ratio].value) / 2)
        after = calf.measures[way].value
        assert last == pytest.approx(math.log(after / (1 - after)))


def test_the_marks_of_the_scales_stand_where_their_numbers_belong(calf: FindingValue) -> None:
    marks = rows_having(fagan(fagan_rows(calf)), "words")
    half = [mark for mark in marks if mark["words"] == "50 %" and "way" not in mark]
    assert [mark["y"] for mark in half] == [0, 0]
    (ten,) = [mark for mark in marks if mark["words"] == "10" and "way" not in mark]
    assert ten["y"] == pytest.approx(math.log(10) / 2)
    left = next(m for m in marks if m["x"] == 0 and m["words"] == "0.1 %")
    right = next(m for m in marks if m["x"] == 2 and m["words"] == "0.1 %")
    assert left["y"] == pytest.approx(END)
    assert right["y"] == pytest.approx(-END)
    for place, side in ((0, -1), (2, 1)):
        shares = [m for m in marks if m["x"] == place and "%" in m["words"] and "way" not in m]
        odds = [float(m["words"].removesuffix(" %")) / 100 for m in shares]
        assert [m["y"] for m in shares] == pytest.approx(
            [side * math.log(p / (1 - p)) for p in odds]
        )


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_drawn_in_the_colours_of_its_ground(calf: FindingValue, dark: bool) -> None:
    spec = fagan(fagan_rows(calf), dark=dark).to_dict()
    palette = DARK if dark else LIGHT
    assert palette.bar in str(spec)
    dashes = {str(layer["encoding"].get("strokeDash")) for layer in spec["layer"]}
    assert any("without_it" in dash for dash in dashes)  # not told apart by colour


def test_the_words_at_the_ends_never_cover_each_other(model: Model) -> None:
    value = finding_value(model, {"setting": "emergency"}, "dvt", "age", "40_to_59", draws=50)
    ends = fagan_rows(value).query("x == 2")
    assert abs(ends["y"].diff().iloc[-1]) < APART
    assert abs(ends["words_at"].diff().iloc[-1]) == pytest.approx(APART)
    upper = ends["y"].idxmax()
    assert ends["words_at"].idxmax() == upper


@pytest.mark.parametrize("place", [0, 2])
def test_as_much_is_marked_above_even_as_below(calf: FindingValue, place: int) -> None:
    marks = rows_having(fagan(fagan_rows(calf)), "words")
    heights = [m["y"] for m in marks if m["x"] == place and "way" not in m]
    heights.remove(max(heights))  # the heading
    assert sorted(heights) == pytest.approx(sorted(-height for height in heights))


def test_the_ratios_that_are_marked_are_1_and_3_of_each_power_of_ten(calf: FindingValue) -> None:
    marks = rows_having(fagan(fagan_rows(calf)), "words")
    ratios = [m["words"] for m in marks if m["x"] == 1 and "way" not in m][:-1]
    assert len(set(ratios)) == len(ratios)
    assert {ratio.strip("0.,").rstrip("0,") for ratio in ratios} == {"1", "3"}


def test_every_mark_and_heading_is_on_the_scale(calf: FindingValue) -> None:
    chart = fagan(fagan_rows(calf))
    heights = [mark["y"] for mark in rows_having(chart, "words") if "way" not in mark]
    scales = [layer["encoding"]["y"]["scale"]["domain"] for layer in chart.to_dict()["layer"]]
    for low, high in scales:
        assert low < min(heights)
        assert max(heights) < high
