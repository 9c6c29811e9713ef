"""Files of a cohort: reading CSV and Parquet in chunks, so that any size fits in memory."""

from __future__ import annotations

import csv
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hamknee.base import COMMAS, EMPTY, not_commas
from hamknee.cohort.columns import CohortError
from hamknee.network import Column

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv


CHUNK_ROWS = 131_072
"""Rows that are scored at once; with some tens of columns a few tens of megabytes."""

BLOCK_BYTES = 2**24
"""Bytes of a CSV file that are read at once; no row may be longer."""


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
        Its columns; in a CSV file all are text.
    """

    path: Path
    types: dict[str, pa.DataType]

    @property
    def is_csv(self) -> bool:
        """Whether it is a CSV file."""
        return self.path.suffix.lower() == ".csv"

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

        rows = _csv_chunks if self.is_csv else _parquet_chunks
        try:
            yield from rows(self, read, kept)
        except (pa.ArrowException, OSError, UnicodeError) as why:
            raise _unreadable(self.path, why) from None


def open_file(path: Path) -> CohortFile:
    """Read the header of a file.

    Raises
    ------
    CohortError
        If it is neither a CSV nor a Parquet file, is empty, has other separators than commas, or a
        column stands twice.

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
    >>> file.is_csv, list(file.types)
    (True, ['id', 'onset'])
    """
    import pyarrow as pa

    if not path.is_file():
        raise CohortError([f"there is no file {str(path)!r}; allowed: a CSV or Parquet file"])
    kind = path.suffix.lower()
    if kind not in (".csv", ".parquet"):
        ending = kind or "a file without an ending"
        allowed = "a .csv or .parquet file, or a folder of .parquet files"
        raise CohortError([f"{path.name}: cannot tell what {ending} is; allowed: {allowed}"])
    try:
        if _is_empty(path):
            raise _refusal(path, *EMPTY)
        fields = _csv_header(path) if kind == ".csv" else _parquet_header(path)
    except (pa.ArrowException, OSError, UnicodeError, csv.Error) as why:
        raise _unreadable(path, why) from None
    names = [name for name, _ in fields]
    twice = sorted({name for name in names if names.count(name) > 1})
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
    positions = array.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
    values = array.dictionary
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        numbers = values.to_numpy(zero_copy_only=False)
        places = np.append(~np.isnan(numbers), False)
        return Column(np.where(places[positions], positions, -1), numbers)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = values.cast(pa.large_binary())
    return Column(positions, [_text(value) for value in values.to_pylist()])


# CSV ----------------------------------------------------------------------------------------------


def _csv_names(path: Path) -> list[str]:
    # Bytes behind the header may be anything; those of the header must be text.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        names = next(csv.reader(file, strict=True), [])
    "".join(names).encode()
    return names


def _csv_header(path: Path) -> list[tuple[str, pa.DataType]]:
    import pyarrow as pa

    names = _csv_names(path)
    if problem := not_commas(",".join(names)):
        raise _refusal(path, problem, COMMAS)
    return [(name.strip(), pa.string()) for name in names]


def _csv_chunks(file: CohortFile, read: Sequence[str], kept: Sequence[str]) -> Iterator[Chunk]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = list(dict.fromkeys([*read, *kept]))
    written = dict(zip(file.types, _csv_names(file.path), strict=True))  # with spaces around them
    each_once = pa.dictionary(pa.int32(), pa.binary())
    types = {written[name]: pa.string() if name in kept else each_once for name in names}
    bad: list[arrow_csv.InvalidRow] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        bad.append(row)
        return "skip"

    with pa.OSFile(str(file.path)) as source, _without_traceback():
        size = max(1, source.size())
        reader = arrow_csv.open_csv(
            source,
            # One thread, because only then pyarrow tells the number of a row that it skips.
            arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
            arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
            arrow_csv.ConvertOptions(
                include_columns=list(types),
                column_types=types,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        start = 0
        for batch in reader:
            table = pa.Table.from_batches([batch]).rename_columns(names)
            chunk = _with_broken(table, bad, start, source.tell() / size)
            yield chunk
            start += len(chunk.table)
        if bad:
            nothing = pa.table({name: pa.array([], types[written[name]]) for name in names})
            yield _with_broken(nothing, bad, start, 1.0, last=True)


@contextmanager
def _without_traceback() -> Iterator[None]:
    """Keep pyarrow from printing a traceback where a row it skips is not UTF-8.

    It refuses the file as well, and that is raised.
    """
    before = sys.unraisablehook

    def hook(about: sys.UnraisableHookArgs) -> None:
        if not isinstance(about.exc_value, UnicodeDecodeError):
            before(about)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def _with_broken(
    table: pa.Table,
    bad: list[arrow_csv.InvalidRow],
    start: int,
    share: float,
    last: bool = False,
) -> Chunk:
    """Put an empty row in the place of each row that was skipped, and take it off the list.

    What was skipped behind the last row waits for the next chunk: the reader may be further, and
    chunks must not depend on how far.
    """
    import pyarrow as pa

    broken: dict[int, str] = {}
    while bad and (last or _row(bad[0]) < start + len(table) + len(broken)):
        row = bad.pop(0)
        cells = f"{row.actual_columns} {'cell' if row.actual_columns == 1 else 'cells'}"
        broken[_row(row) - start] = f"the row has {cells}; allowed: {row.expected_columns}"
    if broken:
        rows = np.zeros(len(table) + len(broken), dtype=np.int64)
        empty = np.zeros(len(rows), dtype=bool)
        empty[list(broken)] = True
        rows[~empty] = np.arange(len(table))
        table = table.take(pa.array(rows, mask=empty))
    return Chunk(start, table, broken, share)


def _row(row: arrow_csv.InvalidRow) -> int:
    """Return the number of a skipped row from 0; pyarrow counts the header as row 1."""
    return int(row.number) - 2


# Parquet ------------------------------------------------------------------------------------------


def _parquet_header(path: Path) -> list[tuple[str, pa.DataType]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return [(field.name, field.type) for field in file.schema_arrow]


def _parquet_chunks(file: CohortFile, read: Sequence[str], kept: Sequence[str]) -> Iterator[Chunk]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(dict.fromkeys([*read, *kept]))
    each_once = [name for name in read if name not in kept and _is_text(file.types[name])]
    with pq.ParquetFile(file.path, read_dictionary=each_once, buffer_size=2**20) as source:
        total = max(1, source.metadata.num_rows)
        start = 0
        for batches in _gathered(source.iter_batches(CHUNK_ROWS, columns=names)):
            table = pa.Table.from_batches(batches).unify_dictionaries().select(names)
            yield Chunk(start, table, {}, (start + len(table)) / total)
            start += len(table)


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Return batches in lists of as many rows as a chunk has: row groups may be small."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        if waiting and rows + len(batch) > CHUNK_ROWS:
            yield waiting
            waiting, rows = [], 0
        waiting.append(batch)
        rows += len(batch)
    if waiting:
        yield waiting


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _text(value: object) -> object:
    """Return bytes as text; as they are if they are not UTF-8, so that the row gets a fault."""
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return value


def _is_empty(path: Path) -> bool:
    """Return whether a file begins with nothing but spaces and line ends."""
    with path.open("rb") as file:
        return not file.read(BLOCK_BYTES).removeprefix(BOM_UTF8).strip()


def _refusal(path: Path, problem: str, allowed: str) -> CohortError:
    return CohortError([f"{path.name}: {problem}; allowed: {allowed}"])


def _unreadable(path: Path, why: Exception) -> CohortError:
    if isinstance(why, UnicodeError) or "UTF8" in str(why) or _is_no_text(why):
        return CohortError([f"{path.name}: {_not_utf8(path)}; allowed: text saved as UTF-8"])
    allowed = "a CSV file with a header and commas, or a Parquet file"
    return CohortError([f"{path.name} cannot be read: {on_one_line(why)}; allowed: {allowed}"])


def on_one_line(why: Exception) -> str:
    """Return what another library says is wrong, on one line and cut."""
    return " ".join(str(why).split())[:200]


def _is_no_text(why: Exception) -> bool:
    """Whether a row of the wrong length is told in bytes that are not UTF-8."""
    return "CSV parse error" in str(why) and "\N{REPLACEMENT CHARACTER}" in str(why)


def _not_utf8(path: Path) -> str:
    """Return where the first byte is that is no UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as why:
                return f"line {number}: byte 0x{line[why.start]:02x} is not UTF-8"
    return "it is not UTF-8"
