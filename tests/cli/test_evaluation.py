"""The command that scores the model on cases whose diagnosis is known."""

import json
from pathlib import Path

import pytest

import hamknee
from hamknee.cli.command import main
from hamknee.evaluation.metrics import MEASURES


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(("evaluate", *arguments))
    captured = capsys.readouterr()
    return int(exit_.value.code or 0), captured.out, captured.err


def test_the_command_prints_scores_beside_the_baselines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = run(capsys, "--min-findings", "3")
    assert (code, err) == (0, "")
    assert out.startswith("40 of 58 cases with at least 3 findings. The right condition")
    tables = out.split("\n\n", 1)[1].splitlines()
    assert " ".join(tables[0].split()) == "95 % intervals hamknee prior only naive Bayes"
    assert all(len(line) <= 80 for line in tables if not line.startswith("priors"))
    assert any(line.startswith("Deep vein thrombosis") for line in tables)


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["n"] == 58
    assert answer["priors"]["sha256"] == hamknee.load().sha256
    assert {"n", *MEASURES, "by_condition", "baselines"} <= set(answer)


def test_the_command_takes_a_file_of_ones_own(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "clinic.csv"
    path.write_text("condition,pop,age\nrupture,yes,31\n,no,40\n", encoding="utf-8")
    code, out, _ = run(capsys, str(path), "--json")
    assert code == 0
    assert json.loads(out)["cases"] == {
        "read": 2,
        "diagnosis_unknown": 1,
        "min_findings": 0,
        "impossible": 0,
        "excluded": 0,
    }


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        (None, [], "there is no file"),
        ("pop\nyes\n", [], "no column 'condition' among pop"),
        ("condition,pop\nruptur,yes\n", [], "did you mean 'rupture'?"),
        ("condition,pop\n,yes\n", [], "of 1 cases 0 have a known diagnosis"),
        ("condition,pop\nrupture,yes\n", ["--min-findings", "-1"], "Invalid value"),
        ("condition,pop\nrupture,yes\n", ["--priors", "none.csv"], "there is no file"),
    ],
)
def test_bad_input_ends_with_exit_code_2(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    text: str | None,
    arguments: list[str],
    message: str,
) -> None:
    path = tmp_path / "clinic.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    code, out, err = run(capsys, str(path), *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
