"""Answers between two: weights become likelihoods, in the address and in the ranking."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from hamknee.base.words import percent
from hamknee.inference.model import Model
from tests.support.at_page import address, for_expert, sound, words


def unfolded(page: AppTest, variable: str) -> AppTest:
    page.session_state["section-weights"] = True
    page = sound(page.run())
    page.selectbox("weights-variable").set_value(variable)
    return again(page)


def again(page: AppTest) -> AppTest:
    """Run anew; what was opened has to be opened for each run here."""
    page.session_state["section-weights"] = True
    return sound(page.run())


def weigh(page: AppTest, variable: str, **weights: int) -> AppTest:
    for state, weight in weights.items():
        page.slider(f"weight-{variable}-{state}").set_value(weight)
    return again(page)


def shown(page: AppTest, variable: str, model: Model) -> dict[str, int]:
    names = model.vocabulary[variable].state_names
    return {name: int(page.slider(f"weight-{variable}-{name}").value) for name in names}


def test_what_is_not_known_leaves_all_answers_alike(model: Model) -> None:
    page = unfolded(for_expert(onset="sudden"), "warmth")
    assert shown(page, "warmth", model) == {"yes": 10, "no": 10}
    page = weigh(page, "warmth", yes=3)
    page = weigh(page, "warmth", yes=10)
    assert address(page) == {"onset": "sudden"}


def test_weights_are_likelihoods(model: Model) -> None:
    page = unfolded(for_expert(onset="sudden"), "warmth")
    page = weigh(page, "warmth", yes=7, no=3)
    assert address(page)["warmth"] == "yes:0.7|no:0.3"
    posterior = model.posterior({"onset": "sudden", "warmth": {"yes": 0.7, "no": 0.3}})
    first = percent(float(posterior.probabilities[posterior.order[0]]))
    name = posterior.target.states[posterior.order[0]].everyday
    assert re.search(rf"{name} .*? {first}", words(page))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("posteromedial", {"posteromedial": 10}),
        ("posteromedial|calf", {"posteromedial": 10, "calf": 10}),
        ("posteromedial:0.2|calf:0.1", {"posteromedial": 10, "calf": 5}),
    ],
)
def test_an_answer_is_shown_as_weights(model: Model, answer: str, expected: dict[str, int]) -> None:
    page = unfolded(for_expert(location=answer), "location")
    names = model.vocabulary["location"].state_names
    assert shown(page, "location", model) == dict.fromkeys(names, 0) | expected


def test_at_least_one_answer_has_to_fit(model: Model) -> None:
    page = unfolded(for_expert(warmth="yes"), "warmth")
    page = weigh(page, "warmth", yes=0)
    assert "At least one answer has to fit." in words(page)
    assert address(page) == {"warmth": "yes"}
    assert shown(page, "warmth", model) == {"yes": 10, "no": 0}
