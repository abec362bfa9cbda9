"""The report of an import: the same JSON on the command line and in the records, also from earlier versions."""

import json
from dataclasses import replace

import msgspec
import pytest

from tamis.actions.importing.reports.report import BadValue
from tamis.actions.importing.reports.report_details import to_details
from tamis.domain.errors import Invalid
from tamis.domain.files.import_reports import CreatedField, Details, RequestedOptions, UndoProgress
from tamis.domain.values.fields import Kind
from tests.imports.conftest import CREATE, Workspace
from tests.support.process import tamis

ROWS = 'email,n\na@example.org,1\n"Bea <b@example.org>",2\nbad,3\n' + "".join(
    f"p{n}@example.org,4\n" for n in range(40)
)
FIRST = """{"rejects_file": "a.csv", "reasons": {"no email": 2}, "ignored_columns": ["x"],
"created_fields": [{"key": "n", "kind": "number"}], "notices": ["Read so."]}"""
"""What the first version that kept reports has written."""


def test_stored_reports_have_an_unchanged_format(workspace: Workspace) -> None:
    report = workspace.take(ROWS + "z@example.org,odd\n", replace(CREATE, on_bad_value=BadValue.BLANK))
    reported = json.loads(msgspec.json.encode(to_details(report)))
    files = [reported.pop(name) for name in ("rejects_file", "blanked_file")]
    assert files == [report.rejects_file, report.omitted_file]
    [(reason, _)] = report.reasons.items()
    assert reported == {
        "reasons": {reason: 1},
        "ignored_columns": [],
        "created_fields": [{"key": "n", "kind": "number"}],
        "notices": list(report.notices),
        "added_options": {},
        "unknown_options": {},
        "blanked": {"n": {"count": 1, "examples": [{"line": 45, "value": "odd"}]}},
        "encoding": report.encoding,
        "sample": [],
        "sheet": None,
        "misfits": [{"column": "n", "kind": "number", "count": 1, "examples": ["odd"]}],
        "cleaned_emails": 1,
        "cleaned_examples": [{"before": "Bea <b@example.org>", "after": "b@example.org"}],
    }


def test_first_version_reports_can_be_read() -> None:
    report = msgspec.json.decode(FIRST, type=Details)
    assert (report.rejects_file, report.reasons, report.ignored_columns) == ("a.csv", {"no email": 2}, ("x",))
    assert (report.created_fields, report.notices) == ((CreatedField("n", Kind.NUMBER),), ("Read so.",))
    assert (report.invalid_values, report.omitted, report.cleaned_emails, bool(report.undo)) == ((), {}, 0, False)
    undone = msgspec.json.decode('{"undo": {"deleted": 3, "touched": 1}}', type=Details).undo
    assert undone == UndoProgress(deleted=3, touched=1)


def test_a_job_without_a_report_shows_no_row_counts(workspace: Workspace) -> None:
    with pytest.raises(Invalid):
        workspace.take("name\nAnn\n")
    shown = tamis(workspace.directory / "data", "import", "show", "1")
    assert (shown["state"], shown["rejects_file"], shown["blanked_file"]) == ("failed", None, None)
    assert not {"reasons", "misfits", "segments", "undo", "journal_dropped"} & shown.keys()


@pytest.mark.parametrize(
    ("options", "written"),
    [
        (RequestedOptions(), {}),
        (RequestedOptions(on_bad_value=BadValue.BLANK, upload="u"), {"on_bad_value": "blank", "upload": "u"}),
    ],
)
def test_stored_options_have_an_unchanged_format(options: RequestedOptions, written: dict[str, str]) -> None:
    ever = {
        "create_fields": False, "map": {}, "blank": "keep", "date_order": None, "formulas": "unescape", "format": None,
        "encoding": None, "sheet": None,
    }  # fmt: skip
    assert json.loads(msgspec.json.encode(options)) == ever | written
