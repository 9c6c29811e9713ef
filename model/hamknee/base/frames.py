"""Reading a whole table of cases from a CSV or Parquet file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from hamknee.base.errors import Fault, FaultsError
from hamknee.base.files import decode, other_separator, read_bytes

if TYPE_CHECKING:
    import pandas as pd


KINDS = (".csv", ".parquet")

EMPTY = ("the file is empty", "a header and at least one row")
"""What is wrong with a file that holds nothing, and what is allowed."""

COMMAS = (
    "commas. Where the decimal sign is a comma, spreadsheets put semicolons: save as CSV with a "
    "point for the decimal sign (Excel: File, Options, Advanced), or with the comma chosen as "
    "separator (LibreOffice: “Edit filter settings”)"
)
"""What is allowed between cells, and how a spreadsheet comes to write it."""


class TableError(FaultsError):
    """A file that cannot be read as a table."""


def read_table(path: Path) -> pd.DataFrame:
    """Read a table with its cells as they stand in the file.

    Parameters
    ----------
    path : Path
        A CSV file in UTF-8 with commas, whose cells are read as text and empty ones as missing;
        or a Parquet file, whose types are kept.

    Raises
    ------
    TableError
        If there is no such file, or it is not of its kind.
    """
    return parse_table(read_bytes(path, TableError), path.name)


def parse_table(data: bytes, name: str) -> pd.DataFrame:
    """Read a table from the bytes of a file.

    Parameters
    ----------
    data : bytes
        What the file holds.
    name : str
        Its name; the ending tells the kind.

    Raises
    ------
    TableError
        If it is not of its kind.
    """
    kind = Path(name).suffix.lower()
    if kind not in KINDS:
        raise _error(name, f"cannot tell what {kind or 'a file without an ending'} is", "")
    frame = _parquet(data, name) if kind == ".parquet" else _csv(data, name)
    twice = sorted({str(column) for column in frame.columns[frame.columns.duplicated()]})
    if twice:
        raise _error(name, f"column {twice[0]!r} stands twice", "each column once")
    return frame


def not_commas(header: str) -> str:
    """Return what is wrong with a CSV header without commas; empty if they are not missed.

    Other separators are refused rather than read, because decimal commas come with them.
    """
    separator = other_separator(header)
    return f"the cells are separated by {separator}" if separator else ""


def _csv(data: bytes, name: str) -> pd.DataFrame:
    import pandas as pd

    text = decode(data, name, TableError)
    header, *_ = text.lstrip("\r\n").split("\n", 1)
    if problem := not_commas(header):
        raise _error(name, problem, COMMAS)
    try:
        rows = pd.read_csv(
            io.StringIO(text), dtype=str, header=None, keep_default_na=False, na_values=[""]
        )
    except pd.errors.EmptyDataError:
        raise _error(name, *EMPTY) from None
    except pd.errors.ParserError as why:
        raise _error(
            name, " ".join(str(why).split()), "a header and rows of as many cells"
        ) from None
    # The header is read as a row, because pandas would rename a column that stands twice.
    frame = rows.iloc[1:].reset_index(drop=True)
    frame.columns = pd.Index(["" if pd.isna(cell) else str(cell).strip() for cell in rows.iloc[0]])
    return frame


def _parquet(data: bytes, name: str) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    if not data:
        raise _error(name, *EMPTY)
    try:
        return pd.read_parquet(io.BytesIO(data))
    except (pa.ArrowException, OSError, ValueError) as why:
        problem = f"not a Parquet file: {str(why)[:120]}"
        raise _error(name, problem, "a file written as Parquet") from None


def _error(name: str, problem: str, allowed: str) -> TableError:
    kinds = "a .csv or .parquet file"
    return TableError([Fault(name, None, None, problem, allowed or kinds)])
