"""Reading cohorts: columns of every type, and CSV as people write it."""

import array
import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hamknee
from hamknee.base import csv_dialect
from hamknee.cohort import reading as cohort_files
from hamknee.cohort.columns import CohortError
from hamknee.cohort.folders import score_file
from hamknee.cohort.reading import arrow_column
from hamknee.inference.model import Model
from tests.support.scored_files import cohort, read, refused, write


def test_small_row_groups_make_no_small_chunks(tmp_path: Path) -> None:
    table = pa.table({"pop": ["yes", "no"] * 500, "case_id": range(1000)})
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=10)
    chunks = list(cohort_files.open_file(tmp_path / "in.parquet").chunks(["pop"], ["case_id"]))
    assert [len(chunk.table) for chunk in chunks] == [1000]
    assert chunks[0].table.column("case_id").to_pylist() == list(range(1000))


def test_chunks_of_parquet_are_filled_and_know_where_they_begin(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort_files, "CHUNK_ROWS", 4)
    onset = ["sudden"] * 10
    onset[9] = "suddn"
    pq.write_table(pa.table({"onset": onset}), tmp_path / "in.parquet", row_group_size=2)
    chunks = list(cohort_files.open_file(tmp_path / "in.parquet").chunks(["onset"], []))
    assert [(chunk.start, len(chunk.table)) for chunk in chunks] == [(0, 4), (4, 4), (8, 2)]
    assert [chunk.share for chunk in chunks] == [0.4, 0.8, 1.0]
    report = score_file(model, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert [example.row for example in report.tally.examples] == [10]


@pytest.mark.parametrize("kind", ["text", "category", "view", "bytes"])
def test_a_long_text_that_stands_once_in_a_file_does_not_fill_the_memory(
    kind: str, tmp_path: Path
) -> None:
    text = "x" * 2**19
    one = pa.array([text.encode() if kind == "bytes" else text])
    ids = pa.DictionaryArray.from_arrays(pa.array(np.zeros(300, dtype=np.int32)), one)
    if kind == "view":
        ids = pa.array([text] * 300, pa.string_view())
    table = pa.table({"case_id": ids, "pop": ["yes"] * 300})
    pq.write_table(table, tmp_path / "in.parquet", store_schema=kind != "text")
    assert (tmp_path / "in.parquet").stat().st_size < 100_000
    file = cohort_files.open_file(tmp_path / "in.parquet")
    rows = [len(chunk.table) for chunk in file.chunks(["pop"], ["case_id"])]
    assert sum(rows) == 300
    assert max(rows) * len(text) <= cohort_files.CHUNK_BYTES


def test_wide_values_of_one_width_make_small_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohort_files, "CHUNK_BYTES", 2**20)
    ids = pa.array([b"x" * 2**14] * 300, pa.binary(2**14))
    pq.write_table(pa.table({"case_id": ids, "pop": ["yes"] * 300}), tmp_path / "in.parquet")
    file = cohort_files.open_file(tmp_path / "in.parquet")
    rows = [len(chunk.table) for chunk in file.chunks(["pop"], ["case_id"])]
    assert sum(rows) == 300
    assert max(rows) * 2**14 <= 2**20


def test_damaged_parquet_is_read_or_refused(tmp_path: Path) -> None:
    """Arrow ends the whole process where what a file says of a column is damaged in some ways."""
    ids = [f"p{number}" for number in range(100)]
    table = pa.table({"case_id": ids, "onset": ["sudden", "days"] * 50})
    pq.write_table(table, tmp_path / "in.parquet")
    whole = (tmp_path / "in.parquet").read_bytes()
    rng, refusals = np.random.default_rng(5), 0
    for _ in range(400):
        data = bytearray(whole)
        for place in rng.integers(-900, -8, size=3):  # before the last eight bytes it says so
            data[place] = rng.integers(256)
        (tmp_path / "in.parquet").write_bytes(data)
        try:
            file = cohort_files.open_file(tmp_path / "in.parquet")
            list(file.chunks([], list(file.types)))
        except CohortError:
            refusals += 1
    assert 100 < refusals < 400


def test_a_file_that_says_it_has_other_rows_than_there_are_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"pop": ["yes", "no"] * 150}), path, row_group_size=100)
    data = path.read_bytes()
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    total = data.index(b"\xd8\x04", start)  # 300, as whole numbers are written there
    path.write_bytes(data[:total] + b"\xf0\x03" + data[total + 2 :])  # 248
    with pytest.raises(CohortError, match="300 rows, but 248 by what it says of itself"):
        list(cohort_files.open_file(path).chunks(["pop"], []))


def test_a_name_that_is_no_text_is_spelt_out(model: Model, tmp_path: Path) -> None:
    data = pa.py_buffer(b"p1p\xfb2")
    ids = pa.StringArray.from_buffers(2, pa.array([0, 2, 5], pa.int32()).buffers()[1], data)
    pq.write_table(
        pa.table({"case_id": ids, "onset": ["sudden", "suddn"]}), tmp_path / "in.parquet"
    )
    report = score_file(model, tmp_path / "in.parquet", tmp_path / "out.csv", keep=["case_id"])
    assert [example.name for example in report.tally.examples] == ["p\\xfb2"]
    with pytest.raises(CohortError, match=r"row 2 \(case_id 'p.*xfb2'\)"):
        score_file(
            model, tmp_path / "in.parquet", tmp_path / "b.csv", keep=["case_id"], strict=True
        )


