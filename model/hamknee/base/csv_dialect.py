"""How a CSV file is written: letters, separators, and where its header is. Each guess is told.

Whatever stands in the header, nothing of the rest is taken for granted: a file whose rows do not
fit is refused, or its rows are faults.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, islice
from typing import BinaryIO, TypeAlias

from hamknee.base.errors import Fault, FaultsError
from hamknee.base.words import SPACES, UNSEEN, as_seen, listing

Opener: TypeAlias = Callable[[], BinaryIO]
"""Opens a file from its start."""

BLOCK_BYTES = 2**23
"""Bytes that are read at once."""

MOST_ROW = 2**24
"""Bytes of the longest row, the header included."""

SAMPLE = 2**16
"""How much of the rows below the header is looked at before they are read."""

HEAD_BYTES = MOST_ROW + SAMPLE
"""What a header and this much of the rows take at most."""

MOST_COLUMNS = 100_000

LOOKED_AT = 20
"""Rows below the header that its separator is judged by."""

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}

EMPTY = ("the file is empty", "a header and at least one row")
"""What is wrong with a file that holds nothing, and what is allowed."""

SAVE_AS_CSV = "a CSV file or a Parquet file; in the spreadsheet choose “Save as” and “CSV UTF-8”"

SAVE_AS_R = (
    "a name for each column, and commas between cells; in R write.csv(cases, row.names = FALSE)"
)

OLDER_WORKBOOK = b"\xd0\xcf\x11\xe0"
"""What a workbook begins with that is of an older Excel than 2007, or locked by a password."""

SIGNATURES = {
    b"PK\x03\x04": "a zip archive, as .xlsx and .ods workbooks are",
    OLDER_WORKBOOK: "a workbook of an older Excel",
    b"\x1f\x8b": "a compressed file",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"<html": "a web page",
    b"<!doc": "a web page",
    b"<?xml": "an XML file",
    b"<table": "a web page",
    b"[{": "JSON",
    b'{"': "JSON",
    b"{\\rtf": "a text document",
}
"""What files begin with that are no CSV, whatever their name says."""

REMEDIES = {b"\x1f\x8b": "the file that is packed in it", b"PAR1": "a name that ends in .parquet"}
"""What helps where it is not saving from a spreadsheet."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""What files begin with that say how their letters are written."""

LETTERS = {
    "utf-16-le": "The file is read as UTF-16.",
    "utf-16-be": "The file is read as UTF-16.",
    "cp1252": "The file is no UTF-8, and is read as Windows-1252, the letters of Western Europe.",
}

UNSEEN_SIGNS = (
    "The file holds signs that cannot be seen, such as zero-width spaces; headings and values are"
    " read as they look."
)
"""What is said of a file that holds such signs."""

UNSEEN_LEADS = (
    *(b"\xc2\xa0", b"\xc2\xad", b"\xd8\x9c", b"\xe1\x9a\x80", b"\xe1\xa0\x8e", b"\xe2\x80"),
    *(b"\xe2\x81", b"\xe3\x80\x80", b"\xef\xb8", b"\xef\xbb\xbf"),
)
"""What such signs begin with in UTF-8; few files have any, and it is quick to see."""


