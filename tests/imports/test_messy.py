"""The messy files of other people's test suites: taken as their answers say, or refused with the reason."""

import csv
import io
import json
from pathlib import Path

import pytest

from tamis.actions.importing.reports.report import ImportOptions
from tamis.domain.errors import Invalid
from tamis.domain.values.fields import Field, Kind, format_value, key_from_name
from tests.files.test_messy import KNOWN, MESSY, SPECTRUM
from tests.imports.conftest import Workspace
from tests.support.process import Refused, tamis

TABLES = MESSY / "messytables"
TITLED = {"weird_head_padding.csv", "begrotingsanalyse-2011.csv", "excel_pasting.csv", "mixedGLB.csv"}
"""Files with a title or blank lines above their header, which is recognized by naming an email."""


def with_addresses(content: bytes, encoding: str, delimiter: str) -> bytes:
    """Put a column of addresses in front of a table, and leave everything else unchanged."""
    text = content.decode(encoding)
    mark, text = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    begins = 0
    found: list[str] = []
    for record in reader:
        whole = "\n".join(lines[begins : reader.line_num])
        if any(map(str.strip, record)):
            found.append((f"p{len(found)}@example.org" if found else "email") + delimiter + whole)
        begins = reader.line_num
    return (mark + "\n".join(found) + "\n").encode(encoding)


def everything(workspace: Workspace) -> tuple[object, ...]:
    """Return what a refused file must leave as it was."""
    return workspace.fields, workspace.changes, sorted(workspace.services.settings.data.glob("rejects/*"))


def test_a_file_without_emails_is_refused_and_leaves_nothing(workspace: Workspace) -> None:
    before = everything(workspace)
    without = [name for name in (*KNOWN, "null.csv") if name != "211.csv"]
    for path in (*SPECTRUM, *(TABLES / name for name in without if TABLES.exists())):
        with pytest.raises(Invalid) as refused:
            workspace.take(path)
        assert "no column contains emails" in str(refused.value)
        assert everything(workspace) == before


def test_the_fullest_of_several_email_columns_is_used(workspace: Workspace) -> None:
    report = workspace.take(TABLES / "211.csv", ImportOptions())
    assert (report.created, report.repeated) == (431, 506)
    assert report.notices[-1] == (
        'The column "EmailAddressMain" is used as the email. "SeniorWorkerEmailAddress" and "MainContactEmailAddress" '
        'contain emails too: to use another one, map "SeniorWorkerEmailAddress" to the email.'
    )


@pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.stem)
def test_csv_spectrum(workspace: Workspace, path: Path) -> None:
    # These copies of the files have no carriage returns, which the answer to one of them still has.
    right = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text().replace("\\r\\n", "\\n"))
    if path.stem == "location_coordinates":  # one object, with another phone number than the file
        right = [right | {"Contact Phone Number": "2095257564"}]
    report = workspace.take(with_addresses(path.read_bytes(), "utf-8", ","))
    assert (report.rows, report.created) == (len(right), len(right))
    for number, row in enumerate(right, 1):
        values = {key: format_value(value) for key, value in workspace.values(f"p{number}@example.org").items()}
        assert values == {key_from_name(name): cell.strip() for name, cell in row.items() if cell}


@pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.stem)
def test_mapping_a_wrong_column_as_email_rejects_every_row(workspace: Workspace, path: Path) -> None:
    column = path.read_text().split(",")[0]
    before = workspace.fields, workspace.changes
    report = workspace.take(path, ImportOptions(create_fields=True, chosen={column: "email"}))
    assert report.rejected == report.rows > 0
    assert list(report.reasons) == ["Email is not valid"]
    assert report.created_fields == ()
    assert (workspace.fields, workspace.changes) == before, "where no row is taken there is nothing to make fields for"


@pytest.mark.parametrize("name", [name for name in KNOWN if name not in TITLED] if TABLES.exists() else [])
def test_messytables_files_with_an_added_email_column(workspace: Workspace, name: str) -> None:
    encoding, delimiter, width, _, rows = KNOWN[name]
    if not encoding.startswith("utf"):
        encoding = "latin-1"  # which has a character for every byte, so that the bytes stay as they are
    content = with_addresses((TABLES / name).read_bytes(), encoding, delimiter)
    report = workspace.take(content)
    assert report.created + report.updated + report.unchanged + report.repeated + report.rejected == report.rows
    assert report.rows == rows
    assert len(report.created_fields) + len(report.ignored_columns) <= width
    assert workspace.count("email is not blank") == report.created


@pytest.mark.parametrize("directory", [TABLES] if TABLES.exists() else [], ids=["messytables"])
def test_a_few_values_of_messytables(workspace: Workspace, directory: Path) -> None:
    kinds = _kinds(workspace.take(with_addresses((directory / "simple.psv").read_bytes(), "utf-8", "|")).created_fields)
    assert set(kinds.values()) == {Kind.NUMBER}
    assert workspace.values("p1@example.org")["first_time_buyers"] == 27_000
    spanish = (directory / "spanish_chars.csv").read_bytes()
    report = workspace.take(with_addresses(spanish, "latin-1", ","))
    assert report.notices == ("Read as Windows-1252 because it is not UTF-8.",)
    assert (report.updated, report.created) == (28, 87)
    assert workspace.count('descripción contains "ó"') > 0


def _kinds(fields: tuple[Field, ...]) -> dict[str, Kind]:
    return {field.key: field.kind for field in fields}


@pytest.mark.parametrize("path", SPECTRUM[:1], ids=lambda path: path.stem)
def test_the_command_reports_the_same(workspace: Workspace, path: Path) -> None:
    data = workspace.services.settings.data
    with pytest.raises(Refused) as refused:
        tamis(data, "import", path, "--type", "People", "--create-fields")
    status, reported = refused.value.args
    assert status == 1
    assert "no column contains emails" in reported
    assert "--map COLUMN=email" in reported
    assert "Traceback" not in reported
    file = workspace.file(with_addresses(path.read_bytes(), "utf-8", ","))
    assert tamis(data, "import", file, "--type", "People", "--create-fields")["created"] == 1
    assert workspace.values("p1@example.org")["zip"] == "08123"
