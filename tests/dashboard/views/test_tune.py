"""The Tune page: where it opens, what it says in one sentence, and every change with a way back."""

import pytest
from streamlit.testing.v1 import AppTest

import hamknee
from hamknee.estimation.averaging import keep_averages
from hamknee.network.priors import Priors
from tests.support.at_page import at_page, go, press, sound, words
from tests.support.tune_page import CASE, COLUMN, GIVEN, tuned


def test_it_opens_at_the_number_that_moves_the_case_most(model: hamknee.Model) -> None:
    page = at_page("tune", **CASE)
    top = model.posterior(CASE).top
    first = hamknee.tornado(model, CASE, top).table.iloc[0]
    assert page.selectbox(key="tune-variable").value == first["variable"]
    key = f"tune-number-{first['variable']}-{first['given']}-{first['state']}"
    assert page.number_input(key=key).value == pytest.approx(100 * first["probability"])


def test_the_rest_of_the_column_follows_and_the_change_is_told(priors: Priors) -> None:
    page = tuned(80.0)
    assert page.number_input(key=f"{COLUMN}-no").value == pytest.approx(20)
    assert "Yes 70.7 % → 80 %; 1 other follows" in words(page)
    changed = priors.set("pop", "yes", given=GIVEN, probability=0.8)
    assert f"Numbers edited in this session** (`{changed.sha256[:12]}`)" in words(page)


def test_followers_are_counted_and_the_number_entered_is_told() -> None:
    page = at_page("tune", {"variable": "condition", "given": "setting=sports_clinic"})
    key = "tune-number-condition-setting=sports_clinic-dvt"
    page = sound(page.number_input(key=key).set_value(60.0).run())
    line = "**Condition**, Setting: Sports clinic: Deep vein thrombosis (clot) 0.3 % → 60 %"
    assert f"{line}; 20 others follow" in words(page)


ONSET = {"variable": "onset", "given": "condition=strain", "state": "sudden"}


def averages_moved() -> AppTest:
    """Return the page after P(sudden | strain) was changed, on which other averages hang."""
    page = at_page("tune", ONSET)
    return sound(
        page.number_input(key="tune-number-onset-condition=strain-sudden").set_value(50.0).run()
    )


def test_averages_that_an_edit_moves_are_told_as_the_library_tells_them(priors: Priors) -> None:
    page = averages_moved()
    edited = priors.set("onset", "sudden", given={"condition": "strain"}, probability=0.5)
    said = hamknee.difference(priors, edited).averages_text
    assert "“Weight bearing: With a limp, or not, given Distal hamstring strain” from 45 %" in said
    assert said in words(page)
    undo = [button for button in page.button if button.label == "Undo"]
    assert len(undo) == 1, "what only says that its average moved is no change of one's own"


def test_averages_can_be_kept_and_go_back_with_the_change(priors: Priors) -> None:
    page = press(averages_moved(), "Keep these averages")
    edited = priors.set("onset", "sudden", given={"condition": "strain"}, probability=0.5)
    kept = keep_averages(priors, edited)
    text = words(page)
    assert f"Numbers edited in this session** (`{kept.sha256[:12]}`)" in text
    assert "Averages that move with it" not in text
    assert "Other numbers follow these, so that their averages stay." in text
    assert "Keep these averages" not in [button.label for button in page.button]
    undo = [button for button in page.button if button.label == "Undo"]
    assert len(undo) == 1
    page = sound(page.button(key=undo[0].key).click().run())
    assert "edited in this session" not in words(page)


def test_an_average_that_somebody_moved_is_not_offered_to_be_kept() -> None:
    page = tuned(80.0)
    assert "“Pop at the start: Yes, given Complete tendon rupture” from 68 % to" in words(page)
    page = press(page, "Keep these averages")  # of what hangs on the pop
    assert "“Pop at the start: Yes, given Complete tendon rupture” from 68 % to" in words(page)
    assert "Keep these averages" not in [button.label for button in page.button]


def test_one_change_is_undone_then_all(priors: Priors) -> None:
    page = tuned(80.0)
    page = go(page, "tune", {"variable": "setting"})
    page = sound(page.number_input(key="tune-number-setting--emergency").set_value(50.0).run())
    undo = [button for button in page.button if button.label == "Undo"]
    assert len(undo) == 2
    page = sound(page.button(key=undo[0].key).click().run())
    assert len([button for button in page.button if button.label == "Undo"]) == 1
    assert "edited in this session" in words(page)
    page = press(page, "Undo all")
    assert "edited in this session" not in words(page)
    assert priors.sha256[:12] in words(page)
