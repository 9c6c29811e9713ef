"""Scoring files: the same answers as in memory, in any number of chunks, whole or not at all."""

import datetime
import importlib
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hamknee
from hamknee.cohort import reading as cohort_files
from hamknee.cohort.columns import CohortError
from hamknee.cohort.folders import MANIFEST, score_file
from hamknee.cohort.writing import harmless
from hamknee.inference.model import Model

COUNT = 500


def cohort(count: int = COUNT, seed: int = 0) -> pd.DataFrame:
    """Return cases as texts, with blanks, one-of, years, and here and there a fault."""
    rng = np.random.default_rng(seed)
    onset = np.array(["sudden", "days", "gradual", "days|gradual", "sudn", None], dtype=object)
    pop = np.array(["yes", "no", "yes:0.7|no:0.3", None], dtype=object)
    years = [None if year < 20 else str(year) for year in rng.integers(10, 130, count).tolist()]
    return pd.DataFrame(
        {
            "case_id": [f"p{number}" for number in range(count)],
            "onset": rng.choice(onset, count),
            "note": [f'says "a,\n{number}"' for number in range(count)],
            "pop": rng.choice(pop, count),
            "age": years,
        }
    )


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, index=False)
    return path


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)


def refused(model: Model, source: Path, target: Path, **options: Any) -> str:
    with pytest.raises(CohortError) as raised:
        score_file(model, source, target, **options)
    assert "; allowed: " in str(raised.value)
    return str(raised.value)


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# The same as in memory ----------------------------------------------------------------------------


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
    monkeypatch.setattr(cohort_files, "BLOCK_BYTES", 1000 if chunk == 7 else 2**20)
    frame = cohort()
    source, target = write(frame, tmp_path / f"in{kind}"), tmp_path / f"out{out}"
    told: list[tuple[int, float]] = []
    report = score_file(
        model, source, target, keep=["note"], progress=lambda *done: told.append(done)
    )
    expected = hamknee.score(model, frame, keep=["note"])
    found = read(target)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_categorical=False)
    assert report.as_json() == expected.attrs["hamknee"]
    assert report.tally.rows == COUNT
    assert told[-1] == (COUNT, 1.0)
    assert told == sorted(told)
    assert len(told) == 1 if chunk > COUNT else len(told) > 10
    assert {path.name for path in tmp_path.iterdir()} - {source.name, target.name} == (
        {"out.csv.json"} if out == ".csv" else set()
    )


def test_small_row_groups_make_no_small_chunks(tmp_path: Path) -> None:
    table = pa.table({"pop": ["yes", "no"] * 500, "case_id": range(1000)})
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=10)
    chunks = list(cohort_files.open_file(tmp_path / "in.parquet").chunks(["pop"], ["case_id"]))
    assert [len(chunk.table) for chunk in chunks] == [1000]
    assert chunks[0].table.column("case_id").to_pylist() == list(range(1000))


COLUMNS = {
    "texts": (pa.array(["31", None, "60_and_over"]), ["31", None, "60_and_over"]),
    "large texts": (pa.array(["31", "45"], pa.large_string()), ["31", "45"]),
    "viewed texts": (pa.array(["31", None], pa.string_view()), ["31", None]),
    "bytes": (pa.array([b"31", b"\xff"]), ["31", b"\xff"]),
    "categories": (pa.array(["31", None, "45"]).dictionary_encode(), ["31", None, "45"]),
    "categories of numbers": (pa.array([31, None, 72]).dictionary_encode(), [31, None, 72]),
    "whole numbers": (pa.array([31, None, 72], pa.uint8()), [31, None, 72]),
    "floats": (pa.array([31.5, float("nan"), None]), [31.5, None, None]),
    "small floats": (pa.array([31.5, None], pa.float16()), [31.5, None]),
    "decimals": (pa.array([Decimal("31.5"), None]), [31.5, None]),
    "truths": (pa.array([True, None]), [True, None]),
    "dates": (pa.array([datetime.date(2024, 1, 1)]), [datetime.date(2024, 1, 1)]),
    "nothing": (pa.nulls(2), [None, None]),
    "no rows": (pa.array([], pa.string()), []),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_arrow_columns_of_every_type_are_read(kind: str, model: Model, tmp_path: Path) -> None:
    column, values = COLUMNS[kind]
    pq.write_table(pa.table({"age": column}), tmp_path / "in.parquet")
    score_file(model, tmp_path / "in.parquet", tmp_path / "out.parquet")
    expected = hamknee.score(model, pd.DataFrame({"age": pd.Series(values, dtype=object)}))
    found = read(tmp_path / "out.parquet")
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_categorical=False)


