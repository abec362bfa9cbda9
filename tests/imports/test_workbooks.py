"""Workbooks are read like CSV: their sheets, titles, dates and numbers, whatever the file is called."""

import csv
import gzip
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tamis.actions.importing.reports.preview import preview_upload
from tamis.actions.importing.reports.report import ImportOptions
from tamis.domain.errors import Invalid
from tamis.domain.values.fields import Kind
from tamis.files.source import STANDARD_INPUT
from tamis.files.spreadsheets import workbook_checks
from tests.imports.conftest import Workspace
from tests.imports.test_uploads import upload_file
from tests.support.workbooks import Cell, ods, xlsx

PEOPLE: dict[int, list[Cell]] = {
    1: ["Our customers", None],
    3: ["Email", "Name", "ZIP", "Joined", "Seen", "Spent", "Active", "Share", "Note"],
    4: [
        "ann@example.org",
        "Ann",
        "02138",
        ("date", 45351),
        ("moment", 45244.65005787037),
        0.1 + 0.2,
        True,
        0.12,
        "a\nb",
    ],
    6: [None, "Total", None, None, None, 12.5],
    7: ["bob@example.org", ("formula", "Bob B"), "2139", ("date", 45352), ("error", "#N/A"), 1234567.0, False, 1.0],
}
XLS = Path(__file__).parent / "data" / "people.xls"


def test_cells_have_the_values_of_the_sheet(workspace: Workspace) -> None:
    report = workspace.take(workspace.file(xlsx({"People": PEOPLE}), "people.xlsx"))
    assert (report.rows, report.created, report.rejected, report.sheet) == (3, 2, 1, "People")
    assert {field.key: field.kind for field in report.created_fields} == {
        "name": Kind.TEXT, "zip": Kind.TEXT, "joined": Kind.DATE, "seen": Kind.DATETIME, "spent": Kind.NUMBER,
        "active": Kind.BOOLEAN, "share": Kind.NUMBER, "note": Kind.TEXT,
    }  # fmt: skip
    assert workspace.values("ann@example.org") == {
        "name": "Ann", "zip": "02138", "joined": date(2024, 2, 29), "spent": 0.3, "active": True, "share": 0.12,
        "seen": datetime(2023, 11, 14, 9, 36, 5, tzinfo=UTC), "note": "a\nb",
    }  # fmt: skip
    bob = workspace.values("bob@example.org")
    assert (bob["name"], bob["zip"], bob["spent"], "seen" in bob) == ("Bob B", "2139", 1234567, False)
    assert report.rejects_file
    with Path(report.rejects_file).open(newline="", encoding="utf-8") as file:
        assert next(iter(list(csv.reader(file))[1:]))[:2] == ["6", "Email is missing"]


@pytest.mark.parametrize("name", ["people.csv", "people", "people.xls", "people.xlsx.gz"])
def test_a_workbook_is_recognized_by_its_content(workspace: Workspace, name: str) -> None:
    content = xlsx({"People": PEOPLE})
    report = workspace.take(workspace.file(gzip.compress(content) if name.endswith("gz") else content, name))
    assert (report.created, report.rejected) == (2, 1)


def test_the_old_format_and_open_document(workspace: Workspace) -> None:
    report = workspace.take(XLS)
    assert (report.rows, report.created, report.rejected, report.sheet) == (2, 1, 1, "People")
    assert workspace.values("ann@example.org") == {
        "name": "Ånn Łucka", "zip": "02138", "joined": date(2024, 2, 29), "spent": 0.3,
    }  # fmt: skip
    assert any('other sheets: "Notes"' in notice for notice in report.notices)
    content = ods([["E-Mail", "City", "Points"], ["olaf@example.org", "Œuf", 7.5]])
    workspace.take(workspace.file(content, "people.ods"))
    assert workspace.values("olaf@example.org") == {"city": "Œuf", "points": 7.5}


