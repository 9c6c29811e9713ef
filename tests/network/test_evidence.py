"""Evidence on one case: what is accepted, what is refused, and the texts it is written as."""

import math
from contextlib import suppress
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamknee.base.files import shipped
from hamknee.inference.model import Model
from hamknee.network.evidence import (
    EvidenceError,
    Value,
    check_evidence,
    check_value,
    likelihood,
    parse_value,
    value_text,
    value_words,
)
from hamknee.network.vocabulary import State, Variable, Vocabulary, read_vocabulary

VOCABULARY = read_vocabulary(shipped("data/vocabulary.toml"))
AGES = "0 to 120 years, or one of under_40, 40_to_59, 60_and_over"
EMPTY = " (if it means not known, leave it empty or list it as not_known in a mapping)"
A_WEIGHT = "allowed: a finite number, 0 or more"


def problem(entries: object) -> str:
    """Return what is said of evidence with a single problem."""
    with pytest.raises(EvidenceError) as raised:
        check_evidence(VOCABULARY, entries)
    (text,) = raised.value.problems
    return text


# Refused ----------------------------------------------------------------------------------------

REFUSED = {
    "an unknown variable": (
        {"popp": "yes"},
        "unknown variable 'popp' (did you mean 'pop'?); allowed: " + ", ".join(VOCABULARY),
    ),
    "a variable that is no text": (
        {5: "yes"},
        "unknown variable 5; allowed: " + ", ".join(VOCABULARY),
    ),
    "an unknown state": (
        {"onset": "suddn"},
        "'suddn' is not a state of onset (did you mean 'sudden'?); allowed: sudden, days, gradual",
    ),
    "a state with a capital": (
        {"pop": "YES"},
        "'YES' is not a state of pop (did you mean 'yes'?); allowed: yes, no",
    ),
    "an unknown state in a set": (
        {"onset": {"suddn", "days"}},
        "'suddn' is not a state of onset (did you mean 'sudden'?); allowed: sudden, days, gradual",
    ),
    "an unknown state among likelihoods": (
        {"onset": {"sudden": 0.5, "day": 0.5}},
        "'day' is not a state of onset (did you mean 'days'?); allowed: sudden, days, gradual",
    ),
    "a number for a state": (
        {"pop": 1},
        "pop cannot be the number 1; allowed: yes, no, a set of these, or a mapping of these to"
        " likelihoods",
    ),
    "a bool for a state": (
        {"pop": True},
        "pop cannot be True (bool); allowed: yes, no, a set of these, or a mapping of these to"
        " likelihoods",
    ),
    "a numpy bool for a state": (
        {"pop": np.True_},
        "pop cannot be np.True_ (bool); allowed: yes, no, a set of these, or a mapping of these to"
        " likelihoods",
    ),
    "bytes for a state": (
        {"pop": b"yes"},
        "pop cannot be b'yes' (bytes); allowed: yes, no, a set of these, or a mapping of these to"
        " likelihoods",
    ),
    "NaN for a state": (
        {"pop": math.nan},
        "pop cannot be the number nan; allowed: yes, no, a set of these, or a mapping of these to"
        " likelihoods",
    ),
    "a missing value of pandas": (
        {"pop": pd.NA},
        "pop cannot be <NA> (NAType); allowed: yes, no, a set of these, or a mapping of these to"
        " likelihoods",
    ),
    "an empty set": (
        {"pop": set()},
        "pop has an empty set of states; allowed: yes, no, or None if not known",
    ),
    "an age above the highest": ({"age": 120.5}, f"age cannot be 120.5 years; allowed: {AGES}"),
    "an age below 0": ({"age": -3}, f"age cannot be -3 years; allowed: {AGES}"),
    "an age of 400": ({"age": 400}, f"age cannot be 400 years; allowed: {AGES}"),
    "an age just beyond the range": (
        {"age": 120.5},
        f"age cannot be 120.5 years; allowed: {AGES}",
    ),
    "an age of NaN": ({"age": np.nan}, f"age cannot be nan years; allowed: {AGES}"),
    "an infinite age": ({"age": math.inf}, f"age cannot be inf years; allowed: {AGES}"),
    "an age too large for a computer": (
        {"age": 10**400},
        f"age cannot be inf years; allowed: {AGES}",
    ),
    "a bool for an age": (
        {"age": True},
        f"age cannot be True (bool); allowed: {AGES}, a set of these, or a mapping of these to"
        " likelihoods",
    ),
    "an age as a text": ({"age": "31"}, f"'31' is not a state of age; allowed: {AGES}"),
    "numbers in a set": ({"age": {31, 45}}, f" is not a state of age; allowed: {AGES}"),
    "likelihoods too far apart": (
        {"pop": {"yes": 1e300, "no": 1e-300}},
        "the likelihoods of pop lie too far apart; allowed: a factor of 1e+300, or 0",
    ),
    "no likelihoods": (
        {"pop": {}},
        "every likelihood of pop is 0; allowed: at least one above 0",
    ),
    "likelihoods that are all 0": (
        {"pop": {"yes": 0, "no": 0.0}},
        "every likelihood of pop is 0; allowed: at least one above 0",
    ),
    "a negative likelihood": (
        {"pop": {"yes": -1, "no": 1}},
        f"the likelihood of pop=yes is -1; {A_WEIGHT}",
    ),
    "a likelihood of NaN": (
        {"pop": {"yes": math.nan}},
        f"the likelihood of pop=yes is nan; {A_WEIGHT}",
    ),
    "an infinite likelihood": (
        {"pop": {"yes": math.inf}},
        f"the likelihood of pop=yes is inf; {A_WEIGHT}",
    ),
    "a bool for a likelihood": (
        {"pop": {"yes": True}},
        f"the likelihood of pop=yes is True; {A_WEIGHT}",
    ),
    "a text for a likelihood": (
        {"pop": {"yes": "0.7"}},
        f"the likelihood of pop=yes is '0.7'; {A_WEIGHT}",
    ),
    "no likelihood for a state": (
        {"pop": {"yes": None}},
        f"the likelihood of pop=yes is None; {A_WEIGHT}",
    ),
    "evidence that is no mapping": (
        ["pop", "yes"],
        "evidence is a mapping of variable to value, not ['pop', 'yes']",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_each_kind_of_bad_evidence_is_refused_with_what_is_allowed(kind: str) -> None:
    entries, expected = REFUSED[kind]
    found = problem(entries)
    assert found.endswith(expected) if kind == "numbers in a set" else found == expected


def test_likelihoods_may_lie_apart_by_the_factor_that_is_allowed() -> None:
    apart = {"yes": 1.0, "no": 1e-300}
    assert check_evidence(VOCABULARY, {"pop": apart})["pop"] == apart


def test_all_problems_are_told_together() -> None:
    entries = {"popp": "yes", "onset": "sudden", "age": 400, "warmth": {"yes": -1}, "sex": set()}
    with pytest.raises(EvidenceError) as raised:
        check_evidence(VOCABULARY, entries)
    told = raised.value.problems
    assert str(raised.value).split("\n") == list(told)
    assert [text.split(";")[0] for text in told] == [
        "unknown variable 'popp' (did you mean 'pop'?)",
        "age cannot be 400 years",
        "the likelihood of warmth=yes is -1",
        "sex has an empty set of states",
    ]


# Accepted ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "years",
    [31, 31.5, np.int64(31), np.float32(31), np.uint8(31), Fraction(31), 0, 39.999, "under_40"],
    ids=repr,
)
def test_an_age_is_years_of_any_kind_of_number_or_a_band(years: object) -> None:
    assert check_evidence(VOCABULARY, {"age": years})["age"] == "under_40"


def test_the_lowest_and_the_highest_age_are_ages() -> None:
    assert check_value(VOCABULARY["age"], 0) == "under_40"
    assert check_value(VOCABULARY["age"], 120) == "60_and_over"


def test_a_child_is_accepted_with_a_notice() -> None:
    (notice,) = check_evidence(VOCABULARY, {"age": 12}).notices
    assert notice == "Age 12: the numbers are meant for 18 years and over"
    assert not check_evidence(VOCABULARY, {"age": 18}).notices


@pytest.mark.parametrize(
    "nothing",
    [None, {"yes", "no"}, ["no", "yes"], ("yes", "no", "yes")],
    ids=lambda value: type(value).__name__,
)
def test_what_says_nothing_is_left_out(nothing: object) -> None:
    evidence = check_evidence(VOCABULARY, {"pop": nothing})
    assert dict(evidence) == {}
    assert len(evidence) == 0


@pytest.mark.parametrize(
    "one", ["days", {"days"}, ["days"], frozenset({"days"}), np.str_("days")], ids=repr
)
def test_a_set_of_one_is_that_state(one: object) -> None:
    value = check_evidence(VOCABULARY, {"onset": one})["onset"]
    assert value == "days"
    assert type(value) is str


def test_sets_and_likelihoods_are_put_in_the_order_of_the_states() -> None:
    evidence = check_evidence(
        VOCABULARY, {"location": ["calf", "posteromedial"], "onset": {"gradual": 1, "sudden": 2}}
    )
    assert evidence["location"] == ("posteromedial", "calf")
    assert list(dict(evidence["onset"]).items()) == [("sudden", 2.0), ("gradual", 1.0)]


def test_checked_evidence_is_not_checked_again() -> None:
    evidence = check_evidence(VOCABULARY, {"pop": "yes"})
    assert check_evidence(VOCABULARY, evidence) is evidence


@pytest.mark.parametrize(("years", "below"), [(17, {"age"}), (18, set()), ("under_40", set())])
def test_an_age_below_what_the_numbers_are_meant_for_is_kept_in_mind(
    years: object, below: set[str]
) -> None:
    evidence = check_evidence(VOCABULARY, {"pop": "yes", "age": years})
    assert evidence.below == below
    assert evidence.without("pop").below == below
    rest = evidence.without("age")
    assert (dict(rest), rest.below) == ({"pop": "yes"}, set())


@pytest.mark.parametrize(
    ("value", "expected"),
    [("b", [0, 1, 0]), (("a", "c"), [1, 0, 1]), ({"a": 0.2, "c": 3.0}, [0.2, 0, 3])],
)
def test_a_value_says_how_likely_it_is_in_each_state(value: Value, expected: list[float]) -> None:
    variable = Variable("x", "finding", "X", tuple(State(name, name) for name in "abc"))
    assert likelihood(variable, value).tolist() == expected


def test_a_number_without_bounds_is_in_the_bin_that_holds_it() -> None:
    cold = State("cold", "Cold", lower=-40, upper=0)
    hot = State("hot", "Hot", lower=0, upper=50)
    variable = Variable("air", "finding", "Air", (cold, hot), unit="degrees")
    assert [check_value(variable, number) for number in (-40, -0.1, 0)] == ["cold", "cold", "hot"]
    with pytest.raises(
        EvidenceError, match="allowed: a number of degrees in a bin, or one of cold"
    ):
        check_value(variable, 50)


def test_evidence_can_be_parted_by_role() -> None:
    evidence = check_evidence(VOCABULARY, {"setting": "emergency", "age": 31, "pop": "yes"})
    assert dict(evidence.only("context")) == {"setting": "emergency"}
    assert dict(evidence.only("trait", "finding")) == {"age": "under_40", "pop": "yes"}


def test_evidence_as_json_is_plain() -> None:
    entries = {"age": 31, "onset": {"sudden", "days"}, "pop": {"yes": 0.7, "no": 0.3}}
    assert check_evidence(VOCABULARY, entries).as_json() == {
        "age": "under_40",
        "onset": ["sudden", "days"],
        "pop": {"yes": 0.7, "no": 0.3},
    }


@pytest.mark.parametrize("bad", [5, None, "pop=yes"], ids=repr)
def test_a_question_about_something_else_than_evidence_is_refused(
    bad: object, model: Model
) -> None:
    with pytest.raises(EvidenceError, match=r"evidence cannot be .*; allowed: a mapping of"):
        model.posterior(bad)


# As text ----------------------------------------------------------------------------------------

TEXTS = {
    "sudden": ("onset", "sudden"),
    " sudden ": ("onset", "sudden"),
    "sudden|days": ("onset", ("sudden", "days")),
    "days | sudden": ("onset", ("sudden", "days")),
    "sudden|days|gradual": ("onset", None),
    "": ("onset", None),
    "yes:0.7|no:0.3": ("pop", {"yes": 0.7, "no": 0.3}),
    "yes:7": ("pop", {"yes": 7.0}),
    "31": ("age", "under_40"),
    "31.5": ("age", "under_40"),
    "40_to_59": ("age", "40_to_59"),
    "under_40|40_to_59": ("age", ("under_40", "40_to_59")),
}


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_a_text_is_read_as_a_value(text: str) -> None:
    name, expected = TEXTS[text]
    variable = VOCABULARY[name]
    assert check_value(variable, parse_value(variable, text)) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("pop", "maybe", "'maybe' is not a state of pop; allowed: yes, no"),
        ("pop", "yes|", "'' is not a state of pop; allowed: yes, no"),
        ("pop", "yes:much", f"the likelihood of pop=yes is 'much'; {A_WEIGHT}"),
        ("pop", "yes:0.7|no", f"the likelihood of pop=no is ''; {A_WEIGHT}"),
        ("pop", "yes:nan", f"the likelihood of pop=yes is 'nan'; {A_WEIGHT}"),
        ("pop", "yes:-1", f"the likelihood of pop=yes is -1.0; {A_WEIGHT}"),
        ("pop", "yes:1|yes:2", "pop has a state twice in 'yes:1|yes:2'; allowed: each state once"),
        ("age", "-3", f"age cannot be -3 years; allowed: {AGES}"),
        ("age", "400", f"age cannot be 400 years; allowed: {AGES}"),
        ("age", "1e400", f"age cannot be inf years; allowed: {AGES}"),
        ("age", "inf", f"age: 'inf' is neither a number nor a state; allowed: {AGES}"),
        ("age", "nan", f"age: 'nan' is neither a number nor a state{EMPTY}; allowed: {AGES}"),
        ("pop", "NA", f"'NA' is not a state of pop{EMPTY}; allowed: yes, no"),
        ("pop", "None", f"'None' is not a state of pop{EMPTY}; allowed: yes, no"),
        ("age", "old", f"age: 'old' is neither a number nor a state; allowed: {AGES}"),
        (
            "age",
            "under40",
            f"age: 'under40' is neither a number nor a state (did you mean 'under_40'?);"
            f" allowed: {AGES}",
        ),
    ],
)
def test_a_text_that_is_no_value_is_refused(name: str, text: str, expected: str) -> None:
    with pytest.raises(EvidenceError) as raised:
        check_value(VOCABULARY[name], parse_value(VOCABULARY[name], text))
    assert raised.value.problems == (expected,)