class TableError(FaultsError):
    """A file that cannot be read as a table."""


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written.

    Parameters
    ----------
    encoding : str
        How letters are written.
    mark : int
        Bytes before the first letter.
    separator : str
        What stands between cells.
    header : int
        Bytes of the text, as UTF-8, before the first row: the header and what is above it.
    lines : int
        Lines that these are.
    columns : tuple of str
        The names of all columns; empty ones where there is none.
    assumed : tuple of str
        A sentence on each thing that was guessed.
    """

    encoding: str
    mark: int
    separator: str = ","
    header: int = 0
    lines: int = 0
    columns: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def named(self) -> dict[str, int]:
        """The place of each column that has a name."""
        return {name: place for place, name in enumerate(self.columns) if name}

    @property
    def nameless(self) -> list[int]:
        """The places of the columns without a name, but for a first one: it numbers the rows."""
        return [place for place, name in enumerate(self.columns) if not name and place]


def text_blocks(source: BinaryIO, dialect: Dialect) -> Iterator[bytes]:
    """Yield the text of a file as UTF-8, block by block."""
    source.seek(dialect.mark)
    decoder = None if dialect.encoding == "utf-8" else codecs.lookup(dialect.encoding)
    if decoder is None:
        while block := source.read(BLOCK_BYTES):
            yield block
        return
    incremental = decoder.incrementaldecoder()
    while block := source.read(BLOCK_BYTES):
        yield incremental.decode(block).encode()
    yield incremental.decode(b"", final=True).encode()


def read_dialect(open_source: Opener, name: str) -> Dialect:
    r"""Find out how a CSV file is written.

    Parameters
    ----------
    open_source : callable
        Opens the file.
    name : str
        What it is called.

    Raises
    ------
    TableError
        If it is none, or cannot be told, or has no header.

    Examples
    --------
    >>> import io
    >>> data = "name;alter\nMüller;31,5\n".encode("cp1252")
    >>> dialect = read_dialect(lambda: io.BytesIO(data), "cohort.csv")
    >>> dialect.encoding, dialect.separator, dialect.columns
    ('cp1252', ';', ('name', 'alter'))
    >>> for sentence in dialect.assumed:
    ...     print(sentence)
    The file is no UTF-8, and is read as Windows-1252, the letters of Western Europe.
    The cells are separated by semicolons, and a comma in a number is its decimal sign.
    """
    with open_source() as source:
        _check_first_line(source, name)
        dialect = _letters(source, name)
        head = _head(source, dialect)
    return _header(head, dialect, name)


def _check_first_line(source: BinaryIO, name: str) -> None:
    """Refuse a first line that is too long, before anything else is read."""
    start = source.read(MOST_ROW + 1)
    if len(start) > MOST_ROW and b"\n" not in start and b"\r" not in start:
        raise refusal(name, "the header does not end", f"at most {MOST_ROW:,} bytes of it", line=1)


# Letters ------------------------------------------------------------------------------------------


def _letters(source: BinaryIO, name: str) -> Dialect:
    """Return how the letters are written, or refuse what is no text."""
    source.seek(0)
    start = source.read(16)
    if not start:
        raise refusal(name, *EMPTY)
    for signature, kind in SIGNATURES.items():
        if start.lower().startswith(signature.lower()):
            raise refusal(name, f"the file is {kind}", REMEDIES.get(signature, SAVE_AS_CSV))
    mark, encoding = next((pair for pair in MARKS if start.startswith(pair[0])), (b"", ""))
    if encoding == "utf-32":
        raise refusal(name, "the file is UTF-32", "text saved as UTF-8")
    dialect = Dialect(encoding or "utf-8", len(mark))
    if encoding in LETTERS:
        try:
            unseen = False
            for block in text_blocks(source, dialect):
                _check_plain(block, name)
                unseen = unseen or (not block.isascii() and _holds_unseen(block))
        except UnicodeError:
            raise refusal(name, "the file is damaged UTF-16", "text saved as UTF-8") from None
        return replace(dialect, assumed=(LETTERS[encoding], *([UNSEEN_SIGNS] if unseen else [])))
    return _utf8_or_code_page(source, dialect, name)


def _utf8_or_code_page(source: BinaryIO, dialect: Dialect, name: str) -> Dialect:
    """Return whether a file without a mark is UTF-8 or Windows-1252, where one of them is sure."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    wrong, letters, unseen, western, line = "", False, False, False, 1
    source.seek(dialect.mark)
    while block := source.read(BLOCK_BYTES):
        _check_plain(block, name, line)
        if not block.isascii() or decoder.getstate()[0]:
            text = decoder.decode(block)
            strange = re.search("[\udc80-\udcff]", text)
            unseen = unseen or _holds_unseen(block)
            western = western or b"\xa0" in block or b"\xad" in block
            letters = letters or re.search("[^\0-\x7f\udc80-\udcff]", text) is not None
            if strange and not wrong:
                number = line + text.count("\n", 0, strange.start())
                wrong = f"line {number}: byte 0x{ord(strange[0]) - 0xDC00:02x} is not UTF-8"
            if strange and re.search("[\udc81\udc8d\udc8f\udc90\udc9d]", text):
                letters = True  # nor is it Windows-1252
        line += block.count(b"\n")
    if decoder.decode(b"", final=True) and not wrong:
        wrong = f"line {line}: the last letter is not UTF-8"
    if not wrong:
        return replace(dialect, assumed=(UNSEEN_SIGNS,) if unseen else ())
    if letters or dialect.mark:
        place, _, problem = wrong.partition(": ")
        number = int(place.removeprefix("line "))
        allowed = "text saved as UTF-8 (in the spreadsheet: “Save as”, “CSV UTF-8”)"
        raise refusal(name, problem, allowed, line=number)
    assumed = (LETTERS["cp1252"], *([UNSEEN_SIGNS] if western else []))
    return replace(dialect, encoding="cp1252", assumed=assumed)


