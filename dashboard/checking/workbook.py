"""The first sheet of an .xlsx workbook as CSV, so that one reader of tables reads all.

A workbook is a zip archive of XML. Sizes are looked up before anything is unpacked, and a document
that defines entities of its own is refused.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from hamknee.base import OLDER_WORKBOOK, Fault, TableError

MOST_UNPACKED = 2**28
"""Bytes of a sheet and of its texts once they are unpacked."""

MOST_CELLS = 10_000_000

MOST_COLUMNS = 16_384
"""As many as a sheet of a workbook has."""

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


def as_csv(data: bytes, name: str) -> tuple[bytes, str]:
    """Return the first sheet of a workbook as CSV, and a sentence on which one that is.

    Parameters
    ----------
    data : bytes
        What the file holds.
    name : str
        What it is called, for the faults.

    Raises
    ------
    TableError
        If it is no workbook, is too large, or has no sheet.
    """
    if data.startswith(OLDER_WORKBOOK):
        raise _refusal(name, "the workbook is locked by a password, or of an older Excel")
    if data and not data.startswith(b"PK") and b"\0" not in data[:1_000]:
        raise _refusal(name, "the file is text, as a CSV file is, and no workbook")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            title, path, sheets = _first_sheet(archive, name)
            texts = _texts(archive, name)
            sheet = _xml(archive, path, name)
            rows = list(_rows(sheet, texts, name))
            merged = any(part.tag.endswith("}mergeCell") for part in sheet.iter())
    except TableError:
        raise
    except UNSOUND:
        raise _refusal(name, "the file is no workbook that can be read") from None
    except (NotImplementedError, RuntimeError, OSError, EOFError):
        raise _refusal(name, "the workbook is locked by a password, or damaged") from None
    width = max(map(len, rows), default=0)
    if width * len(rows) > MOST_CELLS:
        raise _refusal(name, f"the sheet has over {MOST_CELLS:,} cells")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(row + [""] * (width - len(row)) for row in rows)
    others = f"; the other {sheets - 1} are not" if sheets > 1 else ""
    which = f"The first sheet of the workbook, “{title}”, is read{others}."
    once = " Of cells that are merged the first alone has the value." if merged else ""
    return out.getvalue().encode(), which + once


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


def _texts(archive: zipfile.ZipFile, name: str) -> list[str]:
    """Return the texts that cells share."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_text(entry) for entry in _xml(archive, "xl/sharedStrings.xml", name)]


def _text(entry: ElementTree.Element) -> str:
    """Return a text without how it is to be pronounced, which some languages add."""
    parts = []
    for child in entry:
        if child.tag.endswith("}t"):
            parts.append(child.text or "")
        elif child.tag.endswith("}r"):
            parts += [part.text or "" for part in child if part.tag.endswith("}t")]
    return "".join(parts)


def _rows(sheet: ElementTree.Element, texts: list[str], name: str) -> Iterator[list[str]]:
    """Yield the cells of each row; rows that are left out are empty."""
    place = 0
    for row in sheet.iter():
        if not row.tag.endswith("}row"):
            continue
        number = int(row.get("r", place + 1))
        if not place < number <= 1_048_576 or number - place > MOST_CELLS // 100:
            raise _refusal(name, f"row {number:,} of the sheet is out of place")
        yield from ([] for _ in range(number - place - 1))
        place = number
        cells: list[str] = []
        for cell in row:
            column = _column(cell.get("r", ""), len(cells))
            if not len(cells) <= column < MOST_COLUMNS:
                raise _refusal(name, f"a cell of row {number:,} is out of place")
            cells += [""] * (column - len(cells))
            cells.append(_value(cell, texts))
        yield cells


def _column(reference: str, following: int) -> int:
    """Return the number of a column from a reference such as AB12."""
    letters = re.match("[A-Z]+", reference)
    if letters is None:
        return following
    number = 0
    for letter in letters[0][:4]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: ElementTree.Element, texts: list[str]) -> str:
    """Return what a cell shows, numbers with a point; an error, or a formula not worked out."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(_text(part) for part in cell if part.tag.endswith("}is"))
    value = next((part.text or "" for part in cell if part.tag.endswith("}v")), None)
    if value is None:
        formula = next((part.text or "" for part in cell if part.tag.endswith("}f")), None)
        return "" if formula is None else f"={formula}"
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


def _xml(archive: zipfile.ZipFile, path: str, name: str) -> ElementTree.Element:
    """Return a document of the archive, or refuse one that is too large or defines entities."""
    about = archive.getinfo(path)
    if about.file_size > MOST_UNPACKED:
        raise _refusal(name, f"over {MOST_UNPACKED // 2**20} MB once the workbook is unpacked")
    with archive.open(about) as file:
        text = file.read(MOST_UNPACKED + 1)
    if len(text) > MOST_UNPACKED:
        raise _refusal(name, f"over {MOST_UNPACKED // 2**20} MB once the workbook is unpacked")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise _refusal(name, "the workbook defines entities of its own")
    return ElementTree.fromstring(text)


def _refusal(name: str, problem: str) -> TableError:
    return TableError([Fault(name[:100], None, None, problem, ALLOWED)])
