"""Pages of Parquet: measured by their headers before any is unpacked, whatever the footer says."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hamknee.base import parquet_pages
from hamknee.base.csv_dialect import TableError
from hamknee.base.frames import parse_table
from hamknee.base.parquet_pages import RowGroup, row_groups
from hamknee.cohort import CohortError, open_file

TABLE = pa.table(
    {
        "id": [f"{number:06d} " + "long name " * 9 for number in range(9_000)],
        "pop": ["yes", None, "no"] * 3_000,
        "pain.score": np.arange(9_000) / 7,
        "seen": [number % 3 == 0 for number in range(9_000)],
        "seen at": pa.array([[1, 2], None, []] * 3_000),
    }
)


def written(table: pa.Table, **how: object) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **how)
    return file.getvalue()


def measured(data: bytes, columns: set[str] | None = None) -> list[RowGroup]:
    return list(row_groups(io.BytesIO(data), "in.parquet", columns))


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_all_pages_are_as_large_as_an_honest_footer_says(
    version: str, compression: str, dictionary: bool
) -> None:
    data = written(
        TABLE,
        data_page_version=version,
        compression=compression,
        use_dictionary=dictionary,
        data_page_size=5_000,
        row_group_size=4_000,
        write_page_checksum=True,
    )
    groups = measured(data)
    assert [group.rows for group in groups] == [4_000, 4_000, 1_000]
    about = pq.ParquetFile(io.BytesIO(data)).metadata
    for number, group in enumerate(groups):
        said = about.row_group(number).total_byte_size  # counts the headers too
        assert 0.8 * said < sum(group.unpacked.values()) < said
    assert list(groups[0].unpacked) == TABLE.column_names


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_value_is_as_wide_as_in_the_page_where_it_is_widest(version: str) -> None:
    texts = ["x" * 10] * 900 + ["y" * 5_000] * 100
    data = written(
        pa.table({"id": texts}),
        use_dictionary=False,
        data_page_size=1_000,
        write_batch_size=50,
        data_page_version=version,
    )
    (group,) = measured(data)
    assert group.unpacked["id"] == pytest.approx(900 * 14 + 100 * 5_004, rel=0.05)
    assert 4_000 < group.width_of("id") < 6_000
    (group,) = measured(written(pa.table({"id": texts})))
    assert group.width_of("id") < 10  # each stands once, which the pages do not tell


def test_only_the_columns_that_are_read_are_looked_at() -> None:
    (group,) = measured(written(TABLE), {"id", "seen at"})
    assert list(group.unpacked) == ["id", "seen at"]


def varint(number: int, length: int = 0) -> bytes:
    """Return a whole number as footers have it, with zeros behind if it is to be longer."""
    number *= 2
    out = bytearray()
    while number > 127 or len(out) + 1 < length:
        out.append(128 + number % 128)
        number //= 128
    return bytes([*out, number])


def lying(data: bytes) -> bytes:
    """Return a file whose footer says that all columns unpack to 1 byte."""
    group = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0)
    sizes = [group.column(place).total_uncompressed_size for place in range(group.num_columns)]
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    footer = data[start:]
    for said in map(varint, [*sizes, group.total_byte_size]):
        footer = footer.replace(said, varint(1, len(said)))
    return data[:start] + footer


@pytest.fixture(params=[True, False], ids=["dictionary", "plain"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Return a small file with a page of 500 kB that says it has 1 byte; 256 kB are allowed."""
    monkeypatch.setattr(parquet_pages, "MOST_AT_ONCE", 2**18)
    texts = [f"{number:03d}" + "x" * 5_000 for number in range(100)]
    table = pa.table({"id": texts, "pop": ["yes"] * 100})
    how = {"use_dictionary": request.param, "compression": "zstd", "write_statistics": False}
    data = lying(written(table, **how))
    footer = pq.ParquetFile(io.BytesIO(data)).metadata.row_group(0).column(0)
    assert footer.total_uncompressed_size == 1
    assert len(data) < 7_000
    return data


PROBLEM = (
    r"pages that unpack to [0-9,]+ bytes at once, most of them in column 'id'; allowed: 262,144"
)


def test_a_page_that_is_too_large_is_refused_whatever_the_footer_says(large: bytes) -> None:
    with pytest.raises(TableError, match=PROBLEM):
        parse_table(large, "cohort.parquet")


def test_a_page_that_is_too_large_is_not_scored_but_may_be_left_alone(
    large: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "cohort.parquet"
    path.write_bytes(large)
    file = open_file(path)
    for read, kept in ((["id", "pop"], []), (["pop"], ["id"])):
        with pytest.raises(CohortError, match=PROBLEM):
            list(file.chunks(read, kept))
    assert len(next(file.chunks(read=["pop"], kept=[])).table) == 100


def test_pages_of_several_columns_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(TABLE, use_dictionary=False)
    monkeypatch.setattr(parquet_pages, "MOST_AT_ONCE", 950_000)
    assert measured(data, {"id"})
    with pytest.raises(TableError, match="'id'"):
        measured(data)


def test_texts_that_stand_once_count_four_times_as_reading_copies_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = pa.table({"id": [f"{number:03d}" + "x" * 9_997 for number in range(100)]})
    for dictionary, held in ((True, 4_000_000), (False, 1_000_000)):
        data = written(texts, use_dictionary=dictionary)
        monkeypatch.setattr(parquet_pages, "MOST_AT_ONCE", int(1.01 * held))
        assert measured(data)
        monkeypatch.setattr(parquet_pages, "MOST_AT_ONCE", int(0.99 * held))
        with pytest.raises(TableError, match="bytes at once"):
            measured(data)


def test_a_footer_that_is_too_long_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cohort.parquet"
    path.write_bytes(written(TABLE))
    monkeypatch.setattr(parquet_pages, "LONGEST_FOOTER", 100)
    with pytest.raises(CohortError, match=r"says of itself has [0-9,]+ bytes; allowed: 100; a"):
        open_file(path)


@pytest.mark.parametrize(
    "end", [b"", b"PAR1", b"\xff\xff\x00\x00PAR1", b"\x04\x00\x00\x00PAR1", b"\x00" * 9 + b"PARE"]
)
def test_what_is_no_parquet_file_is_refused(end: bytes) -> None:
    with pytest.raises(TableError, match="not a Parquet file"):
        measured(b"PAR1" + end)


def test_headers_that_are_damaged_are_refused() -> None:
    data = written(pa.table({"pop": ["yes", "no"] * 50}))
    for header in (b"\xff" * 60, b"\x1c" * 60, b"\x15\x80" * 30, b"\x15\x00\x15\x01\x15\x00\x00"):
        with pytest.raises(TableError, match="what it says of a column is damaged"):
            measured(data[:4] + header + data[4 + len(header) :])


def test_a_column_of_other_rows_than_its_group_is_refused() -> None:
    data = written(pa.table({"age": [1.5] * 7_000}), write_statistics=False)
    said = data.rindex(b"\x16" + varint(7_000)) + 1
    with pytest.raises(TableError, match="column 'age' has another number of rows"):
        measured(data[:said] + varint(6_000) + data[said + len(varint(6_000)) :])


def test_half_a_gigabyte_may_be_held_at_once() -> None:
    parquet_pages._check_held({(b"id",): 2**28, (b"pop",): 2**28}, "c.parquet")
    with pytest.raises(TableError, match=r"536,870,913 bytes at once, most of them in column 'id'"):
        parquet_pages._check_held({(b"id",): 2**28 + 1, (b"pop",): 2**28}, "c.parquet")
