"""Changed numbers handed on as a link, or as a file where they are too many."""

import pytest

from state import in_address
from tests.support.at_page import APP, at_page, go, sound, unfold, words

POP = {"variable": "pop", "given": "condition=rupture;onset=sudden"}
KEY = "tune-number-pop-condition=rupture;onset=sudden-yes"


def test_the_link_holds_the_changes_and_no_answers() -> None:
    page = at_page("tune", POP, onset="gradual")
    page = sound(page.number_input(KEY).set_value(90.0).run())
    page = unfold(page, "share-numbers")
    (link,) = [block.value for block in page.code]
    assert "?edits=becfe372c2c3" in link
    assert "gradual" not in link
    assert "reaches nobody else" in words(page)
    assert page.get("bidi_component") == at_page("tune").get("bidi_component")  # no warning


def test_too_many_changes_are_offered_as_a_file_and_not_left_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = at_page("tune", POP)
    monkeypatch.setattr(in_address, "LONGEST", 10)
    page = sound(page.number_input(KEY).set_value(77.0).run())
    assert "edits" not in page.query_params
    assert "download them first" in words(page)
    before = len(at_page("tune").get("bidi_component"))
    assert len(go(page, "tune").get("bidi_component")) == before + 1


def test_changes_that_do_not_fit_are_named_and_change_nothing() -> None:
    page = at_page("tune")
    fresh = type(page).from_file(str(APP), default_timeout=30).switch_page("views/tune.py")
    fresh.query_params["edits"] = "0123456789ab~pup*condition=rupture**yes=0.5"
    fresh = sound(fresh.run())
    assert "the changes in the address do not fit" in words(fresh)
    assert "edited in this session" not in words(fresh)
    other = type(page).from_file(str(APP), default_timeout=30)
    other.query_params["edits"] = "0123456789ab~pop*condition=rupture;onset=sudden**yes=0.5"
    other = sound(other.run())
    assert "were made to other numbers (0123456789ab)" in words(other)
    assert "edited in this session" in words(other)
