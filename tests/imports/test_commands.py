"""`tamis import`, `tamis import list` and `tamis import show`, as they are typed."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tamis.actions.importing.sources import READING
from tamis.cli.progress import format_amount
from tests.support import forked, in_process
from tests.support.process import TIMEOUT_SECONDS, environment, tamis
from tests.support.templates import copy_of

PEOPLE = "email,n\na@example.org,1\nb@example.org,2\nnobody,3\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An account and a contact type with a segment of everyone."""
    directory = tmp_path / "data"
    copy_of(_make, directory)
    return directory


def _make(directory: Path) -> None:
    tamis(directory, "account", "create", "--email", "owner@example.org", "--timezone", "Asia/Dhaka")
    tamis(directory, "type", "create", "People")
    tamis(directory, "segment", "create", "All", "--type", "People", "--where", 'email contains "@"')


def typed(data: Path, *arguments: str | Path, given: str = "", status: int = 0) -> tuple[str, str]:
    """Run a command as a person does and give what it prints; its exit status must be `status`."""
    done = forked.run_text(
        [sys.executable, "-m", "tamis", *map(str, arguments), "--data", str(data)],
        input=given,
        env=environment({"COLUMNS": "120"}),
        cwd=data.parent,
        timeout=TIMEOUT_SECONDS,
    )
    assert done.returncode == status, done.stderr
    return done.stdout, done.stderr


