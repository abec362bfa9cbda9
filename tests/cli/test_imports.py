"""`tamis import` as a person meets it: what it says, where it says it, and what it leaves when it cannot go on."""

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tamis.cli.importing.import_report import invalid_values_line
from tamis.domain.files.import_reports import InvalidValues
from tamis.domain.values.fields import Kind
from tests.support import in_process
from tests.support.process import tamis


def run(data: Path, *arguments: str | Path, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Import into People as a person does; `given` is standard input."""
    return in_process.run(["import", *map(str, arguments), "--type", "People", "--data", str(data)], given)


def fields(data: Path) -> object:
    """List the fields that there are."""
    return tamis(data, "field", "list", "--type", "People")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_an_import_from_standard_input_prints_only_json(data: Path, pack: Callable[[bytes], bytes]) -> None:
    content = pack(b"email,x\r\nann@example.org,1\r\nnonsense,2\r\n")
    done = run(data, "-", "--json", "--create-fields", given=content)
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert (report["rows"], report["created"], report["rejected"]) == (2, 1, 1)
    assert "standard_input" in report["rejects_file"]


def test_invalid_objects_are_rejected_line_by_line(data: Path) -> None:
    lines = ["{\"email\": \"a@example.org\", \"tags\": [\"x\", \"y\"], \"n\": 1}", "no json", "[1]", "",
             "{\"email\": \"b@example.org\", \"n\": {\"deep\": 1}}", "{\"email\": null}"]  # fmt: skip
    done = run(data, "-", "--format", "ndjson", "--json", "--create-fields", given="\n".join(lines).encode())
    report = json.loads(done.stdout)
    assert (report["rows"], report["created"], report["rejected"]) == (5, 1, 4)
    assert report["reasons"] == {
        "the line is not a JSON object": 2,
        '"n" contains an object, which cannot be a field value': 1,
        "Email is missing": 1,
    }
    shown = tamis(data, "contact", "show", "a@example.org", "--type", "People")["values"]
    assert (shown["tags"], shown["n"]) == (["x", "y"], 1)


def test_too_many_columns_are_refused_and_create_no_field(data: Path) -> None:
    before = fields(data)
    names = ",".join(f"column {n}" for n in range(1_030))
    done = run(data, "-", "--create-fields", given=f"email,{names}\na@example.org{',1' * 1_030}\n".encode())
    reported = done.stderr.decode()
    assert done.returncode == 1
    assert "1,030 columns without a field" in reported
    assert "at most 1,024" in reported
    assert fields(data) == before


def test_as_many_columns_as_a_file_may_have_are_read_in_the_usual_memory(data: Path) -> None:
    names = ",".join(f"column {n}" for n in range(1_039))
    done = run(data, "-", given=f"email,{names}\na@example.org{',1' * 1_039}\n".encode())
    assert done.returncode == 0, done.stderr.decode()


def test_nothing_is_imported_when_the_rejects_cannot_be_written(data: Path) -> None:
    (data / "rejects").write_text("in the way")
    done = run(data, "-", given=b"email\nnonsense\nann@example.org\n")
    assert done.returncode == 1
    assert "nothing was imported" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert tamis(data, "segment", "count", "--type", "People", "--where", "email is not blank")["count"] == 0


def test_the_date_order_is_asked_for_and_can_be_given(data: Path) -> None:
    content = b"email,birth date\nann@example.org,03/04/2024\n"
    requested = run(data, "-", given=content)
    assert requested.returncode == 1
    assert "3 April or 4 March: add --date-order dmy or --date-order mdy" in requested.stderr.decode()
    dry = run(data, "-", "--date-order", "mdy", "--dry-run", "--json", given=content)
    assert json.loads(dry.stdout)["created"] == 1
    assert run(data, "-", "--date-order", "mdy", given=content).returncode == 0
    shown = tamis(data, "contact", "show", "ann@example.org", "--type", "People")["values"]
    assert shown["birth_date"] == "2024-03-04"


@pytest.mark.parametrize(
    ("invalid", "line"),
    [
        (InvalidValues("Age", Kind.NUMBER, 1, ("xx",)), 'Column "Age": 1 cell is not a valid number, such as "xx"'),
        (InvalidValues("Born", Kind.DATE, 2), 'Column "Born": 2 cells are not valid dates'),
    ],
)
def test_invalid_values_are_reported_with_the_kind_of_the_field(invalid: InvalidValues, line: str) -> None:
    assert invalid_values_line(invalid) == line
