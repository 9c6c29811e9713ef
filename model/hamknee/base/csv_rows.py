"""The rows of a CSV file, a block at a time, in linear time and bounded memory.

Only whole rows go on, each with as many cells as the header. A row that has more or fewer, or
nothing but separators, keeps its place and is told; a quote that is opened and never closed ends
the reading, because nobody knows how many rows it swallows.
"""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from hamknee.base.csv_dialect import (
    MOST_ROW,
    UNSEEN_SIGNS,
    Dialect,
    Opener,
    TableError,
    refusal,
    text_blocks,
)
from hamknee.base.csv_foot import ABOVE, LAST, sums
from hamknee.base.words import as_seen

if TYPE_CHECKING:
    import pyarrow as pa

Places = npt.NDArray[np.intp]

CHUNK_ROWS = 131_072
"""Most rows of a chunk."""

BLANK = "nothing stands in the row"

MOST_SUM = 2**16
"""Bytes of the longest row that may be a sum."""

QUOTE, CARRIAGE_RETURN, LINE_FEED = b'"\r\n'

BLANKS = b'" \t\v\f'
"""Of what a row without anything in it may be made, beside separators."""

CLOSED = re.compile(rb'"(?:[^"]++|"")*+"')
"""A quoted part to its end."""


class BrokenRow(NamedTuple):
    """Why a row is no case: the line it begins at, what is wrong, and what is allowed."""

    line: int
    problem: str
    allowed: str
    kind: Literal["broken", "blank", "sum"] = "broken"
    """Whether its cells are too few or too many, none is filled, or they are sums of the others."""

    @property
    def reason(self) -> str:
        """What is wrong, and what is allowed."""
        return f"{self.problem}; allowed: {self.allowed}"


@dataclass(frozen=True)
class Rows:
    """Some consecutive rows.

    Parameters
    ----------
    start : int
        Number of the first row, from 0.
    table : pyarrow.Table
        The rows; empty ones where a row is broken.
    broken : dict of int to BrokenRow
        By row of these.
    read : int
        Bytes of text up to the last row.
    """

    start: int
    table: pa.Table
    broken: dict[int, BrokenRow]
    read: int


def read_rows(
    open_source: Opener, dialect: Dialect, types: dict[str, pa.DataType], name: str
) -> Iterator[Rows]:
    """Yield the rows of a CSV file in chunks that depend on nothing but the file.

    Parameters
    ----------
    open_source : callable
        Opens the file.
    dialect : Dialect
        How it is written.
    types : dict of str to pyarrow.DataType
        The columns to read: text, bytes, or one of these with each value once.
    name : str
        What the file is called.

    Raises
    ------
    TableError
        If a quote is not closed, a row does not end, or a column without a name has values.
    """
    with open_source() as source:
        start = 0
        pieces = (rows for block in _whole_rows(source, dialect, name) for rows in _split(block))
        for rows, sums_of in _with_foot(pieces, dialect):
            table, broken = _table(rows, dialect, types, name)
            broken |= {row: why for row, why in sums_of.items() if row not in broken}
            yield Rows(start, table, broken, rows.read)
            start += len(table)


# Where rows begin and end -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Block:
    """Whole rows as bytes.

    Parameters
    ----------
    data : bytes
        The text.
    starts, stops : ndarray of int, shape (rows,)
        Where each row begins and ends, its line end not counted.
    nexts : ndarray of int, shape (rows,)
        Where the next one begins.
    cells : ndarray of int, shape (rows,)
        How many cells it has.
    lines : ndarray of int, shape (rows,)
        At which line of the file it begins.
    read : int
        Bytes of the text up to here.
    """

    data: bytes
    starts: Places
    stops: Places
    nexts: Places
    cells: Places
    lines: Places
    read: int

    def __getitem__(self, rows: slice | npt.NDArray[np.bool_]) -> _Block:
        return _Block(
            self.data,
            self.starts[rows],
            self.stops[rows],
            self.nexts[rows],
            self.cells[rows],
            self.lines[rows],
            self.read,
        )


