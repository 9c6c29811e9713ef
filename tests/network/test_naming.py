"""A word means the state or variable that it names, and never one that is only alike."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import hamknee
from hamknee.inference.model import Model
from hamknee.network.cases import Column, encode
from hamknee.network.evidence import (
    EvidenceError,
    check_evidence,
    check_value,
    parse_value,
    value_text,
)
from hamknee.network.labelled import CasesError, diagnosis_label, distinct_diagnoses, label
from hamknee.network.naming import near_headings, read_headings
from hamknee.network.priors import CPT
from hamknee.network.vocabulary import State, Variable, Vocabulary


def variable(*names: str, name: str = "v", role: str = "finding") -> Variable:
    return Variable(name, role, name.upper(), tuple(State(text, text) for text in names))


DIGITS = variable("0", "1", "2")
TRUTHS = variable("False", "True")
LABELLED = Variable("w", "finding", "W", (State("state_0", "0"), State("state_1", "1")))
BOTH = Variable("b", "finding", "B", (State("1", "one"), State("b", "1.0")))
ODD = variable("a|b", "c", "T:4", "x=y", "two words")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("onset", "sud\u200bden", "sudden"),
        ("onset", "\ufeffsudden\u00ad", "sudden"),
        ("age", "\u00a03\u20601\u00a0", 31.0),
        ("pop", "yes\u200b:0.7|no:0.3", {"yes": 0.7, "no": 0.3}),
        ("pop", "\u200b", None),
        ("pop", "\u00a0", None),
    ],
)
def test_a_value_is_read_as_it_looks(model: Model, name: str, text: str, value: object) -> None:
    assert parse_value(model.vocabulary[name], text) == value


def test_a_sign_that_cannot_be_seen_may_be_part_of_a_name() -> None:
    odd = variable("a\u200bb", "ab")
    assert parse_value(odd, "a\u200bb") == "a\u200bb"
    assert parse_value(odd, "a\u00adb") == "ab"


@pytest.mark.parametrize(
    ("of", "entry", "state"),
    [
        (DIGITS, 2, "2"),
        (DIGITS, 2.0, "2"),
        (DIGITS, np.int8(2), "2"),
        (DIGITS, Decimal("2.00"), "2"),
        (DIGITS, "2.0", "2"),
        (LABELLED, 1, "state_1"),
        (LABELLED, "1", "state_1"),
        (LABELLED, "state_0", "state_0"),
        *((TRUTHS, entry, "True") for entry in (True, np.True_, "True", "true", "TRUE")),
        (TRUTHS, np.False_, "False"),
        (BOTH, "1", "1"),
    ],
)
def test_a_number_or_truth_is_the_state_it_names(of: Variable, entry: object, state: str) -> None:
    assert check_value(of, entry) == state
    if isinstance(entry, str):
        assert check_value(of, parse_value(of, entry)) == state


@pytest.mark.parametrize(
    ("of", "entry"),
    [
        (DIGITS, True),
        (DIGITS, 3),
        (DIGITS, float("nan")),
        (DIGITS, Decimal("sNaN")),
        (TRUTHS, 1),
        (TRUTHS, "1"),
        (TRUTHS, "tru"),
        (BOTH, 1),  # the state 1, or the one with the label 1.0
    ],
)
def test_what_could_be_two_states_or_none_is_refused(of: Variable, entry: object) -> None:
    with pytest.raises(EvidenceError, match="allowed: "):
        check_value(of, entry)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a|b", "a|b"),
        ("a|b|c", ("a|b", "c")),
        ("c | T:4", ("c", "T:4")),
        ("T:4", "T:4"),
        ("T:4:0.7|x=y:0.3", {"T:4": 0.7, "x=y": 0.3}),
        ("a|b:0,7|c:1", {"a|b": 0.7, "c": 1.0}),
        ("two words", "two words"),
    ],
)
def test_signs_in_the_name_of_a_state_are_no_signs(text: str, value: object) -> None:
    checked = check_value(ODD, parse_value(ODD, text))
    assert checked == value
    assert checked is not None
    assert check_value(ODD, parse_value(ODD, value_text(checked))) == checked


def test_what_can_be_taken_apart_in_two_ways_is_refused() -> None:
    of = variable("a", "b", "a|b", "c")
    assert parse_value(of, "a|b") == "a|b"
    with pytest.raises(EvidenceError, match="in several ways"):
        parse_value(of, "a|b|c")


def test_names_of_diagnoses_may_hold_a_bar() -> None:
    target = variable("a|b", "c", "d", name="t", role="target")
    assert distinct_diagnoses(target, ["c", "a|b|c", "a|b"]) == ["a|b", "c", "a|b|c"]
    assert diagnosis_label(target, "a|b|c") == "a|b or c"


@pytest.mark.parametrize("text", ["31.5", "31,5", " 31,5 ", "+31.5"])
def test_decimals_follow_a_point_or_a_comma(text: str, model: Model) -> None:
    age = model.vocabulary["age"]
    assert parse_value(age, text) == 31.5


@pytest.mark.parametrize("text", ["1,234", "3,1,5", "31,", ",5", "31.5,2", "3 1"])
def test_a_comma_that_may_not_be_a_decimal_sign_is_refused(text: str, model: Model) -> None:
    with pytest.raises(EvidenceError, match="neither a number nor a state"):
        parse_value(model.vocabulary["age"], text)


def test_a_decimal_is_a_number_wherever_it_comes_from(model: Model) -> None:
    expected = model.posterior({"age": 31.5}).probabilities
    frame = pd.DataFrame({"age": [Decimal("31.5")]})
    answers = [
        model.posterior({"age": Decimal("31.5")}).probabilities,
        model.posterior(encode(model.vocabulary, frame)).probabilities[0],
        hamknee.score(model, frame).filter(like="p_").to_numpy()[0, :-1],
    ]
    for answer in answers:
        np.testing.assert_allclose(answer, expected, rtol=0, atol=1e-15)


def test_a_truth_is_no_age_though_it_equals_1(model: Model) -> None:
    ages = pd.DataFrame({"age": pd.Series([True, 1, False, 0, 31.0, None], dtype=object)})
    faults = hamknee.score(model, ages)["fault"]
    assert faults.notna().tolist() == [True, False, True, False, False, False]
    assert Column.of_series(ages["age"]).positions.tolist() == [0, 1, 2, 3, 4, -1]


# Columns ------------------------------------------------------------------------------------------

YES = (State("yes", "Yes"), State("no", "No"))
WORDS = Vocabulary(
    (
        Variable("pop", "finding", "Audible pop", YES),
        Variable("disease", "target", "Disease (t)", YES),
    )
)


def test_a_column_is_read_by_name_label_or_capitals_and_never_by_likeness() -> None:
    assert read_headings(WORDS, ["POP", "DISEASE (T)"]).variables == {
        "POP": "pop",
        "DISEASE (T)": "disease",
    }
    assert read_headings(WORDS, ["Pop", "pop"]).variables == {"pop": "pop"}
    assert read_headings(WORDS, ["pops", "po", "popp"]).variables == {}
    assert "could be the columns" in read_headings(WORDS, ["Pop", "POP"]).problems[0]
    assert "could be the columns" in read_headings(WORDS, ["pop", "Audible pop"]).problems[0]
    assert read_headings(WORDS, ["Pop"], taken={"pop"}).variables == {}


def test_one_question_is_not_answered_twice_by_name_and_label() -> None:
    for entries in ({"pop": "yes", "Audible pop": "no"}, {"Audible pop": "no", "pop": "yes"}):
        with pytest.raises(EvidenceError, match="pop is given twice"):
            check_evidence(WORDS, entries)
        with pytest.raises(EvidenceError, match="pop is given twice"):
            encode(WORDS, [entries])
    with pytest.raises(EvidenceError, match="pop is in two columns"):
        encode(WORDS, pd.DataFrame({"pop": ["yes"], "Audible pop": ["no"]}))
    with pytest.raises(CasesError, match="pop could be the columns"):
        label(WORDS, pd.DataFrame({"disease": ["yes"], "Pop": ["yes"], "POP": ["no"]}))


def test_a_network_answers_to_its_own_names_as_text_and_number() -> None:
    test, disease = variable("0", "1", name="test"), variable("0", "1", name="d", role="target")
    table = np.array([[0.9, 0.1], [0.2, 0.8]])
    model = Model(
        Vocabulary((disease, test)),
        {"d": CPT("d", (), np.array([0.9, 0.1])), "test": CPT("test", ("d",), table)},
    )
    for cells in ([1, 0], ["1", "0"], [1.0, 0.0], ["1.0", "0"]):
        scored = hamknee.score(model, pd.DataFrame({"test": cells}))
        assert scored["fault"].isna().all()
        assert scored["p_1"].tolist() == pytest.approx([0.08 / 0.17, 0.02 / 0.83])


def test_a_heading_is_read_as_it_looks(model: Model) -> None:
    headings = read_headings(model.vocabulary, ["\ufeffonset", "po\u00adp", "doctor\u200b"])
    assert dict(headings.variables) == {"\ufeffonset": "onset", "po\u00adp": "pop"}
    assert headings.assumed
    two = read_headings(model.vocabulary, ["Pop", "po\u200bp"])
    assert two.problems


@pytest.mark.parametrize("heading", ["age (years)", "Age [y]", "AGE  (in years) "])
def test_a_unit_in_a_heading_is_pointed_out(model: Model, heading: str) -> None:
    (hint,) = near_headings(model.vocabulary, [heading, "doctor (ward)"], ()).values()
    assert "did you mean 'age'?" in hint
