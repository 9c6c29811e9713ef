"""What to ask next: one question or all, for all causes or one, and when to stop."""

import re

import pytest
from streamlit.testing.v1 import AppTest

import hamknee
from hamknee.base.words import percent
from hamknee.inference.model import Model
from hamknee.reasoning.questions import Questions
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


SETTLED = {
    "onset": "sudden",
    "pop": "yes",
    "palpable_defect": "yes",
    "bruising": "yes",
    "location": "posteromedial",
    "activity": "explosive",
    "weakness": "yes",
    "swelling": "focal",
    "warmth": "no",
    "weight_bearing": "impaired",
    "age": "under_40",
}
"""A case of which the level and the first place are settled."""

UNHURRIED = {
    "onset": "gradual",
    "location": "medial_joint_line",
    "swelling": "leg",
    "warmth": "no",
    "weight_bearing": "impaired",
    "age": "40_to_59",
}
"""A case of which the level is settled, and the first place is not."""


def ranked(model: Model, case: dict[str, str]) -> Questions:
    """Return the questions as the page has them: first those that the level waits for."""
    first = hamknee.level_questions(model, case).names
    return hamknee.next_questions(model, case, first=first)


@pytest.fixture
def page() -> AppTest:
    return diagnose(**CASE)


def test_the_next_question_is_answered_in_place(model: Model, page: AppTest) -> None:
    questions = ranked(model, CASE)
    (first,) = asked_next(page)
    assert first == questions.best[0]
    assert questions.why(0) in words(page)
    option = model.vocabulary[first].state_names[0]
    page = sound(page.button_group(f"next-{first}").set_value(option).run())
    assert address(page) == CASE | {first: option}
    assert ranking(page) == expected_ranking(model, **CASE, **{first: option})


def test_the_other_questions_are_folded_up(model: Model, page: AppTest) -> None:
    second = ranked(model, CASE).table["variable"][1]
    page = answer_folded(page, f"card-{second}", f"next-{second}", "?")
    assert address(page) == CASE | {"unknown": second}


def test_it_stops_where_the_rule_says_so(model: Model) -> None:
    assert hamknee.stop_rule(model, SETTLED).stop
    page = diagnose(**SETTLED)
    assert "Once the urgent warning signs are answered, you can stop here" in words(page)
    assert asked_next(page) == []
    page = sound(page.toggle("ask-on").set_value(True).run())
    assert asked_next(page) != []


def test_it_goes_on_while_the_level_waits_for_an_answer(model: Model) -> None:
    case = {name: answer for name, answer in SETTLED.items() if name != "age"}
    assert hamknee.stop_rule(model, case).stop
    page = diagnose(**case)
    assert asked_next(page) == ["age"]
    assert "you can stop here" not in words(page)
    assert "you can stop here" in words(diagnose(**case, unknown="age"))


def test_the_questions_can_be_about_one_cause(model: Model) -> None:
    case = {"swelling": "leg"}
    questions = hamknee.next_questions(model, case, state="dvt")
    assert questions.best != hamknee.next_questions(model, case).best
    page = diagnose(**case)
    page = sound(page.selectbox("settle").set_value("dvt").run())
    assert asked_next(page)[0] == questions.best[0]
    assert questions.why(0) in words(page)


def test_a_cause_that_cannot_come_first_any_more_needs_no_question(model: Model) -> None:
    stop = hamknee.stop_rule(model, SETTLED, "osteoarthritis", draws=500)
    assert stop.stop
    page = diagnose(**SETTLED)
    page = sound(page.selectbox("settle").set_value("osteoarthritis").run())
    label = model.vocabulary.target.state("osteoarthritis").label
    stays = percent(stop.decision.probability)
    assert f"{label} does not come first in {stays} of cases" in words(page)
    page = sound(page.toggle("ask-on").set_value(True).run())
    assert asked_next(page)[0] == stop.questions.best[0]


def test_the_time_of_asking_need_not_count(model: Model) -> None:
    by_time, by_bits = (
        hamknee.next_questions(model, UNHURRIED, per_minute=counts).best for counts in (True, False)
    )
    assert by_time != by_bits
    assert not hamknee.level_questions(model, UNHURRIED).names
    page = diagnose(**UNHURRIED)
    assert asked_next(page)[0] == by_time[0]
    page = sound(page.selectbox("order-by").set_value("what they tell").run())
    assert asked_next(page)[0] == by_bits[0]


def test_what_was_chosen_outlasts_an_answer(page: AppTest) -> None:
    page = sound(page.selectbox("settle").set_value("rupture").run())
    page = choose(page, "warmth", "no")
    assert page.selectbox("settle").value == "rupture"


def test_all_open_questions_are_ranked_in_a_table(model: Model, page: AppTest) -> None:
    questions = ranked(model, CASE).table
    page.session_state["ranked"] = True
    page = sound(page.run())
    (table,) = (body for body in html(page) if ">Tells<" in body)
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td>', table)
    expected = [(row.question, percent(row.share)) for row in questions.itertuples()]
    assert rows == expected