def _whole_rows(source: Any, dialect: Dialect, name: str) -> Iterator[_Block]:
    """Yield blocks that end where a row ends; the last row need not have a line end."""
    separator = ord(dialect.separator)
    rest, before, line = b"", dialect.header, dialect.lines + 1
    skip, read = dialect.header, 0
    blocks = text_blocks(source, dialect)
    last = False
    while not last:
        block = next(blocks, None)
        last = block is None
        if block is not None and skip:
            cut = min(skip, len(block))
            block, skip = block[cut:], skip - cut
        data = rest + (block or b"")
        if not data or (not last and not block):
            continue
        places, used, problem = _scan(data, separator, last)
        if problem is not None and (last or problem[1]):
            place, closed = problem
            at = line + _line_ends(data[:place])
            raise _open_quote(name, at, closed)
        if used:
            count = _line_ends(data[:used])
            # Of the rows only the last may be without a line end.
            endless = int((places[1] == places[2]).sum())
            flat = count + endless == len(places[0])
            lines = line + (np.arange(len(places[0])) if flat else _lines_before(data, places[0]))
            read = before + used
            rows = _Block(data, *places, lines, read)
            if not flat:
                _check_swallowed(rows, line + count + endless, dialect, name)
            yield rows if len(dialect.columns) == 1 else rows[rows.stops > rows.starts]
            line += count
            before += used
        rest = data[used:]
        if len(rest) > MOST_ROW:
            allowed = f"at most {MOST_ROW:,} bytes"
            if problem is not None:
                raise _open_quote(name, line + _line_ends(rest[: problem[0] - used]), False)
            raise refusal(name, "the row does not end", allowed, line=line)


def _check_swallowed(rows: _Block, after: int, dialect: Dialect, name: str) -> None:
    """Refuse a row of several lines that are rows themselves, or that has not its cells.

    Two lone quotes, one at the start and one at the end of a cell, make a cell of all that is
    between them.
    """
    expected = len(dialect.columns)
    separator = dialect.separator.encode()
    for row in np.flatnonzero(np.diff(rows.lines, append=after) > 1):
        text = rows.data[rows.starts[row] : rows.stops[row]]
        lines = text.splitlines()
        alike = expected > 2 and {line.count(separator) for line in lines} == {expected - 1}
        if alike or rows.cells[row] != expected:
            problem = (
                f"a quote holds {len(lines):,} lines together, which look like rows themselves"
            )
            if not alike:
                counted = f"{rows.cells[row]:,} cells in place of {expected:,}"
                problem = f"a quote makes a row of {len(lines):,} lines, with {counted}"
            allowed = 'quotes around a whole cell, others doubled ("")'
            raise refusal(name, problem, allowed, line=int(rows.lines[row]))


def _open_quote(name: str, line: int, closed: bool) -> TableError:
    what = "and closes in a later line with text behind it" if closed else "and never closes"
    problem = f"a quote opens here {what}, so that it is not clear which rows are in it"
    return refusal(name, problem, 'the quote doubled ("") or taken out', line=line)


