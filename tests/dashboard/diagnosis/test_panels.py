"""The sections below the ranking: what to do, why, of 1,000 people, what to take along."""

import hamknee
from diagnosis.panels import SECTIONS
from hamknee.guidance.texts import Guidance
from hamknee.inference.model import Model
from tests.support.at_page import (
    diagnose,
    drawn,
    folded,
    for_expert,
    html,
    links,
    look_at,
    unfold,
    words,
)

ENOUGH = {
    "onset": "gradual",
    "location": "posteromedial",
    "swelling": "none",
    "warmth": "no",
    "weight_bearing": "normal",
    "age": "34",
}
"""What has to be known before anything is told of what it may be."""


def test_why_weighs_every_answer(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes", "warmth": "no"}
    page = look_at(for_expert(**case), "why")
    first = model.posterior(case).top
    reasons = hamknee.explain(model, case, first)
    labels = [row["label"] for row in drawn(page)]
    assert labels[0] == "Starting probability"
    assert labels[-1] == "With all answers"
    assert len(labels) == len(case) + 2
    sentence = reasons.text.split("\n")[1].partition(" (")[2]
    assert sentence in words(page)
    assert set(links(page).values()) >= {f"variable={name}" for name in case}


def test_one_condition_is_contrasted_with_another(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes"}
    page = look_at(for_expert(**case), "why")
    page.selectbox("explained").set_value("rupture")
    page.selectbox("rival").set_value("strain")
    page = look_at(page, "why")
    text = hamknee.explain(model, case, "rupture", against="strain").text
    assert text.split("\n")[0] in words(page)
    page.selectbox("rival").set_value("rupture")
    page = look_at(page, "why")
    assert "Choose two different conditions" in words(page)


def test_a_thousand_people(model: Model) -> None:
    page = look_at(for_expert(onset="sudden"), "people")
    frequencies = hamknee.natural_frequencies(model.posterior({"onset": "sudden"}))
    assert frequencies.text in words(page)
    assert len(drawn(page)) == 1000


def test_what_is_rare_is_not_nobody() -> None:
    page = for_expert(onset="sudden", pop="yes", activity="explosive")
    page = look_at(page, "people")
    (table,) = (body for body in html(page) if 'class="people"' in body)
    assert "<td>under 1</td>" in table
    assert "<td>0</td>" not in table


def test_what_to_do_is_the_advice(model: Model) -> None:
    page = look_at(for_expert(onset="sudden", pop="yes"), "to-do")
    advice = hamknee.advice(model, {"onset": "sudden", "pop": "yes"})
    for texts in advice.sections.values():
        for text in texts:
            assert text in words(page)
    for answer in (None, "same"):
        if answer:
            page.number_input("days").set_value(15)
            page.button_group("course").set_value(answer)
        page.session_state["section-to-do"] = True
        page = unfold(page, "later")
    followed = hamknee.follow_up(model, {"onset": "sudden", "pop": "yes"}, days=15, course="same")
    assert followed.course_text in words(page)


def test_what_to_do_begins_with_the_signs_that_are_open(guidance: Guidance) -> None:
    page = for_expert(setting="primary_care", onset="gradual", location="posteromedial")
    page = look_at(page, "to-do")
    assert guidance.words["not_enough_label"] in words(page)
    assert "Answer the open questions and warning signs first" in words(page)
    assert guidance.levels["self_care"].label not in words(page)


def test_what_is_for_experts_stays_with_them() -> None:
    case = ENOUGH
    everybody, expert = folded(diagnose(**case)), folded(for_expert(**case))
    own = [section.title for section in SECTIONS if section.expert]
    assert own
    assert not set(own) & set(everybody)
    assert set(own) <= set(expert)
    assert set(everybody) <= set(expert)
    page = look_at(diagnose(**case), "why")
    assert not page.selectbox
    assert not any(link.startswith("variable=") for link in links(page).values())


def test_sections_stay_open_while_answers_change() -> None:
    """To the browser another heading is another section, and shut."""
    before = folded(diagnose(**ENOUGH))
    assert folded(diagnose(**ENOUGH | {"swelling": "leg", "pop": "yes"})) == before


def test_the_link_to_share_says_nothing_of_numbers_but_to_experts(model: Model) -> None:
    link = look_at(diagnose(**ENOUGH), "print").code[0].value
    assert "onset=gradual" in link
    assert "numbers=" not in link
    link = look_at(for_expert(**ENOUGH), "print").code[0].value
    assert link.endswith(f"numbers={model.sha256[:12]}")
