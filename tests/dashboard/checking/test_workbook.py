"""Workbooks of Excel, read as the tables they hold."""

import io
import zipfile
from typing import Any

import pytest

from checking import workbook
from checking.cohort_reading import read_cohort
from checking.workbook import as_csv
from hamknee.base.csv_dialect import TableError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STATE = ' state="hidden"'
SHARED = (
    f'<sst xmlns="{MAIN}"><si><t>Alter</t></si><si><r><t>K</t></r><r><t>nall</t></r></si></sst>'
)
ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
    '<c r="D1" t="inlineStr"><is><t>note, "two"</t></is></c></row>'
    '<row r="3"><c r="A3"><v>31.5</v></c><c r="B3" t="b"><v>1</v></c>'
    '<c r="D3" t="e"><v>#N/A</v></c></row>'
    '<row r="4"><c r="A4"><v>4.0E1</v></c><c r="B4" t="str"><v>nein</v></c></row>'
)  # fmt: skip


def workbook_of(
    rows: str = ROWS, shared: str = SHARED, sheets: int = 2, hidden: int = 0, more: str = ""
) -> bytes:
    """Return a workbook with these rows in its first sheet."""
    named = "".join(
        f'<sheet name="Sheet {n}" sheetId="{n}" r:id="rId{n}"{STATE * (n <= hidden)}/>'
        for n in range(1, sheets + 1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="t" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, sheets + 1)
    )
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{named}</sheets></workbook>'
    parts = {
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        "xl/sharedStrings.xml": shared,
        f"xl/worksheets/sheet{hidden + 1}.xml": (
            f'<worksheet xmlns="{MAIN}">{rows}{more}</worksheet>'
        ),
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(path, text)
    return data.getvalue()


def test_the_first_sheet_is_read_cell_by_cell() -> None:
    text, which = as_csv(workbook_of(), "cohort.xlsx")
    assert text.decode() == 'Alter,Knall,,"note, ""two"""\n,,,\n31.5,true,,#N/A\n40,nein,,\n'
    assert which == "The first sheet of the workbook, “Sheet 1”, is read; the other 1 are not."


def test_it_becomes_a_sheet_like_any_other() -> None:
    sheet = read_cohort(workbook_of(sheets=1), "cohort.xlsx")
    assert sheet.name == "cohort.xlsx"
    assert sheet.frame["Alter"].iloc[1:].tolist() == ["31.5", "40"]
    assert list(sheet.broken) == [0]  # nothing stands in the row
    assert sheet.assumed[0] == "The first sheet of the workbook, “Sheet 1”, is read."


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and nothing more",
        b"Alter,Knall\n31,ja\n",
        workbook_of(shared="<sst"),
        workbook_of(rows='<row r="1"><c r="A1" t="s"><v>7</v></c></row>'),
        workbook_of(
            rows=ROWS.replace("<v>31.5</v>", ' t="s"><v>-1</v>').replace('"A3"> t', '"A3" t')
        ),
        workbook_of()[:60] + bytes(30) + workbook_of()[90:],
        workbook_of(rows='<row r="99999999"><c><v>1</v></c></row>'),
        workbook_of(rows='<row r="1"><c r="ZZZZ1"><v>1</v></c></row>'),
        workbook_of(rows='<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>'),
        workbook_of(shared='<!DOCTYPE x [<!ENTITY a "b">]><sst/>'),
        workbook_of(sheets=0),
    ],
)
def test_what_is_no_sound_workbook_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(TableError, match=r"cohort\.xlsx"):
        read_cohort(data, "cohort.xlsx")


CELLS = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>1</v></c></row>' for n in range(1, 4000))


