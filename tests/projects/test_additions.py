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
