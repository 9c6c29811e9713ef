"""Parquet files in memory: as they were written, or refused before they are too large."""

import datetime as dt
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hamknee.base.csv_dialect import TableError
from hamknee.base.frames import parse_table
from hamknee.base.parquet import parquet_table


def written(table: pa.Table, **how: object) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **how)
    return file.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(TableError) as error:
        parse_table(data, "cohort.parquet")
    return str(error.value)


def test_a_table_comes_out_as_pandas_wrote_it() -> None:
    columns = {
        "id": ["A", "B", None],
        "age": [31, 47, 52],
        "weight": [71.5, np.nan, 80.0],
        "seen": [dt.date(2026, 1, 2)] * 3,
        "sex": pd.Categorical(["female", None, "male"]),
    }
    frame = pd.DataFrame(columns)
    file = io.BytesIO()
    frame.to_parquet(file)
    pd.testing.assert_frame_equal(parse_table(file.getvalue(), "cohort.parquet"), frame)


def test_texts_may_stay_one_of_a_kind() -> None:
    data = written(pa.table({"onset": ["sudden", "gradual", "sudden"], "age": [1, 2, 3]}))
    table = parquet_table(data, "cohort.parquet", categories=True)
    assert pa.types.is_dictionary(table.schema.field("onset").type)
    assert table.column("onset").to_pylist() == ["sudden", "gradual", "sudden"]


@pytest.fixture
def one_megabyte(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("hamknee.base.parquet.MOST_UNPACKED", 2**20)
    return 2**20


@pytest.mark.parametrize("kind", [pa.float64(), pa.string(), pa.large_binary(), pa.date32()])
def test_a_small_file_of_very_many_rows_is_refused_before_it_is_unpacked(
    one_megabyte: int, kind: pa.DataType
) -> None:
    data = written(pa.table({"age": pa.nulls(one_megabyte // 4 + 1, kind)}))
    assert len(data) < one_megabyte // 500
    assert "over 1 MB once it is unpacked; allowed: 1 MB; a file of fewer rows" in refused(data)


@pytest.mark.parametrize(("kind", "width"), [(pa.float64(), 8), (pa.string(), 4)])
def test_a_file_whose_rows_fit_is_read(one_megabyte: int, kind: pa.DataType, width: int) -> None:
    rows = int(0.9 * one_megabyte) // width
    assert len(parse_table(written(pa.table({"age": pa.nulls(rows, kind)})), "in.parquet")) == rows


def test_a_long_text_in_every_row_is_refused(one_megabyte: int) -> None:
    texts = pa.DictionaryArray.from_arrays(np.zeros(2_000, np.int32), ["x" * 2_000])
    data = written(pa.table({"note": texts}))
    assert len(data) < one_megabyte // 50
    assert "over 1 MB" in refused(data)


def test_a_column_that_stands_twice_is_named() -> None:
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["age", "age"])
    assert "column 'age' stands twice" in refused(written(twice))


def test_a_long_text_that_few_rows_have_is_held_once(one_megabyte: int) -> None:
    places = np.zeros(5_000, np.int32)
    places[7] = 1
    texts = pa.DictionaryArray.from_arrays(places, ["a", "b" * (one_megabyte // 2)])
    table = parquet_table(written(pa.table({"note": texts}), store_schema=False), "in.parquet")
    assert table.column("note").to_pylist() == texts.to_pylist()


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.string()])
def test_texts_come_out_as_they_were_written(kind: pa.DataType) -> None:
    table = pa.table({"note": pa.array(["a", None, "", "a"], kind), "kind": pa.array(["b"] * 4)})
    for rows in (1, 4):
        assert parquet_table(written(table, row_group_size=rows), "in.parquet").equals(table)


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary_view()])
def test_bytes_of_every_kind_are_texts(kind: pa.DataType) -> None:
    read = parquet_table(written(pa.table({"note": pa.array([b"a", None], kind)})), "in.parquet")
    assert read.column("note").to_pylist() == ["a", None]


def test_lists_are_refused_by_name() -> None:
    with_lists = written(pa.table({"onset": [["sudden"]], "age": [31]}))
    assert "column 'onset' holds lists or structures; allowed: texts" in refused(with_lists)


def test_one_may_look_before_anything_is_unpacked() -> None:
    def look(file: pq.ParquetFile) -> None:
        raise LookupError(file.metadata.num_rows)

    with pytest.raises(LookupError, match="3"):
        parquet_table(written(pa.table({"age": [1, 2, 3]})), "cohort.parquet", look)


def test_bytes_are_texts_and_what_is_no_utf_8_is_spelt_out() -> None:
    table = pa.table({"pop": [b"yes", None], "note": [b"\xff", b"no"]})
    read = parquet_table(written(table), "cohort.parquet").to_pydict()
    assert read == {"pop": ["yes", None], "note": ["\\xff", "no"]}
