"""Reading a whole table of cases from a CSV or Parquet file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hamknee.base.csv_dialect import (
    SAVE_AS_CSV,
    Opener,
    TableError,
    read_dialect,
    refusal,
)
from hamknee.base.csv_rows import BrokenRow, read_rows
from hamknee.base.errors import Fault
from hamknee.base.files import read_bytes
from hamknee.base.frozen import compares_arrays
from hamknee.base.parquet import check_size, parquet_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq


KINDS = (".csv", ".parquet")

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

MOST_TOLD = 20
"""Broken rows that an error names."""


class TableWarning(UserWarning):
    """Something that was assumed in reading a table."""


@dataclass(frozen=True)
@compares_arrays
class Sheet:
    r"""A table, which of its rows are broken, and what was assumed in reading it.

    Parameters
    ----------
    name : str
        What the file is called.
    frame : DataFrame
        All its rows; those that are broken are empty.
    broken : mapping of int to BrokenRow
        By row from 0, why it is no case.
    assumed : tuple of str
        A sentence on each thing that was assumed.

    Examples
    --------
    >>> from hamknee.base import parse_sheet
    >>> sheet = parse_sheet(b"id;age\n1;31,5\n2\n;\n", "cohort.csv")
    >>> sheet.assumed
    ('The cells are separated by semicolons, and a comma in a number is its decimal sign.',)
    >>> {row: why.problem for row, why in sheet.broken.items()}
    {1: 'the row has 1 cell', 2: 'nothing stands in the row'}
    """

    name: str
    frame: pd.DataFrame
    broken: Mapping[int, BrokenRow] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed, and how many rows are left out as they are no cases."""
        blank = sum(why.kind == "blank" for why in self.broken.values())
        rows = "1 row has nothing in it and is" if blank == 1 else f"{blank:,} rows have nothing in"
        left = rows if blank == 1 else f"{rows} them and are"
        sums = [why for why in self.broken.values() if why.kind == "sum"]
        return (
            *self.assumed,
            *([f"{left} left out."] if blank else []),
            *(f"Line {why.line} is left out: {why.problem}." for why in sums),
        )

    def cases(self) -> pd.DataFrame:
        """Return the rows but for those with nothing in them, and sums at the foot.

        Raises
        ------
        TableError
            With the first rows that have too few or too many cells.
        """
        cut = [why for why in self.broken.values() if why.kind == "broken"]
        if cut:
            faults = [Fault(self.name, w.line, None, w.problem, w.allowed) for w in cut[:MOST_TOLD]]
            if len(cut) > MOST_TOLD:
                more = len(cut) - MOST_TOLD
                rows = "1 more row has" if more == 1 else f"{more:,} more rows have"
                more_of_them = f"{rows} too few or too many cells"
                faults.append(Fault(self.name, None, None, more_of_them, cut[-1].allowed))
            raise TableError(faults)
        if not self.broken:
            return self.frame
        return self.frame.drop(index=list(self.broken)).reset_index(drop=True)


def read_sheet(
    path: Path, check: Callable[[int, int], None] = lambda _rows, _columns: None
) -> Sheet:
    """Read a table with its cells as they stand in the file.

    Parameters
    ----------
    path : Path
        A CSV file, whose cells are read as text and empty ones as missing; or a Parquet file, whose
        types are kept.
    check : callable, optional
        As for `parse_sheet`.

    Raises
    ------
    TableError
        If there is no such file, or it is not of its kind, or larger than `MOST_UNPACKED`.
    """
    with suppress(OSError):
        size = path.stat().st_size
        check_size(size, path.name, f"a file of {size / 2**20:,.0f} MB")
    return parse_sheet(read_bytes(path, TableError), path.name, check)


