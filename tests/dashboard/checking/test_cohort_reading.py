"""A visitor's file of cases: read with its types, or refused with a reason."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from checking.cohort_reading import read_cohort
from hamknee.base.csv_dialect import TableError
from hamknee.inference.model import Model
from tests.support.check_page import parquet, result, worked_out

NO_TEXT = parquet(pa.table({"onset": ["sudden?"]})).replace(b"sudden?", b"sudden\xff")
"""A column of texts of which one is no UTF-8."""


def refused(data: bytes, name: str = "mine.csv") -> str:
    with pytest.raises(TableError) as error:
        read_cohort(data, name)
    return str(error.value)


def test_parquet_is_read_with_its_types(model: Model) -> None:
    table = pa.table(
        {
            "id": [7, 8],
            "onset": pa.array(["sudden", None]).dictionary_encode(),
            "age": [31.0, float("nan")],
            "pop": [True, False],
        }
    )
    page = worked_out(parquet(table), "mine.parquet")
    scored = result(page)
    assert list(scored["id"]) == [7, 8]
    for row, case in enumerate([{"onset": "sudden", "age": 31, "pop": "yes"}, {"pop": "no"}]):
        expected = model.posterior(case)
        assert scored[f"p_{expected.top}"][row] == pytest.approx(expected[expected.top], abs=1e-12)


def test_notes_for_pandas_that_are_none_are_left_aside() -> None:
    table = pa.table({"onset": ["sudden"]}).replace_schema_metadata({"pandas": "{no JSON"})
    assert list(read_cohort(parquet(table), "mine.parquet").frame["onset"]) == ["sudden"]


@pytest.mark.parametrize(
    ("data", "name", "fault"),
    [
        (b"", "mine.csv", "the file is empty; allowed: a header"),
        (b"onset,pop\n", "mine.csv", "no rows; allowed: a header and at least one row"),
        (b"\x00\x01\x02" * 1000, "mine.csv", "NUL character"),
        (b"onset,onset\nsudden,days\n", "mine.csv", "column 'onset' stands twice"),
        (b"onset\n" + b"sudden\n" * 200_001, "mine.csv", "200,001 rows; allowed: at most 200,000"),
        (
            b"a" + b",," * 400 + b"\n" + b"\n".join([b"," * 800] * 12_500),
            "mine.csv",
            "cells; allowed: at",
        ),
        (b"a," + b"," * 999, "mine.csv", "1,001 columns; allowed: at most 1,000"),
        (b"," * 9_000_000, "mine.csv", "over 100,000 columns"),
        (b'"\n' + b"x" * 200_000 + b"," * 9_000_000, "mine.csv", "a quote that is not closed"),
        (NO_TEXT, "mine.parquet", "not a table that pandas can take"),
        (b"PK\x03\x04 onset", "mine.parquet", "not a Parquet file"),
        (b"PAR1" + b"\x00" * 40 + b"PAR1", "mine.parquet", "not a Parquet file"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, name: str, fault: str) -> None:
    assert fault in refused(data, name)


def test_a_small_file_of_very_many_rows_is_not_unpacked() -> None:
    data = parquet(pa.table({"onset": pa.nulls(5_000_000, pa.string())}))
    assert len(data) < 100_000
    assert "5,000,000 rows; allowed: at most 200,000" in refused(data, "mine.parquet")


def test_a_text_that_is_long_in_every_row_is_counted_in_every_row() -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(100_000, np.int32)), ["x" * 100_000])
    data = parquet(pa.table({"onset": texts}))
    assert len(data) < 200_000
    told = refused(data, "mine.parquet")
    assert "over 128 MB once it is unpacked; allowed: 128 MB; on the command line" in told


def test_texts_that_share_their_beginnings_are_not_unpacked() -> None:
    data = io.BytesIO()
    texts = pa.table({"onset": ["x" * 1_000_000] * 20})
    encoding = {"onset": "DELTA_BYTE_ARRAY"}
    pq.write_table(texts, data, use_dictionary=False, column_encoding=encoding, compression="zstd")
    assert len(data.getvalue()) < 2_000
    assert "packed in a way that is not read here" in refused(data.getvalue(), "mine.parquet")


def test_what_was_assumed_and_what_is_no_case_is_told() -> None:
    page = worked_out("name;age;pop\nMüller;31,5;yes\n;;\nB;44\n".encode("cp1252"))
    told = " ".join(caption.value for caption in page.caption)
    assert "read as Windows" in told
    assert "separated by semicolons" in told
    warned = page.warning[0].value.replace("\\", "")
    assert "2 rows are no cases, and get no answer. Line 3: nothing stands" in warned
    scored = result(page)
    assert scored["fault"].notna().tolist() == [False, True, True]


def test_a_sum_at_the_foot_is_no_case_and_is_told() -> None:
    page = worked_out(b"case_id;age;pop\nK1;31;yes\nTotal;31;\n")
    assert "Line 3: the row begins with 'Total'" in page.warning[0].value.replace("\\", "")
    assert result(page)["fault"].notna().tolist() == [False, True]


def test_a_header_that_is_one_cell_short_is_refused() -> None:
    assert "row.names = FALSE" in refused(b'"age","pop"\n"1",31,"yes"\n"2",44,"no"\n')


def test_lists_are_refused() -> None:
    data = parquet(pa.table({"onset": pa.array([["a"]])}))
    assert "column 'onset' holds lists or structures" in refused(data, "mine.parquet")


def test_bytes_are_texts() -> None:
    data = parquet(pa.table({"onset": pa.array([b"sudden", None])}))
    assert read_cohort(data, "mine.parquet").frame["onset"][0] == "sudden"


def test_a_refusal_names_the_file_as_it_is_called() -> None:
    assert "c.csv.gz: cannot tell what .gz is" in refused(b"x", "c.csv.gz")


def test_damaged_parquet_is_read_or_refused() -> None:
    whole = parquet(pa.table({"onset": ["sudden", "days"] * 50, "age": np.arange(100)}))
    rng, refusals = np.random.default_rng(5), 0
    for _ in range(300):
        data = bytearray(whole)
        for place in rng.integers(len(data), size=3):
            data[place] = rng.integers(256)
        try:
            assert len(read_cohort(bytes(data), "mine.parquet").frame) > 0
        except TableError:
            refusals += 1
    assert refusals > 100


def test_a_file_too_large_is_refused() -> None:
    assert "a file of 51 MB; allowed: 50 MB here" in refused(bytes(51 * 2**20))
