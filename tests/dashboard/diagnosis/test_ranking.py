"""The ranking: as the library has it, bars that are probabilities, and what does not fit."""

import re
from html import escape

import pytest

import hamknee
from hamknee.inference.model import Model
from parts.sentences import stands_out
from tests.support.at_page import (
    address,
    cells,
    choose,
    expected_ranking,
    for_expert,
    html,
    look_at,
    ranking,
    tables,
    unfold,
    words,
)


def test_the_ranking_is_the_posterior_with_its_intervals(model: Model) -> None:
    page = for_expert()
    assert ranking(page) == expected_ranking(model)
    page = choose(page, "onset", "sudden")
    page = choose(page, "pop", "yes")
    assert ranking(page) == expected_ranking(model, onset="sudden", pop="yes")
    assert address(page) == {"onset": "sudden", "pop": "yes"}


def test_three_causes_stand_in_the_open_and_the_others_are_counted(model: Model) -> None:
    page = for_expert(onset="sudden")
    (causes,) = (table for table in tables(page) if 'class="causes"' in table)
    expected = expected_ranking(model, onset="sudden")
    assert [tuple(row) for row in cells(causes)] == expected[:3]
    most = expected[3][1]
    assert f"{len(expected) - 3} others, each {most} or less." in words(page)


def test_a_bar_is_as_long_as_the_probability(model: Model) -> None:
    page = unfold(for_expert(onset="sudden"), "others")
    posterior = model.posterior({"onset": "sudden"})
    causes = "".join(body for body in html(page) if 'class="causes"' in body)
    drawn = [float(width) for width in re.findall(r'<i style="width:(.*?)%"', causes)]
    ranked = [100 * float(posterior.probabilities[place]) for place in posterior.order]
    assert drawn == pytest.approx(ranked, abs=0.006)
    assert drawn[0] > drawn[1]


def test_the_plain_name_comes_first_and_the_medical_one_below(model: Model) -> None:
    page = unfold(for_expert(), "others")
    shown = "".join(html(page))
    for state in model.vocabulary.target.states:
        medical = f"<small>{escape(state.label)}</small>" if state.plain else ""
        assert f'<th scope="row">{escape(state.everyday)}{medical}<span' in shown


def test_no_cause_is_most_likely_where_the_interval_says_nothing(model: Model) -> None:
    wide = {"setting": "sports_clinic", "onset": "sudden", "pop": "yes", "swelling": "leg"}
    interval = hamknee.credible_interval(model, wide | {"location": "posteromedial"})
    assert not stands_out(interval)
    page = for_expert(**wide, location="posteromedial")
    assert "No cause stands out yet" in words(page)
    assert "Most likely" not in words(page)
    clear = {"setting": "emergency", "onset": "days", "swelling": "leg", "warmth": "yes"}
    clear |= {"location": "calf", "immobility_or_clot_risk": "yes"}
    assert stands_out(hamknee.credible_interval(model, clear))
    name, now, ends = expected_ranking(model, **clear)[0]
    plain = model.vocabulary.target.state("dvt").plain
    assert name.startswith(plain)
    assert f"Most likely: {plain}, {now} ({ends})" in words(for_expert(**clear))


def test_the_numbers_and_the_names_are_for_experts(model: Model) -> None:
    page = for_expert()
    page.session_state["section-names"] = True
    page = look_at(page, "numbers")
    interval = hamknee.credible_interval(model, {})
    for row in interval.ranking:
        assert re.search(rf"{re.escape(row.label)}\s+{row.start}", words(page))
    assert model.vocabulary.target.states[0].description in words(page)


def test_answers_that_do_not_go_together_are_told(model: Model) -> None:
    case = {"onset": "gradual", "pop": "yes", "bruising": "yes", "swelling": "leg", "warmth": "no"}
    conflict = hamknee.conflict(model, case)
    assert conflict.stands_out
    assert "Check first: " in conflict.verdict
    shown = words(for_expert(**case))
    assert conflict.verdict in shown
    assert "Check first" not in words(for_expert(onset="sudden", pop="yes"))


def test_how_well_the_answers_go_together_is_always_told(model: Model) -> None:
    case = {"onset": "sudden", "pop": "yes"}
    verdict = hamknee.conflict(model, case).verdict
    assert verdict == "These answers fit together."
    assert verdict in words(look_at(for_expert(**case), "why"))
    assert "fit together" not in words(look_at(for_expert(onset="sudden"), "why"))


def test_what_was_asked_and_is_not_known_is_told(model: Model) -> None:
    page = look_at(for_expert(onset="sudden", unknown="warmth|pop"), "why")
    names = "; ".join(model.vocabulary[name].label for name in ("warmth", "pop"))
    assert f"Asked, but not known: {names}." in words(page)


def test_what_may_be_there_too_stands_under_the_first(model: Model) -> None:
    case = {"onset": "gradual", "location": "popliteal|calf", "swelling": "focal"}
    places = {"location": {"popliteal", "calf"}}
    also = hamknee.also_present(model, case | places)
    assert also.text
    assert also.clot_text
    text = words(for_expert(**case))
    assert also.text in text
    assert also.clot_text in text
    assert also.text not in words(for_expert())