def _holds_unseen(block: bytes) -> bool:
    """Return whether a block of UTF-8 holds signs that cannot be seen, or odd spaces."""
    if not any(lead[:1] in block and lead in block for lead in UNSEEN_LEADS):  # one is quicker
        return False
    text = block.decode(errors="ignore")
    return UNSEEN.search(text) is not None or SPACES.search(text) is not None


def _check_plain(block: bytes, name: str, line: int = 1) -> None:
    if b"\0" in block:
        problem = "found a NUL character, as in a binary file, or in UTF-16 without its mark"
        number = line + block.count(b"\n", 0, block.index(b"\0"))
        raise refusal(name, problem, "text saved as UTF-8", line=number)


# The header ---------------------------------------------------------------------------------------


def _head(source: BinaryIO, dialect: Dialect) -> str:
    """Return the beginning of the text, as much as a header and some rows may need."""
    head = b""
    for block in text_blocks(source, dialect):
        head += block
        if len(head) > HEAD_BYTES:
            break
    return head[:HEAD_BYTES].decode(errors="ignore")


def _header(head: str, dialect: Dialect, name: str) -> Dialect:
    """Return where the header is and what stands in it."""
    assumed = list(dialect.assumed)
    above = re.match(r"[ \t]*[\r\n][\s]*", head)  # lines with nothing in them
    start = above.end() if above else 0
    if above and not head[start:].strip():
        raise refusal(name, *EMPTY)
    if not head.strip(" \t"):
        raise refusal(name, *EMPTY)
    hint = re.match(r'"?sep=(.)"?[,;\t ]*(\r\n|\r|\n)', head[start : start + 100], re.IGNORECASE)
    if hint:
        start += hint.end()
        if hint[1] not in SEPARATORS:
            allowed = listing(SEPARATORS.values())
            raise refusal(name, f"the first line names the separator {hint[1]!r}", allowed)
        assumed.append(f"The first line, {hint[0].strip()!r}, names the separator.")
    elif above:
        assumed.append("Empty lines above the header are passed over.")
    separator = hint[1] if hint else _separator(head[start:], name)
    if separator != ",":
        decimal = ", and a comma in a number is its decimal sign" if separator == ";" else ""
        assumed.append(f"The cells are separated by {SEPARATORS[separator]}{decimal}.")
    end, cells = _first_row(head, start, separator, name)
    others = [SEPARATORS[mark] for mark in SEPARATORS if mark in cells[0]]
    if hint and len(cells) == 1 and others:
        problem = f"the first line names {SEPARATORS[separator]}, and the header has {others[0]}"
        raise refusal(name, problem, "the separator that stands between the cells", line=1)
    columns = tuple(map(as_seen, cells))
    _check_header(head[end:], columns, separator, name)
    written = replace(
        dialect,
        separator=separator,
        header=len(head[:end].encode()),
        lines=len(re.findall(r"\r\n|\r|\n", head[:end])),
        columns=columns,
        assumed=tuple(assumed),
    )
    return replace(written, assumed=(*assumed, *_nameless(written)))


