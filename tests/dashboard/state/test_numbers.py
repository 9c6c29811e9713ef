"""The numbers of the file, read anew when it changes, and those one visitor works with."""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st

from hamknee.base.files import shipped
from hamknee.network.priors import Priors
from state.numbers import in_force, of_file, use
from tests.support.at_page import at_page, for_expert, go, ranking, sound, words
from tests.support.own_numbers import pop_by_definition
from tests.support.tune_page import COLUMN, GIVEN, POP, tuned


def test_edited_numbers_are_in_force_and_the_file_stays_what_it_is(
    monkeypatch: pytest.MonkeyPatch, priors: Priors
) -> None:
    monkeypatch.setattr(st, "session_state", {})
    assert in_force() is of_file()
    edited = priors.set("pop", "yes", given=GIVEN, probability=0.8)
    use(edited)
    assert in_force().edited
    assert in_force().priors == edited  # another visitor's, where they chose the same numbers
    assert in_force().model.sha256 == edited.sha256
    assert in_force().model is in_force().model, "compiled once"
    assert not of_file().edited
    assert of_file().model.sha256 == priors.sha256
    use(priors)
    assert in_force() is of_file()


def test_an_edited_file_is_read_anew(own_priors: Callable[[str], Path], priors: Priors) -> None:
    path = own_priors(shipped("data/priors.csv").read_text("utf-8"))
    before = ranking(page := for_expert(onset="gradual", pop="yes"))
    changed = pop_by_definition(priors, onset="gradual", probability=1)
    path.write_text(changed.to_csv(), encoding="utf-8")
    assert ranking(sound(page.run())) != before


def test_every_page_says_that_the_numbers_were_edited(priors: Priors) -> None:
    page = tuned(80.0)
    sha = priors.set("pop", "yes", given=GIVEN, probability=0.8).sha256
    for view in ("diagnose", "model", "about"):
        page = go(page, view)
        assert "**Numbers edited in this session**" in words(page)
        assert (f"session** (`{sha[:12]}`)" in words(page)) == (view != "diagnose")
        assert f"numbers `{sha[:12]}` edited in this session" in words(page)


def test_another_visitor_sees_nothing_of_it(priors: Priors) -> None:
    page, theirs = tuned(80.0), at_page("tune", POP)
    assert theirs.number_input(key=f"{COLUMN}-yes").value == pytest.approx(70.7)
    assert "edited in this session" not in words(theirs)
    theirs = sound(theirs.number_input(key=f"{COLUMN}-yes").set_value(10.0).run())
    page = sound(page.run())
    assert page.number_input(key=f"{COLUMN}-yes").value == pytest.approx(80)
    assert theirs.number_input(key=f"{COLUMN}-yes").value == pytest.approx(10)
    assert f"numbers `{priors.sha256[:12]}` from priors.csv" in words(at_page("tune", POP))
