"""A cohort as it comes out of Excel in a German clinic: as CSV, and as a workbook."""

import io
import zipfile
from xml.sax.saxutils import escape

HEAD = ("Nr.", "Diagnose", "Alter", "Schmerzbeginn", "Knall", "Schwellung", "Überwärmung")
ROWS = [
    ("1", "rupture", "27,5", "sudden", "ja", "focal", "nein"),
    ("2", "tendinopathy", "38,0", "gradual", "nein", "none", "nein"),
    ("3", "dvt", "61,5", "days", "nein", "leg", "ja"),
    ("4", "strain", "44,0", "sudden", "ja", "none", "nein"),
]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def csv_of_excel() -> bytes:
    """Return what "CSV (Trennzeichen-getrennt)" saves: semicolons, decimal commas, cp1252."""
    return "".join(";".join(row) + "\r\n" for row in (HEAD, *ROWS)).encode("cp1252")


def workbook() -> bytes:
    """Return the same as .xlsx, with ages as numbers."""
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in (HEAD, *ROWS))
    sheet = "xl/worksheets/sheet1.xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/{sheet}" ContentType="{TYPES}.worksheet+xml"/></Types>',
        "_rels/.rels": _links("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
        '<sheet name="Tabelle1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links("worksheet", "worksheets/sheet1.xml"),
        sheet: f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>',
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(path, text)
    return data.getvalue()


def _cell(text: str) -> str:
    number = text.replace(",", ".")
    if number.replace(".", "").isdecimal():
        return f"<c><v>{number}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def _links(kind: str, to: str) -> str:
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{LINKS}/{kind}" Target="{to}"/></Relationships>'
    )
