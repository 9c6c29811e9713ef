"""The case in the address: read, shared, and kept from page to page."""

import pytest
from streamlit.runtime.state.query_params import EMBED_QUERY_PARAMS_KEYS
from streamlit.testing.v1 import AppTest

from hamknee.guidance import UNKNOWN, Guidance
from hamknee.inference.model import Model
from hamknee.network import TAKEN
from state.case import BESIDE, NOT_KNOWN, NUMBERS, VIEW, read_case
from tests.support.at_page import (
    APP,
    act,
    address,
    at_page,
    choose,
    diagnose,
    expected_ranking,
    for_expert,
    go,
    look_at,
    press,
    ranking,
    sound,
    words,
)


def test_no_variable_is_called_what_an_address_says_beside_the_answers() -> None:
    assert {*BESIDE, *VIEW, *EMBED_QUERY_PARAMS_KEYS, NOT_KNOWN, NUMBERS} <= TAKEN


def test_the_address_seeds_the_answers(model: Model) -> None:
    answers = {
        "setting": "sports_clinic",
        "onset": "sudden",
        "location": "posteromedial|posterolateral",
        "warmth": "yes:0.7|no:0.3",
        "age": "31",
    }
    page = act(for_expert(**answers), "pain")
    assert page.button_group("answer-setting").value == "sports_clinic"
    assert page.button_group("answer-location").value == "posteromedial"
    assert page.button_group("answer-also-location").value == ["posterolateral"]
    assert page.number_input("answer-age").value == 31
    assert page.button_group("answer-warmth").value == "yes:0.7|no:0.3"
    assert ranking(page) == expected_ranking(model, **answers)
    assert not page.warning
    page = choose(page, "onset", "days")
    assert address(page) == answers | {"onset": "days"}


def test_the_link_to_share_names_the_numbers(model: Model) -> None:
    page = look_at(for_expert(onset="sudden", no_flag="cannot_bear_weight"), "print")
    link = page.code[0].value
    assert "onset=sudden&no_flag=cannot_bear_weight" in link
    assert link.endswith(f"numbers={model.sha256[:12]}")


def test_a_case_survives_a_look_at_another_page() -> None:
    page = diagnose(onset="sudden", flag="cannot_bear_weight")
    for view in ("about", "what_if", "model"):
        page = sound(page.switch_page(f"views/{view}.py").run())
        page.query_params.clear()
    page = sound(page.switch_page("views/diagnose.py").run())
    assert address(page) == {"onset": "sudden", "flag": "cannot_bear_weight"}
    assert act(page, "pain").button_group("answer-onset").value == "sudden"


def test_how_a_case_is_looked_at_is_in_the_address_and_no_answer(model: Model) -> None:
    page = diagnose(onset="sudden")
    page = sound(page.toggle("expert").set_value(True).run())
    assert "expert" in page.query_params
    assert ranking(page) == expected_ranking(model, onset="sudden")
    page = choose(page, "warmth", "no")
    assert "expert" in page.query_params, "an answer does not change it"
    page = go(page, "model")
    page = sound(page.switch_page("views/diagnose.py").run())
    assert page.toggle("expert").value
    page = sound(page.toggle("expert").set_value(False).run())
    assert "expert" not in page.query_params
    assert address(page) == {"onset": "sudden", "warmth": "no"}


def test_an_address_says_which_numbers_are_in_force() -> None:
    """A reload, a bookmark and a link bring them back."""
    page = at_page("tune", {"variable": "pop", "given": "condition=rupture;onset=sudden"})
    key = "tune-number-pop-condition=rupture;onset=sudden-yes"
    page = sound(page.number_input(key).set_value(90.0).run())
    page = go(page, "diagnose", {"onset": "sudden"})
    page = choose(page, "warmth", "no")
    changed = address(page)
    assert "numbers" not in changed
    other = reloaded(changed)
    assert "Numbers edited in this session" in words(other)
    assert ranking(other) == ranking(page)
    assert address(other) == changed
    gone = at_page("diagnose", {"onset": "sudden", "numbers": "0123456789ab"})
    assert "The address names other numbers (0123456789ab)" in words(gone)
    assert "This link" not in words(gone)
    page = go(page, "tune")
    page = press(page, "Undo all")
    page = go(page, "diagnose")
    assert "edits" not in page.query_params
    assert "edited in this session" not in words(page)


@pytest.mark.parametrize("view", ["model", "tune", "check", "about"])
def test_a_page_without_a_case_keeps_it_over_a_reload(view: str) -> None:
    page = at_page(view, onset="sudden", flag="cannot_bear_weight")
    carried = address(page)
    assert carried["case"] == "onset=sudden&flag=cannot_bear_weight"
    page = reloaded(carried, view)
    assert address(page)["case"] == carried["case"]
    page = sound(page.switch_page("views/diagnose.py").run())
    assert {"onset": "sudden", "flag": "cannot_bear_weight"}.items() <= address(page).items()


def reloaded(parameters: dict[str, str], view: str = "diagnose") -> AppTest:
    """Return a new session that begins at an address."""
    page = AppTest.from_file(str(APP), default_timeout=30).switch_page(f"views/{view}.py")
    for name, text in parameters.items():
        page.query_params[name] = text
    return sound(page.run())


@pytest.mark.parametrize("order", [("flag", "no_flag"), ("no_flag", "flag")])
def test_of_two_answers_to_a_sign_the_more_worrying_counts(
    model: Model, guidance: Guidance, order: tuple[str, str]
) -> None:
    sign = "breathless_or_chest_pain"
    case = read_case(model.vocabulary, {name: [sign] for name in order}, guidance)
    assert case.flags == {sign: True}
    label = guidance.flags[sign].label
    assert case.ignored == (f"“{label}” is answered twice; the more worrying answer counts",)
    unsure = read_case(model.vocabulary, {"no_flag": [sign], "unknown_flag": [sign]}, guidance)
    assert unsure.flags == {sign: UNKNOWN}
    page = diagnose(flag=sign, no_flag=sign)
    assert f"{guidance.levels['emergency'].label}." in words(page)
    assert "is answered twice" in words(page)
