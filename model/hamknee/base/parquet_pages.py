"""How much the pages of a Parquet file unpack to, before any of them is unpacked.

A page is unpacked as a whole, and the header in front of it says to how many bytes. A reader goes
by these headers and not by the sizes at the end of the file, which may say less (decision 0027).
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from hamknee.base.csv_dialect import TableError, refusal
from hamknee.base.thrift import I32, I64, TEXT, ThriftError, ThriftReader

MOST_AT_ONCE = 2**29
"""Bytes of the largest pages of all columns, which are held at once; programs write pages of about
a megabyte. Those of texts that stand once are counted as often as they are held."""

TIMES_HELD = 4
"""Copies of a dictionary that are held while its texts are read."""

LONGEST_FOOTER = 2**24
"""Bytes of what a file says of itself at its end: of some tens of columns a few thousand."""

_HEADERS = tuple(2**power for power in (9, 14, 19, 24))
"""Bytes in which a header may end; nearly all do in the first ones."""

_COLUMN = {3: [TEXT], 5: I64, 7: I64, 9: I64, 11: I64}
"""Its path, values, packed bytes, and where its data pages and its dictionary begin."""

_FOOTER = {4: [{1: [{3: _COLUMN}], 3: I64}]}
"""Groups of rows: columns and how many rows."""

_PAGE = {1: I32, 2: I32, 3: I32, 5: {1: I32}, 8: {1: I32}}
"""Its kind, its bytes unpacked and packed, and how many values a page of version 1 or 2 has."""

_DICTIONARY = 2

_DATA = {0: 5, 3: 8}
"""Where a page of data of either version has its number of values, by its kind."""


@dataclass(frozen=True)
class RowGroup:
    """What a group of rows unpacks to.

    Parameters
    ----------
    rows : int
        How many rows it has.
    unpacked : mapping of str to int
        The bytes of all pages of a column, by its name.
    width : mapping of str to int
        The bytes of a value in that page of a column where they are most; texts that stand once
        count in none.
    """

    rows: int
    unpacked: Mapping[str, int]
    width: Mapping[str, int]

    def width_of(self, column: str) -> int:
        """Return how many bytes a value of a column has, texts that stand once in all rows."""
        mean = self.unpacked.get(column, 0) // max(1, self.rows)
        return max(mean, self.width.get(column, 0))


def read_footer(file: BinaryIO, name: str) -> list[Any]:
    """Return what the end of a file says of its groups of rows, for `row_groups`.

    Parameters
    ----------
    file : binary file
        Is read where it says so.
    name : str
        What it is called, for errors.

    Raises
    ------
    TableError
        If it is no Parquet file, or says more than `LONGEST_FOOTER`.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 8))
    end = file.read(8)
    length = int.from_bytes(end[:4], "little")
    if size < 12 or end[4:] != b"PAR1" or length > size - 12:
        raise _damaged(name, "its last bytes are not those of one")
    if length > LONGEST_FOOTER:
        said = f"what the file says of itself has {length:,} bytes"
        raise refusal(name, said, f"{LONGEST_FOOTER:,}; a file of fewer columns")
    file.seek(size - 8 - length)
    try:
        groups: list[Any] = ThriftReader(file.read(length)).structure(_FOOTER)[4]
    except (ThriftError, LookupError):
        raise _damaged(name, "what it says of itself is damaged") from None
    return groups


def row_groups(
    file: BinaryIO, name: str, columns: Collection[str] | None = None
) -> Iterator[RowGroup]:
    """Yield what each group of rows unpacks to, or raise if that is too much at once.

    What was yielded may be read: a group is measured together with those before it.

    Parameters
    ----------
    file : binary file
        Is read where headers are.
    name : str
        What it is called, for errors.
    columns : collection of str, optional
        The columns that will be read; by default all.

    Raises
    ------
    TableError
        If it is damaged, or has pages of more than `MOST_AT_ONCE`.
    """
    held: dict[tuple[bytes, ...], int] = {}
    for group in read_footer(file, name):
        try:
            measured = _measured(file, name, group, columns, held)
        except (ThriftError, LookupError):
            raise _damaged(name, "what it says of a column is damaged") from None
        _check_held(held, name)
        yield measured


def _measured(
    file: BinaryIO,
    name: str,
    group: Any,
    columns: Collection[str] | None,
    held: dict[tuple[bytes, ...], int],
) -> RowGroup:
    """Return what a group unpacks to, and note how much of each column is held at once."""
    unpacked: dict[str, int] = {}
    width: dict[str, int] = {}
    rows: int = group[3]
    for about in (column[3] for column in group[1]):
        path = tuple(about[3])
        column = path[0].decode(errors="replace")
        if columns is not None and column not in columns:
            continue
        if len(path) == 1 and about[5] != rows:
            raise _damaged(name, f"column {column[:100]!r} has another number of rows")
        dictionary = data = 0
        for kind, size, values in _pages(file, about):
            unpacked[column] = unpacked.get(column, 0) + size
            if kind == _DICTIONARY:
                dictionary = max(dictionary, size)
            else:
                data = max(data, size)
            if values:
                width[column] = max(width.get(column, 0), size // values)
        held[path] = max(held.get(path, 0), TIMES_HELD * dictionary + data)
    return RowGroup(rows, unpacked, width)


def _check_held(held: Mapping[tuple[bytes, ...], int], name: str) -> None:
    if (together := sum(held.values())) > MOST_AT_ONCE:
        column = max(held, key=held.__getitem__)[0].decode(errors="replace")
        problem = f"pages that unpack to {together:,} bytes at once, most of them in column"
        allowed = f"{MOST_AT_ONCE:,}; write the file with smaller pages, or fewer columns"
        raise refusal(name, f"{problem} {column[:100]!r}", allowed)


def _pages(file: BinaryIO, about: dict[int, Any]) -> Iterator[tuple[int, int, int]]:
    """Yield of each page its kind, its bytes once unpacked, and how many values it has.

    They end where a reader stops: when all values are seen, or where the column does.
    """
    place = min(about[9], about[11]) if about.get(11, 0) > 0 else about[9]
    end, values = place + about[7], about[5]
    if place < 0:
        raise ThriftError("a column begins before the file")
    while place < end and values > 0:
        page, length = _page(file, place)
        unpacked, packed = page[2], page[3]
        if min(unpacked, packed) < 0:
            raise ThriftError("a page of fewer than 0 bytes")
        here = page[_DATA[page[1]]][1] if page[1] in _DATA else 0
        yield page[1], max(unpacked, packed), here
        values -= here
        place += length + packed


def _page(file: BinaryIO, place: int) -> tuple[dict[int, Any], int]:
    """Return the header of a page and how long it is."""
    for length in _HEADERS:
        file.seek(place)
        reader = ThriftReader(file.read(length))
        try:
            return reader.structure(_PAGE), reader.place
        except IndexError:
            continue
    raise ThriftError("a header does not end")


def _damaged(name: str, why: str) -> TableError:
    return refusal(name, f"not a Parquet file: {why}", "a file written as Parquet")
