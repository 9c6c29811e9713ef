"""A visitor's file of cases as a table in memory, if it is one and not too large for a page.

How large is looked up before anything is unpacked: a small Parquet file can hold billions of cells.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from checking.workbook import as_csv, is_workbook
from hamknee.base import Fault, Sheet, TableError, as_frame, kind_of, parquet_table, parse_sheet

if TYPE_CHECKING:
    import pyarrow.parquet as pq

MEGABYTES = 50
MOST_ROWS = 200_000
MOST_COLUMNS = 1_000
MOST_CELLS = 10_000_000
ANY_SIZE = "on the command line hamknee score takes files of any size"


@dataclass(frozen=True)
class Written:
    """How a CSV file is written, where that is said rather than found out.

    Parameters
    ----------
    letters : str
        The encoding; empty where it is to be found out.
    separator : str
        What stands between cells; empty where it is to be found out.
    """

    letters: str = ""
    separator: str = ""


AS_FOUND = Written()


def written(data: bytes, way: Written) -> bytes:
    r"""Return a CSV file as UTF-8 that names its separator, as far as these are said.

    >>> written("a;b\nä;1\n".encode("latin-1"), Written("latin-1", ";")).decode()
    'sep=;\na;b\nä;1\n'
    """
    if not (way.letters or way.separator):
        return data
    letters = way.letters or _letters(data)
    text = data.decode(letters, errors="replace").removeprefix("\ufeff")
    return (f"sep={way.separator}\n{text}" if way.separator else text).encode()


def _letters(data: bytes) -> str:
    """Return how the letters are written, as the reader of tables finds it out."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def read_cohort(data: bytes, name: str, way: Written = AS_FOUND) -> Sheet:
    """Read a file of cases.

    Parameters
    ----------
    data : bytes
        What it holds.
    name : str
        What it is called; the ending tells its kind.
    way : Written
        How a CSV file is written, where its reader is not to find out.

    Returns
    -------
    Sheet
        With columns of text (CSV) or of their own types (Parquet), and at least one row.

    Raises
    ------
    TableError
        If it cannot be read, is too large, or has no rows.
    """
    if len(data) > MEGABYTES * 2**20:
        raise _refusal(name, f"a file of {len(data) / 2**20:,.0f} MB", f"{MEGABYTES} MB here")
    if is_workbook(name):
        text, which = as_csv(data, name, partial(_check_table, name))
        sheet = parse_sheet(text, f"{name}.csv", partial(_check_table, name))
        sheet = replace(sheet, name=name, assumed=(which, *sheet.assumed))
    elif kind_of(name if len(name) <= 100 else name[:100] + Path(name).suffix) == ".parquet":
        sheet = Sheet(name, _parquet(data, name))
    else:
        sheet = parse_sheet(written(data, way), name, partial(_check_table, name))
    if sheet.frame.empty:
        raise _refusal(name, "no rows", "a header and at least one row")
    return sheet


def _check_table(name: str, rows: int, columns: int) -> None:
    """Raise if a table has become too large for a page."""
    _check_columns(name, columns)
    _check_size(name, rows, rows * columns)


def _parquet(data: bytes, name: str) -> pd.DataFrame:
    def look(file: pq.ParquetFile) -> None:
        about = file.metadata
        _check_columns(name, about.num_columns)
        _check_table(name, about.num_rows, about.num_columns)

    table = parquet_table(data, name, look, ANY_SIZE, categories=True)
    # What pandas noted in the file, such as an index, is left aside; it may be no JSON.
    return as_frame(table.replace_schema_metadata(), name)


def _check_columns(name: str, count: int) -> None:
    if count > MOST_COLUMNS:
        raise _refusal(name, f"{count:,} columns", f"at most {MOST_COLUMNS:,} here; {ANY_SIZE}")


def _check_size(name: str, rows: int, cells: int) -> None:
    if rows > MOST_ROWS:
        raise _refusal(name, f"{rows:,} rows", f"at most {MOST_ROWS:,} here; {ANY_SIZE}")
    if cells > MOST_CELLS:
        raise _refusal(name, f"{cells:,} cells", f"at most {MOST_CELLS:,} here; {ANY_SIZE}")


def _refusal(name: str, problem: str, allowed: str) -> TableError:
    return TableError([Fault(name[:100], None, None, problem, allowed)])
