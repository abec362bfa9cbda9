"""Workbooks as other programs write them, written byte by byte."""

import io
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLES = '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs>'
DATE, DATETIME = 1, 2
Cell = str | float | bool | None | tuple[str, str | float]
"""Text, a number, a boolean, nothing, or what the cell says of itself: `date`, `moment`, `error`, `formula`."""


def xlsx(sheets: Mapping[str, Mapping[int, Sequence[Cell]]], hidden: Sequence[str] = ()) -> bytes:
    """Write a workbook of sheets, each of rows by their numbers."""
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.xml")}))
        listed = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}" state="{_state(name in hidden)}"/>'
            for n, name in enumerate(sheets, 1)
        )
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        )
        parts = {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
        archive.writestr("xl/_rels/workbook.xml.rels", _relations({**parts, "rId99": ("styles", "styles.xml")}))
        archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{_MAIN}">{_STYLES}</styleSheet>')
        for n, rows in enumerate(sheets.values(), 1):
            data = "".join(
                f'<row r="{number}">{"".join(_cell(number, place, cell) for place, cell in enumerate(cells))}</row>'
                for number, cells in rows.items()
            )
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{data}</sheetData></worksheet>'
            )
    return target.getvalue()


def ods(rows: Sequence[Sequence[str | float]]) -> bytes:
    """Write a workbook of OpenDocument with one sheet."""
    target = io.BytesIO()
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f"<table:table-cell {_value(cell)}><text:p>{escape(str(cell))}</text:p></table:table-cell>" for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    with ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="Tabelle1">{cells}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return target.getvalue()


def _state(is_hidden: bool) -> str:
    return "hidden" if is_hidden else "visible"


def _value(cell: str | float) -> str:
    number = f'office:value-type="float" office:value="{cell}"'
    return number if isinstance(cell, float) else 'office:value-type="string"'


def _relations(parts: Mapping[str, tuple[str, str]]) -> str:
    found = "".join(
        f'<Relationship Id="{n}" Type="{_OFFICE}/{kind}" Target="{to}"/>' for n, (kind, to) in parts.items()
    )
    return f'<Relationships xmlns="{_RELATIONS}">{found}</Relationships>'


def _cell(row: int, place: int, cell: Cell) -> str:
    if cell is None:
        return ""
    where = f'r="{chr(65 + place)}{row}"'
    if isinstance(cell, bool):
        return f'<c {where} t="b"><v>{cell:d}</v></c>'
    if isinstance(cell, str):
        return f'<c {where} t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    if isinstance(cell, tuple):
        kind, value = cell
        if kind == "error":
            return f'<c {where} t="e"><v>{value}</v></c>'
        if kind == "formula":
            return f'<c {where} t="str"><f>A1&amp;B1</f><v>{value}</v></c>'
        return f'<c {where} s="{DATE if kind == "date" else DATETIME}"><v>{value}</v></c>'
    return f"<c {where}><v>{cell!r}</v></c>"
