"""The ranking: as the library has it, in a sentence, a chart and a table, and what it rests on."""

import re

import hamknee
from hamknee.inference.model import Model
from tests.support.at_page import (
    address,
    choose,
    diagnose,
    expected_ranking,
    ranking,
    unfold,
    words,
)


def test_the_ranking_is_the_posterior_with_its_intervals(model: Model) -> None:
    page = diagnose()
    assert ranking(page) == expected_ranking(model)
    page = choose(page, "onset", "sudden")
    page = choose(page, "pop", "yes")
    assert ranking(page) == expected_ranking(model, onset="sudden", pop="yes")
    assert address(page) == {"onset": "sudden", "pop": "yes"}
    label, _, now, interval = ranking(page)[0]
    assert f"Most likely: {label}, {now} ({interval})" in words(page)


def test_the_numbers_and_the_names_are_folded_up(model: Model) -> None:
    page = diagnose()
    page.session_state["meanings"] = True
    page = unfold(page, "table")
    for label, before, now, interval in expected_ranking(model):
        assert re.search(rf"{re.escape(label)}\s+{before}", words(page))
        assert interval in words(page)
        assert now in words(page)
    assert model.vocabulary.target.states[0].description in words(page)


def test_answers_that_do_not_go_together_are_told(model: Model) -> None:
    case = {"onset": "gradual", "pop": "yes", "bruising": "yes", "swelling": "leg", "warmth": "no"}
    conflict = hamknee.conflict(model, case)
    assert conflict.stands_out
    assert "Check first: " in conflict.verdict
    assert conflict.verdict in words(diagnose(**case))
    assert "Check first" not in words(diagnose(onset="sudden", pop="yes"))


def test_how_well_the_answers_go_together_is_always_told(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes"}
    verdict = hamknee.conflict(model, case).verdict
    assert verdict == "These answers fit together."
    assert verdict in words(diagnose(**case))
    assert "fit together" not in words(diagnose(onset="sudden"))


def test_what_was_asked_and_is_not_known_is_told(model: Model) -> None:
    page = diagnose(onset="sudden", unknown="warmth|pop")
    names = "; ".join(model.vocabulary[name].label for name in ("warmth", "pop"))
    assert f"Asked, but not known: {names}." in words(page)


def test_what_may_be_there_too_stands_under_the_first(model: Model) -> None:
    case = {"onset": "gradual", "location": "popliteal|calf", "swelling": "focal"}
    places = {"location": {"popliteal", "calf"}}
    also = hamknee.also_present(model, case | places)
    assert also.text
    assert also.clot_text
    text = words(diagnose(**case))
    assert also.text in text
    assert also.clot_text in text
    assert also.text not in words(diagnose())
