"""What the guidance holds, and which findings meet a pattern."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hamknee
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.texts import ENTRIES, Guidance, matches
from hamknee.inference.model import Model
from hamknee.network.evidence import check_evidence

MODEL = hamknee.load()
VOCABULARY = MODEL.vocabulary
LEVELS = list(guidance_for(MODEL).levels)
STATES = VOCABULARY["swelling"].state_names
SOME = st.sets(st.sampled_from(STATES), min_size=1)


@pytest.fixture(scope="module")
def guidance(model: Model) -> Guidance:
    return guidance_for(model)


def entries(guidance: Guidance) -> Iterator[object]:
    for name in ENTRIES:
        table = getattr(guidance, name)
        yield from table.values() if isinstance(table, Mapping) else [table]


def test_every_table_has_its_kind_of_entry(guidance: Guidance) -> None:
    assert set(ENTRIES) == {field.name for field in fields(Guidance)} - {
        "words",
        "worrying",
        "source",
    }
    assert all(is_dataclass(kind) for kind in ENTRIES.values())
    assert {type(entry) for entry in entries(guidance)} == set(ENTRIES.values())


def test_the_sources_are_those_of_every_entry(
    guidance: Guidance, references: frozenset[str]
) -> None:
    cited = {key for entry in entries(guidance) for key in entry.source.split()}  # type: ignore[attr-defined]
    assert guidance.sources() == cited - {"judgement"}
    assert guidance.sources() <= references


@given(st.lists(st.sampled_from(LEVELS)))
def test_of_some_levels_the_first_in_the_file_is_the_most_urgent(levels: list[str]) -> None:
    expected = next((level for level in LEVELS if level in levels), LEVELS[-1])
    assert guidance_for(MODEL).most_urgent(levels) == expected


def test_the_urgent_signs_are_those_without_exercises(guidance: Guidance) -> None:
    urgent = {flag.name for flag in guidance.urgent}
    for name, flag in guidance.flags.items():
        assert (name in urgent) != guidance.levels[flag.level].rehabilitation


def test_the_limits_are_one_paragraph(guidance: Guidance) -> None:
    assert "\n" not in guidance.limits_text
    assert all(limit.text in guidance.limits_text for limit in guidance.limits.values())


@given(pattern=SOME, possible=SOME, form=st.sampled_from(["one of", "likelihood"]))
def test_a_pattern_is_met_where_no_other_state_is_possible(
    pattern: set[str], possible: set[str], form: str
) -> None:
    value = possible if form == "one of" else {name: 0.5 * (name in possible) for name in STATES}
    evidence = check_evidence(VOCABULARY, {"swelling": value})
    # That all states are possible says nothing, and is met by nothing.
    told = form == "likelihood" or len(possible) < len(STATES)
    assert matches({"swelling": frozenset(pattern)}, evidence) == (told and possible <= pattern)


def test_all_of_a_pattern_must_hold() -> None:
    pattern = {"pop": frozenset({"yes"}), "swelling": frozenset({"leg", "effusion"})}
    for case, met in [
        ({"pop": "yes", "swelling": "leg"}, True),
        ({"pop": "yes", "swelling": "none"}, False),
        ({"pop": "yes"}, False),
        ({}, False),
    ]:
        assert matches(pattern, check_evidence(VOCABULARY, case)) is met
