"""Reading a Parquet file into memory, unless it is more than it looks like.

A few hundred bytes can unpack to gigabytes: each column of a type of fixed width takes that width
in every row, whatever the file says, and texts are counted as they come, each held once.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from hamknee.base.csv_dialect import EMPTY, TableError, refusal

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

BATCH_ROWS = 1_000
"""Rows that are unpacked before the size is looked at again; each may have a long text."""

MOST_UNPACKED = 2**29
"""Bytes of a file that is held as a whole, and of what it unpacks to."""

IN_PARTS = "a file of fewer rows; hamknee score takes files of any size"


def parquet_table(
    data: bytes,
    name: str,
    look: Callable[[pq.ParquetFile], None] = lambda _file: None,
    smaller: str = IN_PARTS,
    *,
    categories: bool = False,
) -> pa.Table:
    """Return the columns of a Parquet file.

    Parameters
    ----------
    data : bytes
        What the file holds.
    name : str
        Its name, for errors.
    look : callable, optional
        Is shown the file before anything is unpacked, and may raise.
    smaller : str
        What errors advise for a file that is too large.
    categories : bool
        Whether texts stay dictionaries, each held once.

    Raises
    ------
    TableError
        If it is no Parquet file, has a column twice, or unpacks to more than `MOST_UNPACKED`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not data:
        raise refusal(name, *EMPTY)

    problem = f"over {MOST_UNPACKED // 2**20:,} MB once it is unpacked"

    def check(size: int) -> None:
        check_size(size, name, problem, smaller)

    try:
        with pq.ParquetFile(io.BytesIO(data)) as file:
            look(file)
            schema = file.schema_arrow
            check(_at_least(file))
        texts = [field.name for field in schema if _is_text(field.type)]
        with pq.ParquetFile(io.BytesIO(data), read_dictionary=texts) as file:
            batches, unpacked = [], 0
            for batch in file.iter_batches(BATCH_ROWS, use_threads=False):
                unpacked += sum(map(_plain_size, batch.columns))
                check(unpacked)
                batches.append(batch)
        table = pa.Table.from_batches(batches, batches[0].schema if batches else schema)
        table = table.unify_dictionaries()
        for place, field in enumerate(schema):
            if pa.types.is_binary(field.type):
                table = table.set_column(place, field.name, _decoded(table.column(place)))
            elif _is_text(field.type) and not categories:
                table = table.set_column(place, field, table.column(place).cast(field.type))
    except (pa.ArrowException, OSError, OverflowError, ValueError) as why:
        if isinstance(why, TableError):
            raise
        raise _unreadable(name, why) from None
    twice = sorted(
        {column for column in table.column_names if table.column_names.count(column) > 1}
    )
    if twice:
        raise refusal(name, f"column {twice[0][:100]!r} stands twice", "each column once")
    return table


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return bytes as texts: some programs write no others. What is no UTF-8 is spelt out."""
    import pyarrow as pa

    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        spelt = (
            None if b is None else b.decode(errors="backslashreplace") for b in column.to_pylist()
        )
        return pa.chunked_array([pa.array(spelt, pa.string())])


def check_size(size: int, name: str, problem: str, smaller: str = IN_PARTS) -> None:
    """Raise if a file is too large to be held in memory as a whole."""
    if size > MOST_UNPACKED:
        raise refusal(name, problem, f"{MOST_UNPACKED // 2**20:,} MB; {smaller}")


def _unreadable(name: str, why: Exception) -> TableError:
    reason = " ".join(str(why).split())[:120]
    if "Not yet implemented" in reason:  # Arrow raises OSError for it
        allowed = "Parquet with plain or dictionary encoding, or CSV"
        return refusal(name, "its texts are packed in a way that is not read here", allowed)
    return refusal(name, f"not a Parquet file: {reason}", "a file written as Parquet")


def _at_least(file: pq.ParquetFile) -> int:
    """Return how many bytes a file has once it is unpacked, as far as can be told before."""
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    said = sum(int(group.total_byte_size) for group in groups)
    row = sum(_width(field.type) for field in file.schema_arrow)
    return max(said, int(file.metadata.num_rows) * row)


def _width(kind: pa.DataType) -> int:
    """Return the bytes a value takes at least: of a text or list, where it stands."""
    try:
        return int(kind.bit_width) // 8
    except ValueError:
        return 4


def _plain_size(column: pa.Array) -> int:
    """Return how many bytes a column has with each text written where it stands."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not isinstance(column, pa.DictionaryArray) or not _is_text(column.dictionary.type):
        return int(column.nbytes)
    lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
    return int(column.indices.nbytes) + int(pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0)


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
