"""Lists, suggestions and percentages in the words people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.words import listing, percent, percent_range, suggestion


def test_a_long_list_is_cut() -> None:
    assert listing(["a", "b"]) == "a, b"
    assert listing(map(str, range(50)), most=2) == "0, 1 and 48 more"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("suddn", " (did you mean 'sudden'?)"), (" SUDDEN ", " (did you mean 'sudden'?)"), ("x", "")],
)
def test_the_nearest_name_is_suggested(name: str, hint: str) -> None:
    assert suggestion(name, ["sudden", "gradual"]) == hint


@given(st.floats(0, 1))
def test_a_percentage_is_near_the_proportion_and_never_certain_by_rounding(p: float) -> None:
    words = percent(p)
    number = float(words.removesuffix("%").strip().removeprefix("under ").removeprefix("over "))
    assert abs(number / 100 - p) <= 0.01
    if 0 < p < 1:
        assert words not in {"0 %", "100 %"}


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_range_names_both_ends(one: float, other: float) -> None:
    low, high = sorted((one, other))
    words = percent_range(low, high)
    assert all(part.strip(" %") in words for part in (percent(low), percent(high)))