def parse_sheet(
    data: bytes, name: str, check: Callable[[int, int], None] = lambda _rows, _columns: None
) -> Sheet:
    """Read a table from the bytes of a file.

    Parameters
    ----------
    data : bytes
        What the file holds.
    name : str
        Its name; the ending tells the kind.
    check : callable, optional
        Is told how many rows and columns there are, of a CSV file while it is read and of a Parquet
        file before, and may raise.

    Raises
    ------
    TableError
        If it is not of its kind.
    """
    if kind_of(name) == ".parquet":
        return Sheet(name, _parquet(data, name, check))
    return _csv(lambda: io.BytesIO(data), name, check)


def parse_table(data: bytes, name: str) -> pd.DataFrame:
    """Return the cases in the bytes of a file; a row that is cut short refuses it.

    Parameters
    ----------
    data, name
        As for `parse_sheet`.

    Raises
    ------
    TableError
        As `parse_sheet`, or if a row has too few or too many cells.
    """
    return parse_sheet(data, name).cases()


def read_table(path: Path) -> pd.DataFrame:
    """Return the cases of a file; a row that is cut short refuses it.

    Parameters
    ----------
    path : Path
        As for `read_sheet`.

    Raises
    ------
    TableError
        As `read_sheet`, or if a row has too few or too many cells.

    Warns
    -----
    TableWarning
        For each thing that was assumed in reading it.
    """
    sheet = read_sheet(path)
    for note in sheet.notes:
        warnings.warn(f"{path.name}: {note}", TableWarning, stacklevel=2)
    return sheet.cases()


def kind_of(name: str) -> str:
    """Return ``.csv`` or ``.parquet``, or raise TableError with what helps.

    >>> kind_of("Cohort.CSV")
    '.csv'
    """
    kind = Path(name).suffix.lower()
    if kind in WORKBOOKS:
        raise refusal(name, f"a workbook ({kind}) is not read", SAVE_AS_CSV)
    if kind not in KINDS:
        problem = f"cannot tell what {kind or 'a file without an ending'} is"
        raise refusal(name, problem, "a .csv or .parquet file")
    return kind


def _parquet(data: bytes, name: str, check: Callable[[int, int], None]) -> pd.DataFrame:
    """Return the frame of a Parquet file, whatever somebody noted for pandas in it."""

    def look(file: pq.ParquetFile) -> None:
        check(file.metadata.num_rows, file.metadata.num_columns)

    return as_frame(parquet_table(data, name, look), name)


def as_frame(table: pa.Table, name: str) -> pd.DataFrame:
    """Return an Arrow table for pandas.

    Parameters
    ----------
    table : pyarrow.Table
        From a file.
    name : str
        What the file is called.

    Raises
    ------
    TableError
        If it cannot be one, such as a text that is no UTF-8 or notes for pandas that are none.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from hamknee.base import as_frame
    >>> as_frame(pa.table({"age": [31]}), "cohort.parquet").columns.tolist()
    ['age']
    """
    import pyarrow as pa

    try:
        frame: pd.DataFrame = table.to_pandas()
    except (pa.ArrowException, ValueError, KeyError, TypeError) as why:
        problem = f"not a table that pandas can take: {str(why)[:120]}"
        raise refusal(name, problem, "a file written as Parquet") from None
    return frame


def _csv(source: Opener, name: str, check: Callable[[int, int], None]) -> Sheet:
    import pandas as pd
    import pyarrow as pa

    dialect = read_dialect(source, name)
    check(0, len(dialect.columns))
    types = dict.fromkeys(dialect.named, pa.string())
    parts: list[pd.DataFrame] = []
    broken: dict[int, BrokenRow] = {}
    for rows in read_rows(source, dialect, types, name):
        check(rows.start + len(rows.table), len(dialect.columns))
        parts.append(rows.table.to_pandas())
        broken |= {rows.start + row: why for row, why in rows.broken.items()}
    nothing = pa.table({column: pa.array([], kind) for column, kind in types.items()})
    frame = pd.concat(parts, ignore_index=True) if parts else nothing.to_pandas()
    return Sheet(name, frame, broken, dialect.assumed)
