"""What the readers of tables promise however one is written: dialects, and workbooks."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from hamknee.base import csv_dialect
from hamknee.base.csv_dialect import read_dialect
from hamknee.base.frames import Sheet, parse_sheet

from . import small
from .pages import page_module

LONG = 3000
"""Bytes beyond which a block of one each would take seconds."""

ROWS = tuple(csv.reader(io.StringIO(small.COHORT)))


def table_csv(data: bytes, _: Path) -> None:
    """Every cell as Python's own reader has it, wherever a block of the file ends."""
    sheet = parse_sheet(data, "cohort.csv")
    dialect = read_dialect(lambda: io.BytesIO(data), "cohort.csv")
    text = data[dialect.mark :].decode(dialect.encoding).encode()[dialect.header :].decode()
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=dialect.separator))
    rows = [row or [""] for row in rows if row or len(dialect.columns) == 1]
    assert len(sheet.frame) == len(rows)
    assert list(sheet.frame) == list(dialect.named)
    assert all(sentence.strip() for sentence in sheet.notes)
    for number, row in enumerate(rows):
        cells = sheet.frame.iloc[number]
        if number in sheet.broken:
            assert cells.isna().all()
            assert sheet.broken[number].problem
            continue
        assert len(row) == len(dialect.columns)
        for name, place in dialect.named.items():
            assert row[place] == ("" if pd.isna(cells[name]) else cells[name])
    for size in (1, 7) if len(data) < LONG else (997,):
        with mock.patch.object(csv_dialect, "BLOCK_BYTES", size):
            _same(parse_sheet(data, "cohort.csv"), sheet)


def _same(one: Sheet, other: Sheet) -> None:
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert (one.broken, one.assumed) == (other.broken, other.assumed)


def dialects() -> tuple[bytes, ...]:
    """Return the small cohort as spreadsheets and people write it."""
    semicolons = _written(ROWS, ";").replace("119.5", "119,5")
    umlauts = semicolons.replace("plain", "schön – früher")
    return (
        small.COHORT.encode(),
        b"\xef\xbb\xbf" + semicolons.encode(),
        umlauts.encode("cp1252"),
        _written(ROWS, "\t").encode("utf-16"),
        b"\xfe\xff" + umlauts.encode("utf-16-be"),
        _written(ROWS, ";", quoting=csv.QUOTE_ALL).encode(),
        ("sep=;\r\n" + semicolons.replace("\n", "\r\n")).encode(),
        _written([row[:3] for row in ROWS]).replace("\n", "\r").encode(),
        ("\n\n" + small.COHORT).encode(),
        _written([["", *row, "", ""] for row in ROWS]).encode(),
        _written([[row[3]] for row in ROWS]).encode(),
        ("Our patients\n" + small.COHORT).encode(),
    )


def readable_dialects() -> tuple[bytes, ...]:
    """Return those of them that are not refused."""
    return dialects()[:-1]


def _written(rows: Sequence[Sequence[str]], separator: str = ",", **options: Any) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator="\n", **options).writerows(rows)
    return text.getvalue()


# Workbooks ----------------------------------------------------------------------------------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
SHARED = "xl/sharedStrings.xml"


def workbook(data: bytes, _: Path) -> None:
    """A workbook is read as the CSV file that its first sheet stands for."""
    reading, books = page_module("checking/cohort_reading"), page_module("checking/workbook")
    sheet = reading.read_cohort(data, "cohort.xlsx")
    text, which = books.as_csv(data, "cohort.xlsx")
    assert sheet.assumed[0] == which
    pd.testing.assert_frame_equal(sheet.frame, parse_sheet(text, "cohort.csv").frame)
    widths = {len(row) for row in csv.reader(io.StringIO(text.decode(), newline=""))}
    assert len(widths) == 1
    assert len(sheet.frame) >= 1


def sheet_xml(data: bytes, folder: Path) -> None:
    """The same of a workbook that is sound but for what stands in one of its parts."""
    name, _, xml = data.partition(b"\n")
    path = name.decode("utf-8", "replace")
    parts = {**_parts(), path if path in _parts() else SHEET: xml}
    workbook(_zipped(parts), folder)


def workbooks() -> tuple[bytes, ...]:
    """Return the small cohort as a workbook, packed and not."""
    return _zipped(_parts()), _zipped(_parts(), zipfile.ZIP_STORED)


def parts_of_workbooks() -> tuple[bytes, ...]:
    """Return each part, below a line with its name."""
    return tuple(f"{name}\n".encode() + xml for name, xml in _parts().items())


def _zipped(parts: dict[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", way) as archive:
        for path, xml in parts.items():
            archive.writestr(zipfile.ZipInfo(path), xml, way)
    return data.getvalue()


def _parts() -> dict[str, bytes]:
    rows = "".join(
        f'<row r="{n}">{"".join(_cells(n, row))}</row>' for n, row in enumerate(ROWS, start=1)
    )
    texts = "".join(f"<si><t>{text}</t></si>" for text in ROWS[0])
    return {
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
            '<sheet name="Cases" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="t" '
            'Target="worksheets/sheet1.xml"/></Relationships>'
        ).encode(),
        SHARED: f'<sst xmlns="{MAIN}">{texts}</sst>'.encode(),
        SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode(),
    }


def _cells(number: int, row: Sequence[str]) -> Iterator[str]:
    for place, text in enumerate(row):
        reference = f"{'ABCDEFG'[place]}{number}"
        if number == 1:
            yield f'<c r="{reference}" t="s"><v>{place}</v></c>'
        elif text.replace(".", "").isdigit():
            yield f'<c r="{reference}"><v>{text}</v></c>'
        elif text:
            quoted = text.replace("&", "&amp;").replace("<", "&lt;")
            yield f'<c r="{reference}" t="inlineStr"><is><t>{quoted}</t></is></c>'
