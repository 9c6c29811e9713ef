"""Lists, suggestions and percentages in the words people read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.words import (
    fine_range,
    listing,
    part_suggestion,
    percent,
    percent_range,
    round_factor,
    round_percent,
    stated_percent,
    suggestion,
    times,
)


def test_a_long_list_is_cut() -> None:
    assert listing(["a", "b"]) == "a, b"
    assert listing(map(str, range(50)), most=2) == "0, 1 and 48 more"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        *[(word, " (did you mean 'sudden'?)") for word in ("suddn", "sudn", "suddden", "sudedn")],
        *[(word, " (did you mean 'sudden'?)") for word in (" SUDDEN ", "“sudden”", "\u200bsudden")],
        *[(word, "") for word in ("x", "", "…", "sudden or gradual")],
    ],
)
def test_the_nearest_name_is_suggested(name: str, hint: str) -> None:
    assert suggestion(name, ["sudden", "gradual"]) == hint


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("can_walk", "cant_walk"),
        ("can't walk", "can_walk"),
        ("no_pain", "now_pain"),
        ("pain_not", "pain_now"),
        ("adduction", "abduction"),
        ("abducted", "adducted"),
        ("abnormal", "normal"),
        ("NA", "no"),
        ("unstable", "stable"),
        ("is_stable", "isnt_stable"),
    ],
)
def test_an_opposite_is_never_suggested(word: str, other: str) -> None:
    assert suggestion(word, [other]) == suggestion(other, [word]) == ""
    assert part_suggestion(word, [f"{other}_today"]) == ""


def test_a_denial_is_no_slip_where_both_have_it() -> None:
    assert suggestion("no_pian", ["no_pain", "pain"]) == " (did you mean 'no_pain'?)"


@pytest.mark.parametrize("part", ["bear_weight", "weight", "bear", "not_bear_weight", "", "_"])
def test_some_words_of_a_name_that_denies_them_suggest_nothing(part: str) -> None:
    assert part_suggestion(part, ["cannot_bear_weight", "fever_or_unwell"]) == ""


def test_some_words_of_two_names_suggest_neither() -> None:
    assert part_suggestion("calf", ["sudden_calf", "swollen_calf", "fever"]) == ""


def test_where_two_are_as_near_none_is_suggested() -> None:
    assert suggestion("hat", ["hot", "hit"]) == ""


@pytest.mark.parametrize(
    ("word", "opposite"),
    [
        *[("abnormal", "normal"), ("inactive", "active"), ("female", "male"), ("male", "female")],
        *[
            ("not sudden", "sudden"),
            ("weight", "overweight"),
            ("without", "with"),
            ("painless", "painful"),
            ("decreased", "increased"),
            ("hypotonic", "hypertonic"),
            ("anteromedial", "anterolateral"),
            ("asymmetric", "symmetric"),
            ("No-Swelling", "swelling"),
        ],
    ],
)
def test_the_opposite_is_not_suggested(word: str, opposite: str) -> None:
    assert suggestion(word, [opposite]) == ""


@pytest.mark.parametrize(
    ("word", "meant", "is_slip"),
    [
        ("yse", "yes", True),
        ("yez", "yes", True),
        ("yo", "ye", False),
        ("ye", "yes", True),
        ("y", "yes", False),
        ("yesno", "yes", False),
        ("sdde", "sudden", True),
        ("sdd", "sudde", False),
        ("sudd", "suddenly", False),
        ("sedd", "sudden", False),
    ],
)
def test_a_slip_is_one_letter_or_two_left_out_of_many(word: str, meant: str, is_slip: bool) -> None:
    assert bool(suggestion(word, [meant])) == is_slip


@pytest.mark.parametrize(
    ("p", "words", "fine"),
    [
        (0, "0 %", "0"),
        (0.0009, "under 1 %", "under 0.1"),
        (0.001, "under 1 %", "0.1"),
        (0.0099, "under 1 %", "1"),
        (0.01, "1 %", "1"),
        (0.094, "9 %", "9.4"),
        (0.104, "10 %", "10"),
        (0.904, "90 %", "90.4"),
        (0.99, "99 %", "99"),
        (0.991, "over 99 %", "99.1"),
        (0.999, "over 99 %", "99.9"),
        (0.9991, "over 99 %", "over 99.9"),
        (1, "100 %", "100"),
    ],
)
def test_whole_percent_and_tenths_near_their_ends(p: float, words: str, fine: str) -> None:
    assert percent(p) == words
    assert fine_range(p, 1) == f"{fine} to 100 %"


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


@given(st.integers(0, 10**4))
def test_a_percentage_that_somebody_stated_is_told_as_it_is(parts: int) -> None:
    words = stated_percent(parts / 10**4)
    assert Decimal(words.removesuffix(" %")) * 100 == parts


@given(st.floats(0, 1))
def test_a_percentage_that_nobody_could_state_is_told_in_fewer_digits(p: float) -> None:
    words = stated_percent(p)
    if 0 < p < 1:
        assert words not in {"0 %", "100 %"}
    behind = words.removesuffix(" %").removeprefix("over ").partition(".")[2]
    assert len(behind.lstrip("0")) <= 2


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(1.04, "1.0"), (9.94, "9.9"), (9.96, "10"), (100, "100"), (1548, "more than 100")],
)
def test_ratios_are_told_apart_as_far_as_they_are_known(ratio: float, words: str) -> None:
    assert times(ratio) == words


@given(st.floats(1e-9, 0.99), st.integers(1, 3))
def test_a_rounded_percentage_has_its_digits_and_is_never_certain(p: float, digits: int) -> None:
    words = round_percent(p, digits)
    number = Decimal(words.removesuffix(" %"))
    assert 0 < number < 100
    near = Decimal(100 * min(p, 1 - p))
    assert abs(number - Decimal(100 * p)) <= near * Decimal("0.501") / 10 ** (digits - 1)
    assert "." not in words or not words.endswith("0 %")


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (0.0123, "0.012"),
        (1, "1"),
        (9.96, "10"),
        (12.4, "12"),
        (1234, "1,234"),
        (1e300, "more than 1,000,000"),
    ],
)
def test_a_factor_has_two_digits_or_is_whole(factor: float, words: str) -> None:
    assert round_factor(factor) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 1, "0 to 100 %"),
        (0.0004, 0.9996, "under 0.1 to over 99.9 %"),
        (0.034, 0.5, "3.4 to 50 %"),
        (0.1, 0.95, "10 to 95 %"),
    ],
)
def test_a_fine_range_tells_tenths_near_the_ends(low: float, high: float, words: str) -> None:
    assert fine_range(low, high) == words


def test_what_is_stated_with_four_nines_is_told_with_them() -> None:
    assert stated_percent(0.9999) == "99.99 %"
    assert stated_percent(0.99991) == "over 99.99 %"


def test_only_what_is_beyond_the_last_number_is_told_as_more() -> None:
    assert (round_factor(1e6), round_factor(1.1e6)) == ("1,000,000", "more than 1,000,000")
    assert (times(100), times(101)) == ("100", "more than 100")
