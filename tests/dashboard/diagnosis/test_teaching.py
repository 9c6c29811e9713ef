"""How an answer works: one finding as a test, and the way through every answer."""

import math

import pytest

import hamknee
from diagnosis.teaching import odds_words, people_html
from hamknee.inference.model import Model
from tests.support.at_page import cells, for_expert, look_at, words


def test_natural_frequencies_stand_in_a_table_of_two_by_two(model: Model) -> None:
    value = hamknee.finding_value(model, {"setting": "emergency"}, "dvt", "swelling", "leg")
    (seen, wrong), (missed, spared) = value.people(1000).tolist()
    table = people_html(value)
    assert cells(table) == [
        ["With this answer", str(seen), str(wrong)],
        ["With another answer", str(missed), str(spared)],
    ]
    assert f"Of the {seen + wrong} with this answer, {seen} have it." in table


@pytest.mark.parametrize(
    ("odds", "words"),
    [(4, "4 to 1"), (0.25, "1 to 4"), (1, "1 to 1"), (math.inf, "certain"), (0, "none")],
)
def test_odds_are_told_as_people_say_them(odds: float, words: str) -> None:
    assert odds_words(odds) == words


def test_experts_find_it_among_the_sections(model: Model) -> None:
    page = look_at(for_expert(swelling="leg", setting="emergency"), "teaching")
    assert page.selectbox("taught-finding").value == "swelling"
    first = model.posterior({"swelling": "leg", "setting": "emergency"}).top
    assert page.selectbox("taught-state").value == first
    assert "With this answer" in words(page)
