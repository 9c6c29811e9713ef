"""The first sheet of an .xlsx workbook as CSV, so that one reader of tables reads all.

A workbook is a zip archive of XML. A few kB of it may unpack to gigabytes, or name one long text in
every cell, so a document is taken apart as it is unpacked, nothing is held but texts and lines, and
both are counted. A document that defines entities of its own is refused.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from hamknee.base import OLDER_WORKBOOK, Fault, TableError

MOST_UNPACKED = 2**28
"""Bytes of a sheet, and of its texts, once they are unpacked."""

MOST_TEXT = 2**26
"""Letters of the texts that cells share, and bytes of the sheet as CSV."""

MOST_TEXTS = 2_000_000
"""Texts that cells share."""

MOST_PARTS = 10_000
"""Documents of a workbook; few have a hundred."""

LONGEST_LIST = 2**22
"""Bytes of the documents that say which sheets there are."""

MOST_CELLS = 10_000_000

MOST_COLUMNS = 16_384
"""As many as a sheet of a workbook has."""

BLOCK = 2**20
"""Bytes that are unpacked at once. As no cell's text is as long, some element begins in them."""

ALLOWED = "an .xlsx workbook, or in the spreadsheet “Save as” and “CSV UTF-8”"

UNSOUND = (
    zipfile.BadZipFile,
    ElementTree.ParseError,
    ExpatError,
    LookupError,
    StopIteration,
    ValueError,
    zlib.error,
)
"""What reading a workbook that is damaged may end with."""

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def is_workbook(name: str) -> bool:
    """Return whether a file is a workbook by its name."""
    return name.lower().endswith(".xlsx")


def as_csv(
    data: bytes, name: str, check: Callable[[int, int], None] = lambda _rows, _columns: None
) -> tuple[bytes, str]:
    """Return the first sheet of a workbook as CSV, and a sentence on which one that is.

    Parameters
    ----------
    data : bytes
        What the file holds.
    name : str
        What it is called, for the faults.
    check : callable, optional
        Is told while the sheet is read how many rows and columns it has so far, and may raise.

    Raises
    ------
    TableError
        If it is no workbook, is too large, or has no sheet.
    """
    if data.startswith(OLDER_WORKBOOK):
        raise _refusal(name, "the workbook is locked by a password, or of an older Excel")
    if data and not data.startswith(b"PK") and b"\0" not in data[:1_000]:
        raise _refusal(name, "the file is text, as a CSV file is, and no workbook")
    if data.count(b"PK\x01\x02") > MOST_PARTS:
        raise _refusal(name, f"the workbook has over {MOST_PARTS:,} parts")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            title, path, sheets = _first_sheet(archive, name)
            texts = SharedTexts(name)
            if "xl/sharedStrings.xml" in archive.namelist():
                _read(archive, "xl/sharedStrings.xml", name, texts)
            sheet = SheetLines(name, texts.texts, check)
            _read(archive, path, name, sheet)
    except TableError:
        raise
    except UNSOUND:
        raise _refusal(name, "the file is no workbook that can be read") from None
    except (NotImplementedError, RuntimeError, OSError, EOFError):
        raise _refusal(name, "the workbook is locked by a password, or damaged") from None
    others = f"; the other {sheets - 1} are not" if sheets > 1 else ""
    which = f"The first sheet of the workbook, “{title}”, is read{others}."
    once = " Of cells that are merged the first alone has the value." if sheet.merged else ""
    return sheet.csv(), which + once


def _first_sheet(archive: zipfile.ZipFile, name: str) -> tuple[str, str, int]:
    """Return the title and the path of the first sheet to be seen, and how many there are."""
    book = _xml(archive, "xl/workbook.xml", name)
    sheets = [e for e in book.iter() if e.tag in (f"{SPACE}sheet", f"{STRICT}sheet")]
    if not sheets:
        raise _refusal(name, "the workbook has no sheet")
    first = next(
        (sheet for sheet in sheets if sheet.get("state", "visible") == "visible"), sheets[0]
    )
    key = first.get(RELATION) or first.get(STRICT_RELATION)
    links = _xml(archive, "xl/_rels/workbook.xml.rels", name)
    target = next(link.get("Target", "") for link in links if link.get("Id") == key)
    path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return first.get("name", ""), path, len(sheets)


