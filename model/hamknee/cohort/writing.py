"""Files of results: written whole or not at all, and harmless in a spreadsheet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


FORMULA = r"(^|[\t\r\n,;|])([\s\"]*)([=+\-@＝＋－＠])"
"""What a spreadsheet may take for the start of a formula: at the start of a cell, and after what
some spreadsheets take for the end of one."""

NUMBER = r"^[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?$"


def write_parquet(
    path: Path | IO[bytes],
    schema: pa.Schema,
    tables: Iterable[pa.Table],
    report: Callable[[], str],
) -> None:
    """Write results as Parquet; the report goes into the footer when all rows are written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pyarrow as pa
    >>> import pyarrow.parquet as pq
    >>> from hamknee.cohort import write_parquet
    >>> table = pa.table({"id": ["A"], "p_strain": [0.5], "top": ["strain"], "fault": [None]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "scored.parquet")
    ...     write_parquet(path, table.schema, [table], lambda: "1 row")
    ...     pq.read_metadata(path).metadata[b"hamknee.report"]
    b'1 row'
    """
    import pyarrow.parquet as pq

    few = ["top", "fault"]  # the others have about as many values as rows
    with (
        arrow_file(path, "wb") as file,
        pq.ParquetWriter(file, schema, use_dictionary=few, compression="snappy") as writer,
    ):
        for table in tables:
            writer.write_table(table)
        writer.add_key_value_metadata({"hamknee.report": report()})


def write_csv(path: Path | IO[bytes], schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    """Write results as CSV, with nothing in it that a spreadsheet would run as a formula.

    Examples
    --------
    >>> import io
    >>> import pyarrow as pa
    >>> from hamknee.cohort import write_csv
    >>> table = pa.table({"id": ["=1+1", "B"], "p_strain": [0.5, 0.25]})
    >>> file = io.BytesIO()
    >>> write_csv(file, table.schema, [table])
    >>> print(file.getvalue().decode())
    "id","p_strain"
    "'=1+1",0.5
    "B",0.25
    """
    import pyarrow as pa
    from pyarrow.csv import CSVWriter

    fields = [
        pa.field(harmless(field.name), field.type if _is_number(field.type) else pa.string())
        for field in schema
    ]
    plain = pa.schema(fields)
    with arrow_file(path, "wb") as file, CSVWriter(file, plain) as writer:
        for table in tables:
            columns = [
                column if _is_number(column.type) else _harmless(column.cast(pa.string()))
                for column in table.columns
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=plain))


@contextmanager
def arrow_file(path: Path | IO[bytes], mode: str = "rb") -> Iterator[Any]:
    """Open a file for Arrow, which of itself takes no names that are not UTF-8."""
    import pyarrow as pa

    if not isinstance(path, Path):
        yield path
        return
    with pa.OSFile(os.fsencode(path), mode) as file:
        yield file


def harmless(text: str) -> str:
    """Return a text with an apostrophe before each start of a formula; numbers stay.

    >>> harmless("=1+1"), harmless("-7"), harmless("p-7")
    ("'=1+1", '-7', 'p-7')
    """
    import pyarrow as pa

    return str(_harmless(pa.array([text]))[0].as_py())


def _harmless(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    import pyarrow.compute as pc

    if not pc.any(pc.match_substring_regex(column, FORMULA)).as_py():
        return column
    safe = pc.replace_substring_regex(column, FORMULA, r"\1\2'\3")
    return pc.if_else(pc.match_substring_regex(column, NUMBER), column, safe)


def _is_number(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
