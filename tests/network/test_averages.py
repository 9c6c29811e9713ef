"""Notes never tell of an average that is another one now, nor ranges of a number that moved."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamknee.network.averages import is_noted, split_variables
from hamknee.network.priors import Priors
from hamknee.network.rows import Row
from tests.support.cohorts import priors_of
from tests.support.networks import network

STRAIN = {"condition": "strain"}


@pytest.fixture(scope="module")
def edited(priors: Priors) -> Priors:
    return priors.set("onset", "sudden", given=STRAIN, probability=0.5)


def changed(before: Priors, after: Priors) -> dict[str, tuple[Row, Row]]:
    pairs = zip(before.rows, after.rows, strict=True)
    return {old.name: (old, new) for old, new in pairs if old != new}


def test_the_notes_of_everything_below_in_that_condition_say_before_what_they_speak(
    priors: Priors, edited: Priors
) -> None:
    moved = changed(priors, edited)
    noted = {name: pair for name, pair in moved.items() if not name.startswith("P(onset")}
    assert {new.variable for _, new in noted.values()} == {
        *("pop", "weight_bearing", "bruising", "weakness")
    }
    for old, new in noted.values():
        assert dict(new.given)["condition"] == "strain"
        assert new.probability == old.probability
        assert new.note == f"before onset moved: {old.note}"
        assert is_noted(old, new)
    published = edited.column("weight_bearing", STRAIN | {"onset": "sudden", "pop": "yes"})[0]
    assert published.note.startswith("before onset moved: over all of onset and pop 0.45 (publish")


def test_a_range_says_of_which_number_it_was(priors: Priors, edited: Priors) -> None:
    for state, number in (("days", 0.08), ("gradual", 0.04)):
        row = next(row for row in edited.column("onset", STRAIN) if row.state == state)
        assert row.note.startswith(f"was {number} (ess 39.8): range ")
        assert row.note.endswith("; in proportion to an edited number")
    surer = priors.set("setting", "emergency", probability=0.15, ess=500)
    assert [row.note for row in surer.column("setting")] == [
        f"was {row.probability} (ess 17.1): {row.note}" for row in priors.column("setting")
    ]


def test_one_column_of_a_split_moves_what_is_said_of_the_others(priors: Priors) -> None:
    after = priors.set("pop", "yes", given=STRAIN | {"onset": "sudden"}, probability=0.6)
    days = after.column("pop", STRAIN | {"onset": "days"})[0]
    assert days.note.startswith("before pop moved: over all of onset 0.25 (indirect)")
    edited = after.column("pop", STRAIN | {"onset": "sudden"})
    assert [row.note.partition(" ")[0] for row in edited] == ["edited", "was"]


@pytest.mark.parametrize(
    ("variable", "state", "given"),
    [
        ("sex", "male", STRAIN),
        ("condition", "strain", {"setting": "emergency"}),
        ("setting", "emergency", None),
    ],
)
def test_what_bears_on_no_average_is_noted_nowhere_else(
    priors: Priors, variable: str, state: str, given: dict[str, str] | None
) -> None:
    after = priors.set(variable, state, given=given, probability=0.9)
    assert {new.variable for _, new in changed(priors, after).values()} == {variable}


@pytest.mark.parametrize(
    ("note", "noted"),
    [
        ("before onset moved: read", True),
        ("before onset moved: written", False),
        ("after onset moved: read", False),
    ],
)
def test_a_note_is_noted_where_it_says_before_what_the_old_one_was(note: str, noted: bool) -> None:
    row = Row("pop", "yes", (("condition", "strain"),), 0.2, 20.0, "judgement", note="read")
    assert is_noted(row, replace(row, note=note)) == noted
    assert not is_noted(row, replace(row, note=note, probability=0.3))


def test_moving_again_says_so_once(edited: Priors) -> None:
    again = edited.set("onset", "sudden", given=STRAIN, probability=0.6)
    assert {row.note.count("before ") for row in again.rows if "moved" in row.note} == {1}


def test_a_parent_that_leads_to_the_target_bears_on_the_average_too() -> None:
    spec = {
        "place": ("", [0.7, 0.3]),
        "ill": ("place", [[0.6, 0.4], [0.2, 0.8]]),
        "sign": ("place ill", [[[0.5, 0.5], [0.1, 0.9]], [[0.3, 0.7], [0.2, 0.8]]]),
        "other": ("ill", [[0.5, 0.5], [0.1, 0.9]]),
    }
    priors = priors_of(network(spec, "ill", ess=9))
    assert split_variables(priors.vocabulary, priors.parents) == ["sign"]
    rows = tuple(
        Row(*row.cells()[:2], row.given, row.probability, 9, "judgement", (), "said")
        for row in priors.rows
    )
    priors = Priors(priors.vocabulary, rows)
    for name, place in (("place", None), ("ill", {"place": "yes"})):
        after = priors.set(name, "yes", given=place, probability=0.9)
        noted = [row for row in after.rows if row.note == f"before {name} moved: said"]
        assert {row.variable for row in noted} == {"sign"}
        assert len(noted) == 8


CLAIM = re.compile(r"^over all of [\w ]+ (\d[\d.e-]*) \(")


@settings(max_examples=15)
@given(st.data())
def test_no_note_ever_claims_an_average_that_is_another_one(priors: Priors, data) -> None:
    """After any two edits, what a note says as of now is so: by brute force over the parents."""
    for _ in range(2):
        row = data.draw(
            st.sampled_from([r for r in priors.rows if ("condition", "strain") in r.given])
        )
        priors = priors.set(
            row.variable, row.state, given=dict(row.given), probability=data.draw(INSIDE)
        )
    p = {(r.variable, r.state, frozenset(r.given)): r.probability for r in priors.rows}

    def chance(name: str, state: str, above: dict[str, str]) -> float:
        """Return P(name = state | what is known above) by summing over what is not."""
        free = [parent for parent in priors.parents[name] if parent not in above]
        if not free:
            return p[name, state, frozenset((q, above[q]) for q in priors.parents[name])]
        first = free[0]
        return sum(
            chance(first, s, above) * chance(name, state, above | {first: s})
            for s in priors.vocabulary[first].state_names
        )

    for row in priors.rows:
        if ("condition", "strain") in row.given and (claim := CLAIM.match(row.note)):
            now = chance(row.variable, row.state, dict(STRAIN))
            assert now == pytest.approx(float(claim[1]), abs=0.001), row


INSIDE = st.floats(0.02, 0.98)