def _scan(
    data: bytes, separator: int, last: bool
) -> tuple[tuple[Places, Places, Places, Places], int, tuple[int, bool] | None]:
    """Find the whole rows of some text.

    Returns
    -------
    tuple of ndarray
        Starts, stops, starts of the next, cells.
    int
        Bytes that are whole rows.
    tuple of int and bool, or None
        Where a quote opens that does not close, or closes with text behind it (True).
    """
    text = np.frombuffer(data, dtype=np.uint8)
    ends = _line_end_places(data)
    separators = np.flatnonzero(text == separator)
    problem = None
    if b'"' in data:
        quotes = np.flatnonzero(text == QUOTE)
        if _is_plain(text, quotes, separator):
            ends = ends[(np.searchsorted(quotes, ends) & 1) == 0]
            separators = separators[(np.searchsorted(quotes, separators) & 1) == 0]
            if len(quotes) & 1:
                opening = quotes[0::2]
                fresh = np.append(True, opening[1:] != quotes[1::2] + 1)
                problem = (int(opening[fresh][-1]), False)
        else:
            ends, separators, problem = _by_lines(data, ends, separators, quotes, separator)
    nexts = ends + 1
    # A line end of two letters: the first one ends the row, the next begins behind the second.
    if b"\r" in data and len(ends):
        second = (text[ends] == LINE_FEED) & (ends > 0)
        second[second] = text[ends[second] - 1] == CARRIAGE_RETURN
        paired = np.append(second[1:], False) & (np.append(ends[1:], -1) == ends + 1)
        nexts = nexts + paired
        ends, nexts = ends[~second], nexts[~second]
    if not last and len(ends) and nexts[-1] == len(data) and data[-1] == CARRIAGE_RETURN:
        ends, nexts = ends[:-1], nexts[:-1]  # its other half may follow
    if last and problem is None and (not len(nexts) or nexts[-1] < len(data)):
        ends, nexts = np.append(ends, len(data)), np.append(nexts, len(data))
    starts = np.concatenate([np.zeros(1, dtype=np.intp), nexts])[: len(ends)]
    until = np.searchsorted(separators, ends)
    cells = np.diff(until, prepend=0) + 1
    return (starts, ends, nexts, cells), int(nexts[-1]) if len(nexts) else 0, problem


def _is_plain(text: npt.NDArray[np.uint8], quotes: Places, separator: int) -> bool:
    """Return whether every quote opens or closes a whole cell, or is doubled in one."""
    edges = _edges(separator)
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, text[opening - 1], LINE_FEED)
    doubled = np.zeros(len(opening), dtype=bool)
    doubled[1:] = opening[1:] == closing[: len(opening) - 1] + 1
    if not (edges[before] | doubled).all():
        return False
    inner = closing + 1 < len(text)
    after = text[closing[inner] + 1]
    doubled = after == QUOTE
    return bool((edges[after] | doubled).all())


def _edges(separator: int) -> npt.NDArray[np.bool_]:
    """Return of each byte whether a cell begins or ends beside it."""
    edges = np.zeros(256, dtype=bool)
    edges[[separator, CARRIAGE_RETURN, LINE_FEED]] = True
    return edges


def _by_lines(
    data: bytes, ends: Places, separators: Places, quotes: Places, separator: int
) -> tuple[Places, Places, tuple[int, bool] | None]:
    """Find row ends and separators where quotes are about that quote no whole cell.

    Only lines with a quote are looked at one by one.
    """
    plain = re.compile(b"[^%s\r\n]*+" % re.escape(bytes([separator])))
    starts = np.concatenate([[0], ends + 1])
    keep_end = np.ones(len(ends), dtype=bool)
    keep_separator = np.ones(len(separators), dtype=bool)
    done = 0
    edges = _edges(separator)
    text = np.frombuffer(data, dtype=np.uint8)
    opening = quotes[edges[np.where(quotes > 0, text[quotes - 1], LINE_FEED)]]
    for line in np.unique(np.searchsorted(ends, opening)).tolist():
        place = int(starts[line])
        if place < done:
            continue
        while True:
            opened = place
            if data[place : place + 1] == b'"':
                closed = CLOSED.match(data, place)
                if closed is None:
                    return (
                        ends[keep_end & (ends < place)],
                        separators[keep_separator],
                        (place, False),
                    )
                first, final = np.searchsorted(ends, [place, closed.end()])
                keep_end[first:final] = False
                inside = slice(*np.searchsorted(separators, [place, closed.end()]))
                keep_separator[inside] = False
                place = closed.end()
                behind = plain.match(data, place)
                assert behind is not None
                if first < final and behind.end() > place:
                    return ends, separators, (opened, True)  # the file is refused for it
            behind = plain.match(data, place)
            assert behind is not None
            place = behind.end()
            if place >= len(data) or data[place] != separator:
                break
            place += 1
        done = place + 1
    return ends[keep_end], separators[keep_separator], None