def values(variable: Variable) -> st.SearchStrategy[object]:
    states = st.sampled_from(variable.state_names)
    weights = st.floats(0, allow_nan=False, allow_infinity=False)
    likelihoods = st.dictionaries(states, weights).filter(
        lambda d: any(d.values()) and min(filter(None, d.values())) >= 1e-300 * max(d.values())
    )
    return st.one_of(st.none(), states, st.sets(states, min_size=1), likelihoods)


variables_and_values = st.sampled_from(VOCABULARY.variables).flatmap(
    lambda variable: st.tuples(st.just(variable), values(variable))
)


@given(variables_and_values)
def test_a_value_written_as_text_is_read_back_exactly(drawn: tuple[Variable, object]) -> None:
    variable, entry = drawn
    value = check_value(variable, entry)
    text = "" if value is None else value_text(value)
    assert check_value(variable, parse_value(variable, text)) == value


@given(st.text() | st.text("yesno:|.0123456789 "))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    for name in ("pop", "age", "location"):
        with suppress(EvidenceError):
            value = check_value(VOCABULARY[name], parse_value(VOCABULARY[name], text))
            assert value is None or value_text(value)


def test_values_are_told_in_the_labels_people_read(vocabulary: Vocabulary) -> None:
    onset = vocabulary["onset"]
    assert value_words(onset, "days") == "Over hours or days"
    assert value_words(onset, ("sudden", "days")) == "In a moment or Over hours or days"
    assert value_words(vocabulary["pop"], {"yes": 0.7, "no": 0.3}) == "Yes 0.7, No 0.3"
