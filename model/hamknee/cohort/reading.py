"""Files of a cohort: reading CSV and Parquet in chunks, so that any size fits in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from hamknee.base import (
    EMPTY,
    Dialect,
    TableError,
    bytes_of,
    is_text,
    kind_of,
    read_dialect,
    read_footer,
    read_rows,
    row_groups,
)
from hamknee.cohort.columns import CohortError
from hamknee.cohort.writing import arrow_file
from hamknee.network import Column

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq


CHUNK_ROWS = 131_072
"""Rows that are scored at once; with some tens of columns a few tens of megabytes."""

MOST_TEXT = 2**20
"""Bytes of a text in a column of Parquet."""

CHUNK_BYTES = 2**26
"""Bytes of the texts of a chunk; of long texts fewer rows are scored at once."""


@dataclass(frozen=True)
class Chunk:
    """Some consecutive rows of a file.

    Parameters
    ----------
    start : int
        Number of the first row, from 0.
    table : pyarrow.Table
        The rows; empty ones where a row could not be taken apart.
    broken : dict of int to str
        By row of the chunk, why it could not be taken apart.
    share : float
        How much of the file has been read, from 0 to 1.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from hamknee.cohort import open_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "cohort.parquet")
    ...     pd.DataFrame({"id": ["A", "B"], "onset": ["sudden", None]}).to_parquet(path)
    ...     chunk = next(open_file(path).chunks(read=["onset"], kept=["id"]))
    >>> chunk.start, len(chunk.table), chunk.share
    (0, 2, 1.0)
    """

    start: int
    table: pa.Table
    broken: dict[int, str]
    share: float


@dataclass(frozen=True)
class CohortFile:
    """A CSV or Parquet file of cases.

    Parameters
    ----------
    path : Path
        Where it is.
    types : dict of str to pyarrow.DataType
        Its columns; in a CSV file all are text, and those without a name are left out.
    dialect : Dialect, optional
        How a CSV file is written.
    """

    path: Path
    types: dict[str, pa.DataType]
    dialect: Dialect | None = None

    @property
    def assumed(self) -> tuple[str, ...]:
        """A sentence on each thing that was assumed in reading it."""
        return () if self.dialect is None else self.dialect.assumed

    def chunks(self, read: Sequence[str], kept: Sequence[str]) -> Iterator[Chunk]:
        """Return the rows in order, in chunks that do not depend on anything but the file.

        Parameters
        ----------
        read : sequence of str
            Columns whose values are to be interpreted; text comes with each value once.
        kept : sequence of str
            Columns that are only copied.

        Raises
        ------
        CohortError
            If the file cannot be read to its end.
        """
        import pyarrow as pa

        rows = _parquet_chunks if self.dialect is None else _csv_chunks
        try:
            yield from rows(self, read, kept)
        except TableError as error:
            raise _as_cohort(error) from None
        except (pa.ArrowException, OSError) as why:
            raise _unreadable(self.path, why) from None


def open_file(path: Path) -> CohortFile:
    """Read the header of a file.

    Raises
    ------
    CohortError
        If it is neither a CSV nor a Parquet file, is empty, has no header, or has a column twice.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from hamknee.cohort import open_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "cohort.csv")
    ...     pd.DataFrame({"id": ["A"], "onset": ["sudden"]}).to_csv(path, index=False)
    ...     file = open_file(path)
    >>> file.dialect.separator, list(file.types)
    (',', ['id', 'onset'])
    """
    import pyarrow as pa

    if not path.is_file():
        raise CohortError([f"there is no file {str(path)!r}; allowed: a CSV or Parquet file"])
    try:
        if kind_of(path.name) == ".csv":
            dialect = read_dialect(_opener(path), path.name)
            return CohortFile(path, dict.fromkeys(dialect.named, pa.string()), dialect)
        if not path.stat().st_size:
            raise CohortError([f"{path.name}: {EMPTY[0]}; allowed: {EMPTY[1]}"])
        with path.open("rb") as file:
            read_footer(file, path.name)
        fields = _parquet_header(path)
    except TableError as error:
        raise _as_cohort(error) from None
    except (pa.ArrowException, OSError, UnicodeDecodeError) as why:  # a name may be no UTF-8
        raise _unreadable(path, why) from None
    twice = [name for name, count in Counter(name for name, _ in fields).items() if count > 1]
    if twice:
        raise CohortError(
            [f"{path.name}: column {name!r} stands twice; allowed: once" for name in twice]
        )
    return CohortFile(path, dict(fields))


def arrow_column(array: pa.Array) -> Column:
    """Return a column of a chunk with each of its values once.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from hamknee.cohort import arrow_column
    >>> column = arrow_column(pa.array(["sudden", None, "sudden", "days"]))
    >>> column.values, column.positions.tolist()
    (['sudden', 'days'], [0, -1, 0, 1])
    """
    import pyarrow as pa

    if pa.types.is_decimal(array.type):
        array = array.cast(pa.float64())
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    positions = _filled(array.indices.cast(pa.int32()))
    values = array.dictionary
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        # to_numpy() loads pandas.
        numbers = cast("npt.NDArray[np.number[Any]]", np.from_dlpack(values))
        places = np.append(~np.isnan(numbers), False)
        return Column(np.where(places[positions], positions, -1), numbers)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = values.cast(pa.large_binary())
    return Column(positions, [_text(value) for value in values.to_pylist()])


def _filled(places: pa.Int32Array) -> npt.NDArray[np.int32]:
    """Return places with -1 where there is none.

    Arrow's own way takes ten times as long, and loads pandas.
    """
    known, data = places.buffers()
    start, stop = places.offset, places.offset + len(places)
    plain = np.frombuffer(data or b"", np.int32)[start:stop]
    if not places.null_count:
        return plain
    bits = np.unpackbits(np.frombuffer(known, np.uint8), count=stop, bitorder="little")[start:]
    return plain | (bits.astype(np.int32) - 1)


# CSV ----------------------------------------------------------------------------------------------


def _csv_chunks(file: CohortFile, read: Sequence[str], kept: Sequence[str]) -> Iterator[Chunk]:
    import pyarrow as pa

    assert file.dialect is not None
    each_once = pa.dictionary(pa.int32(), pa.binary())
    types = {
        name: pa.string() if name in kept else each_once for name in dict.fromkeys([*read, *kept])
    }
    size = max(1, file.path.stat().st_size)
    for rows in read_rows(_opener(file.path), file.dialect, types, file.path.name):
        broken = {row: why.reason for row, why in rows.broken.items()}
        yield Chunk(rows.start, rows.table, broken, min(1.0, rows.read / size))


# Parquet ------------------------------------------------------------------------------------------


def _parquet_header(path: Path) -> list[tuple[str, pa.DataType]]:
    import pyarrow.parquet as pq

    with arrow_file(path) as source, pq.ParquetFile(source) as file:
        return [(field.name, field.type) for field in file.schema_arrow]


def _parquet_chunks(file: CohortFile, read: Sequence[str], kept: Sequence[str]) -> Iterator[Chunk]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(dict.fromkeys([*read, *kept]))
    each_once = [name for name in read if name not in kept and is_text(file.types[name])]
    with (
        arrow_file(file.path) as opened,
        pq.ParquetFile(opened, read_dictionary=each_once, buffer_size=2**20) as source,
    ):
        total = source.metadata.num_rows
        start = 0
        for batches in _gathered(_batches(file, source, names, kept)):
            table = pa.Table.from_batches(batches).unify_dictionaries().select(names)
            yield Chunk(start, table, {}, min(1.0, (start + len(table)) / max(1, total)))
            start += len(table)
        if start != total:
            problem = f"{file.path.name}: {start:,} rows, but {total:,} by what it says of itself"
            raise CohortError([f"{problem}; allowed: a file that is whole"])


def _batches(
    file: CohortFile, source: pq.ParquetFile, names: Sequence[str], kept: Sequence[str]
) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Yield batches, and of how many rows a chunk may be there.

    Rows are read in bundles of groups, which may be small, and only what was measured before.
    """
    widest = rows = 0
    bundle: list[int] = []
    widths = _widths(file, names, kept)
    for number, (count, width) in enumerate(widths):
        widest, rows = max(widest, width), rows + count
        bundle.append(number)
        if rows >= CHUNK_ROWS or number + 1 == source.num_row_groups:
            most = max(1, min(CHUNK_ROWS, CHUNK_BYTES // widest))
            for batch in source.iter_batches(most, row_groups=bundle, columns=names):
                yield batch, most
            bundle, rows = [], 0


def _widths(
    file: CohortFile, names: Sequence[str], kept: Sequence[str]
) -> Iterator[tuple[int, int]]:
    """Yield of each group how many rows it has, and how many bytes such a row may have.

    A text may be long and stand once in a file, but in every row: what is kept is as long as the
    longest one of its dictionary, and what is only read stays in it.
    """
    import pyarrow.parquet as pq

    texts = [name for name in names if is_text(file.types[name])]
    long = [name for name in texts if name in kept]
    plain = {name: bytes_of(file.types[name]) for name in names if name not in texts}
    _check_cells(file.path, plain)
    with (
        file.path.open("rb") as pages,
        arrow_file(file.path) as opened,
        pq.ParquetFile(opened, read_dictionary=texts, buffer_size=2**20) as source,
    ):
        for number, group in enumerate(row_groups(pages, file.path.name, names)):
            width = {name: group.width_of(name) for name in texts}
            _check_cells(file.path, width)
            for first in source.iter_batches(1, row_groups=[number], columns=long):
                width |= {n: max(width[n], _longest(first.column(n))) for n in long}
                break
            _check_cells(file.path, width)
            yield group.rows, max(1, sum(width.values()) + sum(plain.values()))


def _check_cells(path: Path, widths: Mapping[str, int]) -> None:
    """Raise if a column has texts that are too long to be held, a few rows at a time."""
    for name, width in widths.items():
        if width > MOST_TEXT:
            problem = f"{path.name}: column {name!r} has texts of {width:,} bytes"
            raise CohortError([f"{problem}; allowed: at most {MOST_TEXT:,}"])


def _longest(column: pa.Array) -> int:
    """Return the bytes of the longest text in the dictionary of a column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = column.dictionary if pa.types.is_dictionary(column.type) else column
    lengths = pc.binary_length(texts.cast(pa.large_binary()))  # which of views is not to be had
    return int(pc.max(lengths).as_py() or 0)


def _gathered(batches: Iterable[tuple[pa.RecordBatch, int]]) -> Iterator[list[pa.RecordBatch]]:
    """Return batches in lists of as many rows as a chunk may have: row groups may be small."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch, most in batches:
        if waiting and rows + len(batch) > most:
            yield waiting
            waiting, rows = [], 0
        waiting.append(batch)
        rows += len(batch)
    if waiting:
        yield waiting


def _text(value: object) -> object:
    """Return bytes as text; as they are if they are not UTF-8, so that the row gets a fault."""
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return value


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _as_cohort(error: TableError) -> CohortError:
    return CohortError([str(fault) for fault in error.faults])


def _unreadable(path: Path, why: Exception) -> CohortError:
    allowed = "a CSV file with a header, or a Parquet file"
    return CohortError([f"{path.name} cannot be read: {on_one_line(why)}; allowed: {allowed}"])


def on_one_line(why: Exception) -> str:
    """Return what another library says is wrong, on one line and cut."""
    return " ".join(str(why).split())[:200]
