"""How soon to seek help stays in view; no level is told before the urgent signs are answered."""

import pytest
from streamlit.testing.v1 import AppTest

from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.texts import Guidance
from hamknee.inference.model import Model

from .at_page import address, at_page, sound, words

SOON = {"setting": "sports_clinic", "onset": "sudden", "location": "calf"}
MILD = {"setting": "primary_care", "onset": "gradual", "location": "posteromedial"}


@pytest.fixture(scope="module")
def guidance(model: Model) -> Guidance:
    return guidance_for(model)


def labels(guidance: Guidance, level: str) -> list[str]:
    return [flag.label for flag in guidance.flags.values() if flag.level == level]


def signs(page: AppTest) -> str:
    """Return the lines of signs not to wait with."""
    found = [block.proto.body for block in page.html]
    return "".join(body for body in found if 'class="signs"' in body)


def test_signs_more_urgent_than_the_level_stay_in_view(guidance: Guidance) -> None:
    page = at_page("diagnose", SOON)
    assert "See a professional" in words(page)
    for level in ("emergency", "same_day"):
        assert all(label in signs(page) for label in labels(guidance, level))
    page = at_page("diagnose", SOON | {"flag": "cannot_bear_weight"})
    assert all(label in signs(page) for label in labels(guidance, "emergency"))
    assert not any(label in signs(page) for label in labels(guidance, "same_day"))
    page = at_page("diagnose", SOON | {"flag": "breathless_or_chest_pain"})
    assert signs(page) == ""


def test_none_of_these_can_be_answered_below_a_level_too(guidance: Guidance) -> None:
    page = at_page("diagnose", SOON)
    page = sound(page.button("no-sign").click().run())
    for label in labels(guidance, "emergency"):
        assert label not in signs(page)


def test_the_level_goes_with_the_sentence(guidance: Guidance) -> None:
    def how_soon(**case: str) -> str:
        found = [block.proto.body for block in at_page("diagnose", case).html]
        (told,) = (body for body in found if 'class="how-soon"' in body)
        return told

    assert "See a professional" in how_soon(**SOON)
    assert guidance.words["provisional_label"] in how_soon(**MILD)
    urgent = "|".join(flag.name for flag in guidance.urgent)
    assert guidance.levels["self_care"].label in how_soon(**MILD, no_flag=urgent)


def test_what_to_do_begins_with_the_signs_that_are_open(guidance: Guidance) -> None:
    page = at_page("diagnose", MILD)
    page = sound(page.button_group("open-panel").set_value("What to do").run())
    assert "urgent warning signs have not been answered" in words(page)
    assert guidance.levels["self_care"].label not in words(page)


def test_both_versions_tell_their_level_with_its_reasons(guidance: Guidance) -> None:
    page = at_page("what_if", SOON | {"b.swelling": "leg"})
    found = [block.proto.body for block in page.html if 'class="level' in block.proto.body]
    first, second = found
    assert "<h2>A: See a professional</h2>" in first
    assert "<h2>B: See a doctor today</h2>" in second
    assert guidance.flags["calf_swollen_clot_risk"].why in second


def test_signs_are_answered_in_version_b(guidance: Guidance) -> None:
    page = at_page("what_if", SOON)
    page.session_state["group-signs"] = True
    page = sound(page.run())
    page.button_group("sign-breathless_or_chest_pain").set_value("yes")
    page = sound(page.run())
    assert address(page)["b.flag"] == "breathless_or_chest_pain"
    assert f"B: {guidance.levels['emergency'].label}" in words(page)


def test_a_changed_question_says_what_the_other_version_has() -> None:
    page = at_page("what_if", SOON | {"b.onset": "days", "b.pop": "yes"})
    told = {name: page.button_group(f"second-{name}").label for name in ("onset", "pop", "warmth")}
    told = {name: label.replace("\\", "") for name, label in told.items()}
    assert told["onset"].endswith("(A: In a moment)")
    assert told["pop"].endswith("(A: not asked)")
    assert "A:" not in told["warmth"]


def test_what_was_asked_and_is_not_known_is_told(model: Model) -> None:
    page = at_page("diagnose", SOON | {"unknown": "warmth|pop"})
    names = "; ".join(model.vocabulary[name].label for name in ("warmth", "pop"))
    assert f"Asked, but not known: {names}." in words(page)


def test_what_is_rare_is_not_nobody() -> None:
    page = at_page("diagnose", {"onset": "sudden", "pop": "yes", "activity": "explosive"})
    page = sound(page.button_group("open-panel").set_value("Of 1,000 people").run())
    (table,) = (b.proto.body for b in page.html if 'class="people"' in b.proto.body)
    assert "<td>under 1</td>" in table
    assert "<td>0</td>" not in table
