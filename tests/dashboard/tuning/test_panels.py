"""What follows from the numbers, as the library says it."""

import hamknee
from hamknee.base.words import percent
from hamknee.network.labelled import read_labelled
from hamknee.network.priors import Priors
from hamknee.sensitivity.differences import difference
from tests.support.at_page import address, at_page, links, sound, words
from tests.support.tune_page import CASE, GIVEN, POP, tuned


def test_the_case_and_the_published_cases_are_worked_out_again(priors: Priors) -> None:
    page = at_page("tune", {"variable": "setting"}, **CASE)
    page = sound(page.number_input(key="tune-number-setting--emergency").set_value(90.0).run())
    changed = priors.set("setting", "emergency", probability=0.9)
    compared = difference(priors, changed, read_labelled(priors.vocabulary))
    assert compared.cases_text in words(page)
    assert len(compared.flips) > 0
    for case in compared.flips["case"]:
        assert "=" in links(page)[case], "what is known of it"

    page = tuned(5.0, **CASE)
    after = hamknee.load(priors.set("pop", "yes", given=GIVEN, probability=0.05)).posterior(CASE)
    before = hamknee.load(priors).posterior(CASE)
    top = after.target.state(after.top).label
    ends = percent(before[after.top]), percent(after[after.top])
    assert f"{top} {ends[0]} → {ends[1]}" in words(page)


def test_every_panel_says_what_the_library_found_without_its_notation(
    model: hamknee.Model,
) -> None:
    number = ("pop", "yes", GIVEN)
    said = {
        "This number": hamknee.sensitivity_function(model, CASE, "rupture", number),
        "What matters most": hamknee.tornado(model, CASE, "rupture"),
        "What would have to change": hamknee.what_would_change(model, CASE, "rupture", 0.5),
    }
    page = at_page("tune", POP, **CASE)
    for panel, result in said.items():
        page = sound(page.button_group(key="tune-panel").set_value(panel).run())
        page = sound(page.selectbox(key="tune-condition").set_value("rupture").run())
        assert result.text in words(page)
        for machine in ("P(", "condition=", "Darwiche", "distance", "e-0"):
            assert machine not in words(page), f"{machine} under {panel}"


def test_a_level_out_of_reach_is_told_in_words() -> None:
    page = at_page("tune", POP, **CASE)
    page = sound(page.button_group(key="tune-panel").set_value("What would have to change").run())
    page = sound(page.number_input(key="tune-level").set_value(120.0).run())
    assert "You entered 120 %. Allowed: more than 0 and less than 100 %." in words(page)


def test_a_change_that_would_have_to_be_can_be_tried() -> None:
    page = at_page("tune", POP, **CASE)
    page = sound(page.button_group(key="tune-panel").set_value("What would have to change").run())
    page = sound(page.selectbox(key="tune-condition").set_value("rupture").run())
    page = sound(page.button(key="try-Try it").click().run())
    assert "The probability of Complete tendon rupture is 50 % as it is." in words(page)


def test_a_number_of_the_tornado_is_chosen(model: hamknee.Model) -> None:
    page = at_page("tune", POP, **CASE)
    page = sound(page.button_group(key="tune-panel").set_value("What matters most").run())
    second = hamknee.tornado(model, CASE, model.posterior(CASE).top).table.iloc[1]
    place = "|".join(second[["variable", "state", "given"]])
    page = sound(page.button(key=f"choose-{place}").click().run())
    assert address(page)["variable"] == second["variable"]
    assert address(page)["state"] == second["state"]
