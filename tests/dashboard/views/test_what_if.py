"""What if: two versions of a case, in the address and side by side."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from hamknee.guidance.texts import Guidance
from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from tests.support.at_page import address, at_page, drawn, html, press, sound, words
from tests.support.own_numbers import pop_by_definition

SUDDEN = {"onset": "sudden"}
CASE = SUDDEN | {"pop": "yes"}
SOON = {"setting": "sports_clinic", "onset": "sudden", "location": "calf"}


REST = {"swelling": "none", "warmth": "no", "weight_bearing": "normal", "age": "34"}
KNOWN = SOON | REST | {"b.swelling": "focal"}


def bars(page: AppTest) -> list[str]:
    """Return the HTML of the bar of each version."""
    (body,) = (body for body in html(page) if 'class="verdicts"' in body)
    return body.split('<section class="verdict')[1:]


def test_what_if_puts_two_versions_side_by_side(model: Model) -> None:
    page = at_page("what_if", CASE | {"b.pop": "no"})
    rows = {row["label"]: (row["a"], row["b"]) for row in drawn(page)}
    first, second = (model.posterior({"onset": "sudden", "pop": pop}) for pop in ("yes", "no"))
    for i, state in enumerate(model.vocabulary.target.states):
        assert rows[state.everyday] == (
            pytest.approx(first.probabilities[i]),
            pytest.approx(second.probabilities[i]),
        )
    assert "Pop at the start, No instead of Yes: takes it from" in words(page)


def test_a_change_in_what_if_leaves_the_case_as_it_is() -> None:
    page = at_page("what_if", CASE)
    assert "Both versions have the same answers" in words(page)
    page = sound(page.button_group("second-pop").set_value("no").run())
    page = sound(page.button_group("second-onset").set_value(None).run())
    page = sound(page.button_group("second-warmth").set_value("?").run())
    assert address(page) == {
        "onset": "sudden",
        "pop": "yes",
        "b.pop": "no",
        "b.onset": "",
        "b.unknown": "warmth",
    }
    page.switch_page("views/diagnose.py").query_params.clear()  # as the navigation does
    assert address(sound(page.run())) == {"onset": "sudden", "pop": "yes"}


def test_versions_are_exchanged_and_taken_over() -> None:
    page = press(at_page("what_if", SUDDEN | {"b.onset": "", "b.pop": "no"}), "Swap A and B")
    assert address(page) == {"pop": "no", "b.pop": "", "b.onset": "sudden"}
    page = press(page, "Same as A")
    assert address(page) == {"pop": "no"}
    page = press(at_page("what_if", SUDDEN | {"b.pop": "no"}), "Go on with B")
    assert address(page) == {"onset": "sudden", "pop": "no"}


def test_both_versions_tell_their_level_with_its_reasons(guidance: Guidance) -> None:
    page = at_page("what_if", SOON | {"b.swelling": "leg"})
    first, second = bars(page)
    assert first.startswith(" urgency-2")
    assert "<b>A</b><div><p><strong>See a professional.</strong>" in first
    assert second.startswith(" urgency-1")
    assert "<b>B</b><div><p><strong>See a doctor today.</strong>" in second
    assert guidance.flags["calf_swollen_clot_risk"].label in second
    for level in ("see_professional", "same_day"):
        assert guidance.levels[level].action in words(page)


def test_versions_that_are_alike_have_one_bar() -> None:
    (bar,) = bars(at_page("what_if", SOON))
    assert "<b>A and B</b>" in bar


def test_versions_for_which_the_same_is_to_be_done_say_it_once(guidance: Guidance) -> None:
    page = at_page("what_if", SOON | {"b.onset": "gradual"})
    assert len(bars(page)) == 2
    (action,) = (body for body in html(page) if "what-now" in body)
    assert "<b>A and B</b>" in action
    assert action.count(guidance.levels["see_professional"].action) == 1


def test_a_version_says_what_is_likely_only_once_enough_is_known() -> None:
    early, known = at_page("what_if", SOON | {"b.pop": "yes"}), at_page("what_if", KNOWN)
    assert not any('class="likely"' in bar for bar in bars(early))
    assert all('class="likely"' in bar for bar in bars(known))


def test_a_version_that_cannot_be_keeps_its_warning_signs(
    own_priors: Callable[[str], Path], priors: Priors
) -> None:
    own_priors(pop_by_definition(priors, onset="gradual").to_csv())
    sign = {"b.flag": "breathless_or_chest_pain"}
    page = at_page("what_if", {"onset": "gradual", "b.pop": "yes"} | sign)
    assert "<strong>Emergency.</strong>" in bars(page)[1]
    assert "Version B. **These answers together are impossible" in words(page)


def test_signs_are_answered_in_version_b(guidance: Guidance) -> None:
    page = at_page("what_if", SOON)
    page.session_state["group-signs"] = True
    page = sound(page.run())
    page.button_group("all-sign-breathless_or_chest_pain").set_value("yes")
    page = sound(page.run())
    assert address(page)["b.flag"] == "breathless_or_chest_pain"
    assert f"<b>B</b><div><p><strong>{guidance.levels['emergency'].label}." in bars(page)[1]


def test_a_changed_question_says_what_the_other_version_has() -> None:
    page = at_page("what_if", SOON | {"b.onset": "days", "b.pop": "yes"})
    labels = {
        name: page.button_group(f"second-{name}").label for name in ("onset", "pop", "warmth")
    }
    labels = {name: label.replace("\\", "") for name, label in labels.items()}
    assert labels["onset"].endswith("(A: In a moment)")
    assert labels["pop"].endswith("(A: not asked)")
    assert "A:" not in labels["warmth"]
