"""Scoring one file: the same answers as in memory, in any number of chunks."""

import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hamknee
from hamknee.base import csv_dialect, csv_rows
from hamknee.base.errors import HamkneeError
from hamknee.cohort import reading as cohort_files
from hamknee.cohort.folders import score_file
from hamknee.inference.model import Model
from tests.support.scored_files import COUNT, cohort, files_below, read, refused, write


@pytest.mark.parametrize("chunk", [7, 131_072], ids=["many chunks", "one chunk"])
@pytest.mark.parametrize("out", [".csv", ".parquet"])
@pytest.mark.parametrize("kind", [".csv", ".parquet"])
def test_files_are_scored_as_frames_are(
    kind: str,
    out: str,
    chunk: int,
    model: Model,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cohort_files, "CHUNK_ROWS", chunk)
    monkeypatch.setattr(csv_rows, "CHUNK_ROWS", chunk)
    monkeypatch.setattr(csv_dialect, "BLOCK_BYTES", 1000 if chunk == 7 else 2**20)
    frame = cohort()
    source, target = write(frame, tmp_path / f"in{kind}"), tmp_path / f"out{out}"
    progress: list[tuple[int, float]] = []
    report = score_file(
        model, source, target, keep=["note"], progress=lambda *done: progress.append(done)
    )
    expected = hamknee.score(model, frame, keep=["note"])
    scored = read(target)
    pd.testing.assert_frame_equal(scored, expected, check_dtype=False, check_categorical=False)
    assert report.as_json() == expected.attrs["hamknee"]
    assert report.tally.rows == COUNT
    assert progress[-1] == (COUNT, 1.0)
    assert progress == sorted(progress)
    assert len(progress) == 1 if chunk > COUNT else len(progress) > 10
    assert {path.name for path in tmp_path.iterdir()} - {source.name, target.name} == (
        {"out.csv.json"} if out == ".csv" else set()
    )


def test_kept_columns_keep_their_values(model: Model, tmp_path: Path) -> None:
    when = [datetime.datetime(2024, 1, 2, 3, 4), None]
    table = pa.table(
        {
            "id": [7, -8],
            "when": when,
            "ward": pa.array(["a", "b"]).dictionary_encode(),
            "pop": ["yes"] * 2,
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    score_file(
        model, tmp_path / "in.parquet", tmp_path / "out.parquet", keep=["when", "ward", "pop"]
    )
    scored = pq.read_table(tmp_path / "out.parquet")
    assert scored.select(["id", "when", "ward", "pop"]).to_pydict() == table.to_pydict()


def test_strict_names_file_row_and_what_it_is_called(model: Model, tmp_path: Path) -> None:
    write(pd.DataFrame({"id": ["a", "b"], "pop": ["yes", "y"]}), tmp_path / "in.csv")
    message = refused(model, tmp_path / "in.csv", tmp_path / "out.csv", strict=True)
    assert message == "row 2 (id 'b'): 'y' is not a state of pop; allowed: yes, no"
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("name", ["a b'\"$(x);&.csv", "-o.csv", "ö ☃.csv", "a\nb.csv", "[a]*?.csv"])
def test_odd_names_of_files_are_names(name: str, model: Model, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    source = write(cohort(3), tmp_path / name)
    score_file(model, source, tmp_path / "out" / name)
    assert len(read(tmp_path / "out" / name)) == 3


def test_what_a_killed_run_left_behind_goes_with_the_next(model: Model, tmp_path: Path) -> None:
    source = write(cohort(3), tmp_path / "in.csv")
    (tmp_path / ".out.parquet.x7.part").write_text("half a file")
    (tmp_path / ".out.parquet2.x7.part").write_text("of another one")
    score_file(model, source, tmp_path / "out.parquet")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"in.csv", "out.parquet", ".out.parquet2.x7.part"}


def test_a_folder_that_cannot_be_written_in_is_told(model: Model, tmp_path: Path) -> None:
    source = write(cohort(3), tmp_path / "in.csv")
    too_long = tmp_path / f"{'x' * 250}.csv"
    assert "File name too long" in refused(model, source, too_long)
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv"}


def test_a_report_is_not_lost_before_the_new_results_are_whole(
    model: Model, tmp_path: Path
) -> None:
    source, target = write(cohort(3), tmp_path / "in.csv"), tmp_path / "out.csv"
    score_file(model, source, target)
    before = files_below(tmp_path)
    source.write_text("onset\nsudden\nsuddn\n")
    before["in.csv"] = source.read_bytes()
    refused(model, source, target, overwrite=True, strict=True)
    assert files_below(tmp_path) == before
    score_file(model, source, target, overwrite=True)
    assert '"rows": 2' in (tmp_path / "out.csv.json").read_text()


def test_a_second_job_to_one_file_is_told_so(model: Model, tmp_path: Path) -> None:
    source, target = write(cohort(3), tmp_path / "in.csv"), tmp_path / "out.csv"

    def again(_rows: int, _share: float) -> None:
        with pytest.raises(HamkneeError, match="another job is writing to"):
            score_file(model, source, target, overwrite=True)

    score_file(model, source, target, progress=again)
    assert len(read(target)) == 3