@pytest.mark.parametrize(
    ("limit", "least", "made", "told"),
    [
        ("MOST_UNPACKED", 2**16, {"rows": CELLS}, "over 0 MB once the workbook is unpacked"),
        ("MOST_CELLS", 3_000, {"rows": CELLS}, "the sheet has over 3,000 cells"),
        ("MOST_TEXT", 9_000, {"rows": CELLS}, "once it is written as CSV"),  # one text in all cells
        ("MOST_TEXT", 9, {}, "or 9 letters in them"),
        ("MOST_TEXTS", 1, {}, "over 1 texts"),
        ("MOST_PARTS", 3, {}, "the workbook has over 3 parts"),
        ("LONGEST_LIST", 300, {"sheets": 9}, "the list of its sheets is too long"),
        ("BLOCK", 50, {"more": f"<x {'y' * 200}='1'/>"}, "over 50 bytes in one element"),
    ],
)
def test_a_workbook_that_unpacks_to_too_much_is_refused(
    limit: str, least: int, made: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = workbook_of(**made)
    if "more" not in made:
        as_csv(data, "cohort.xlsx")
    monkeypatch.setattr(workbook, limit, least)
    with pytest.raises(TableError, match=told):
        as_csv(data, "cohort.xlsx")


def test_a_sheet_of_very_many_rows_is_left_before_its_end() -> None:
    seen: list[tuple[int, int]] = []

    def check(rows: int, columns: int) -> None:
        seen.append((rows, columns))
        if rows == 5:
            raise TableError([])

    with pytest.raises(TableError):
        as_csv(workbook_of(CELLS), "cohort.xlsx", check)
    assert seen == [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]
    many = "<row/>" * 200_001
    with pytest.raises(TableError, match=r"200,001 rows; allowed: at most 200,000 here"):
        read_cohort(workbook_of(many), "cohort.xlsx")


def test_a_workbook_packed_in_another_way_than_a_spreadsheet_does_is_refused() -> None:
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook_of())) as whole,
        zipfile.ZipFile(data, "w", zipfile.ZIP_LZMA) as archive,
    ):
        for part in whole.namelist():
            archive.writestr(part, whole.read(part))
    with pytest.raises(TableError, match="packed in a way that no spreadsheet uses"):
        as_csv(data.getvalue(), "cohort.xlsx")


def test_what_stands_beside_the_cells_of_a_row_is_none_of_them() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>K</t><rPh><t>ka</t></rPh></is></c>'
        "<extLst/></row><row><c><v>31</v><extLst><v>8</v></extLst></c></row>"
    )  # fmt: skip
    assert as_csv(workbook_of(rows), "mine.xlsx")[0] == b"K\n31\n"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "locked by a password, or of an older"),
        (b"id,pop\n1,yes\n", "the file is text, as a CSV file is"),
    ],
)
def test_what_is_called_a_workbook_is_refused_for_what_it_is(data: bytes, told: str) -> None:
    with pytest.raises(TableError, match=told):
        read_cohort(data, "mine.xlsx")


def test_a_sheet_that_is_hidden_is_not_the_first() -> None:
    text, which = as_csv(workbook_of(hidden=1), "cohort.xlsx")
    assert text.startswith(b"Alter,")
    assert "“Sheet 2”" in which


def test_merged_cells_are_told() -> None:
    merged = '<mergeCells><mergeCell ref="A1:A2"/></mergeCells>'
    assert "cells that are merged" in as_csv(workbook_of(more=merged), "cohort.xlsx")[1]


def test_a_formula_without_its_value_and_an_error_are_no_empty_cells() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>pop</t></is></c></row>'
        '<row r="2"><c r="A2"><f>B2</f></c></row>'
        '<row r="3"><c r="A3" t="e"><v>#REF!</v></c></row>'
        '<row r="4"><c r="A4" t="str"><f>B4</f><v></v></c></row>'
        '<row r="5"><c r="A5" s="1"/></row>'
    )  # fmt: skip
    assert as_csv(workbook_of(rows), "mine.xlsx")[0] == b'pop\n=B2\n#REF!\n""\n""\n'
