"""The warning signs: a row each, answered one by one or all at once, and what other answers say."""

from hamknee.guidance.texts import Guidance
from tests.support.at_page import act, address, diagnose, html, press, sound, unfold, words

MILD = {"setting": "primary_care", "onset": "gradual", "location": "posteromedial"}


def test_the_rows_ask_what_the_signs_ask(guidance: Guidance) -> None:
    page = unfold(act(diagnose(), "sharpen"), "any")
    page.session_state["any"] = True
    page = unfold(page, "group-signs")
    for flag in guidance.flags.values():
        row = page.button_group(f"all-sign-{flag.name}")
        assert row.label.replace("\\", "").startswith(flag.question)
        assert row.value is None
        assert row.proto.required, "a second tap takes nothing back"
        assert [option.content for option in row.proto.options] == ["Yes", "No", "Not sure"]
        if flag.caution:
            assert f"*{flag.caution}*" in row.label.replace("\\", ""), "in the open"


def test_none_of_these_denies_the_rows_above_it_and_no_others(guidance: Guidance) -> None:
    page = diagnose()
    first = ["under_18", *(f.name for f in guidance.urgent if f.level == "emergency")]
    page = press(page, "None of these")
    assert address(page) == {"no_flag": "|".join(first)}


def test_none_of_these_is_no_answer_to_what_was_answered_already() -> None:
    page = diagnose(flag="foot_numb_weak_cold_pale", unknown_flag="numb_between_legs")
    page = press(page, "No to the others")
    assert address(page) == {
        "flag": "foot_numb_weak_cold_pale",
        "no_flag": "under_18|breathless_or_chest_pain",
        "unknown_flag": "numb_between_legs",
    }


def test_none_of_these_leaves_what_other_answers_suggest() -> None:
    """Whoever limps is asked about four steps by itself: it counts as yes until then."""
    page = diagnose(weight_bearing="impaired")
    while not [b for b in page.button_group if b.key == "sign-cannot_bear_weight"]:
        page = press(page, "Skip")
    keys = [button.key for button in page.button if button.label == "No to the others"]
    for key in keys:
        page = sound(page.button(key).click().run())
    assert "cannot_bear_weight" not in address(page)["no_flag"]
    assert "Cannot bear weight" in words(page)


def test_an_answer_can_be_changed_to_any_other() -> None:
    page = diagnose()
    key = "sign-foot_numb_weak_cold_pale"
    for option, parameter in (("yes", "flag"), ("no", "no_flag"), ("unknown", "unknown_flag")):
        page = sound(page.button_group(key).set_value(option).run())
        assert address(page) == {parameter: "foot_numb_weak_cold_pale"}


def test_what_the_answers_say_of_a_sign_is_told() -> None:
    page = unfold(act(diagnose(pop="yes", swelling="leg"), "sharpen"), "any")
    page.session_state["any"] = True
    page = unfold(page, "group-signs")
    label = page.button_group("all-sign-pop_with_marked_swelling").label
    assert "(yes, by what was entered)" in label.replace("\\", "")
    assert "A pop with marked swelling, by what you entered" in words(page)


def test_signs_that_could_still_raise_the_level_are_asked_last(guidance: Guidance) -> None:
    rest = {"swelling": "none", "warmth": "no", "weight_bearing": "normal", "age": "under_40"}
    denied = "|".join(flag.name for flag in guidance.holding) + "|under_18"
    page = diagnose(**MILD, **rest, activity="endurance", pop="no", no_flag=denied)
    asked = [group.key or "" for group in page.button_group]
    assert "sign-knee_stuck" in asked
    assert "sign-worse_over_weeks" not in asked, "answered in the first act"
    page = sound(page.button_group("sign-knee_stuck").set_value("yes").run())
    assert any("urgency-2" in body for body in html(page))