def _nameless(dialect: Dialect) -> list[str]:
    sentences = []
    if dialect.columns[0] == "":
        sentences.append("The first column has no name and is passed over, as numbers of rows are.")
    if count := len(dialect.nameless):
        columns, are = ("column", "is") if count == 1 else ("columns", "are")
        sentences.append(f"{count:,} {columns} without a name or values {are} passed over.")
    return sentences


def _first_row(head: str, start: int, separator: str, name: str) -> tuple[int, list[str]]:
    """Return where the header ends, and its cells."""
    lines = _Lines(head, start)
    if re.match(r'"[^"\r\n]*"(?: +"[^"\r\n]*")+ *(?:\r|\n|\Z)', head[start : start + MOST_ROW]):
        raise refusal(name, "the cells are separated by spaces", SAVE_AS_R, line=1)
    if _longer(head, start, separator):
        raise refusal(
            name, f"the header has over {MOST_COLUMNS:,} columns", f"at most {MOST_COLUMNS:,}"
        )
    try:
        cells = next(csv.reader(lines, delimiter=separator, strict=True))
    except (csv.Error, StopIteration):
        problem = "the header holds a quote that is not closed, or text behind one that is"
        raise refusal(name, problem, "quotes around a whole cell", line=1) from None
    return lines.place, cells


def _longer(head: str, start: int, separator: str) -> bool:
    """Return whether the first line alone has more cells than there may be columns."""
    end = re.compile(r"[\r\n]|\Z").search(head, start)
    return end is not None and head.count(separator, start, end.start()) >= MOST_COLUMNS


class _Lines:
    """The lines of a text with their ends, and how far they have been taken."""

    def __init__(self, text: str, place: int) -> None:
        self.text, self.place = text, place

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        end = re.compile(r"\r\n|\r|\n").search(self.text, self.place)
        stop = end.end() if end else len(self.text)
        if stop == self.place:
            raise StopIteration
        line = self.text[self.place : stop]
        self.place = stop
        return line


def _rows(text: str, separator: str, count: int) -> list[list[str]]:
    """Return some rows that are not empty, as far as they can be taken apart."""
    reader = csv.reader(_Lines(text, 0), delimiter=separator)
    rows = (row for row in reader if row)
    try:
        return list(islice(rows, count))
    except csv.Error:
        return []


def _separator(text: str, name: str) -> str:
    """Return what separates the cells, judged by the header and the rows below it."""
    first = re.split(r"[\r\n]", text[:MOST_ROW], maxsplit=1)[0]
    there = [mark for mark in SEPARATORS if mark in first]
    if len(there) < 2:
        return there[0] if there else ","
    sample = text[: len(first) + SAMPLE]
    fits: dict[str, tuple[float, int]] = {}
    for mark in there:
        header, *rows = _rows(sample, mark, LOOKED_AT + 1) or [[]]
        if len(sample) < len(text) or len(rows) == LOOKED_AT:
            rows = rows[:-1] or rows  # the last one may be cut
        same = sum(len(row) == len(header) for row in rows) / max(1, len(rows))
        fits[mark] = (same if len(header) > 1 else -1.0, len(header))
    best = max(fits.values())
    chosen = [mark for mark, fit in fits.items() if fit == best]
    if len(chosen) > 1:
        both = " or ".join(SEPARATORS[mark] for mark in chosen)
        raise refusal(name, f"cannot tell whether {both} separate the cells", "commas", line=1)
    return chosen[0]


