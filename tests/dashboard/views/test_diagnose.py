"""The Diagnose page as a whole: how it begins, and what it does without a ranking or guidance."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from hamknee.base.files import shipped
from hamknee.network.evidence import check_evidence, parse_value
from hamknee.network.priors import Priors
from hamknee.network.vocabulary import Vocabulary
from tests.support.at_page import address, choose, diagnose, drawn, press, words
from tests.support.own_numbers import pop_by_definition


def test_the_empty_page_teaches_and_its_examples_are_cases(vocabulary: Vocabulary) -> None:
    page = diagnose()
    assert "a mix stands in" in words(page)
    examples = tomllib.loads((shipped("dashboard") / "parts/examples.toml").read_text("utf-8"))[
        "example"
    ]
    assert len(examples) == 3
    for example in examples:
        answers = example["answers"]
        known = {name: parse_value(vocabulary[name], text) for name, text in answers.items()}
        assert len(check_evidence(vocabulary, known)) == len(answers)
        page = press(diagnose(), example["label"])
        assert address(page) == answers
        assert not page.warning
        assert example["label"] not in [button.label for button in page.button]


def test_impossible_answers_explain_themselves(
    own_priors: Callable[[str], Path], priors: Priors
) -> None:
    own_priors(pop_by_definition(priors, onset="gradual").to_csv())
    page = diagnose(onset="gradual", pop="yes", warmth="no")
    message = page.warning[0].value.replace("\\", "")
    assert "How did the pain start? **Gradually, over weeks**" in message
    assert "Was there a pop when it started? **Yes**" in message
    assert "Warmth" not in message
    assert not page.get("vega_lite_chart")
    page = choose(page, "pop", None)
    assert not page.warning
    assert page.get("vega_lite_chart")


def test_without_guidance_there_is_a_ranking_and_no_advice(
    own_priors: Callable[[str], Path], tmp_path: Path
) -> None:
    text = shipped("data/vocabulary.toml").read_text("utf-8")
    (tmp_path / "vocabulary.toml").write_text(text.replace("\nleg = {", "\nlegs = {"), "utf-8")
    numbers = shipped("data/priors.csv").read_text("utf-8")
    own_priors(numbers.replace("swelling,leg,", "swelling,legs,").replace("=leg", "=legs"))
    page = diagnose(onset="sudden", flag="cannot_bear_weight")
    assert drawn(page)
    assert "What to do" not in page.button_group("open-panel").options
