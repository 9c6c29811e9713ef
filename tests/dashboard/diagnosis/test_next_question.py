"""What to ask next: what the level waits for first, for all causes or one, and when to stop."""

import re
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import hamknee
from diagnosis.next_question import best, share, time_words, why_in_numbers
from hamknee.base.words import percent
from hamknee.guidance.texts import Guidance
from hamknee.inference.model import Model
from hamknee.network.vocabulary import Vocabulary
from hamknee.reasoning.questions import Questions
from tests.support.at_page import (
    act,
    address,
    asked_next,
    choose,
    diagnose,
    expected_ranking,
    for_expert,
    html,
    look_at,
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


@pytest.fixture
def denied(guidance: Guidance) -> dict[str, str]:
    """Every warning sign answered with no, in the address."""
    return {"no_flag": "|".join(guidance.flags)}


def next_at(page: AppTest) -> AppTest:
    """Turn to the last step of the interview."""
    page = act(page, "sharpen")
    while not asked_next(page) and any(button.key == "next" for button in page.button):
        page = sound(page.button("next").click().run())
    return page


def ranked(model: Model, case: dict[str, str]) -> Questions:
    """Return the questions as the page has them: first those that the level waits for."""
    skip = list(hamknee.guidance.guidance_for(model).unsafe_questions(model.case(case).evidence))
    names = [name for name in hamknee.level_questions(model, case).names if name not in skip]
    return hamknee.next_questions(model, case, first=names, skip=skip)


def test_the_next_question_is_answered_in_place(model: Model) -> None:
    questions = ranked(model, CASE)
    page = next_at(for_expert(**CASE))
    (first,) = asked_next(page)
    assert first == questions.best[0]
    assert questions.why(0) in words(page), "in numbers, for an expert"
    option = model.vocabulary[first].state_names[0]
    page = sound(page.button_group(f"next-{first}").set_value(option).run())
    assert address(page) == CASE | {first: option}
    assert ranking(page) == expected_ranking(model, **CASE, **{first: option})


def test_why_it_is_asked_is_said_without_numbers(denied: dict[str, str]) -> None:
    page = next_at(diagnose(**CASE, **denied))
    assert "could change how soon you should be seen" in words(page)
    page = next_at(diagnose(**UNHURRIED))
    assert "help most to tell the causes apart" in words(page)
    (why,) = (body for body in html(page) if 'class="why"' in body)
    assert "%" not in why


def test_what_was_asked_in_vain_is_not_asked_again() -> None:
    page = next_at(diagnose(**CASE))
    first = asked_next(page)[0]
    page = sound(page.button_group(f"next-{first}").set_value("?").run())
    assert address(page) == CASE | {"unknown": first}
    assert first not in asked_next(page)
    assert first not in asked_next(next_at(diagnose(**address(page))))


def test_a_strength_test_is_never_asked_after_a_pop(model: Model) -> None:
    case = {**SETTLED}
    del case["weakness"], case["palpable_defect"]
    assert "weakness" in [model.vocabulary.variables[n].name for n in
                          hamknee.next_questions(model, case).asked]  # fmt: skip
    page = next_at(diagnose(**case))
    while asked := asked_next(page):
        assert asked != ["weakness"]
        page = sound(page.button_group(f"next-{asked[0]}").set_value("?").run())


def test_it_stops_where_the_rule_says_so(model: Model, denied: dict[str, str]) -> None:
    assert hamknee.stop_rule(model, SETTLED).stop
    page = next_at(diagnose(**SETTLED, **denied))
    assert "You can stop here" in words(page)
    assert asked_next(page) == []
    page = sound(page.toggle("ask-on").set_value(True).run())
    assert asked_next(page) != []


def test_it_goes_on_while_the_level_waits_for_an_answer(
    model: Model, denied: dict[str, str]
) -> None:
    case = {name: answer for name, answer in SETTLED.items() if name != "age"}
    assert hamknee.stop_rule(model, case).stop
    page = next_at(diagnose(**case, **denied))
    assert page.number_input("next-age").value is None
    assert "you can stop here" not in words(page).lower()
    page = next_at(diagnose(**case, **denied, unknown="age"))
    assert "You can stop here" in words(page)


def test_it_goes_on_while_a_warning_sign_could_make_it_more_urgent(
    model: Model, denied: dict[str, str]
) -> None:
    assert hamknee.level_questions(model, SETTLED).flags
    page = next_at(diagnose(**SETTLED))
    assert "Answer the open warning signs first" in words(page)
    assert "you can stop here" not in words(page).lower()
    assert not hamknee.level_questions(model, SETTLED, dict.fromkeys(
        denied["no_flag"].split("|"), False)).flags  # fmt: skip


def test_the_questions_can_be_about_one_cause(model: Model) -> None:
    case = {"swelling": "leg"}
    skip = list(hamknee.guidance.guidance_for(model).unsafe_questions(model.case(case).evidence))
    questions = hamknee.next_questions(model, case, state="dvt", skip=skip)
    assert questions.best != hamknee.next_questions(model, case).best
    page = look_at(for_expert(**case), "questions")
    page.selectbox("settle").set_value("dvt")
    page = look_at(page, "questions")
    assert model.vocabulary[questions.best[0]].question in words(page)
    assert questions.why(0) in words(page)


def test_a_cause_that_cannot_come_first_any_more_needs_no_question(
    model: Model, denied: dict[str, str]
) -> None:
    stop = hamknee.stop_rule(model, SETTLED, "osteoarthritis", draws=500)
    assert stop.stop
    page = look_at(for_expert(**SETTLED, **denied), "questions")
    page.selectbox("settle").set_value("osteoarthritis")
    page = look_at(page, "questions")
    label = model.vocabulary.target.state("osteoarthritis").plain
    assert re.search(rf"{label} does not come first in \d+ % of cases", words(page))


def test_the_time_of_asking_need_not_count(model: Model) -> None:
    skip = list(hamknee.guidance.guidance_for(model).unsafe_questions(
        model.case(UNHURRIED).evidence))  # fmt: skip
    by_time, by_bits = (
        hamknee.next_questions(model, UNHURRIED, per_minute=counts, skip=skip).table["question"][0]
        for counts in (True, False)
    )
    assert by_time != by_bits
    page = look_at(for_expert(**UNHURRIED), "questions")
    assert rows_of(page)[0][0] == by_time
    page.selectbox("order-by").set_value("what they tell")
    assert rows_of(look_at(page, "questions"))[0][0] == by_bits


def test_what_was_chosen_outlasts_an_answer() -> None:
    page = look_at(for_expert(**CASE), "questions")
    page.selectbox("settle").set_value("rupture")
    page = choose(look_at(page, "questions"), "warmth", "no")
    assert look_at(page, "questions").selectbox("settle").value == "rupture"


def test_all_open_questions_are_ranked_in_a_table(model: Model) -> None:
    rows = rows_of(look_at(for_expert(**CASE), "questions"))
    expected = [(r.question, percent(r.share)) for r in ranked(model, CASE).table.itertuples()]
    assert rows == expected


def rows_of(page: AppTest) -> list[tuple[str, str]]:
    """Return question and share of every row of the table of open questions."""
    (table,) = (body for body in html(page) if ">Tells<" in body)
    return re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td>', table)


@pytest.mark.parametrize(
    ("part", "amount"),
    [
        (1.0, "a lot"),
        (0.2, "a lot"),
        (0.19, "some"),
        (0.05, "some"),
        (0.04, "a little"),
        (0, "a little"),
    ],
)
def test_how_much_a_question_tells_is_said_in_words(model: Model, part: float, amount: str) -> None:
    questions = hamknee.next_questions(model, CASE)
    told = replace(questions, gain=np.full(len(questions.asked), part * questions.remaining))
    name = model.vocabulary.variables[questions.asked[0]].name
    assert why_in_numbers(told, name).startswith(f"Tells {amount}")
    assert f"({percent(part)} of what is still open)" in why_in_numbers(told, name)


def test_where_nothing_is_open_nothing_is_told(model: Model) -> None:
    known = replace(hamknee.next_questions(model, CASE), remaining=0.0)
    assert share(known, 0) == 0


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.1, "a few seconds"),
        (0.15, "a few seconds"),
        (0.35, "a quarter of a minute"),
        (0.36, "half a minute"),
        (0.7, "half a minute"),
        (1.5, "1.5 min"),
    ],
)
def test_how_long_a_question_takes_is_said_in_words(
    model: Model, minutes: float, words: str
) -> None:
    words_of = model.vocabulary
    longer = Vocabulary(tuple(replace(v, minutes=minutes) for v in words_of.variables))
    questions = hamknee.next_questions(Model(longer, model.cpts), {})
    assert time_words(questions, 0) == words


def test_as_many_cards_are_shown_as_fit_and_none_twice(model: Model) -> None:
    questions = hamknee.next_questions(model, CASE)
    shown = best(questions)
    assert shown == list(questions.table["variable"][:3])
