"""One row of priors.csv: how it is written and named, and what it may say."""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.errors import HamkneeError
from hamknee.network.rows import (
    BASES,
    LONGEST_NOTE,
    Problem,
    Row,
    as_float,
    basis_problems,
    certainty_problems,
    check_given,
    ess_problems,
    given_pairs,
    given_text,
    given_words,
    note_problems,
    number_words,
    probability_problems,
    sources_problems,
)
from hamknee.network.vocabulary import State, Variable, Vocabulary

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
VOCABULARY = Vocabulary(
    (
        Variable("cause", "target", "Cause", (State("torn", "Torn"), State("other", "Other"))),
        Variable("onset", "finding", "Onset", (State("sudden", "In a moment"),)),
        Variable("pop", "finding", "Pop", (State("yes", "Yes"), State("no", "No"))),
    )
)
GIVEN = [("cause", "torn"), ("onset", "sudden")]


def found(problems: Sequence[Problem]) -> list[str]:
    return [problem for problem, _ in problems]


# Written ----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(names, names), max_size=4))
def test_parents_are_read_back_as_they_are_written(pairs: list[tuple[str, str]]) -> None:
    assert given_pairs(given_text(pairs)) == tuple(pairs)


@given(st.floats(0, 1) | st.floats(1e-300, 1e300))
def test_a_number_is_written_in_full_and_read_back_the_same(number: float) -> None:
    text = Row("cause", "torn", (), number, 1.0, "judgement").cells()[3]
    assert float(text) == number
    assert set(text) <= set("0123456789.")


@pytest.mark.parametrize(
    ("number", "text"), [(0.1, "0.1"), (1.0, "1"), (20.0, "20"), (1e-7, "0.0000001"), (0.0, "0")]
)
def test_a_number_is_as_short_as_people_would_write_it(number: float, text: str) -> None:
    assert Row("cause", "torn", (), number, number, "judgement").cells()[3:5] == (text, text)


def test_a_row_is_named_by_what_it_is_the_probability_of() -> None:
    assert Row("pop", "yes", tuple(GIVEN), 0.5, 1, "judgement").name == (
        "P(pop=yes | cause=torn;onset=sudden)"
    )
    assert Row("cause", "torn", (), 0.5, 1, "judgement").name == "P(cause=torn)"


def test_sources_stand_with_spaces_between() -> None:
    row = Row("cause", "torn", (), 0.5, 12.5, "published", ("one2001", "two2002"), "read, so far")
    assert row.cells() == (
        *("cause", "torn", "", "0.5", "12.5", "published", "one2001 two2002", "read, so far"),
    )


# In words ---------------------------------------------------------------------------------------


def test_a_number_is_told_in_labels_and_the_target_by_its_state_alone() -> None:
    assert given_words(VOCABULARY, GIVEN) == "Torn; Onset: In a moment"
    assert (
        number_words(VOCABULARY, "pop", "yes", GIVEN) == "Pop: Yes, given Torn; Onset: In a moment"
    )
    assert number_words(VOCABULARY, "pop", None, GIVEN[:1]) == "Pop, given Torn"
    assert number_words(VOCABULARY, "cause", "torn", []) == "Cause: Torn"
    assert given_words(VOCABULARY, []) == ""


# What it may say --------------------------------------------------------------------------------


@given(st.floats(0, 1))
def test_a_proportion_is_a_probability(number: float) -> None:
    assert probability_problems(number) == []


@pytest.mark.parametrize("number", [-0.001, 1.001, 60, math.nan, math.inf, "0.5", True, None])
def test_anything_else_is_none(number: object) -> None:
    assert found(probability_problems(number)) == [f"found {number!r}"]


@pytest.mark.parametrize("ess", [0, -1, math.nan, math.inf, "20", True, None, 10**400])
def test_a_sample_size_is_finite_and_above_0(ess: object) -> None:
    assert found(ess_problems(ess)) == [f"found an ess of {ess!r}"]
    assert ess_problems(1e-9) == ess_problems(20) == ess_problems(np.int64(3)) == []


