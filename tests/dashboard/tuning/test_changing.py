"""One number: chosen, changed within the rules, and saying where it comes from."""

import pytest

from hamknee.network.priors import Priors
from tests.support.at_page import address, at_page, go, press, sound, words
from tests.support.tune_page import COLUMN, POP, tuned


def test_a_number_put_back_by_hand_is_the_one_of_the_file(priors: Priors) -> None:
    page = tuned(80.0)
    page = sound(page.number_input(key=f"{COLUMN}-yes").set_value(70.7).run())
    assert "edited in this session" not in words(page)
    assert f"numbers `{priors.sha256[:12]}` from priors.csv" in words(page)


@pytest.mark.parametrize(
    ("percents", "allowed"),
    [
        (0.0, "0 and 100 % are only for what holds by definition"),
        (100.0, "0 and 100 % are only for what holds by definition"),
        (-3.0, "Allowed: more than 0 and less than 100 %"),
        (150.0, "Allowed: more than 0 and less than 100 %"),
    ],
)
def test_what_cannot_be_is_told_with_its_field_and_nothing_changes(
    percents: float, allowed: str
) -> None:
    page = tuned(percents)
    text = words(page)
    field = "“Pop at the start: Yes, given Complete tendon rupture; Onset: In a moment”"
    assert f"You entered {percents:g} % for {field}. {allowed}" in text
    assert "It stays at 70.7 %." in text
    assert page.number_input(key=f"{COLUMN}-yes").value == pytest.approx(70.7)
    assert "edited in this session" not in text
    page = sound(page.number_input(key=f"{COLUMN}-yes").set_value(60.0).run())
    assert not page.error, "an old message does not stay"


def test_what_holds_by_definition_may_be_certain() -> None:
    page = at_page("tune", POP)
    name = "pop-condition=rupture;onset=sudden-yes"
    page.selectbox(key=f"tune-basis-{name}").set_value("logical")
    page = press(page, "Save")
    page = sound(page.number_input(key=f"{COLUMN}-yes").set_value(100.0).run())
    assert not page.error
    assert page.number_input(key=f"{COLUMN}-no").value == 0
    assert "90 % range 100 to 100 %. By definition." in words(page)


def test_a_weight_is_above_nothing() -> None:
    page = at_page("tune", POP)
    key = "tune-ess-pop-condition=rupture;onset=sudden"
    before = page.number_input(key=key).value
    page = sound(page.number_input(key=key).set_value(-1.0).run())
    assert "You entered -1 as the weight. Allowed: more than 0." in words(page)
    assert page.number_input(key=key).value == before


def test_this_number_is_marked_and_can_be_another() -> None:
    page = at_page("tune", POP)
    assert page.number_input(key=f"{COLUMN}-yes").label == "Yes (this number)"
    assert page.number_input(key=f"{COLUMN}-no").label == "No"
    page = sound(page.selectbox(key="tune-state").set_value("no").run())
    assert address(page)["state"] == "no"
    assert page.number_input(key=f"{COLUMN}-yes").label == "Yes"
    assert page.number_input(key=f"{COLUMN}-no").label == "No (this number)"


@pytest.mark.parametrize(
    ("state", "step"), [("dvt", 0.01), ("snapping_tendon", 0.1), ("meniscal_tear", 1)]
)
def test_steps_fit_the_number(state: str, step: float) -> None:
    page = at_page("tune", {"variable": "condition", "given": "setting=sports_clinic"})
    key = f"tune-number-condition-setting=sports_clinic-{state}"
    field = page.number_input(key=key)
    assert field.step == pytest.approx(step)
    aim = field.value - step
    page = sound(field.decrement().run())
    assert not page.error
    assert page.number_input(key=key).value == pytest.approx(aim)


def test_how_firm_a_column_is_can_be_changed() -> None:
    page = at_page("tune", POP)
    key = "tune-ess-pop-condition=rupture;onset=sudden"
    page = sound(page.number_input(key=key).set_value(100.0).run())
    assert "90 % range 63 to 78 %" in words(page)
    assert "another weight, basis, source or note" in words(page)


def test_a_number_says_what_it_rests_on() -> None:
    page = tuned(80.0)
    name = "pop-condition=rupture;onset=sudden-yes"
    page.selectbox(key=f"tune-basis-{name}").set_value("published")
    save = next(button for button in page.button if button.label == "Save")
    page = sound(save.click().run())
    assert "at least one key" in page.error[0].value.replace("\\", "")
    page.selectbox(key=f"tune-basis-{name}").set_value("published")
    page.multiselect(key=f"tune-sources-{name}").set_value(["decary2017"])
    page.text_input(key=f"tune-note-{name}").set_value("read again")
    save = next(button for button in page.button if button.label == "Save")
    page = sound(save.click().run())
    assert not page.error
    assert "Published. The file has 70.7 %." in words(page)
    rests = "".join(b.proto.body for b in go(page, "model", {"variable": "pop"}).html)
    assert 'title="decary2017: ' in rests
