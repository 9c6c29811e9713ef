"""The command `validate`."""

from pathlib import Path

import pytest

from hamknee.base.files import shipped
from tests.support.command_line import run


@pytest.mark.parametrize(("name", "start"), [("r.html", "<!doctype html>"), ("r.md", "# Valid")])
def test_a_report_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, start: str
) -> None:
    code, printed, _ = run(capsys, "validate", "-o", tmp_path / name)
    report = (tmp_path / name).read_text("utf-8")
    assert (code, report.startswith(start)) == (0, True)
    assert "needs a doctor today" in report
    assert "111 of 111 cases" in printed
    assert "other" not in printed.partition("Report:")[0]


def test_another_model_is_set_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed, _ = run(capsys, "validate", "--against", shipped("data/priors.csv"))
    assert code == 0
    assert "which of the two models is better" in printed


def test_an_event_of_ones_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    event = "needs a scan=rupture|dvt"
    code, _, _ = run(
        capsys, "validate", "--event", event, "--threshold", 0.3, "-o", tmp_path / "r.md"
    )
    report = (tmp_path / "r.md").read_text("utf-8")
    assert code == 0
    assert "needs a scan" in report
    assert "needs a doctor today" not in report


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "report.pdf"), "allowed: a name with .html or .md"),
        (("--event", "scan"), "cannot read the event 'scan'"),
        (("--event", "scan=strian"), "did you mean 'strain'"),
        (("--threshold", "2"), "found the threshold 2.0"),
        (("gone.csv",), "gone.csv"),
    ],
)
def test_wrong_input_is_one_error(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    code, _, error = run(capsys, "validate", *arguments)
    assert (code, message in " ".join(error.split())) == (2, True)