def _line_end_places(data: bytes) -> Places:
    text = np.frombuffer(data, dtype=np.uint8)
    ends = text == LINE_FEED
    return np.flatnonzero(ends | (text == CARRIAGE_RETURN) if b"\r" in data else ends)


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _lines_before(data: bytes, starts: Places) -> Places:
    """Return how many line ends stand before each place."""
    text = np.frombuffer(data, dtype=np.uint8)
    ends = _line_end_places(data)
    second = (text[ends] == LINE_FEED) & (text[np.maximum(ends, 1) - 1] == CARRIAGE_RETURN)
    return np.searchsorted(ends[~second], starts)


# From bytes to a table ----------------------------------------------------------------------------


def _split(block: _Block) -> Iterator[_Block]:
    for start in range(0, len(block.starts), CHUNK_ROWS):
        yield block[slice(start, start + CHUNK_ROWS)]


def _table(
    rows: _Block, dialect: Dialect, types: dict[str, pa.DataType], name: str
) -> tuple[pa.Table, dict[int, BrokenRow]]:
    """Return rows as a table, with an empty row in the place of each broken one, and why."""
    import pyarrow as pa

    expected = len(dialect.columns)
    wrong = rows.cells != expected
    blank = _blank(rows, dialect) if expected > 1 else np.zeros(len(wrong), dtype=bool)
    broken = {
        int(row): BrokenRow(int(rows.lines[row]), BLANK, "at least one cell", "blank")
        if blank[row]
        else _wrong_length(int(rows.lines[row]), int(rows.cells[row]), expected)
        for row in np.flatnonzero(wrong | blank)
    }
    whole = ~(wrong | blank)
    table = _parsed(rows[whole], dialect, types, name)
    if not broken:
        return table, broken
    places = np.zeros(len(whole), dtype=np.int64)
    places[whole] = np.arange(len(table))
    return table.take(pa.array(places, mask=~whole)), broken


def _with_foot(
    pieces: Iterable[_Block], dialect: Dialect
) -> Iterator[tuple[_Block, dict[int, BrokenRow]]]:
    """Yield pieces of a file, each with those of its rows that are sums below the last case."""
    waiting: deque[_Block] = deque()
    for piece in pieces:
        waiting.append(piece)
        if len(waiting) > 3:  # the last one may be a single row without a line end
            yield waiting.popleft(), {}
    yield from zip(waiting, _foot(waiting, dialect), strict=True)


def _foot(pieces: Sequence[_Block], dialect: Dialect) -> list[dict[int, BrokenRow]]:
    """Return which of the last rows of a file are sums of the others, by piece."""
    places = [
        (number, row)
        for number, rows in enumerate(pieces)
        for row in range(max(0, len(rows.starts) - ABOVE - LAST), len(rows.starts))
        if rows.cells[row] == len(dialect.columns) and rows.stops[row] - rows.starts[row] < MOST_SUM
    ][-ABOVE - LAST :]
    texts = (
        pieces[number].data[pieces[number].starts[row] : pieces[number].stops[row]]
        for number, row in places
    )
    cells = [next(csv.reader([text.decode()], delimiter=dialect.separator), []) for text in texts]
    foot: list[dict[int, BrokenRow]] = [{} for _ in pieces]
    for which, word in sums(cells).items():
        number, row = places[which]
        begins = f"the row begins with {word[:60]!r}"
        problem = f"{begins}, as a sum or mean of the others does, and has nothing but numbers"
        line = int(pieces[number].lines[row])
        allowed = "one case in each row, with its own name"
        foot[number][row] = BrokenRow(line, problem, allowed, "sum")
    return foot