def test_a_sheet_is_chosen(workspace: Workspace) -> None:
    def sheet(email: str) -> dict[int, list[Cell]]:
        return {1: ["Email", "City"], 2: [email, "Oslo"]}

    sheets: dict[str, dict[int, list[Cell]]] = {"Cover": {1: ["Report", "2024"]}, "Hidden": sheet("hid@example.org")}
    sheets |= {"May": sheet("may@example.org"), "June": sheet("june@example.org")}
    path = workspace.file(xlsx(sheets, hidden=["Hidden"]), "p.xlsx")
    report = workspace.take(path)
    assert report.sheet == "May"
    assert 'Read from the sheet "May"; other sheets: "Cover", "June".' in report.notices
    for wanted, name in (("June", "June"), (" june", "June"), ("4", "June"), ("Hidden", "Hidden"), ("2", "Hidden")):
        assert workspace.take(path, ImportOptions(create_fields=True, sheet=wanted)).sheet == name
    with pytest.raises(Invalid, match='has no sheet "July"; choose from "Cover", "Hidden", "May", "June"'):
        workspace.take(path, ImportOptions(sheet="July"))
    with pytest.raises(Invalid, match="has no sheets"):
        workspace.take("email\na@example.org\n", ImportOptions(sheet="May"))


def test_the_console_previews_a_workbook(workspace: Workspace) -> None:
    look = preview_upload(workspace.services, upload_file(workspace, xlsx({"People": PEOPLE}), "people.xlsx"))
    assert (look.format, look.header_line, [row.line for row in look.rows]) == ("xlsx", 3, [4, 6, 7])
    assert look.columns[3].kind.kind is Kind.DATE


def test_a_workbook_is_read_from_standard_input(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(xlsx({"People": PEOPLE}))))
    assert workspace.take(STANDARD_INPUT).created == 2


def _zip(**files: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "."), content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_zip(a__csv="email\n", b__csv="email\n"), r"is a zip archive \(a.csv, b.csv\): unpack it"),
        (_zip(**{"word/document__xml": "<x/>"}), "is a Word document"),
        (_zip(**{"Index/Document__iwa": "x"}), "is a Numbers document"),
        (b"PK\x03\x04" + b"\0" * 40, "is a damaged zip archive or workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is a damaged or unsupported workbook"),
        (_zip(**{"xl/workbook__xml": "<x/>"}), "is a damaged or unsupported workbook|without rows"),
        (xlsx({"Empty": {}}), "is a workbook without rows"),
    ],
)
def test_files_that_are_not_workbooks_are_named(workspace: Workspace, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        workspace.take(workspace.file(content, "people.xlsx"))


def test_a_workbook_that_needs_too_much_memory_stops_nothing_else(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = xlsx({"People": {1: ["Email"], 2: ["a@example.org"]}})
    with zipfile.ZipFile(io.BytesIO(far)) as read:
        parts = {name: read.read(name).decode() for name in read.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    with pytest.raises(Invalid, match="takes too much memory or time"):
        workspace.take(workspace.file(target.getvalue(), "far.xlsx"))
    monkeypatch.setattr(workbook_checks, "MOST_UNPACKED", 1_000)
    with pytest.raises(Invalid, match="unpacks to more than"):
        workspace.take(workspace.file(xlsx({"People": PEOPLE}), "people.xlsx"))


@pytest.mark.parametrize(
    "text", ['[{"email": "a@example.org",\n "n": 1},\n {"email": "b", "n": 2}]', "[\n]", '[{"a": 1}']
)
def test_a_list_of_json_objects(workspace: Workspace, text: str) -> None:
    path = workspace.file(text, "people.json")
    if "b" not in text:
        with pytest.raises(Invalid):
            workspace.take(path)
        return
    report = workspace.take(path)
    assert (report.created, report.rejected) == (1, 1)
    assert workspace.values("a@example.org") == {"n": 1}
