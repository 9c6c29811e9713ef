"""Reading a Parquet file into memory, unless it is more than it looks like.

A few hundred bytes can unpack to gigabytes: pages are measured before they are unpacked, each
column of a type of fixed width takes that width in every row, and texts are read with each held
once, and counted, before they are written where they stand.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from hamknee.base.csv_dialect import EMPTY, TableError, refusal
from hamknee.base.parquet_pages import row_groups

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MOST_UNPACKED = 2**27
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
        If it is no Parquet file, has a column twice or one of lists, or unpacks to more than
        `MOST_UNPACKED`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not data:
        raise refusal(name, *EMPTY)

    problem = f"over {MOST_UNPACKED // 2**20:,} MB once it is unpacked"

    def check(size: int) -> None:
        check_size(size, name, problem, smaller)

    try:
        groups = list(row_groups(io.BytesIO(data), name))
        with pq.ParquetFile(io.BytesIO(data)) as file:
            look(file)
            schema = file.schema_arrow
            rows = max(file.metadata.num_rows, sum(group.rows for group in groups))
            check(rows * sum(bytes_of(field.type) for field in schema))
            check(sum(sum(group.unpacked.values()) for group in groups))
            _check_types(schema, name)
        texts = [field.name for field in schema if is_text(field.type)]
        with pq.ParquetFile(io.BytesIO(data), read_dictionary=texts) as file:
            table = file.read(use_threads=False)
        check(sum(map(_plain_size, table.columns)))
        for place, field in enumerate(schema):
            if not (categories and _is_string(field.type)):
                table = table.set_column(place, *_as_written(table.column(place), field))
        table = table.unify_dictionaries()
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


def _check_types(schema: pa.Schema, name: str) -> None:
    import pyarrow as pa

    for field in schema:
        if pa.types.is_nested(field.type):
            problem = f"column {field.name[:100]!r} holds lists or structures"
            raise refusal(name, problem, "texts, numbers or categories; several states as a|b")


def _as_written(column: pa.ChunkedArray, field: pa.Field) -> tuple[pa.Field, pa.ChunkedArray]:
    """Return a column that was read with each text once as its file has it; bytes as texts."""
    import pyarrow as pa

    if pa.types.is_dictionary(field.type) or not pa.types.is_dictionary(column.type):
        return field.with_type(column.type), column
    plain = column.cast(column.type.value_type)
    if not _is_string(plain.type):
        return field.with_type(pa.string()), _decoded(plain)
    return field, plain.cast(field.type)


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


def bytes_of(kind: pa.DataType) -> int:
    """Return how many bytes a value takes at least: of a text, where it stands.

    >>> import pyarrow as pa
    >>> bytes_of(pa.float64()), bytes_of(pa.string())
    (8, 4)
    """
    try:
        return int(kind.bit_width) // 8
    except ValueError:
        return 4


def _plain_size(column: pa.ChunkedArray) -> int:
    """Return how many bytes a column has with each text written where it stands."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):  # as Arrow reads all but texts
        return int(column.nbytes)
    size = 0
    for chunk in column.chunks:
        lengths = pc.binary_length(chunk.dictionary).cast(pa.int64())
        size += int(chunk.indices.nbytes) + int(pc.sum(lengths.take(chunk.indices)).as_py() or 0)
    return size


def is_text(kind: pa.DataType) -> bool:
    """Return whether values are texts or bytes of any length, also those of categories.

    >>> import pyarrow as pa
    >>> [is_text(kind) for kind in (pa.string_view(), pa.dictionary(pa.int8(), pa.binary()))]
    [True, True]
    >>> is_text(pa.int8())
    False
    """
    import pyarrow as pa

    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    kinds = pa.types
    binary = kinds.is_binary(kind) or kinds.is_large_binary(kind) or kinds.is_binary_view(kind)
    return bool(binary or _is_string(kind) or kinds.is_string_view(kind))


def _is_string(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
