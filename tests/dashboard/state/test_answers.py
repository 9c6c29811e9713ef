"""Answers are worked out once for everything that they depend on."""

from collections.abc import Callable
from pathlib import Path

import hamknee
from hamknee.base.files import shipped
from hamknee.network.evidence import check_evidence
from hamknee.network.priors import Priors
from state.answers import kept


class Counted:
    """An answer that tells how often it was worked out."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def test_the_same_question_is_answered_once(model: hamknee.Model) -> None:
    answer = Counted()
    sudden, swollen = (
        check_evidence(model.vocabulary, known)
        for known in ({"onset": "sudden"}, {"onset": "sudden", "swelling": ["leg", "focal"]})
    )
    asked = [("this", model, sudden), ("this", model, swollen), ("that", model, sudden)]
    asked += [("this", model, sudden, "rupture"), ("this", model, sudden, None)]
    first = [kept(answer, *question) for question in asked]
    assert first == [1, 2, 3, 4, 5]
    assert [kept(answer, *question) for question in asked] == first


def test_other_numbers_are_another_question(priors: Priors, model: hamknee.Model) -> None:
    answer = Counted()
    other = hamknee.load(priors.set("setting", "emergency", probability=0.5))
    assert [kept(answer, "numbers", of) for of in (model, other, model)] == [1, 2, 1]


def test_an_edited_file_is_another_question(own_priors: Callable[[str], Path]) -> None:
    text = shipped("data/priors.csv").read_text("utf-8")
    answer = Counted()
    own_priors(text)
    assert [kept(answer, "file") for _ in range(2)] == [1, 1]
    own_priors(f"{text}\n")
    assert kept(answer, "file") == 2
