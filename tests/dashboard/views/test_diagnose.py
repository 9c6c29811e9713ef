"""The Diagnose page as a whole: how it begins, and what it does without a ranking or guidance."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from hamknee.base.files import shipped
from hamknee.network.evidence import check_evidence, parse_value
from hamknee.network.priors import Priors
from hamknee.network.vocabulary import Vocabulary
from tests.support.at_page import (
    address,
    cells,
    choose,
    diagnose,
    folded,
    for_expert,
    html,
    press,
    unfold,
    words,
)
from tests.support.own_numbers import pop_by_definition


def test_the_first_screen_asks_before_it_tells() -> None:
    page = diagnose()
    assert len(words(page).split()) <= 120
    assert page.button_group[0].key == "sign-under_18"
    assert not any('class="causes"' in body for body in html(page))


def test_an_example_is_a_case_and_says_that_it_is_nobodys(vocabulary: Vocabulary) -> None:
    labels = [button.label for button in diagnose().button]
    examples = tomllib.loads((shipped("dashboard") / "parts/examples.toml").read_text("utf-8"))[
        "example"
    ]
    assert len(examples) == 3
    for example in examples:
        assert example["label"] not in labels, "an example is not the way in"
        answers = example["answers"]
        known = {name: parse_value(vocabulary[name], text) for name, text in answers.items()}
        assert len(check_evidence(vocabulary, known)) == len(answers)
        page = unfold(diagnose(), "try")
        page.session_state["try"] = True
        page = press(page, example["label"])
        assert address(page) == answers | {"example": "yes"}
        assert "Example, not you" in words(page)
        assert not page.warning
        page = press(page, "Clear")
        assert address(page) == {}
        assert "Example, not you" not in words(page)


def test_impossible_answers_explain_themselves(
    own_priors: Callable[[str], Path], priors: Priors
) -> None:
    own_priors(pop_by_definition(priors, onset="gradual").to_csv())
    page = for_expert(onset="gradual", pop="yes", warmth="no")
    message = page.warning[0].value.replace("\\", "")
    assert "How did the pain start? **Gradually, over weeks**" in message
    assert "Was there a pop when it started? **Yes**" in message
    assert "Warmth" not in message
    assert not any('class="causes"' in body for body in html(page))
    page = choose(page, "pop", "?")
    assert not page.warning
    assert any('class="causes"' in body for body in html(page))


def test_without_guidance_there_is_a_ranking_and_no_advice(
    own_priors: Callable[[str], Path], tmp_path: Path
) -> None:
    text = shipped("data/vocabulary.toml").read_text("utf-8")
    (tmp_path / "vocabulary.toml").write_text(text.replace("\nleg = {", "\nlegs = {"), "utf-8")
    numbers = shipped("data/priors.csv").read_text("utf-8")
    own_priors(numbers.replace("swelling,leg,", "swelling,legs,").replace("=leg", "=legs"))
    page = diagnose(onset="sudden", flag="cannot_bear_weight")
    assert any('class="causes"' in body for body in html(page))
    assert "What to do" not in folded(page)
    assert page.button_group("act").options == ["2 Your pain", "3 Sharpen"]


def test_a_network_of_its_own_needs_no_plain_names_no_picture_and_no_guidance(
    own_priors: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "vocabulary.toml").write_text(LUNGS, "utf-8")
    own_priors(
        "variable,state,given,probability,ess,basis,sources,note\n"
        "lung,yes,,0.2,9,judgement,,\nlung,no,,0.8,9,judgement,,\n"
        + "".join(
            f"cough,{state},lung={lung},{p},9,judgement,,\n"
            for lung, chance in (("yes", 0.9), ("no", 0.3))
            for state, p in (("yes", chance), ("no", round(1 - chance, 1)))
        )
    )
    page = diagnose(cough="yes")
    (causes,) = (body for body in html(page) if 'class="causes"' in body)
    assert [row[0] for row in cells(causes)] == ["No lung trouble", "Lung trouble"]
    assert "<small>" not in causes
    page = choose(diagnose(), "cough", "no")
    assert address(page) == {"cough": "no"}


LUNGS = """
[lung]
role = "target"
label = "Lung"
[lung.states]
yes = { label = "Lung trouble" }
no = { label = "No lung trouble" }

[cough]
role = "finding"
label = "Cough"
question = "Do you cough?"
group = "history"
minutes = 0.1
[cough.states]
yes = { label = "Yes" }
no = { label = "No" }
"""
