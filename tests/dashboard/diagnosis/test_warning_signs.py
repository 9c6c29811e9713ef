"""How soon to seek help stays in view; no level is told before the urgent signs are answered."""

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from hamknee.guidance.texts import Guidance
from hamknee.guidance.triaging import triage
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from tests.support.at_page import (
    address,
    answer_folded,
    at_page,
    diagnose,
    folded,
    html,
    press,
    sound,
    unfold,
    words,
)
from tests.support.own_numbers import pop_by_definition

SOON = {"setting": "sports_clinic", "onset": "sudden", "location": "calf"}

MILD = {"setting": "primary_care", "onset": "gradual", "location": "posteromedial"}

REST = {"swelling": "none", "warmth": "no", "weight_bearing": "normal", "age": "under_40"}


def labels(guidance: Guidance, level: str) -> list[str]:
    return [flag.label for flag in guidance.flags.values() if flag.level == level]


def signs(page: AppTest) -> str:
    """Return the lines of signs not to wait with."""
    return "".join(body for body in html(page) if 'class="signs"' in body)


def test_the_urgent_signs_stand_there_until_they_are_denied(guidance: Guidance) -> None:
    page = diagnose()
    assert not any('class="level' in body for body in html(page)), "nothing was answered yet"
    for flag in guidance.holding:
        assert flag.label in signs(page)
    page = press(page, "None of these")
    assert address(page) == {"no_flag": "|".join(flag.name for flag in guidance.holding)}
    assert signs(page) == ""
    (banner,) = (body for body in html(page) if 'class="level' in body)
    assert guidance.words["not_enough_label"] in banner
    count = f"{len(guidance.holding)} of {len(guidance.flags)}"
    assert f"Warning signs ({count})" in folded(page)
    page = diagnose(**address(page), **MILD, **REST)
    assert "no to the urgent warning signs" in words(page)


def test_a_warning_sign_comes_first_with_its_level_and_reason(guidance: Guidance) -> None:
    page = unfold(diagnose(onset="gradual"), "group-signs")
    for flag in guidance.flags.values():
        assert page.button_group(f"sign-{flag.name}").value is None
    name = "foot_numb_weak_cold_pale"
    page = answer_folded(page, "group-signs", f"sign-{name}", "yes")
    assert address(page) == {"onset": "gradual", "flag": name}
    banner = next(body for body in html(page) if "urgency-0" in body)
    assert guidance.levels["emergency"].label in banner
    assert guidance.flags[name].why in banner
    assert 'role="alert"' in banner
    page = answer_folded(page, "group-signs", f"sign-{name}", "unknown")
    assert address(page) == {"onset": "gradual", "unknown_flag": name}
    assert "urgency-0" not in "".join(html(page))


def test_what_the_answers_say_of_a_sign_is_told() -> None:
    page = unfold(diagnose(pop="yes", swelling="leg"), "group-signs")
    label = page.button_group("sign-pop_with_marked_swelling").label
    assert "(yes, by what was entered)" in label.replace("\\", "")
    assert "A pop with marked swelling, by what you entered" in words(page)


def test_a_sign_stands_even_where_the_answers_contradict_each_other(
    own_priors: Callable[[str], Path], priors: Priors
) -> None:
    own_priors(pop_by_definition(priors, onset="gradual").to_csv())
    page = diagnose(onset="gradual", pop="yes", flag="breathless_or_chest_pain")
    assert "Emergency" in words(page)
    assert "impossible in this model" in words(page)


def test_signs_more_urgent_than_the_level_stay_in_view(guidance: Guidance) -> None:
    page = diagnose(**SOON)
    assert "See a professional" in words(page)
    for level in ("emergency", "same_day"):
        assert all(label in signs(page) for label in labels(guidance, level))
    page = at_page("diagnose", SOON | {"flag": "cannot_bear_weight"})
    assert all(label in signs(page) for label in labels(guidance, "emergency"))
    assert not any(label in signs(page) for label in labels(guidance, "same_day"))
    page = at_page("diagnose", SOON | {"flag": "breathless_or_chest_pain"})
    assert signs(page) == ""


def test_none_of_these_can_be_answered_below_a_level_too(guidance: Guidance) -> None:
    page = diagnose(**SOON)
    page = sound(page.button("no-sign").click().run())
    for label in labels(guidance, "emergency"):
        assert label not in signs(page)


def test_the_level_goes_with_the_sentence(guidance: Guidance) -> None:
    def how_soon(**case: str) -> str:
        (line,) = (body for body in html(diagnose(**case)) if 'class="how-soon"' in body)
        return line

    assert "See a professional" in how_soon(**SOON)
    assert guidance.words["not_enough_label"] in how_soon(**MILD)
    assert guidance.words["provisional_label"] in how_soon(**MILD, **REST)
    denied = "|".join(flag.name for flag in guidance.holding)
    assert guidance.levels["self_care"].label in how_soon(**MILD, **REST, no_flag=denied)
    in_vain = "|".join(REST)
    assert guidance.levels["self_care"].label in how_soon(**MILD, unknown=in_vain, no_flag=denied)


def test_answers_that_made_it_less_urgent_are_named(model: Model) -> None:
    case = {"onset": "sudden", "location": "posteromedial", "swelling": "focal", "pop": "no"}
    case |= {"warmth": "yes", "weight_bearing": "normal", "age": "60_and_over"}
    eased = triage(model, case).eased_text
    assert eased
    assert eased in words(diagnose(**case))
