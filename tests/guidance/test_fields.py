"""What a field of guidance.toml takes: the value as it stands there, or a problem that is named."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

import hamknee
from hamknee.guidance import fields
from hamknee.guidance.fields import COURSES, GROUPS, Known, Problem, Wording

NAMES = {
    "levels": ["emergency", "self_care"],
    "conditions": ["dvt", "strain"],
    "measures": ["ice", "unload"],
    "flags": ["fever"],
    "groups": GROUPS,
    "courses": COURSES,
    "variables": ["pop", "onset"],
}
KNOWN = Known(hamknee.load().vocabulary, ["bylund2010", "zein2024"], NAMES)

# A value that each field takes, and what it holds then; values that it refuses.
FIELDS: dict[str, tuple[object, object, list[object]]] = {
    "Text": ("Go.", "Go.", ["", " ", 3, True, ["Go."], None, date(2026, 3, 9)]),
    "Switch": (False, False, ["no", "false", 0, 1, "", None]),
    "Proportion": (0.2, 0.2, [0, 1.1, -0.2, "0.2", True, float("nan"), float("inf")]),
    "Days": (14, 14, [-1, "14", False, float("inf"), [14]]),
    "Sources": ("bylund2010 judgement", "bylund2010 judgement", ["", "bylund", 2010]),
    "LevelName": ("self_care", "self_care", ["", "selfcare", 3, ["self_care"]]),
    "ConditionName": ("dvt", "dvt", ["DVT", "", None]),
    "GroupName": ("rehabilitation", "rehabilitation", ["rehab", False]),
    "CourseName": ("same", "same", ["as before", 0]),
    "MeasureNames": (["ice", "unload"], ("ice", "unload"), ["ice", ["ice", "ice"], ["heat"]]),
    "FlagNames": (["fever"], ("fever",), [["fevers"], [["fever"]]]),
    "ConditionNames": ([], (), [["other"], None]),
    "VariableName": ("pop", "pop", ["", "pops", ["pop"], None]),
    "VariableNames": (["pop"], ("pop",), ["pop", ["pops"], ["pop", "pop"]]),
    "States": (["yes"], frozenset({"yes"}), ["yes", None]),
    "Patterns": (
        [{"pop": "yes", "swelling": ["leg", "effusion"]}],
        ({"pop": frozenset({"yes"}), "swelling": frozenset({"leg", "effusion"})},),
        [{"pop": "yes"}, ["pop"], [{}], [{"pop": []}], [{"pop": "maybe"}], [{"condition": "dvt"}],
         [{"pop": [["yes"]]}], [{"pop": {"yes": 1}}], [{"pop": True}]],
    ),
    "Wordings": (
        ["Go.", {"text": "Stay.", "not_with": [{"pop": "yes"}]}],
        (Wording("Go."), Wording("Stay.", (), ({"pop": frozenset({"yes"})},))),
        ["", [""], [3], {"a": "b"}, [{"pop": "yes"}], [{"text": ""}], [{"text": "a", "with": []}],
         [{"text": "a", "only_with": [{"popp": "yes"}]}], [{"text": "a", "not_with": "pop"}]],
    ),
}  # fmt: skip


ADAPTERS: dict[str, TypeAdapter[object]] = {
    field: TypeAdapter(getattr(fields, field)) for field in FIELDS
}


def read(field: str, value: object) -> object:
    """Return what a field makes of a value."""
    return ADAPTERS[field].validate_python(value, context=KNOWN)


def problems(field: str, value: object) -> list[Problem]:
    """Return what is wrong with a value, and what is allowed."""
    with pytest.raises(ValidationError) as raised:
        read(field, value)
    (error,) = raised.value.errors()
    named: list[Problem] = error["ctx"]["problems"]
    return named


@pytest.mark.parametrize(("field", "end"), [("Proportion", 1), ("Days", 0)])
def test_the_end_of_what_is_allowed_is_allowed(field: str, end: float) -> None:
    assert read(field, end) == end


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_holds_what_stands_in_the_file(field: str) -> None:
    value, held, _ = FIELDS[field]
    assert read(field, value) == held
    assert type(read(field, value)) is type(held)


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field in FIELDS for value in FIELDS[field][2]]
)
def test_what_a_field_refuses_is_named_with_what_is_allowed(field: str, value: object) -> None:
    for problem, allowed in problems(field, value):
        assert problem
        assert allowed


PLAIN = st.one_of(
    st.text(max_size=4),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.sampled_from(["ice", "dvt", "pop", "yes", "same"]),
)
TOML = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@pytest.mark.parametrize("field", FIELDS)
@given(value=TOML)
def test_nothing_is_converted_and_nothing_else_is_raised(field: str, value: Any) -> None:
    try:
        held = read(field, value)
    except ValidationError:
        return
    if field == "States":
        assert held == frozenset(value)
    elif field == "Patterns":
        assert value == []  # a pattern that means something is not met by chance
    elif field == "Wordings":
        assert [wording.text for wording in held] == ([value] if isinstance(value, str) else value)
    elif isinstance(value, list):
        assert held == tuple(value)
    else:
        assert held is value


def test_every_problem_of_a_list_is_named_at_once() -> None:
    assert problems("MeasureNames", ["unlod", 3, "ice", "ice"]) == [
        ("'unlod' is not in [measures] (did you mean 'unload'?)", "ice, unload"),
        ("found 3", "texts"),
        ("'ice' stands there twice", "each once"),
    ]
    two = problems("Patterns", [{"pop": "maybe", "popp": "yes"}, "pop"])
    assert [problem.split(" (")[0] for problem, _ in two] == [
        "'maybe' is not a state of pop",
        "unknown variable 'popp'",
        "found 'pop'",
    ]


def test_the_names_of_all_fields_are_tried_here() -> None:
    annotated = {name for name, kind in vars(fields).items() if hasattr(kind, "__metadata__")}
    assert annotated == set(FIELDS)