def test_parquet_tells_the_numbers_and_the_report(model: Model, tmp_path: Path) -> None:
    source = write(cohort(), tmp_path / "in.parquet")
    report = score_file(model, source, tmp_path / "out.parquet")
    footer = pq.read_metadata(tmp_path / "out.parquet").metadata
    assert json.loads(footer[b"hamknee.report"]) == report.as_json()
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert schema.metadata[b"hamknee.numbers"].decode() == model.sha256


def test_beside_a_csv_file_stand_the_numbers_and_the_report(model: Model, tmp_path: Path) -> None:
    report = score_file(model, write(cohort(), tmp_path / "in.csv"), tmp_path / "out.csv")
    told = json.loads((tmp_path / "out.csv.json").read_text(encoding="utf-8"))
    assert told == report.as_json()
    assert told["numbers"] == model.sha256


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
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.select(["id", "when", "ward", "pop"]).to_pydict() == table.to_pydict()


# CSV as people write it ---------------------------------------------------------------------------


@pytest.mark.parametrize("block", [64, 2**20], ids=["small blocks", "one block"])
def test_a_csv_row_of_the_wrong_length_stays_in_its_place(
    block: int, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort_files, "BLOCK_BYTES", block)
    wrong = {0, 5, 6, 17, 38, 39}
    lines = [f"p{i},yes,30,4" if i in wrong else f'"p{i}",no,"\n"' for i in range(40)]
    lines = [line.replace('"\n"', '""') for line in lines]
    (tmp_path / "in.csv").write_text("\n".join(["id,pop,age", *lines[:9], "", *lines[9:]]))
    report = score_file(model, tmp_path / "in.csv", tmp_path / "out.csv")
    found = read(tmp_path / "out.csv")
    assert set(np.flatnonzero(found["fault"].notna())) == wrong
    assert found["id"].tolist() == [np.nan if i in wrong else f"p{i}" for i in range(40)]
    assert report.tally.faults == {"the row has 4 cells": len(wrong)}
    assert [example.row for example in report.tally.examples] == [i + 1 for i in sorted(wrong)]


