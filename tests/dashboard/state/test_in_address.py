"""Changed numbers in an address: they come back as they were, or are not there at all."""

import pytest

from hamknee.estimation import keep_averages
from hamknee.network.priors import Priors
from hamknee.network.priors_file import read_shipped_or_own
from state.in_address import DIGITS, LONGEST, EditsError, edits_text, made_to, with_edits

POP = {"condition": "rupture", "onset": "sudden"}


@pytest.fixture(scope="module")
def priors() -> Priors:
    return read_shipped_or_own()


def values(priors: Priors) -> list[tuple[float, float]]:
    return [(row.probability, row.ess) for row in priors.rows]


def close(priors: Priors) -> object:
    return pytest.approx([x for pair in values(priors) for x in pair], abs=1e-9)


def test_nothing_changed_needs_no_words(priors: Priors) -> None:
    assert edits_text(priors, priors) == ""


def test_one_number_is_said_as_it_was_entered(priors: Priors) -> None:
    changed = priors.set("pop", "yes", given=POP, probability=0.9)
    text = edits_text(priors, changed)
    digits = priors.sha256[:DIGITS]
    assert text == f"{digits}~pop*condition=rupture;onset=sudden**yes=0.9"
    assert made_to(text) == digits
    assert with_edits(priors, text).sha256 == changed.sha256


def test_several_numbers_and_weights_come_back(priors: Priors) -> None:
    changed = priors.set("pop", "yes", given=POP, probability=0.123456789, ess=17.5)
    clinic = {"setting": "emergency"}
    changed = changed.set("condition", "dvt", given=clinic, probability=0.2)
    changed = changed.set("condition", "strain", given=clinic, probability=0.1)
    text = edits_text(priors, changed)
    assert 0 < len(text) <= LONGEST
    again = with_edits(priors, text)
    assert [x for pair in values(again) for x in pair] == close(changed)


def test_splits_that_follow_follow_again(priors: Priors) -> None:
    onset = {"condition": "strain"}
    changed = priors.set("onset", "sudden", given=onset, probability=0.5)
    kept = keep_averages(priors, changed)
    assert values(kept) != values(changed)
    text = edits_text(priors, kept)
    assert text.startswith(f"{priors.sha256[:DIGITS]}!~onset*")
    assert made_to(text) == priors.sha256[:DIGITS]
    again = with_edits(priors, text)
    assert [x for pair in values(again) for x in pair] == close(kept)


def test_too_many_are_left_to_a_file(priors: Priors) -> None:
    changed = priors
    columns = {(row.variable, row.given): row for row in priors.rows if row.basis != "logical"}
    for row in list(columns.values())[:60]:
        moved = 0.9 * row.probability
        changed = changed.set(row.variable, row.state, given=dict(row.given), probability=moved)
    assert edits_text(priors, changed) == ""


@pytest.mark.parametrize(
    "text",
    [
        "becfe372c2c3~pop*condition=rupture;onset=sudden**yes=2",
        "becfe372c2c3~pop*condition=rupture;onset=sudden**yes=x",
        "becfe372c2c3~pop*condition=rupture;onset=sudden**0.5",
        "becfe372c2c3~pop*condition=rupture;onset=sudden*-1*yes=0.5",
        "becfe372c2c3~pop*condition=nothing;onset=sudden**yes=0.5",
        "becfe372c2c3~pup*condition=rupture**yes=0.5",
        "becfe372c2c3~pop",
        "~~~",
        "becfe372c2c3~pop*condition=rupture;onset=sudden**0,0",
        "becfe372c2c3~pop*condition=rupture;onset=sudden**nan,1",
    ],
)
def test_what_does_not_fit_is_refused_in_words(priors: Priors, text: str) -> None:
    with pytest.raises(EditsError, match="do not fit"):
        with_edits(priors, text)
