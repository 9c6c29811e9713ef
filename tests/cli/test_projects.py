"""The commands `new`, `state` and `add`."""

import json
from pathlib import Path

import pytest

from hamknee.projects import new_project, open_project
from tests.support.command_line import run


def test_ten_lines_of_data_add_both_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, additions = tmp_path / "mine", tmp_path / "additions.toml"
    additions.write_text(
        '[condition.plica]\nlabel = "Plica"\nbase_rate = "0.01 (0.004 to 0.03)"\n'
        '"location=anteromedial" = "0.6 (0.4 to 0.8)"\n'
        '[finding.click]\nlabel = "Click"\nquestion = "Does it click?"\n'
        'others = "1 of 10"\nplica = "0.6 (0.4 to 0.8)"\n',
        "utf-8",
    )
    assert run(capsys, "new", place)[0] == 0
    assert run(capsys, "state", place, "pop", "strain", "24 of 60")[0] == 0
    code, printed, _ = run(capsys, "add", place, additions)
    assert (code, "22 conditions" in printed) == (0, True)
    code, printed, _ = run(capsys, "diagnose", "--priors", place, "click=yes")
    assert (code, "Plica" in printed) == (0, True)
    code, printed, _ = run(capsys, "check", place)
    assert (code, "24 columns were never stated and are flat" in printed) == (0, True)
    assert "No advice is written for Plica." in printed
    code, printed, _ = run(capsys, "diff", "shipped", place)
    assert (code, printed.startswith("New: condition=plica, click. ")) == (0, True)
    assert "P(pop=yes | condition=strain;onset=sudden)" in printed
    assert "Cases that both read: 111" in printed
    code, printed, _ = run(capsys, "diff", place, "shipped", "--json")
    told = json.loads(printed)
    assert {"kind": "gone", "name": "click"} in told["words"]
    changed = {row["variable"] for row in told["changed"]}
    assert {"pop", "condition"} <= changed  # what was stated, and base rates that made room


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("state", "gone", "pop", "strain", "24 of 60"), "there is no folder 'gone'"),
        (("state", "PLACE", "pop", "strain", "often"), "cannot read 'often'"),
        (("state", "PLACE", "pop", "strain", "1 of 2", "--source", "me"), "unknown source 'me'"),
        (("add", "PLACE", "gone.toml"), "there is no file 'gone.toml'"),
        (("new", "PLACE"), "holds priors.csv"),
    ],
)
def test_wrong_input_is_one_error_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    new_project(tmp_path)
    before = open_project(tmp_path).priors.sha256
    code, _, error = run(capsys, *(str(tmp_path) if a == "PLACE" else a for a in arguments))
    assert (code, message in " ".join(error.split())) == (2, True)
    assert open_project(tmp_path).priors.sha256 == before
