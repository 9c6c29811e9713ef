"""What to ask next: one question or all, for all causes or one, and when to stop."""

import re

import pytest
from streamlit.testing.v1 import AppTest

import hamknee
from hamknee.base.words import percent
from hamknee.inference.model import Model
from tests.support.at_page import (
    address,
    answer_folded,
    asked_next,
    choose,
    diagnose,
    expected_ranking,
    html,
    ranking,
    sound,
    words,
)

CASE = {"onset": "sudden", "pop": "yes"}


@pytest.fixture
def page() -> AppTest:
    return diagnose(**CASE)


def test_the_next_question_is_answered_in_place(model: Model, page: AppTest) -> None:
    questions = hamknee.next_questions(model, CASE)
    (first,) = asked_next(page)
    assert first == questions.best[0]
    assert questions.why(0) in words(page)
    option = model.vocabulary[first].state_names[0]
    page = sound(page.button_group(f"next-{first}").set_value(option).run())
    assert address(page) == CASE | {first: option}
    assert ranking(page) == expected_ranking(model, **CASE, **{first: option})


def test_the_other_questions_are_folded_up(model: Model, page: AppTest) -> None:
    second = hamknee.next_questions(model, CASE).table["variable"][1]
    page = answer_folded(page, f"card-{second}", f"next-{second}", "?")
    assert address(page) == CASE | {"unknown": second}


def test_it_stops_where_the_rule_says_so(model: Model) -> None:
    case = {"onset": "days", "swelling": "leg", "warmth": "yes", "location": "calf"}
    case["immobility_or_clot_risk"] = "yes"
    assert hamknee.stop_rule(model, case).stop
    page = diagnose(**case)
    assert "Once the urgent warning signs are answered, you can stop here" in words(page)
    assert asked_next(page) == []
    page = sound(page.toggle("ask-on").set_value(True).run())
    assert asked_next(page) != []


def test_the_questions_can_be_about_one_cause(model: Model) -> None:
    case = {"swelling": "leg"}
    questions = hamknee.next_questions(model, case, state="dvt")
    assert questions.best != hamknee.next_questions(model, case).best
    page = diagnose(**case)
    page = sound(page.selectbox("settle").set_value("dvt").run())
    assert asked_next(page)[0] == questions.best[0]
    assert questions.why(0) in words(page)


def test_a_cause_that_cannot_come_first_any_more_needs_no_question(
    model: Model, page: AppTest
) -> None:
    stop = hamknee.stop_rule(model, CASE, "osteoarthritis", draws=500)
    assert stop.stop
    page = sound(page.selectbox("settle").set_value("osteoarthritis").run())
    label = model.vocabulary.target.state("osteoarthritis").label
    stays = percent(stop.decision.probability)
    assert f"{label} does not come first in {stays} of cases" in words(page)
    page = sound(page.toggle("ask-on").set_value(True).run())
    assert asked_next(page)[0] == stop.questions.best[0]


def test_the_time_of_asking_need_not_count(model: Model) -> None:
    by_time, by_bits = (
        hamknee.next_questions(model, {}, per_minute=counts).best for counts in (True, False)
    )
    assert by_time != by_bits
    page = diagnose()
    assert asked_next(page)[0] == by_time[0]
    page = sound(page.selectbox("order-by").set_value("what they tell").run())
    assert asked_next(page)[0] == by_bits[0]


def test_what_was_chosen_outlasts_an_answer(page: AppTest) -> None:
    page = sound(page.selectbox("settle").set_value("rupture").run())
    page = choose(page, "warmth", "no")
    assert page.selectbox("settle").value == "rupture"


def test_all_open_questions_are_ranked_in_a_table(model: Model, page: AppTest) -> None:
    questions = hamknee.next_questions(model, CASE).table
    page.session_state["ranked"] = True
    page = sound(page.run())
    (table,) = (body for body in html(page) if ">Tells<" in body)
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td>', table)
    expected = [(row.question, percent(row.share)) for row in questions.itertuples()]
    assert rows == expected
