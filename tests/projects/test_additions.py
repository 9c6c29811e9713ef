"""A file of additions is refused with the line of every fault."""

from pathlib import Path

import pytest

from hamknee.projects import open_project
from hamknee.projects.additions import AdditionsError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing is added"),
        ("[condition.plica]\n", "label is missing"),
        ("[condition.plica]\nlabel = 'P'\nbase_rate = 3\n", "base_rate"),
        ("[condition.Plica]\nlabel = 'P'\nbase_rate = '1 of 9'\n", "lower-case"),
        ("[conditions.plica]\nlabel = 'P'\n", "conditions"),
        ("[finding.click]\nlabel = 'C'\nquestion = 'C?'\nplica = 3\n", "a statement such as"),
        ("[finding]\nclick = 3\n", "a table"),
        ("[finding.click\n", "not valid TOML"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "more.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(AdditionsError, match=message):
        open_project().add(path)


def test_what_a_file_says_is_added_as_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "more.toml"
    path.write_text(
        """
        [condition.plica]
        label = "Plica"
        base_rate = "1 of 200"
        pop = "3 of 10"

        [condition.knot]
        label = "Knot"
        base_rate = { primary_care = "1 of 100", sports_clinic = "1 of 90", emergency = "1 of 80" }

        [finding.click]
        label = "Click"
        question = "Does it click?"
        others = "1 of 9"
        plica = "6 of 10"
        """,
        "utf-8",
    )
    rates = {"primary_care": "1 of 100", "sports_clinic": "1 of 90", "emergency": "1 of 80"}
    by_hand = open_project().add_condition("plica", "Plica", "1 of 200", {"pop": "3 of 10"})
    by_hand = by_hand.add_condition("knot", "Knot", rates)
    by_hand = by_hand.add_finding(
        "click", "Click", "Does it click?", {"plica": "6 of 10"}, others="1 of 9"
    )
    by_file = open_project().add(path)
    assert by_file.priors.rows == by_hand.priors.rows
    assert by_file.vocabulary == by_hand.vocabulary
