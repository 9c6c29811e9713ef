"""What was answered so far: each answer in words, and a way back to its question."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from hamknee.guidance.texts import Guidance
from hamknee.network.priors import Priors
from tests.support.at_page import diagnose, html, look_at, sound, words
from tests.support.browser import Served, visiting
from tests.support.on_page import choose, complete
from tests.support.own_numbers import pop_by_definition

PART = {"onset": "gradual", "warmth": "no", "unknown": "age"}
REST = {"location": "calf", "swelling": "none", "weight_bearing": "normal"}
SIGNS = {"no_flag": "under_18|numb_between_legs", "unknown_flag": "hot_or_red_skin"}


def change(page: AppTest, name: str) -> AppTest:
    return sound(page.button(f"change-{name}").click().run())


def test_every_answer_is_said_in_words(guidance: Guidance) -> None:
    text = words(diagnose(**PART, **SIGNS, flag="worse_over_weeks"))
    for line in (
        "Onset: **Gradually, over weeks**",
        "Warmth: **No**",
        "Age: **Don't know**",
        "2 warning signs: **No**",
        f"{guidance.flags['hot_or_red_skin'].label}: **Not sure**",
        f"{guidance.flags['worse_over_weeks'].label}: **Yes**",
    ):
        assert line in text


def test_signs_that_follow_from_other_answers_are_said_and_what_they_deny_is_not() -> None:
    text = words(diagnose(pop="yes", swelling="effusion"))
    assert "A pop with marked swelling: **Yes, by what was entered**" in text
    assert "A lump that has to be looked at: **" not in words(diagnose(swelling="none"))


def test_each_answer_leads_back_to_its_question() -> None:
    page = change(diagnose(**PART, **SIGNS), "onset")
    assert any(group.key == "answer-onset" for group in page.button_group)
    assert any(".st-key-step-onset" in str(block.proto.body) for block in page.html)
    page = change(page, "hot_or_red_skin")
    assert any(group.key == "sign-hot_or_red_skin" for group in page.button_group)


def test_what_only_stands_among_all_questions_is_unfolded() -> None:
    page = change(diagnose(**PART, bruising="yes"), "bruising")
    assert any(group.key == "answer-bruising" for group in page.button_group)
    page = change(diagnose(**PART, flag="worse_over_weeks"), "worse_over_weeks")
    keys = {group.key for group in page.button_group}
    assert keys & {"sign-worse_over_weeks", "all-sign-worse_over_weeks"}


def test_once_there_is_a_ranking_the_answers_are_a_section() -> None:
    page = diagnose(**PART, **REST)
    assert any('class="causes"' in body for body in html(page))
    assert "Onset: **" not in words(page)
    assert "Onset: **Gradually, over weeks**" in words(look_at(page, "answers"))


def test_answers_that_contradict_each_other_can_be_changed_at_once(
    own_priors: Callable[[str], Path], priors: Priors
) -> None:
    own_priors(pop_by_definition(priors, onset="gradual").to_csv())
    page = diagnose(onset="gradual", pop="yes")
    assert "impossible in this model" in words(page)
    assert any(button.key == "change-pop" for button in page.button)


def test_change_brings_the_question_and_the_focus(
    running: Served, browser: Browser, guidance: Guidance
) -> None:
    with visiting(browser) as watched:
        page = watched.page
        page.goto(f"{running.address}/?no_flag={'|'.join(guidance.flags)}&onset=gradual&warmth=no")
        complete(page)
        for name in ("warmth", "onset", "warmth"):
            page.locator(f".st-key-change-{name} button").click()
            complete(page)
            here = f"document.activeElement.closest('.st-key-answer-{name}') !== null"
            page.wait_for_function(here)
            expect(page.locator(f".st-key-answer-{name}")).to_be_in_viewport()
        choose(page, "warmth", "Yes")
        complete(page)
        expect(page.locator(".st-key-so-far-warmth")).to_contain_text("Warmth: Yes")
