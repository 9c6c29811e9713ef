"""What stands around a command may be closed, full or oddly named: a sentence, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hamknee.cohort.folders import score_file
from hamknee.inference.model import Model
from tests.support.command_line import run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell and /dev/full")

COMMAND = f"{sys.executable} -c 'from hamknee_command import main; main()'"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("diagnose onset=sudden > /dev/full", 1, "standard output cannot be used: No space left"),
        ("diagnose onset=sudden --json >&-", 1, "standard output cannot be used: it is closed"),
        ("diagnose onset=suddn >&-", 2, "'suddn' is not a state of onset"),
        ("diagnose onset=suddn 2>&-", 2, ""),
    ],
)
def test_a_closed_or_full_output_is_told_in_a_sentence(words: str, code: int, told: str) -> None:
    done = subprocess.run(f"{COMMAND} {words}", shell=True, capture_output=True, text=True)
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1


@pytest.fixture
def odd(tmp_path: Path) -> str:
    """Return a name in Latin-1, which is no UTF-8."""
    name = os.fsdecode(b"M\xfcller")
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("no such names on this file system")
    (tmp_path / name).unlink()
    return name


def test_names_of_files_need_not_be_text(
    odd: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(f"{odd}.csv").write_text("id,condition,onset,pop\n1,strain,sudden,yes\n2,dvt,days,no\n")
    for command in (
        ["score", f"{odd}.csv", "-o", f"{odd}-out.csv"],
        ["score", f"{odd}.csv", "-o", f"{odd}.parquet"],
        ["score", f"{odd}.parquet", "-o", f"{odd}-2.csv", "--map", "top=onset"],
        ["evaluate", f"{odd}.csv"],
        ["update", f"{odd}.csv", "-o", "new.csv"],
    ):
        code, out, _ = run(capsys, *command)
        assert code == 0
        assert out.encode()
    assert len(pd.read_csv(f"{odd}-out.csv")) == 2


def test_a_folder_of_oddly_named_files_is_scored_and_gone_on_with(
    odd: str, model: Model, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    with pa.OSFile(os.fsencode(tmp_path / "in" / f"{odd}.parquet"), "wb") as file:
        pq.write_table(pa.table({"id": [1, 2], "onset": ["sudden", "days"]}), file)
    for options in ({}, {"resume": True}, {"overwrite": True}):
        report = score_file(model, tmp_path / "in", tmp_path / "out", **options)
        assert report.tally.rows == 2
    assert (tmp_path / "out" / f"{odd}.parquet").is_file()


def test_reading_leaves_the_hook_of_python_alone(model: Model, tmp_path: Path) -> None:
    before = sys.unraisablehook
    (tmp_path / "in.csv").write_bytes(b"id,pop\n\xf6\xff,yes,no\n1\n2,yes\n")
    score_file(model, tmp_path / "in.csv", tmp_path / "out.csv")
    assert sys.unraisablehook is before