class _Reader:
    """Is told of a document element by element, and keeps no tree of them.

    Parameters
    ----------
    name : str
        What the file is called, for the faults.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.path: list[str] = []
        self.letters: list[str] | None = None
        """The text of the element that is open, where it is wanted."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        """Refuse entities, which may stand for more than can be held."""
        raise _refusal(self.name, "the workbook defines entities of its own")

    def data(self, letters: str) -> None:
        """Take a piece of text."""
        if self.letters is not None:
            self.letters.append(letters)

    def close(self) -> None:
        """Leave the document."""


class SharedTexts(_Reader):
    """The texts that cells share, without how they are to be pronounced, as some languages add."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.size = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """Enter an element."""
        self.path.append(tag.rpartition("}")[2])
        self.letters = self.parts if self.path[1:] in TEXT else None

    def end(self, _tag: str) -> None:
        """Leave an element."""
        self.letters = None
        self.path.pop()
        if len(self.path) != 1:
            return
        text = "".join(self.parts)
        self.parts.clear()
        self.texts.append(text)
        self.size += len(text)
        if self.size > MOST_TEXT or len(self.texts) > MOST_TEXTS:
            raise _refusal(
                self.name, f"over {MOST_TEXTS:,} texts, or {MOST_TEXT:,} letters in them"
            )


TEXT = (["si", "t"], ["si", "r", "t"])
"""Where the letters of a text stand."""

VALUES = (["v"], ["f"])
"""Where a cell has its value, and the formula of it."""


class SheetLines(_Reader):
    """A sheet as lines of CSV, which are padded when the widest row is known.

    Parameters
    ----------
    name, check
        As for `as_csv`.
    texts : list of str
        That cells share.
    """

    def __init__(self, name: str, texts: list[str], check: Callable[[int, int], None]) -> None:
        super().__init__(name)
        self.texts = texts
        self.check = check
        self.merged = False
        self.lines: list[tuple[bytes, int]] = []
        self.size = 0
        self.width = 0
        self.cells: list[str] = []
        self.in_row = False
        self.kind = ""
        self.parts: dict[str, list[str]] | None = None
        """The texts of the cell that is open."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Enter an element."""
        tag = tag.rpartition("}")[2]
        if self.parts is not None:
            self.path.append(tag)
            first = self.path[0]
            if self.path in VALUES or (first == "is" and ["si", *self.path[1:]] in TEXT):
                self.letters = self.parts.setdefault(first, [])
        elif tag == "c" and self.in_row:
            self._empty_cells(_column(attributes.get("r", ""), len(self.cells)))
            self.kind = attributes.get("t", "n")
            self.parts = {}
        elif tag == "row":
            self._empty_rows(int(attributes.get("r", len(self.lines) + 1)))
            self.cells = []
            self.in_row = True
        elif tag == "mergeCell":
            self.merged = True

    def end(self, tag: str) -> None:
        """Leave an element."""
        self.letters = None
        if self.path:
            self.path.pop()
        elif self.parts is not None:
            parts = {part: "".join(letters) for part, letters in self.parts.items()}
            self.cells.append(_value(self.kind, parts, self.texts))
            self.parts = None
        elif tag.rpartition("}")[2] == "row":
            self._line(self.cells)
            self.in_row = False

    def _empty_rows(self, number: int) -> None:
        """Add the rows that are left out before one."""
        gap = number - len(self.lines) - 1
        if not 0 <= gap <= MOST_CELLS // 100 or number > 1_048_576:
            raise _refusal(self.name, f"row {number:,} of the sheet is out of place")
        for _ in range(gap):
            self._line([])

    def _empty_cells(self, column: int) -> None:
        """Add the cells that are left out before one."""
        if not len(self.cells) <= column < MOST_COLUMNS:
            row = len(self.lines) + 1
            raise _refusal(self.name, f"a cell of row {row:,} is out of place")
        self.cells += [""] * (column - len(self.cells))

    def _line(self, cells: list[str]) -> None:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(cells)
        line = out.getvalue()[:-1].encode() if any(cells) else b"," * (len(cells) - 1)
        self.lines.append((line, len(cells)))
        self.size += len(line)
        self.width = max(self.width, len(cells))
        self.check(len(self.lines), self.width)
        if self.width * len(self.lines) > MOST_CELLS:
            raise _refusal(self.name, f"the sheet has over {MOST_CELLS:,} cells")
        if self.size > MOST_TEXT:
            raise _refusal(self.name, f"over {MOST_TEXT // 2**20} MB once it is written as CSV")

    def csv(self) -> bytes:
        """Return all rows, each as long as the longest."""
        blank = b'""' if self.width == 1 else b"," * (self.width - 1)
        return b"".join(
            (line + b"," * (self.width - count) if line else blank) + b"\n"
            for line, count in self.lines
        )


