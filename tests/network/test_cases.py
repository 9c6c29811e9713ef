"""Evidence on many cases: mappings, frames of every kind, and one-by-one answers agree."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hamknee.inference.model import Model
from hamknee.network.cases import Cases, Column, encode, encode_columns
from hamknee.network.evidence import EvidenceError, check_evidence
from hamknee.network.vocabulary import State, Variable, Vocabulary

TWO = frozenset({"posteromedial", "posterolateral"})
SOFT = {"yes": 0.7, "no": 0.3}

MAPPINGS: list[Mapping[str, Any]] = [
    {},
    {"onset": "sudden", "pop": "yes", "age": 31},
    {"onset": None, "pop": SOFT, "location": TWO},
    {"location": ["posterolateral", "posteromedial"], "setting": "emergency"},
    {"setting": {"emergency", "primary_care"}, "age": 72.5, "pop": {"no"}},
    {"onset": "sudden", "pop": "yes", "age": 31},
    {"pop": {"yes": 0.1, "no": 0.9}, "location": {"posterolateral": 1.0, "posteromedial": 0.5}},
]


def one_by_one(model: Model, cases: list[Mapping[str, Any]]) -> np.ndarray:
    return np.array([model.posterior(case).probabilities for case in cases])


def assert_agree(model: Model, cases: Any, mappings: list[Mapping[str, Any]]) -> None:
    many = model.posterior(cases)
    np.testing.assert_allclose(many.probabilities, one_by_one(model, mappings), rtol=0, atol=1e-14)
    np.testing.assert_allclose(
        many.prior, [model.posterior(case).prior for case in mappings], rtol=0, atol=1e-14
    )
    np.testing.assert_allclose(
        many.log_p_evidence,
        [model.posterior(case).log_p_evidence for case in mappings],
        rtol=0,
        atol=1e-12,
    )


def test_mappings_agree_with_one_by_one(model: Model) -> None:
    assert_agree(model, MAPPINGS, MAPPINGS)


def test_a_generator_of_mappings_will_do(model: Model) -> None:
    assert_agree(model, (case for case in MAPPINGS), MAPPINGS)


def test_cases_can_be_encoded_once_and_asked_often(model: Model) -> None:
    cases = model.encode(MAPPINGS)
    assert model.encode(cases) is cases
    assert_agree(model, cases, MAPPINGS)


def test_a_frame_of_objects_with_sets_likelihoods_and_every_kind_of_nothing(model: Model) -> None:
    frame = pd.DataFrame(
        {
            "onset": ["sudden", None, np.nan, pd.NA, pd.NaT],
            "location": [TWO, {"calf"}, None, ["calf", "popliteal"], "calf"],
            "pop": [SOFT, "yes", np.nan, pd.NA, None],
        },
        dtype=object,
    )
    mappings: list[Mapping[str, Any]] = [
        {"onset": "sudden", "location": TWO, "pop": SOFT},
        {"location": "calf", "pop": "yes"},
        {},
        {"location": {"calf", "popliteal"}},
        {"location": "calf"},
    ]
    assert_agree(model, frame, mappings)


YES_NOTHING_NO = ["yes", None, "no"]
COLUMNS = {
    "object": pd.Series(YES_NOTHING_NO, dtype=object),
    "category": pd.Series(YES_NOTHING_NO, dtype="category"),
    "category with more than occurs": pd.Series(
        pd.Categorical(YES_NOTHING_NO, categories=["no", "perhaps", "yes"])
    ),
    "string": pd.Series(YES_NOTHING_NO, dtype="string"),
    "str": pd.Series(YES_NOTHING_NO, dtype="str"),
    "Arrow string": pd.Series(YES_NOTHING_NO, dtype=pd.ArrowDtype(pa.string())),
    "Arrow dictionary": pd.Series(
        YES_NOTHING_NO, dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
    ),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_texts_of_every_kind_of_column_agree(kind: str, model: Model) -> None:
    assert_agree(model, pd.DataFrame({"pop": COLUMNS[kind]}), [{"pop": "yes"}, {}, {"pop": "no"}])


AGES = {
    "whole numbers": pd.Series([31, 45, 72]),
    "small whole numbers": pd.Series([31, 45, 72], dtype="uint8"),
    "floats": pd.Series([31.5, 45.0, 72.0]),
    "floats with NaN": pd.Series([31, np.nan, 72]),
    "nullable whole numbers": pd.Series([31, None, 72], dtype="Int64"),
    "Arrow whole numbers": pd.Series([31, None, 72], dtype=pd.ArrowDtype(pa.int64())),
    "years and bands": pd.Series([31, "40_to_59", None], dtype=object),
    "categories of numbers": pd.Series([31, None, 72], dtype="category"),
}


@pytest.mark.parametrize("kind", AGES)
def test_ages_of_every_kind_of_column_agree(kind: str, model: Model) -> None:
    column = AGES[kind]
    mappings = [{"age": None if pd.isna(cell) else cell} for cell in column]
    assert_agree(model, pd.DataFrame({"age": column}), mappings)


def test_categories_cost_no_answer_and_those_that_nobody_has_no_fault(model: Model) -> None:
    kept = ["yes", "loud", "no"]
    pop = pd.Series(pd.Categorical(["no", None, "yes", "no"], categories=kept))
    assert Column.of_series(pop).positions.tolist() == [2, -1, 0, 2]
    assert_agree(
        model, pd.DataFrame({"pop": pop}), [{"pop": "no"}, {}, {"pop": "yes"}, {"pop": "no"}]
    )
    loud = pd.DataFrame({"pop": pd.Categorical(["no", "loud"], categories=kept)})
    with pytest.raises(EvidenceError, match="case 1: 'loud' is not a state of pop"):
        model.posterior(loud)


def cells_of(column: Column) -> list[object]:
    """Return the value of each case."""
    values = vars(column)["values"]
    return [None if place < 0 else values[place] for place in column.positions]


@pytest.mark.parametrize("others", [3, 300], ids=["few", "very many"])
def test_however_many_categories_there_are_the_codes_are_the_same(others: int) -> None:
    kept = ["no", *(f"other {number}" for number in range(others)), "yes"]
    texts = pd.Series(["yes", "other 1", None, "no", "yes"])
    column = Column.of_series(texts.astype(pd.CategoricalDtype(kept)))
    assert cells_of(column) == ["yes", "other 1", None, "no", "yes"]


def test_lists_in_an_arrow_column_are_sets_of_states(model: Model) -> None:
    lists = pd.Series([list(TWO), None], dtype=pd.ArrowDtype(pa.list_(pa.string())))
    assert_agree(model, pd.DataFrame({"location": lists}), [{"location": TWO}, {}])


def test_the_order_of_columns_and_rows_does_not_matter(model: Model) -> None:
    frame = pd.DataFrame({"onset": ["sudden", "days"], "age": [31, 72], "pop": ["yes", "no"]})
    there = model.posterior(frame).probabilities
    back = model.posterior(frame[["pop", "age", "onset"]].iloc[::-1]).probabilities
    np.testing.assert_array_equal(there, back[::-1])


@pytest.mark.parametrize(
    ("cases", "count"),
    [([], 0), (pd.DataFrame({"pop": []}), 0), (pd.DataFrame(index=range(3)), 3), ([{}], 1)],
    ids=["no mappings", "no rows", "no columns", "one empty case"],
)
def test_few_or_no_cases_are_answered(cases: Any, count: int, model: Model) -> None:
    answers = model.posterior(cases)
    assert answers.probabilities.shape == (count, 21)
    assert len(answers.table) == 21 * count
    assert answers.text.startswith({0: "No cases", 1: "1 case;", 3: "3 cases;"}[count])
    assert model.marginals(cases)["age"].shape == (count, 3)
    assert len(model.most_probable_explanation(cases)) == count


def test_a_truth_value_is_not_the_same_value_as_one() -> None:
    column = Column.of_series(pd.Series(["yes", True, 1, None, True], dtype=object))
    assert [repr(cell) for cell in cells_of(column)] == ["'yes'", "True", "1", "None", "True"]


def test_a_part_of_a_column_has_the_values_of_its_cases_and_no_others() -> None:
    whole = ["a", "b", "c", None, "a", "c", None]
    for cells in (whole, [{"a": 1, "b": 2, "c": 3}.get(cell) for cell in whole]):
        column = Column.of_series(pd.Series(cells)).part(slice(2, None))
        assert cells_of(column) == cells[2:]
        assert len(vars(column)["values"]) == 2


def test_only_values_that_are_not_in_an_array_of_numbers_take_room_of_their_own() -> None:
    assert Column.of_series(pd.Series(["a", "b", "a"])).texts == 2
    assert Column.of_series(pd.Series([1, 2, 1])).texts == 0


# What a case is called --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "index",
    [["p1", "p2"], [7, "p2"], pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])],
    ids=["texts", "mixed", "several levels"],
)
def test_cases_keep_the_names_of_the_rows(index: Any, model: Model) -> None:
    answers = model.posterior(pd.DataFrame({"pop": ["yes", "no"]}, index=index))
    assert list(answers.cases) == list(index)
    assert answers.table["case"].tolist() == [index[0]] * 21 + [index[1]] * 21


def test_part_of_the_cases_keeps_their_names(model: Model) -> None:
    frame = pd.DataFrame({"pop": ["yes", "no", None]}, index=["a", "b", "c"])
    part = model.encode(frame)[1:]
    assert list(part.names()) == ["b", "c"]
    np.testing.assert_array_equal(
        model.posterior(part).probabilities, model.posterior(frame).probabilities[1:]
    )


def test_the_evidence_of_a_case_can_be_read_back(model: Model) -> None:
    cases = model.encode(MAPPINGS)
    assert dict(cases.evidence(2)) == {"pop": SOFT, "location": ("posteromedial", "posterolateral")}
    assert dict(cases.evidence(4)) == {
        "setting": ("primary_care", "emergency"),
        "age": "60_and_over",
        "pop": "no",
    }
    assert dict(cases.evidence(0)) == {}


def test_equal_evidence_has_an_equal_code(model: Model) -> None:
    codes = model.encode(MAPPINGS).codes
    np.testing.assert_array_equal(codes[1], codes[5])
    location = list(model.vocabulary).index("location")
    assert codes[2, location] == codes[3, location]


def test_state_numbers_can_be_given_directly(model: Model) -> None:
    codes = model.encode([{"pop": "no"}]).codes
    assert isinstance(model.cases(codes), Cases)
    assert_agree(model, model.cases(codes), [{"pop": "no"}])


# Refused ----------------------------------------------------------------------------------------


def problems(model: Model, cases: Any) -> list[str]:
    with pytest.raises(EvidenceError) as raised:
        model.posterior(cases)
    return [text.split(";")[0] for text in raised.value.problems]


def test_every_problem_of_every_mapping_is_told_with_its_case(model: Model) -> None:
    bad = [{"pop": "yes"}, {"pop": "y", "age": 400}, {"popp": "yes"}, 5]
    assert problems(model, bad) == [
        "case 1: 'y' is not a state of pop",
        "case 1: age cannot be 400 years",
        "case 2: unknown variable 'popp' (did you mean 'pop'?)",
        "case 3: evidence is a mapping of variable to value, not 5",
    ]


def test_every_problem_of_a_frame_is_told_with_its_row_or_column(model: Model) -> None:
    frame = pd.DataFrame(
        {"pop": ["yes", "y"], "age": [400, 31], "popp": ["yes", "yes"]}, index=["p1", "p2"]
    )
    assert problems(model, frame) == [
        "case p2: 'y' is not a state of pop",
        "case p1: age cannot be 400 years",
        "column 'popp': unknown variable 'popp' (did you mean 'pop'?)",
    ]


def test_of_a_column_of_nothing_but_faults_the_first_are_told_at_once(model: Model) -> None:
    frame = pd.DataFrame(
        {"pop": [f"y{number}" for number in range(300_000)], "age": range(300_000)}
    )
    start = time.perf_counter()
    texts = problems(model, frame)
    assert time.perf_counter() - start < 5  # a look at all rows for each would take hours
    assert texts[:2] == ["case 0: 'y0' is not a state of pop", "case 1: 'y1' is not a state of pop"]
    assert texts[100] == "column 'pop': more such values follow"
    assert texts[101] == "case 121: age cannot be 121 years"
    assert len(texts) == 202


def test_no_more_values_follow_where_all_are_told(model: Model) -> None:
    frame = pd.DataFrame({"pop": [f"y{number}" for number in range(100)]})
    assert problems(model, frame)[99:] == ["case 99: 'y99' is not a state of pop"]


def test_a_number_in_no_bin_is_told_and_counts_as_not_known() -> None:
    young = State("young", "Young", lower=0, upper=40)
    bins = (young, State("old", "Old"))
    age = Variable("age", "trait", "Age", bins, unit="years", minimum=0, maximum=120)
    vocabulary = Vocabulary((Variable("torn", "target", "Torn", (young,)), age))
    ages = Column(np.array([0, 1, 2, -1]), np.array([39.9, 40, np.nan]))
    cases, unread = encode_columns(vocabulary, {"age": ages}, count=4)
    assert cases.codes[:, 1].tolist() == [0, 2, 2, 2]
    assert {number: text[0].split(";")[0] for number, text in unread["age"].items()} == {
        1: "age cannot be 40 years",
        2: "age cannot be nan years",
    }


@pytest.mark.parametrize("cases", ["pop=yes", 5])
def test_what_is_no_case_at_all_is_refused(cases: Any, model: Model) -> None:
    with pytest.raises(EvidenceError, match=f"evidence cannot be .*{cases}.*; allowed: a mapping"):
        encode(model.vocabulary, cases)


def test_evidence_checked_for_another_network_is_checked_again(model: Model) -> None:
    answers = (State("loud", "Loud"), State("none", "None"))
    torn, pop = Variable("torn", "target", "Torn", answers), Variable("pop", "sign", "Pop", answers)
    loud = check_evidence(Vocabulary((torn, pop)), {"pop": "loud"})
    assert problems(model, [loud]) == ["case 0: 'loud' is not a state of pop"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([True], "case 0: pop cannot be True (bool)"),
        ([np.array(["yes"])], "case 0: pop cannot be array(['yes'], dtype='<U3') (ndarray)"),
        (["yes", "yes|maybe"], "case 1: 'maybe' is not a state of pop"),
        ([{"yes"}, set()], "case 1: pop has an empty set of states"),
        (["yes", {"yes": -1}], "case 1: the likelihood of pop=yes is -1"),
    ],
    ids=["bool", "array", "wrong text", "empty set", "negative likelihood"],
)
def test_a_cell_that_is_no_value_is_told(cells: list[object], expected: str, model: Model) -> None:
    assert problems(model, pd.DataFrame({"pop": cells})) == [expected]


def test_a_column_that_stands_twice_is_told(model: Model) -> None:
    twice = pd.DataFrame([["yes", "no"]], columns=["pop", "pop"])
    assert problems(model, twice) == ["column 'pop' stands twice"]


def test_text_in_a_frame_is_read_as_on_the_command_line(model: Model) -> None:
    cells = {"age": ["31", "", "40_to_59"], "warmth": ["yes:0.7|no:0.3", "no", ""]}
    cases = model.encode(pd.DataFrame(cells))
    assert dict(cases.evidence(0)) == {"age": "under_40", "warmth": {"yes": 0.7, "no": 0.3}}
    assert dict(cases.evidence(1)) == {"warmth": "no"}
    assert dict(cases.evidence(2)) == {"age": "40_to_59"}