def test_a_byte_order_mark_spaces_in_the_header_and_quotes_do_not_matter(
    model: Model, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_bytes(b'\xef\xbb\xbf id ,"pop", age\r\n"a, ""b""",yes, 31 \r\n')
    score_file(model, tmp_path / "in.csv", tmp_path / "out.parquet")
    found = read(tmp_path / "out.parquet").iloc[0]
    assert found["id"] == 'a, "b"'
    assert found["p_dvt"] == pytest.approx(model.posterior({"pop": "yes", "age": 31})["dvt"])


def test_a_cell_that_is_not_utf8_is_a_fault_of_its_row(model: Model, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"id,pop\na,pl\xf6tzlich\nb,yes\n")
    score_file(model, tmp_path / "in.csv", tmp_path / "out.csv")
    first, second = read(tmp_path / "out.csv")["fault"]
    assert first == "pop cannot be b'pl\\xf6tzlich' (bytes)"
    assert pd.isna(second)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"id,pop\na,yes\n\xf6,yes\n", "line 3: byte 0xf6 is not UTF-8"),
        (b"\xf6,pop\n", "line 1: byte 0xf6 is not UTF-8"),
        (b"\npop\nyes\n", "no column with a finding among none"),
        (b"pop,pop\nyes,no\n", "column 'pop' stands twice"),
        (b'pop,"a\nyes,1\n', "cannot be read"),
    ],
)
def test_a_csv_file_that_cannot_be_read_is_told(
    data: bytes, message: str, model: Model, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_bytes(data)
    assert message in refused(model, tmp_path / "in.csv", tmp_path / "out.csv")
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv"}


def test_a_header_alone_is_a_cohort_of_no_rows(model: Model, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,pop\n")
    assert score_file(model, tmp_path / "in.csv", tmp_path / "out.csv").tally.rows == 0
    assert len(read(tmp_path / "out.csv")) == 0


# Spreadsheets -------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "a;=1+1",
    "ok\n=1",
    "＝1",
    ' "=1',
]


def test_no_cell_of_a_csv_result_can_run_as_a_formula(model: Model, tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": FORMULAS, "=2+2": "x", "pop": FORMULAS})
    write(frame, tmp_path / "in.parquet")
    score_file(model, tmp_path / "in.parquet", tmp_path / "out.csv", keep=["=2+2"])
    found = read(tmp_path / "out.csv")
    assert list(found.columns[:2]) == ["id", "'=2+2"]
    assert [text.replace("'", "", 1) for text in found["id"][:4]] == FORMULAS[:4]
    for cell in [*found["id"], *found["fault"]]:
        for part in [piece for line in cell.splitlines() for piece in line.split(";")]:
            assert part.strip(' "\t')[:1] not in ("=", "+", "-", "@", "＝")


@given(st.text(st.sampled_from("=+-@;,\t\n\"' a1"), max_size=8))
def test_at_no_start_of_a_cell_stands_the_start_of_a_formula(text: str) -> None:
    safe = harmless(text)
    assert safe.replace("'", "") == text.replace("'", "")
    try:
        float(text)
    except ValueError:
        pieces = safe.replace(";", "\n").replace(",", "\n").replace("\t", "\n").split("\n")
        assert all(piece.lstrip(' "')[:1] not in tuple("=+-@") for piece in pieces)
    else:
        assert safe == text or not text.isascii() or text != text.strip() or "_" in text


def test_numbers_and_parquet_are_left_as_they_are(model: Model, tmp_path: Path) -> None:
    ids = ["-7", "+49", "-1,5", "1e-3", "p-7"]
    write(pd.DataFrame({"id": ids, "pop": "yes"}), tmp_path / "in.parquet")
    score_file(model, tmp_path / "in.parquet", tmp_path / "out.csv")
    assert pd.read_csv(tmp_path / "out.csv", dtype=str)["id"].tolist() == ids
    write(pd.DataFrame({"id": FORMULAS, "pop": "yes"}), tmp_path / "in.parquet")
    score_file(model, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert read(tmp_path / "out.parquet")["id"].tolist() == FORMULAS


# What is refused ----------------------------------------------------------------------------------


def test_strict_names_file_row_and_what_it_is_called(model: Model, tmp_path: Path) -> None:
    write(pd.DataFrame({"id": ["a", "b"], "pop": ["yes", "y"]}), tmp_path / "in.csv")
    told = refused(model, tmp_path / "in.csv", tmp_path / "out.csv", strict=True)
    assert told == "row 2 (id 'b'): 'y' is not a state of pop; allowed: yes, no"
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([["yes"]]),
        pa.array([{"a": 1}]),
        pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())),
    ],
    ids=["lists", "structures", "maps"],
)
def test_nested_columns_are_refused_unless_they_are_left_alone(
    column: pa.Array, model: Model, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"onset": column, "pop": ["yes"]}), tmp_path / "in.parquet")
    told = refused(model, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert "column 'onset' is of the type" in told
    score_file(model, tmp_path / "in.parquet", tmp_path / "out.parquet", mapping={"onset": ""})


def test_results_never_replace_the_cohort_or_other_files(model: Model, tmp_path: Path) -> None:
    source = write(cohort(3), tmp_path / "in.csv")
    before = source.read_bytes()
    for other in ("hard.csv", "soft.csv"):
        link = tmp_path / other
        link.hardlink_to(source) if other == "hard.csv" else link.symlink_to(source)
        assert "into the cohort" in refused(model, source, link, overwrite=True)
    assert "into the cohort" in refused(model, source, source, overwrite=True)
    assert source.read_bytes() == before
    (tmp_path / "out.csv").write_text("mine")
    assert "there already" in refused(model, source, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "mine"
    (tmp_path / "new.csv.json").write_text("mine")
    assert "new.csv.json' is there already" in refused(model, source, tmp_path / "new.csv")
    score_file(model, source, tmp_path / "out.csv", overwrite=True)
    assert len(read(tmp_path / "out.csv")) == 3


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("missing.csv", "out.csv", "there is no"),
        ("in.csv", "out.xlsx", "the cohort is a file, the results 'out.xlsx'"),
        ("in.csv", "nowhere/out.csv", "there is no folder"),
        ("in.csv.gz", "out.csv", "cannot tell what .gz is"),
        ("bad.parquet", "out.csv", "bad.parquet cannot be read"),
        ("folder", "out.csv", "the cohort is a folder"),
        ("folder", "out", "no .parquet file in"),
        ("folder", "folder/out", "into the cohort"),
        ("folder/x.txt", "folder", "into the cohort, or around it"),
    ],
)
def test_paths_that_cannot_be_are_told(
    source: str, target: str, message: str, model: Model, tmp_path: Path
) -> None:
    write(cohort(3), tmp_path / "in.csv")
    (tmp_path / "folder").mkdir()
    for name in ("in.csv.gz", "bad.parquet", "folder/x.txt"):
        (tmp_path / name).write_bytes(b"PAR1 no")
    before = files_below(tmp_path)
    assert message in refused(model, tmp_path / source, tmp_path / target)
    assert files_below(tmp_path) == before


