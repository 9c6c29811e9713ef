"""The verdict bar: the level with its first reason, then what is most likely, once it is known."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from hamknee.guidance.summarising import summary
from hamknee.guidance.texts import Guidance
from hamknee.guidance.triaging import triage
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from state.in_address import edits_text
from tests.support.at_page import diagnose, for_expert, go, html, sound, words
from tests.support.own_numbers import pop_by_definition
from tests.support.tune_page import GIVEN, tuned

MILD = {"setting": "primary_care", "onset": "gradual", "location": "posteromedial"}

REST = {"swelling": "none", "warmth": "no", "weight_bearing": "normal", "age": "under_40"}

SOON = {"setting": "sports_clinic", "onset": "sudden", "location": "calf"}


def bar(page: AppTest) -> str:
    """Return the HTML of the bar."""
    (section,) = (body for body in html(page) if 'class="verdict' in body)
    return section


def test_nothing_is_told_before_enough_is_known(guidance: Guidance) -> None:
    for case in ({}, MILD, MILD | {"swelling": "none"}):
        page = diagnose(**case)
        assert guidance.words["not_enough_label"] in bar(page)
        assert "urgency-open" in bar(page)
        assert "ost likely" not in words(page)
        assert "%" not in words(page)
    assert "22 questions to go." in bar(diagnose())
    assert "17 questions to go." in bar(diagnose(**MILD, swelling="none"))


def test_then_the_level_waits_for_the_signs_alone(guidance: Guidance) -> None:
    page = diagnose(**MILD, **REST)
    assert guidance.words["provisional_label"] in bar(page)
    assert guidance.levels["self_care"].label not in words(page)
    denied = "|".join(flag.name for flag in guidance.holding)
    page = diagnose(**MILD, **REST, no_flag=denied)
    assert guidance.levels["self_care"].label in bar(page)
    assert guidance.levels["self_care"].action in words(page)
    in_vain = "|".join(REST)
    page = diagnose(**MILD, unknown=in_vain, no_flag=denied)
    assert guidance.levels["self_care"].label in bar(page)


def test_the_bar_has_the_level_and_its_first_reason_in_a_few_words(
    guidance: Guidance, model: Model
) -> None:
    page = diagnose(pop="yes", swelling="effusion")
    label = guidance.flags["pop_with_marked_swelling"].label
    assert f"<strong>See a doctor today.</strong> {label}." in bar(page)
    assert "urgency-1" in bar(page)
    assert guidance.levels["same_day"].action in words(page)
    case = {"pop": "yes", "swelling": "effusion", "weight_bearing": "impaired"}
    reasons = triage(model, case).deciding
    page = diagnose(**case)
    assert len(reasons) > 1
    for reason in reasons[1:]:
        assert reason.text in words(page), "every other reason stands below"


def test_a_rule_tells_why(guidance: Guidance) -> None:
    page = diagnose(**SOON)
    assert "See a professional" in bar(page)
    assert any(rule.why in bar(page) for rule in guidance.triage.values())


def test_there_is_one_bar_whatever_the_level() -> None:
    for case in ({}, MILD, SOON, {"flag": "breathless_or_chest_pain"}, {"age": "9"}):
        page = diagnose(**case)
        assert sum("urgency-" in body for body in html(page)) == 1


def test_an_emergency_acts_at_once_and_the_ranking_steps_back(guidance: Guidance) -> None:
    page = for_expert(**SOON, flag="breathless_or_chest_pain")
    assert "urgency-0" in bar(page)
    assert guidance.levels["emergency"].action in bar(page)
    assert 'href="tel:112"' in bar(page)
    assert "ost likely" not in words(page)
    assert "matters less now" in words(page)
    assert not any('class="causes"' in body for body in html(page))
    page.session_state["stepped-back"] = True
    assert any('class="causes"' in body for body in html(sound(page.run())))


@pytest.mark.parametrize(
    ("number", "dialled"),
    [("911", "911"), ("+44 999", "+44999"), ("javascript:1", "112"), ("", "112")],
)
def test_the_number_to_call_can_be_set(
    monkeypatch: pytest.MonkeyPatch, number: str, dialled: str
) -> None:
    monkeypatch.setenv("HAMKNEE_EMERGENCY_NUMBER", number)
    page = diagnose(flag="breathless_or_chest_pain")
    assert f'href="tel:{dialled}"' in bar(page)
    assert "tel:" not in bar(diagnose(flag="cannot_bear_weight"))


def test_it_is_not_made_for_children_and_says_who_to_see(guidance: Guidance) -> None:
    for case in ({"flag": "under_18"}, {"age": "9"}):
        page = diagnose(**case, **SOON)
        assert guidance.flags["under_18"].label in words(page)
        assert guidance.flags["under_18"].why in words(page)
        assert "ost likely" not in words(page)
        assert not any('class="causes"' in body for body in html(page))


def test_a_level_that_falls_says_what_made_it_fall(model: Model) -> None:
    case = {"onset": "sudden", "location": "posteromedial", "swelling": "focal", "pop": "no"}
    case |= {"warmth": "yes", "weight_bearing": "normal", "age": "60_and_over"}
    eased = triage(model, case).eased_text
    assert eased
    assert eased in words(diagnose(**case))


def test_a_sign_stands_even_where_the_answers_contradict_each_other(
    own_priors: Callable[[str], Path], priors: Priors
) -> None:
    own_priors(pop_by_definition(priors, onset="gradual").to_csv())
    page = diagnose(onset="gradual", pop="yes", flag="breathless_or_chest_pain")
    assert "Emergency" in bar(page)
    assert "impossible in this model" in words(page)


def test_the_bar_says_that_the_numbers_were_changed(priors: Priors) -> None:
    said = "With numbers that were changed here."
    assert said not in bar(diagnose(**MILD, **REST))
    edited = priors.set("pop", "yes", given=GIVEN, probability=0.8)
    page = diagnose(**MILD, **REST, edits=edits_text(priors, edited))
    assert said in bar(page), "by a link"
    assert said in bar(go(tuned(80.0), "diagnose")), "in the session"
    (both,) = (body for body in html(go(page, "what_if")) if 'class="verdicts"' in body)
    assert both.count(said) == both.count("<section")


def test_page_and_note_say_that_the_numbers_were_changed(model: Model) -> None:
    for changed in (True, False):
        page = replace(summary(model, MILD), changed=changed)
        for text in (page.html, page.note, page.markdown):
            assert ("With numbers that were changed by hand." in text) == changed
