"""Workbooks of Excel, read as the tables they hold."""

import io
import zipfile

import pytest

from checking import workbook
from checking.cohort_reading import read_cohort
from checking.workbook import as_csv
from hamknee.base.csv_dialect import TableError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
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


def workbook_of(rows: str = ROWS, shared: str = SHARED, sheets: int = 2) -> bytes:
    """Return a workbook with these rows in its first sheet."""
    named = "".join(
        f'<sheet name="Sheet {n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, sheets + 1)
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
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{rows}</worksheet>',
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(path, text)
    return data.getvalue()


def test_the_first_sheet_is_read_cell_by_cell() -> None:
    text, which = as_csv(workbook_of(), "cohort.xlsx")
    assert text.decode() == 'Alter,Knall,,"note, ""two"""\n,,,\n31.5,true,,\n40,nein,,\n'
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


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 2**16)
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 4000))
    with pytest.raises(TableError, match="unpacked"):
        as_csv(workbook_of(rows), "cohort.xlsx")