@pytest.mark.parametrize("name", ["a b'\"$(x);&.csv", "-o.csv", "ö ☃.csv", "a\nb.csv", "[a]*?.csv"])
def test_odd_names_of_files_are_names(name: str, model: Model, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    source = write(cohort(3), tmp_path / name)
    score_file(model, source, tmp_path / "out" / name)
    assert len(read(tmp_path / "out" / name)) == 3


def test_a_parquet_file_that_is_cut_short_leaves_nothing_behind(
    model: Model, tmp_path: Path
) -> None:
    source = write(cohort(20_000), tmp_path / "in.parquet")
    data = bytearray(source.read_bytes())
    data[1000:9000] = bytes(8000)  # the footer is whole, the pages are not
    source.write_bytes(data)
    assert "cannot be read" in refused(model, source, tmp_path / "out.parquet")
    assert {path.name for path in tmp_path.iterdir()} == {"in.parquet"}


# Folders ------------------------------------------------------------------------------------------


def folder_of(place: Path, parts: int = 6, rows: int = 50) -> Path:
    place.mkdir()
    for part in range(parts):
        below = place / "sub" if part == 3 else place
        below.mkdir(exist_ok=True)
        write(cohort(rows, seed=part), below / f"part-{part}.parquet")
    (place / "_SUCCESS").touch()
    return place


def test_a_folder_is_scored_file_by_file(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in"), tmp_path / "out"
    (source / "README.txt").write_text("about")
    report = score_file(model, source, target)
    names = [*(f"part-{part}.parquet" for part in (0, 1, 2, 4, 5)), "sub/part-3.parquet"]
    assert set(files_below(target)) == {MANIFEST, *names}
    frames = [read(source / name) for name in names]
    expected = [hamknee.score(model, frame) for frame in frames]
    for name, scored in zip(names, expected, strict=True):
        pd.testing.assert_frame_equal(
            read(target / name), scored, check_dtype=False, check_categorical=False
        )
    together = hamknee.score(model, pd.concat(frames, ignore_index=True))
    assert report.tally.faults == together.attrs["hamknee"]["faults"]
    assert report.tally.rows == 300
    assert report.ignored_files == ("README.txt",)
    assert report.tally.examples[0].file == "part-0.parquet"
    assert len(pd.read_parquet(target)) == 300  # other readers skip the manifest


def test_what_is_whole_is_not_done_again(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in"), tmp_path / "out"
    first = score_file(model, source, target)
    whole = files_below(target)
    times = {name: (target / name).stat().st_mtime_ns for name in whole}
    (target / "part-1.parquet").unlink()
    (target / "part-2.parquet").write_bytes(b"spoilt")
    shutil.copy(target / "part-5.parquet", target / "part-4.parquet")
    pq.write_table(pq.read_table(target / "part-0.parquet"), target / "part-0.parquet")
    again = score_file(model, source, target, resume=True)
    assert files_below(target) == whole
    assert again == first
    kept = {name for name in whole if (target / name).stat().st_mtime_ns == times[name]}
    assert kept >= {MANIFEST, "part-5.parquet", "sub/part-3.parquet"}


KILLED = """
import sys
import hamknee
from hamknee.cohort import reading as cohort_files
cohort_files.CHUNK_ROWS = 64
print("ready", flush=True)
hamknee.score_file(hamknee.load(), sys.argv[1], sys.argv[2], resume=True)
"""


def test_killed_at_any_moment_it_leaves_whole_files_and_goes_on(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort_files, "CHUNK_ROWS", 64)
    source = folder_of(tmp_path / "in", parts=10, rows=800)
    expected = score_file(model, source, tmp_path / "whole")
    whole = files_below(tmp_path / "whole")
    target, moments, cut = tmp_path / "out", random.Random(7), 0
    for _ in range(3):
        command = [sys.executable, "-c", KILLED, str(source), str(target)]
        job = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert job.stdout is not None
        job.stdout.readline()
        before = len(files_below(target)) if target.exists() else 0
        while job.poll() is None and (
            len(files_below(target)) if target.exists() else 0
        ) < before + moments.randint(1, 3):
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.02))
        job.send_signal(signal.SIGKILL)
        cut += job.wait() == -signal.SIGKILL
        job.stdout.close()
        found = {name: data for name, data in files_below(target).items() if "/." not in f"/{name}"}
        assert found.items() <= whole.items()
    assert cut >= 2
    assert score_file(model, source, target, resume=True) == expected
    assert files_below(target) == whole


def test_only_the_same_job_is_gone_on_with(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in", parts=2), tmp_path / "out"
    score_file(model, source, target)
    other = Model(model.vocabulary, model.cpts, sha256="other")
    assert "with other numbers" in refused(other, source, target, resume=True)
    assert "other kept" in refused(model, source, target, resume=True, keep=["note"])
    mapping = {"note": ""}
    assert "other mapping" in refused(model, source, target, resume=True, mapping=mapping)
    write(cohort(60), source / "part-1.parquet")
    assert "other files" in refused(model, source, target, resume=True)
    assert "not empty" in refused(model, source, target)
    assert score_file(model, source, target, overwrite=True).tally.rows == 110


def test_overwriting_removes_results_and_nothing_else(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in", parts=4), tmp_path / "out"
    score_file(model, source, target)
    mine, outside = target / "mine.txt", tmp_path / "outside.parquet"
    for path in (mine, outside):
        path.write_text("mine")
    manifest = target / MANIFEST
    told = json.loads(manifest.read_text())
    told["files"].append({"name": "../outside.parquet"})
    manifest.write_text(json.dumps(told))
    assert "not empty" in refused(model, source, target, overwrite=True)
    assert set(files_below(target)) == {"mine.txt"}
    assert outside.read_text() == "mine"
    mine.unlink()
    score_file(model, source, target, overwrite=True)


def test_a_folder_that_is_not_of_hamknee_is_left_alone(model: Model, tmp_path: Path) -> None:
    source, target = folder_of(tmp_path / "in", parts=1), tmp_path / "out"
    target.mkdir()
    (target / "part-0.parquet").write_text("mine")
    for options in ({}, {"resume": True}, {"overwrite": True}):
        assert "not empty" in refused(model, source, target, **options)
    assert files_below(target) == {"part-0.parquet": b"mine"}


def test_links_in_a_folder_are_not_followed(model: Model, tmp_path: Path) -> None:
    outside = write(cohort(3), tmp_path / "secret.parquet")
    for link, to in (("link.parquet", outside), ("links", tmp_path)):
        source = folder_of(tmp_path / f"in {link}", parts=1)
        (source / link).symlink_to(to)
        told = refused(model, source, tmp_path / "out")
        assert f"{link!r} is a symbolic link" in told
    assert not (tmp_path / "out").exists()


def test_files_of_a_folder_are_alike(model: Model, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", parts=2)
    write(cohort(3).drop(columns="onset"), source / "part-1.parquet")
    told = refused(model, source, tmp_path / "out")
    assert "part-0.parquet has a column 'onset' and part-1.parquet has not" in told
    write(cohort(3).assign(case_id=[1, 2, 3]), source / "part-1.parquet")
    assert "of other types" in refused(model, source, tmp_path / "out")


def test_values_in_the_names_of_folders_are_refused(model: Model, tmp_path: Path) -> None:
    source = tmp_path / "in"
    cohort(9).assign(pop="yes").to_parquet(source, partition_cols=["pop"])
    assert "'pop' in the name of a folder" in refused(model, source, tmp_path / "out")


def test_what_a_killed_run_left_behind_goes_with_the_next(model: Model, tmp_path: Path) -> None:
    source = write(cohort(3), tmp_path / "in.csv")
    (tmp_path / ".out.parquet.x7.part").write_text("half a file")
    (tmp_path / ".out.parquet2.x7.part").write_text("of another one")
    score_file(model, source, tmp_path / "out.parquet")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"in.csv", "out.parquet", ".out.parquet2.x7.part"}


def test_a_single_file_cannot_be_gone_on_with(model: Model, tmp_path: Path) -> None:
    source = write(cohort(3), tmp_path / "in.csv")
    assert "only a folder" in refused(model, source, tmp_path / "out.csv", resume=True)


def test_a_folder_that_cannot_be_written_in_is_told(model: Model, tmp_path: Path) -> None:
    source = write(cohort(3), tmp_path / "in.csv")
    too_long = tmp_path / f"{'x' * 250}.csv"
    assert "File name too long" in refused(model, source, too_long)
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv"}


def test_the_benchmark_draws_a_cohort_and_times_its_stages(
    model: Model,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    benchmark = importlib.import_module("cohorts")
    benchmark.write_cohort(model, tmp_path / "cohort.parquet", 500)
    report = score_file(model, tmp_path / "cohort.parquet", tmp_path / "out.parquet")
    assert (report.tally.rows, report.tally.faulty) == (500, 0)
    benchmark.stages(model, tmp_path / "cohort.parquet", 500, 1)
    printed = capsys.readouterr().out
    for stage in ("read Parquet", "codes", "all of it, overlapped"):
        assert f"| {stage}" in printed