def test_a_past_import_can_be_shown(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    report = tamis(data, "import", file, "--type", "People", "--create-fields")
    shown = tamis(data, "import", "show", str(report["import_id"]))
    assert {key: shown[key] for key in report if key != "import_id"} == {
        key: value for key, value in report.items() if key != "import_id"
    }
    assert report["segments"] == [{"segment_id": 1, "name": "All", "entered": 2, "left": 0}]
    assert (shown["source"], shown["contact_type"], shown["options"]["create_fields"]) == ("people.csv", "People", True)
    [listed] = tamis(data, "import", "list")["imports"]
    assert {key: shown[key] for key in listed} == listed

    text, _ = typed(data, "import", "show", "1")
    assert text.startswith("Import 1: people.csv into People\nFinished; started ")
    assert "           3  rows\n           2  created\n" in text
    assert "Segment All: 2 entered, 0 left\n" in text
    assert f"Rejected rows are saved with reasons in {report['rejects_file']}\n" in text
    table, _ = typed(data, "import", "list")
    heading, row = table.splitlines()
    assert heading.split() == ["ID", "Started", "File", "State", "Rows", "Created", "Updated", "Events", "Rejected"]
    assert row.split()[0] == "1"
    assert row.split()[5:] == ["people.csv", "finished", "3", "2", "0", "1"]


def test_the_start_of_an_import_is_on_one_line_of_a_narrow_terminal(data: Path, tmp_path: Path) -> None:
    file = tmp_path / f"{'people-' * 9}.csv"
    file.write_text("email\nann@example.org\n")
    tamis(data, "import", file, "--type", "People")
    table = in_process.run_text(["import", "list", "--data", str(data)]).stdout
    assert max(map(len, table.splitlines())) == 80
    assert re.search(r"\d{1,2} \w{3} \d{4}, \d\d:\d\d", table)


def test_an_undone_import_is_shown_as_undone(data: Path) -> None:
    typed(data, "import", "-", "--type", "People", given=PEOPLE)
    tamis(data, "import", "undo", "1")
    assert tamis(data, "import", "list")["imports"][0]["state"] == "undone"
    text, _ = typed(data, "import", "show", "1")
    assert "\nUndone; started " in text
    assert "Undone: 2 deleted, 0 restored, 0 left unchanged\n" in text


def test_a_failed_import_shows_its_reason(data: Path, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name\nAnna\n")
    _, why = typed(data, "import", "people.csv", "--type", "People", status=1)
    text, _ = typed(data, "import", "show", "1")
    assert "\nFailed; started " in text
    assert f"Reason: {why}" in text


def test_the_newest_imports_come_first_up_to_the_limit(data: Path) -> None:
    for _ in range(3):
        typed(data, "import", "-", "--type", "People", given=PEOPLE)
    assert [job["id"] for job in tamis(data, "import", "list", "--limit", "2")["imports"]] == [3, 2]
    typed(data, "import", "list", "--limit", "0", status=2)


def test_a_file_can_have_the_name_of_a_command(data: Path, tmp_path: Path) -> None:
    (tmp_path / "list").write_text(PEOPLE)
    text, _ = typed(data, "import", "./list", "--type", "People")
    assert "2  created" in text


def test_an_unknown_import_is_refused(data: Path) -> None:
    _, why = typed(data, "import", "show", "7", status=1)
    assert why == 'there is no import 7; list imports with "tamis import list"\n'


def test_a_terminal_shows_import_progress(data: Path, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tamis", "import", "people.csv", "--type", "People", "--data", str(data)]
    wide = environment({"TERM": "xterm", "COLUMNS": "120"})
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=theirs, env=wide) as process:
        os.close(theirs)
        seen = b""
        while part := _read(ours):
            seen += part
    os.close(ours)
    assert process.returncode == 0
    assert b"3 of 3 rows" in seen


def test_no_progress_is_shown_without_a_terminal(data: Path, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("email\na@example.org\n")
    _, reported = typed(data, "import", "people.csv", "--type", "People")
    assert reported == ""


def test_progress_counts_bytes_while_reading_and_then_rows() -> None:
    assert format_amount(READING, 1_000_000, 4_000_000, 2_000_000.0) == "1.0 MB of 4.0 MB, 2.0 MB/s"
    assert format_amount(READING, 1_000_000, None, None) == "1.0 MB"
    assert format_amount("Storing", 50_000, 120_000, 150_000.4) == "50,000 of 120,000 rows, 150,000/s"
    assert format_amount("Storing", 0, 120_000, None) == "0 of 120,000 rows"
    assert format_amount("Checking", 0, None, None) == ""


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # nobody writes to it any more
        return b""


def test_bad_values_are_handled_by_column_and_reported(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,Age,Plan\nann@example.org,n/a,Gold\nbob@example.org,41,Free\n")
    tamis(data, "field", "create", "Age", "--type", "People", "--kind", "number")
    tamis(data, "field", "create", "Plan", "--type", "People", "--kind", "choice", "--option", "Free")
    command = ("import", file, "--type", "People")
    refused, _ = typed(data, *command, "--on-bad-value", "Age=blank")
    assert 'Unknown options of Plan: "Gold" (1 row). Add them with --add-options.' in refused
    report = tamis(data, *command, "--on-bad-value", "blank", "--on-bad-value", "Plan=add", "--dry-run")
    assert report["added_options"] == {"plan": ["Gold"]}
    assert report["blanked"] == {"Age": {"count": 1, "examples": [{"line": 2, "value": "n/a"}]}}
    printed, _ = typed(data, *command, "--on-bad-value", "blank", "--add-options")
    assert 'Options added to Plan: "Gold"' in printed
    assert 'Left blank in "Age": 1 cell that did not fit, such as "n/a" (line 2)' in printed
    assert "Rows with cells left blank are saved in " in printed
    assert 'Options added to Plan: "Gold"' in typed(data, "import", "show", "2")[0]
    tamis(data, "field", "edit", "plan", "--type", "People", "--name", "Tariff")
    assert 'Options added to plan: "Gold"' in typed(data, "import", "show", "2")[0], "the key names a renamed field"
    shown = tamis(data, "import", "show", "2")
    assert Path(shown["blanked_file"]).exists()
    assert (shown["options"]["on_bad_value"], shown["options"]["add_options"]) == ("blank", True)
    _, wrong = typed(data, *command, "--on-bad-value", "add", "--on-bad-value", "Age=perhaps", status=1)
    assert '"add" must be reject or blank, or COLUMN=reject' in wrong
    assert '"Age=perhaps" must be' in wrong


def test_a_text_field_is_converted_as_if_typed(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email,Age\nann@example.org,n/a\nbob@example.org,41\n")
    tamis(data, "field", "create", "Age", "--type", "People", "--kind", "text")
    tamis(data, "import", file, "--type", "People")
    command = ("field", "edit", "age", "--type", "People", "--kind", "number")
    tried = tamis(data, *command, "--dry-run")
    assert (tried["kind"], tried["misfits"]) == ("number", 1)
    assert tried["contacts"] == [{"email": "ann@example.org", "value": "n/a"}]
    _, refused = typed(data, *command, status=1)
    assert '1 value would not fit: ann@example.org "n/a"; list them all with --dry-run' in refused
    done = tamis(data, *command, "--on-bad-value", "blank")
    assert (done["kind"], done["misfits"]) == ("number", 1)
    assert "ann@example.org,n/a" in Path(done["misfits_file"]).read_text()