def _column(reference: str, following: int) -> int:
    """Return the number of a column from a reference such as AB12."""
    letters = re.match("[A-Z]+", reference)
    if letters is None:
        return following
    number = 0
    for letter in letters[0][:4]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _value(kind: str, parts: dict[str, str], texts: list[str]) -> str:
    """Return what a cell shows, numbers with a point; an error, or a formula not worked out."""
    if kind == "inlineStr":
        return parts.get("is", "")
    value = parts.get("v")
    if value is None:
        return f"={parts['f']}" if "f" in parts else ""
    if kind == "s":
        return texts[_place(value)] if value else ""
    if kind == "b":
        return {"1": "true", "0": "false"}.get(value, value)
    if kind == "n" and value:
        number = float(value)
        return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else f"{number:.15g}"
    return value


def _place(number: str) -> int:
    """Return the place of a text, which a list would also count from its end."""
    if not (number.isascii() and number.isdigit()):
        raise ValueError(number)
    return int(number)


def _part(archive: zipfile.ZipFile, path: str, name: str) -> zipfile.ZipInfo:
    """Return a document's place in the archive, or refuse one that is packed otherwise."""
    about = archive.getinfo(path)
    if about.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refusal(name, "the workbook is packed in a way that no spreadsheet uses")
    return about


def _read(archive: zipfile.ZipFile, path: str, name: str, reader: _Reader) -> None:
    """Tell a reader of a document of the archive, or refuse one that is too large."""
    about = _part(archive, path, name)
    too_large = f"over {MOST_UNPACKED // 2**20} MB once the workbook is unpacked"
    if about.file_size > MOST_UNPACKED:
        raise _refusal(name, too_large)
    parser = ElementTree.XMLParser(target=reader)
    size = 0
    with archive.open(about) as file:
        while block := file.read(BLOCK):
            size += len(block)
            if size > MOST_UNPACKED:
                raise _refusal(name, too_large)
            if b"<" not in block and len(block) == BLOCK:
                raise _refusal(name, f"over {BLOCK:,} bytes in one element")
            parser.feed(block)
    parser.close()


def _xml(archive: zipfile.ZipFile, path: str, name: str) -> ElementTree.Element:
    """Return a short document of the archive, or refuse one that is long or defines entities."""
    with archive.open(_part(archive, path, name)) as file:
        text = file.read(LONGEST_LIST + 1)
    if len(text) > LONGEST_LIST:
        raise _refusal(name, "the list of its sheets is too long")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise _refusal(name, "the workbook defines entities of its own")
    return ElementTree.fromstring(text)


def _refusal(name: str, problem: str) -> TableError:
    return TableError([Fault(name[:100], None, None, problem, ALLOWED)])
