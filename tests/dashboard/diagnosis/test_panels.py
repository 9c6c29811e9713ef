"""The panels beside the ranking: why, of 1,000 people, what to do."""

import hamknee
from hamknee.guidance.texts import Guidance
from hamknee.inference.model import Model
from tests.support.at_page import (
    answer_folded,
    diagnose,
    drawn,
    html,
    links,
    look_at,
    sound,
    unfold,
    words,
)


def test_why_weighs_every_answer(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes", "warmth": "no"}
    page = look_at(diagnose(**case), "Why")
    first = model.posterior(case).top
    reasons = hamknee.explain(model, case, first)
    labels = [row["label"] for row in drawn(page, 1)]
    assert labels[0] == "Starting probability"
    assert labels[-1] == "With all answers"
    assert len(labels) == len(case) + 2
    sentence = reasons.text.split("\n")[1].partition(" (")[2]
    assert sentence in words(page)
    assert set(links(page).values()) >= {f"variable={name}" for name in case}


def test_one_condition_is_contrasted_with_another(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes"}
    page = look_at(diagnose(**case), "Why")
    page = sound(page.selectbox("explained").set_value("rupture").run())
    page = sound(page.selectbox("rival").set_value("strain").run())
    text = hamknee.explain(model, case, "rupture", against="strain").text
    assert text.split("\n")[0] in words(page)
    page = sound(page.selectbox("rival").set_value("rupture").run())
    assert "Choose two different conditions" in words(page)


def test_a_thousand_people(model: Model) -> None:
    page = look_at(diagnose(onset="sudden"), "Of 1,000 people")
    frequencies = hamknee.natural_frequencies(model.posterior({"onset": "sudden"}))
    assert frequencies.text in words(page)
    assert len(drawn(page, 1)) == 1000


def test_what_is_rare_is_not_nobody() -> None:
    page = diagnose(onset="sudden", pop="yes", activity="explosive")
    page = look_at(page, "Of 1,000 people")
    (table,) = (body for body in html(page) if 'class="people"' in body)
    assert "<td>under 1</td>" in table
    assert "<td>0</td>" not in table


def test_what_to_do_is_the_advice(model: Model) -> None:
    page = look_at(diagnose(onset="sudden", pop="yes"), "What to do")
    advice = hamknee.advice(model, {"onset": "sudden", "pop": "yes"})
    for texts in advice.sections.values():
        for text in texts:
            assert text in words(page)
    page = unfold(page, "later")
    page.number_input("days").set_value(15)
    page = answer_folded(page, "later", "course", "same")
    followed = hamknee.follow_up(model, {"onset": "sudden", "pop": "yes"}, days=15, course="same")
    assert followed.course_text in words(page)


def test_what_to_do_begins_with_the_signs_that_are_open(guidance: Guidance) -> None:
    page = diagnose(setting="primary_care", onset="gradual", location="posteromedial")
    page = look_at(page, "What to do")
    assert guidance.words["not_enough_label"] in words(page)
    assert "Answer the open questions and warning signs first" in words(page)
    assert guidance.levels["self_care"].label not in words(page)
