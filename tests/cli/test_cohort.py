"""The command `score`."""

import json
from pathlib import Path

import pandas as pd
import pytest

import hamknee
from hamknee.base.files import shipped
from hamknee.cli import cohort as cohort_commands
from hamknee.inference.model import Model
from tests.support.command_line import run

COHORT = "patient,Beginn,pop,wamth\np1,plötzlich,yes,70\np2,days,maybe,80\np3,,,\n"


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    path = tmp_path / "cohort.csv"
    path.write_text(COHORT, encoding="utf-8")
    return path


def test_a_cohort_is_scored_and_reported(
    capsys: pytest.CaptureFixture[str], cohort: Path, tmp_path: Path, model: Model
) -> None:
    words = tmp_path / "words.toml"
    words.write_text('[values.onset]\n"plötzlich" = "sudden"\n', encoding="utf-8")
    target = tmp_path / "out.csv"
    options = ["-o", target, "--map", "Beginn=onset", "--mapping", words, "--keep", "patient"]
    code, out, err = run(capsys, "score", cohort, *options)
    assert (code, err) == (0, "")
    assert "2 of 3 rows scored, from 2 columns of findings." in out
    assert "  1 × 'maybe' is not a state of pop" in out
    assert "row 2 ('p2'): 'maybe' is not a state of pop; allowed: yes, no" in out
    assert "Not read and not kept: 'wamth'." in out
    assert "the column 'wamth' is ignored (did you mean 'warmth'?)" in out
    assert model.sha256[:12] in out
    scored = pd.read_csv(target).set_index("patient")
    case = {"onset": "sudden", "pop": "yes"}
    assert scored.loc["p1", "p_dvt"] == pytest.approx(model.posterior(case)["dvt"])
    assert scored["fault"].notna().tolist() == [False, True, False]


def test_json_is_the_report_alone(
    capsys: pytest.CaptureFixture[str], cohort: Path, tmp_path: Path
) -> None:
    code, out, err = run(capsys, "score", cohort, "-o", tmp_path / "out.csv", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads((tmp_path / "out.csv.json").read_text())


def test_other_numbers_can_be_used(
    capsys: pytest.CaptureFixture[str], cohort: Path, tmp_path: Path
) -> None:
    lines = shipped("data/priors.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    priors = tmp_path / "priors.csv"
    priors.write_text("".join(line.replace(",14,", ",15,") for line in lines), encoding="utf-8")
    options = ["-o", tmp_path / "out.csv", "--json", "--priors", priors]
    report = json.loads(run(capsys, "score", cohort, *options)[1])
    assert report["numbers"] == hamknee.load(priors).sha256 != hamknee.load().sha256


def test_a_folder_is_gone_on_with(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for part in range(2):
        pd.DataFrame({"pop": ["yes", "no"]}).to_parquet(tmp_path / "in" / f"{part}.parquet")
    arguments = ["score", tmp_path / "in", "-o", tmp_path / "out"]
    assert run(capsys, *arguments, "--resume")[0] == 0
    (tmp_path / "out" / "0.parquet").unlink()
    code, _, err = run(capsys, *arguments)
    assert (code, "not empty" in err) == (2, True)
    code, out, _ = run(capsys, *arguments, "--resume")
    assert code == 0
    assert "4 of 4 rows scored" in out
    assert len(pd.read_parquet(tmp_path / "out")) == 4
    assert run(capsys, *arguments, "--overwrite")[0] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--strict"], "row 2: 'maybe' is not a state of pop; allowed: yes, no"),
        (["--map", "Begin=onset"], "no column 'Begin' (did you mean 'Beginn'?)"),
        (["--map", "Beginn"], "cannot read the mapping 'Beginn'"),
        (["--keep", "ward"], "there is no column 'ward'"),
        (["--mapping", "missing.toml"], "there is no file 'missing.toml'"),
        (["--resume"], "only a folder can be gone on with"),
    ],
)
def test_bad_input_ends_with_exit_code_2_and_leaves_no_file(
    capsys: pytest.CaptureFixture[str],
    cohort: Path,
    tmp_path: Path,
    options: list[str],
    message: str,
) -> None:
    code, out, err = run(capsys, "score", cohort, "-o", tmp_path / "out.csv", *options)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    assert {path.name for path in tmp_path.iterdir()} == {"cohort.csv"}


def test_an_interruption_leaves_no_half_file(
    capsys: pytest.CaptureFixture[str],
    cohort: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cohort_commands._Bar, "advance", interrupted)
    code, _, err = run(capsys, "score", cohort, "-o", tmp_path / "out.csv")
    assert (code, "no file is half written" in err) == (130, True)
    assert {path.name for path in tmp_path.iterdir()} == {"cohort.csv"}


def test_on_a_terminal_a_bar_shows_rows_and_rate(
    capsys: pytest.CaptureFixture[str],
    cohort: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    code, out, err = run(capsys, "score", cohort, "-o", tmp_path / "out.csv", "--json")
    assert code == 0
    assert json.loads(out)["rows"] == 3
    assert "3 rows" in err
    assert "rows/s" in err
