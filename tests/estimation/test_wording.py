"""Statements as they are written: each form means what its function means."""

import pytest

from hamknee.base import HamkneeError
from hamknee.estimation import Elicited, from_chips, from_quantiles, from_range, read_statement


@pytest.mark.parametrize(
    "text",
    [
        "0.40 (0.25 to 0.55)",
        "0.40 (0.25-0.55)",
        "0.40 [0.25, 0.55]",
        "40% (25% to 55%)",
        "40 % (95 % CI 25 to 55 %)",
        "0.40 (95% CI: 0.25–0.55)",
    ],
)
def test_an_estimate_with_its_interval(text: str) -> None:
    assert same(read_statement(text), from_range(0.25, 0.55, best=0.4, mass=0.95))


def test_the_mass_is_that_of_papers_unless_it_is_said() -> None:
    narrow = read_statement("0.40 (90 % 0.25 to 0.55)")
    assert same(narrow, from_range(0.25, 0.55, best=0.4, mass=0.9))
    assert same(narrow, read_statement("0.40 (0.25 to 0.55)", mass=0.9))
    assert narrow.ess < read_statement("0.40 (0.25 to 0.55)").ess


@pytest.mark.parametrize("text", ["0.25 to 0.55", "25 to 55 %", "25 % to 55 %"])
def test_a_range_alone(text: str) -> None:
    assert same(read_statement(text), from_range(0.25, 0.55, mass=0.95))


@pytest.mark.parametrize("text", ["24 of 60", "24/60", "24 out of 60"])
def test_a_count_is_worth_its_patients(text: str) -> None:
    column = read_statement(text)
    assert (column.probabilities[0], column.ess) == (pytest.approx(24.5 / 61), 61)


def test_none_of_some_is_not_never() -> None:
    assert 0 < read_statement("0 of 20").probabilities[0] < 0.03


def test_quartiles_and_chips() -> None:
    assert same(read_statement("quartiles 0.35 0.45 0.56"), from_quantiles((0.35, 0.45, 0.56)))
    edges = [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert same(read_statement("chips: 0, 3, 10, 6, 1"), from_chips(edges, [0, 3, 10, 6, 1]))


def test_a_likelihood_ratio_needs_what_it_multiplies() -> None:
    column = read_statement("LR+ 3.1 (1.9 to 5.0)", without=0.1)
    assert same(column, from_range(0.19, 0.5, best=0.31, mass=0.95))
    with pytest.raises(HamkneeError, match="which is not known here"):
        read_statement("LR+ 3.1 (1.9 to 5.0)")


@pytest.mark.parametrize("sign", ["-", "−", "–", " - ", "- = "])
def test_a_negative_ratio_is_that_of_the_absence(sign: str) -> None:
    column = read_statement(f"LR{sign}0.4 (0.3 to 0.6)", without=0.1)
    assert same(column, from_range(1 - 0.6 * 0.9, 1 - 0.3 * 0.9, best=1 - 0.4 * 0.9, mass=0.95))
    assert column.note == "LR- 0.4 (95 % range 0.3 to 0.6) of 0.1 with other causes"


@pytest.mark.parametrize(
    "text",
    ["", "0.4", "often", "61 of 60", "1.5 of 3", "0 of 0", "0.4 (0.5 to 0.6)", "quartiles 0.3 0.4",
     "140 % (25 to 55 %)", "0.40 (100 % 0.25 to 0.55)", "0.40 (0 % 0.25 to 0.55)",
     "quartiles 0.3 0.4 0.5 0.6", "-1 of 4", "1e3 of 1e4"],
)  # fmt: skip
def test_what_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(HamkneeError, match=r"allowed: "):
        read_statement(text)


def test_a_ratio_beyond_certainty_is_refused() -> None:
    with pytest.raises(HamkneeError, match="a product below 1"):
        read_statement("LR+ 31 (19 to 50)", without=0.1)
    with pytest.raises(HamkneeError, match="for its absence in other causes"):
        read_statement("LR- 1.4 (1.2 to 1.6)", without=0.1)


def same(one: Elicited, other: Elicited) -> bool:
    close = pytest.approx(one.probabilities) == other.probabilities
    return close and one.ess == pytest.approx(other.ess)


def test_all_of_some_is_not_always() -> None:
    assert 0.97 < read_statement("20 of 20").probabilities[0] < 1


def test_a_ratio_without_a_sign_is_the_positive_one_and_ends_at_certainty() -> None:
    column = read_statement("LR 5 (3 to 20)", without=0.1)
    assert same(column, from_range(0.3, 1.0, best=0.5, mass=0.95))
    assert column.note == "LR+ 5 (95 % range 3 to 20) of 0.1 with other causes"
    with pytest.raises(HamkneeError, match="a product below 1"):
        read_statement("LR 10 (5 to 20)", without=0.1)  # always, which no case could change