@pytest.mark.parametrize("use_dictionary", [True, False])
def test_a_text_too_long_for_any_cell_is_refused(use_dictionary: bool, tmp_path: Path) -> None:
    long = "x" * (cohort_files.MOST_TEXT + 1)
    table = pa.table({"case_id": [long] * 3, "pop": ["yes", "no", "no"]})
    pq.write_table(table, tmp_path / "in.parquet", use_dictionary=use_dictionary)
    file = cohort_files.open_file(tmp_path / "in.parquet")
    with pytest.raises(CohortError, match=r"column 'case_id' has texts of 1,048,5.. bytes"):
        list(file.chunks(["pop"], ["case_id"]))


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
    scored = read(tmp_path / "out.parquet")
    pd.testing.assert_frame_equal(scored, expected, check_dtype=False, check_categorical=False)


@pytest.mark.parametrize(("kind", "offset"), [(pa.string(), "i"), (pa.large_string(), "q")])
def test_a_text_that_is_no_utf8_stays_bytes_beside_the_others(
    kind: pa.DataType, offset: str
) -> None:
    places = pa.py_buffer(array.array(offset, [0, 3, 4]).tobytes())
    column = pa.Array.from_buffers(kind, 2, [None, places, pa.py_buffer(b"yes\xff")])
    assert vars(arrow_column(column))["values"] == ["yes", b"\xff"]


# CSV as people write it ---------------------------------------------------------------------------


@pytest.mark.parametrize("block", [64, 2**20], ids=["small blocks", "one block"])
def test_a_csv_row_of_the_wrong_length_stays_in_its_place(
    block: int, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_dialect, "BLOCK_BYTES", block)
    wrong = {0, 5, 6, 17, 38, 39}
    lines = [f"p{i},yes,30,4" if i in wrong else f'"p{i}",no,"\n"' for i in range(40)]
    lines = [line.replace('"\n"', '""') for line in lines]
    (tmp_path / "in.csv").write_text("\n".join(["id,pop,age", *lines[:9], "", *lines[9:]]))
    report = score_file(model, tmp_path / "in.csv", tmp_path / "out.csv")
    scored = read(tmp_path / "out.csv")
    assert set(np.flatnonzero(scored["fault"].notna())) == wrong
    assert scored["id"].tolist() == [np.nan if i in wrong else f"p{i}" for i in range(40)]
    assert report.tally.faults == {"the row has 4 cells": len(wrong)}
    assert [example.row for example in report.tally.examples] == [i + 1 for i in sorted(wrong)]


def test_a_byte_order_mark_spaces_in_the_header_and_quotes_do_not_matter(
    model: Model, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_bytes(b'\xef\xbb\xbf id ,"pop", age\r\n"a, ""b""",yes, 31 \r\n')
    score_file(model, tmp_path / "in.csv", tmp_path / "out.parquet")
    scored = read(tmp_path / "out.parquet").iloc[0]
    assert scored["id"] == 'a, "b"'
    assert scored["p_dvt"] == pytest.approx(model.posterior({"pop": "yes", "age": 31})["dvt"])


def test_a_file_that_is_not_utf8_is_read_as_windows_writes_it(model: Model, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"id,pop\na,pl\xf6tzlich\nb\x80,yes\n")
    report = score_file(model, tmp_path / "in.csv", tmp_path / "out.csv")
    scored = read(tmp_path / "out.csv")
    assert scored["fault"][0] == "'plötzlich' is not a state of pop"
    assert scored["id"].tolist() == ["a", "b€"]
    assert "Windows-1252" in report.text
    assert "Windows-1252" in report.as_json()["assumed"][0]


def test_a_header_alone_is_a_cohort_of_no_rows(model: Model, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,pop\n")
    assert score_file(model, tmp_path / "in.csv", tmp_path / "out.csv").tally.rows == 0
    assert len(read(tmp_path / "out.csv")) == 0


# What is refused ----------------------------------------------------------------------------------


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
    message = refused(model, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert "column 'onset' is of the type" in message
    score_file(model, tmp_path / "in.parquet", tmp_path / "out.parquet", mapping={"onset": ""})


def test_a_parquet_file_that_is_cut_short_leaves_nothing_behind(
    model: Model, tmp_path: Path
) -> None:
    source = write(cohort(20_000), tmp_path / "in.parquet")
    data = bytearray(source.read_bytes())
    data[1000:9000] = bytes(8000)  # the footer is whole, the pages are not
    source.write_bytes(data)
    assert "cannot be read" in refused(model, source, tmp_path / "out.parquet")
    assert {path.name for path in tmp_path.iterdir()} == {"in.parquet"}


def test_a_column_whose_name_is_not_utf8_is_refused_in_a_sentence(tmp_path: Path) -> None:
    table = pa.table({"p\u00e9p": ["yes"], "pop": ["yes"]})
    pq.write_table(table, tmp_path / "in.parquet", store_schema=False)
    broken = (tmp_path / "in.parquet").read_bytes().replace("p\u00e9p".encode(), b"p\xec-p")
    (tmp_path / "in.parquet").write_bytes(broken)
    with pytest.raises(CohortError, match=r"in\.parquet cannot be read: .*; allowed: a CSV file"):
        cohort_files.open_file(tmp_path / "in.parquet")