@pytest.mark.parametrize("probability", [0.0, 1.0])
@pytest.mark.parametrize("basis", BASES)
def test_certainty_is_a_matter_of_logic(probability: float, basis: str) -> None:
    assert bool(certainty_problems(probability, basis)) == (basis != "logical")
    assert certainty_problems(0.5, basis) == []


def test_an_unknown_basis_is_told_once_and_not_as_a_certainty_too() -> None:
    assert found(basis_problems("judgment")) == [
        "unknown basis 'judgment' (did you mean 'judgement'?)"
    ]
    assert certainty_problems(1.0, "judgment") == []


@pytest.mark.parametrize("basis", BASES)
def test_what_rests_on_a_publication_names_it(basis: str) -> None:
    needed = basis in ("published", "indirect")
    assert bool(sources_problems([], basis, {"one2001"})) == needed
    assert sources_problems(["one2001"], basis, {"one2001"}) == []


def test_an_unknown_source_is_told_with_the_nearest() -> None:
    assert found(sources_problems(["one2010", "two 2002"], "judgement", {"one2001"})) == [
        "unknown source 'one2010' (did you mean 'one2001'?)",
        "unknown source 'two 2002'",
    ]
    assert sources_problems(["any1999"], "judgement", None) == []
    for wrong in ("two 2002", " any1999", "", 5):
        problems = sources_problems([wrong], "judgement", None)  # type: ignore[list-item]
        assert found(problems) == [f"unknown source {wrong!r}"]


@pytest.mark.parametrize(
    "note", ["", "1 of 30 (3 %), read off figure 2", "a − b, 5–10 %", "x = 3, so y + 1", "é\nè"]
)
def test_a_note_is_any_plain_text(note: str) -> None:
    assert note_problems(note) == []


@pytest.mark.parametrize(
    "note", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", '"=1', "\t=1", "fine\n=1", "fine;=1", "a|-1"]
)
def test_a_note_that_a_spreadsheet_may_run_is_refused(note: str) -> None:
    (problem,) = found(note_problems(note))
    assert "may run as a formula" in problem


def test_a_note_is_not_longer_than_a_cell() -> None:
    assert note_problems("x" * LONGEST_NOTE) == []
    assert found(note_problems("x" * (LONGEST_NOTE + 1))) == ["found a note of 10001 characters"]


@pytest.mark.parametrize(
    ("value", "number"),
    [(1, 1.0), (np.float32(0.5), 0.5), (Fraction(1, 4), 0.25), (np.int8(3), 3.0)],
)
def test_numbers_of_every_kind_are_numbers(value: object, number: float) -> None:
    assert as_float(value) == number


# Its parents ------------------------------------------------------------------------------------


def test_parents_are_put_in_order() -> None:
    turned = dict(reversed(GIVEN))
    assert list(check_given(VOCABULARY, "pop", ["cause", "onset"], turned)) == ["cause", "onset"]
    assert check_given(VOCABULARY, "cause", [], {}) == {}


@pytest.mark.parametrize(
    ("given_states", "message"),
    [
        ({}, "pop is given nothing here; allowed: cause, onset"),
        ({"cause": "torn"}, "pop is given cause here; allowed: cause, onset"),
        ({"cause": "torn", "onst": "sudden"}, r"onst here \(did you mean 'onset'\?\)"),
        ({"cause": "torn", "onset": "soon"}, "'soon' is not a state of onset"),
        ("cause=torn", "given is 'cause=torn'; allowed: a mapping of parent to state"),
    ],
)
def test_parents_that_are_not_all_there_are_refused(
    given_states: dict[str, str], message: str
) -> None:
    with pytest.raises(HamkneeError, match=message):
        check_given(VOCABULARY, "pop", ["cause", "onset"], given_states)


def test_a_variable_without_parents_is_given_nothing() -> None:
    with pytest.raises(HamkneeError, match="allowed: nothing, it has no parents"):
        check_given(VOCABULARY, "cause", [], {"pop": "yes"})
