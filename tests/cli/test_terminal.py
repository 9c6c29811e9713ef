"""Findings as they are typed, and answers on whatever terminal."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import typer

import hamknee
from hamknee.cli import terminal
from hamknee.cli.command import app
from hamknee.cli.terminal import plain, records
from hamknee.formats.importing import as_files
from tests.support.command_line import run
from tests.support.networks import asia


def test_what_json_does_not_have_is_refused(capsys):
    with pytest.raises(ValueError, match="not JSON compliant"):
        terminal.echo_json({"share": math.nan})
    assert capsys.readouterr().out == ""


def test_likelihoods_can_be_typed(capsys):
    _, out, _ = run(capsys, "diagnose", "--json", "warmth=yes:0.7|no:0.3")
    posterior = hamknee.load().posterior({"warmth": {"yes": 0.7, "no": 0.3}})
    answer = json.loads(out)
    assert answer["evidence"] == {"warmth": {"yes": 0.7, "no": 0.3}}
    assert answer["conditions"][0]["probability"] == pytest.approx(max(posterior.probabilities))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["onset=suden"], "'suden' is not a state of onset (did you mean 'sudden'?)"),
        (["onsett=sudden"], "unknown variable 'onsett' (did you mean 'onset'?)"),
        (["onset"], "cannot read 'onset'; allowed: variable=value"),
        (["onset=sudden", "onset=days"], "onset is given twice"),
        (["age=-3"], "age cannot be -3 years; allowed: 0 to 120 years"),
        (["age=400"], "age cannot be 400 years"),
        (["age=nan"], "'nan' is neither a number nor a state (if it means not known"),
        (["age=old"], "'old' is neither a number nor a state"),
        (["age=3_1"], "'3_1' is neither a number nor a state"),
        (["pop=yes:-1|no:1"], "the likelihood of pop=yes is -1.0; allowed"),
        (["pop=yes:0|no:0"], "every likelihood of pop is 0"),
        (["pop=yes:much|no:1"], "the likelihood of pop=yes is 'much'"),
        (["--priors", "missing.csv"], "there is no file 'missing.csv'"),
    ],
)
def test_bad_input_ends_with_exit_code_2_and_a_message(capsys, arguments, message):
    code, out, err = run(capsys, "diagnose", *arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err + out
    assert out == ""


def test_the_example_of_an_answer_is_one_of_the_network_in_use(capsys, tmp_path):
    as_files(asia(), ess=10).save(tmp_path)
    _, _, err = run(capsys, "diagnose", "dysp", "--priors", str(tmp_path / "priors.csv"))
    assert "such as asia=yes" in err


def test_all_bad_findings_are_told_at_once(capsys):
    _, _, err = run(capsys, "diagnose", "onset=suden", "popp=yes", "age=-3")
    assert all(part in err for part in ("suden", "popp", "-3"))


def test_an_age_the_numbers_are_not_meant_for_is_noted_and_json_stays_json(capsys):
    code, out, err = run(capsys, "diagnose", "--json", "age=16")
    assert code == 0
    assert "the numbers are meant for 18 years and over" in err
    assert json.loads(out)["evidence"] == {"age": "under_40"}


def test_a_cut_pipe_is_no_error():
    script = f"'{sys.executable}' -m hamknee diagnose onset=sudden | head -n 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.stdout.startswith("See a professional.")
    assert "Traceback" not in done.stderr


def test_a_terminal_without_unicode_still_gets_an_answer():
    done = subprocess.run(
        [sys.executable, "-m", "hamknee", "diagnose", "onset=sudden"],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0
    assert b"Most likely" in done.stdout


@pytest.mark.parametrize("kind", [float, np.float64, np.float32])
def test_json_has_no_number_that_is_none(kind):
    assert [plain(kind(value)) for value in ("nan", "inf", "-inf")] == [None] * 3
    assert (plain(kind(0.0)), plain(kind(-2.5))) == (0.0, -2.5)
    assert type(plain(kind(0.5))) is float


def test_what_is_no_float_stays_as_it_is():
    frame = pd.DataFrame({"count": [3], "so": [True], "text": ["inf"], "bits": [np.inf]})
    (row,) = records(frame)
    assert row == {"count": 3, "so": True, "text": "inf", "bits": None}
    assert [type(value) for value in row.values()] == [int, bool, str, type(None)]
    json.dumps(row, allow_nan=False)


@pytest.mark.parametrize(
    ("verb", "options"),
    [("evaluate", []), ("validate", []), ("criticise", []), ("update", ["-o", "new.csv"])],
)
def test_every_verb_that_reads_a_cohort_tells_of_a_misspelt_column(
    verb: str,
    options: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ["condition,pop,onsett", *["strain,yes,sudden", "osteoarthritis,no,gradual"] * 5]
    Path("cohort.csv").write_text("\n".join(lines))
    code, _, err = run(capsys, verb, "cohort.csv", *options)
    told = " ".join(err.split())
    assert code == 0
    assert (
        "Note: Perhaps not meant: the column 'onsett' is ignored (did you mean 'onset'?)." in told
    )


@pytest.mark.parametrize("verb", ["evaluate", "validate", "criticise", "update"])
def test_more_cases_than_can_be_held_are_refused(
    verb: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal, "MOST_CASES", 3)
    monkeypatch.chdir(tmp_path)
    Path("cohort.csv").write_text("condition,pop\n" + "strain,yes\n" * 4)
    code, _, err = run(capsys, verb, "cohort.csv", *(["-o", "new.csv"] if verb == "update" else []))
    assert code == 2
    assert "found over 3 cases; allowed: 3 at once, such as a random part" in " ".join(err.split())
    assert not Path("new.csv").exists()


def test_too_many_rows_of_parquet_are_refused_before_they_are_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cohort.parquet"
    pd.DataFrame({"condition": ["strain"] * 4, "pop": ["yes"] * 4}).to_parquet(path)
    monkeypatch.setattr(terminal, "MOST_CASES", 3)
    monkeypatch.setattr(pq.ParquetFile, "read", None)
    assert run(capsys, "evaluate", str(path))[0] == 2


def test_too_many_rows_of_csv_are_refused_before_the_last_is_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cohort.csv"
    path.write_text("condition,pop\n" + "strain,yes\n" * 300_000)
    monkeypatch.setattr(terminal, "MOST_CASES", 3)
    seen: list[int] = []
    count = terminal._check_count

    def counted(rows: int, columns: int) -> None:
        seen.append(rows)
        count(rows, columns)

    monkeypatch.setattr(terminal, "_check_count", counted)
    assert run(capsys, "evaluate", str(path))[0] == 2
    assert 3 < seen[-1] < 300_000


def test_words_of_others_are_printed_as_they_stand(capsys):
    terminal.out().print("[bold]Pop[/bold] [/red]")
    assert capsys.readouterr().out == "[bold]Pop[/bold] [/red]\n"


def test_json_is_printed_where_it_is_asked_for_alone():
    commands = vars(typer.main.get_command(app))["commands"].values()
    asked = [p for command in commands for p in command.params if "--json" in p.opts]
    assert len(asked) > 10
    assert {parameter.default for parameter in asked} == {False}