def _wrong_length(line: int, cells: int, expected: int) -> BrokenRow:
    counted = f"{cells} {'cell' if cells == 1 else 'cells'}"
    return BrokenRow(line, f"the row has {counted}", str(expected))


def _blank(rows: _Block, dialect: Dialect) -> npt.NDArray[np.bool_]:
    """Return which rows hold nothing but separators, spaces, quotes and what cannot be seen."""
    text = np.frombuffer(rows.data, dtype=np.uint8)
    unseen = UNSEEN_SIGNS in dialect.assumed
    marks = dialect.separator.encode() + BLANKS
    nothing = np.zeros(256, dtype=bool)
    nothing[list(marks)] = True
    nothing[128:] = unseen
    blank = np.zeros(len(rows.starts), dtype=bool)
    some = rows.stops > rows.starts
    blank[some] = nothing[text[rows.starts[some]]] & nothing[text[rows.stops[some] - 1]]
    for row in np.flatnonzero(blank):
        cells = rows.data[rows.starts[row] : rows.stops[row]]
        left = as_seen(cells.decode()).encode() if unseen else cells
        blank[row] = not left.strip(marks)
    return blank


def _parsed(rows: _Block, dialect: Dialect, types: dict[str, pa.DataType], name: str) -> pa.Table:
    """Return whole rows as a table of the columns that are asked for."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    named = dialect.named
    by_place = {str(named[column]): kind for column, kind in types.items()}
    nameless = [str(place) for place in dialect.nameless]
    if not len(rows.starts):
        return pa.table({column: pa.array([], kind) for column, kind in types.items()})
    data = _bytes_of(rows)
    if data.startswith(BOM_UTF8):  # a letter of a cell, as files put together have it
        data = BOM_UTF8 + data  # of which Arrow takes one for the mark of a file
    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        arrow_csv.ReadOptions(
            use_threads=False,
            block_size=len(data) + 1,  # one, because Arrow loses letters between two
            column_names=[str(place) for place in range(len(dialect.columns))],
        ),
        arrow_csv.ParseOptions(
            delimiter=dialect.separator, newlines_in_values=b'"' in data, ignore_empty_lines=False
        ),
        arrow_csv.ConvertOptions(
            include_columns=[*by_place, *nameless],
            column_types=by_place | dict.fromkeys(nameless, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    for place in nameless:
        _check_nameless(table.column(place), rows, dialect, name)
    return table.select(list(by_place)).rename_columns(list(types))


def _bytes_of(rows: _Block) -> bytes:
    """Return rows as consecutive bytes, without what stands between them."""
    first, last = int(rows.starts[0]), int(rows.nexts[-1])
    if (rows.nexts[:-1] == rows.starts[1:]).all():
        return rows.data[first:last]
    lengths = rows.nexts - rows.starts
    kept = np.zeros(len(rows.data) + 1, dtype=np.int8)
    np.add.at(kept, rows.starts, 1)
    np.add.at(kept, rows.starts + lengths, -1)
    mask = np.cumsum(kept[:-1], dtype=np.int8).astype(bool)
    kept_bytes: npt.NDArray[np.uint8] = np.frombuffer(rows.data, dtype=np.uint8)[mask]
    return bytes(kept_bytes)


def _check_nameless(column: Any, rows: _Block, dialect: Dialect, name: str) -> None:
    """Refuse values in a column without a name: nobody knows what they are."""
    import pyarrow.compute as pc

    said = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(column), ""), False)
    place = pc.index(said, True).as_py()
    if place >= 0:
        count = len(dialect.nameless)
        have = "1 column has" if count == 1 else f"{count:,} columns have"
        problem = f"{have} no name, and this line holds {column[place].as_py()[:60]!r} there"
        allowed = "a name for each column that has values"
        raise refusal(name, problem, allowed, line=int(rows.lines[place]))