def _table_below(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether rows are a table, or some lines of one cell and a table with its header."""
    table = list(dropwhile(lambda row: len(row) < 2, rows))[:3]
    if len(set(map(len, table))) != 1:
        return False
    header = {cell for cell in table[0] if cell}
    return len(rows[0]) > 1 or (len(table) > 1 and len(header) == len(table[0]))


def _check_header(below: str, columns: Sequence[str], separator: str, name: str) -> None:
    """Refuse a first line that is the title of a table rather than its header."""
    named = [column for column in columns if column]
    sample = below[:SAMPLE]
    _check_widths(sample, columns, separator, name)
    allowed = "the header in the first line; remove what stands above it"
    if not named:
        raise refusal(name, "the first line has no names of columns", allowed, line=1)
    if len(columns) == 1:
        for mark in SEPARATORS:
            if _table_below(_rows(sample, mark, LOOKED_AT)):
                problem = f"the first line does not look like a header ({columns[0][:60]!r} alone)"
                raise refusal(name, problem, allowed, line=1)
    elif columns[0]:
        # Below a title there may be more lines of it before the table.
        rows = [_filled(row) for row in _rows(sample, separator, LOOKED_AT)]
        nameless = {place for place, column in enumerate(columns) if not column}
        alone = len(named) == 1 and any(len(filled) > 1 for filled in rows)
        many = len(nameless) >= len(named) and any(nameless <= set(filled) for filled in rows)
        if alone or many:
            empty = f"{len(nameless)} empty {'cell' if len(nameless) == 1 else 'cells'}"
            given = listing([repr(column[:60]) for column in named], most=3)
            problem = f"the first line does not look like a header ({given} and {empty})"
            raise refusal(name, problem, allowed, line=1)
    for column, count in Counter(named).items():
        if count > 1:
            raise refusal(name, f"column {column[:100]!r} stands twice", "each column once")


def _filled(row: Sequence[str]) -> list[int]:
    """Return the places of the cells that are not empty."""
    return [place for place, cell in enumerate(row) if cell.strip()]


def _check_widths(sample: str, columns: Sequence[str], separator: str, name: str) -> None:
    """Refuse a header that does not tell whose cells are whose.

    R's write.table gives names of rows no heading. Where a heading was lost, or something stands
    behind the last separator, the file looks the same, and the wrong columns would be read.
    """
    rows = _rows(sample, separator, LOOKED_AT + 1)
    if len(sample) == SAMPLE or len(rows) > LOOKED_AT:
        rows = rows[:-1]  # the last one may be cut
    if len(columns) > 1 and len(rows) > 1 and {len(row) for row in rows} == {len(columns) + 1}:
        cells = f"{len(columns) + 1} cells, one more than the header"
        problem = f"the header has no name for a column: the rows have {cells}"
        raise refusal(name, problem, SAVE_AS_R, line=1)
    whole = ["|".join(row) for row in rows] if len(columns) == 1 and len(rows) > 1 else []
    for mark in ("|", *SEPARATORS):
        count = columns[0].count(mark)
        if whole and count and {text.count(mark) for text in whole} == {count}:
            problem = "the cells are separated by |" if mark == "|" else "quotes hold whole lines"
            raise refusal(name, problem, f"{listing(SEPARATORS.values())} between cells", line=1)
    words = len(columns[0].split()) if len(columns) == 1 else 0
    widths = {len(line.split()) for row in rows for line in row}
    if words > 2 and len(rows) > 1 and widths in ({words}, {words + 1}):
        raise refusal(name, "the cells are separated by spaces", SAVE_AS_R, line=1)


def refusal(name: str, problem: str, allowed: str, line: int | None = None) -> TableError:
    """Return an error with one fault of a file."""
    return TableError([Fault(name, line, None, problem, allowed)])
