"""What the questions are to settle, in which order they come, and all of them in a table."""

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

import hamknee
from hamknee.base.words import percent
from hamknee.inference.model import Model

from .at_page import at_page, sound, words

CASE = {"onset": "sudden", "pop": "yes"}


@pytest.fixture
def page() -> AppTest:
    return at_page("diagnose", CASE)


def asked_first(page: AppTest) -> str:
    """Return the variable of the open card."""
    keys = [group.key or "" for group in page.button_group]
    (first,) = [key.removeprefix("next-") for key in keys if key.startswith("next-")]
    return first


def test_the_questions_can_be_about_one_cause(model: Model) -> None:
    case = {"swelling": "leg"}
    found = hamknee.next_questions(model, case, state="dvt")
    assert found.best != hamknee.next_questions(model, case).best
    page = at_page("diagnose", case)
    page = sound(page.selectbox("settle").set_value("dvt").run())
    assert asked_first(page) == found.best[0]
    assert found.why(0) in unescape(words(page))


def test_a_cause_that_cannot_come_first_any_more_needs_no_question(
    model: Model, page: AppTest
) -> None:
    found = hamknee.stop_rule(model, CASE, "osteoarthritis", draws=500)
    assert found.stop
    page = sound(page.selectbox("settle").set_value("osteoarthritis").run())
    label = model.vocabulary.target.state("osteoarthritis").label
    stays = percent(found.decision.probability)
    assert f"{label} does not come first in {stays} of cases" in words(page)
    page = sound(page.toggle("ask-on").set_value(True).run())
    assert asked_first(page) == found.questions.best[0]


def test_the_time_of_asking_need_not_count(model: Model, page: AppTest) -> None:
    case: dict[str, object] = {}
    by_time, by_bits = (
        hamknee.next_questions(model, case, per_minute=counts).best for counts in (True, False)
    )
    assert by_time != by_bits
    page = at_page("diagnose")
    assert asked_first(page) == by_time[0]
    page = sound(page.selectbox("order-by").set_value("what they tell").run())
    assert asked_first(page) == by_bits[0]


def test_what_was_chosen_outlasts_an_answer(page: AppTest) -> None:
    page = sound(page.selectbox("settle").set_value("rupture").run())
    page = sound(page.button_group("answer-warmth").set_value("no").run())
    assert page.selectbox("settle").value == "rupture"


def test_all_open_questions_are_ranked_in_a_table(model: Model, page: AppTest) -> None:
    found = hamknee.next_questions(model, CASE).table
    page.session_state["ranked"] = True
    page = sound(page.run())
    (table,) = (block.proto.body for block in page.html if ">Tells<" in block.proto.body)
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td>', table)
    told = [(row.question, percent(row.share)) for row in found.itertuples()]
    assert [(q, share.replace("\N{NO-BREAK SPACE}", " ")) for q, share in rows] == told


def test_how_well_the_answers_go_together_is_always_told(model: Model, page: AppTest) -> None:
    times = 2 ** -hamknee.conflict(model, CASE).bits
    assert times > 1.05
    assert f"These answers are seen together {times:.1f} times as often as by chance." in words(
        page
    )
    assert "seen together" not in words(at_page("diagnose", {"onset": "sudden"}))
