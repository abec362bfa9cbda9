"""`tamis doctor`, with and without a running server."""

from pathlib import Path

import pytest

from tests.cli.conftest import make_people
from tests.cli.test_refusals import run
from tests.support.process import tamis
from tests.support.records import records_of
from tests.support.templates import copy_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A contact type with people and a segment of all of them."""
    directory = tmp_path / "data"
    copy_of(_make, directory)
    return directory


@pytest.fixture
def data_with_segment(either: Path) -> Path:
    """The people, once without and once with a server on them."""
    return either


def _make(directory: Path) -> None:
    make_people(directory)
    file = directory.parent / "people.csv"
    file.write_text("email\n" + "".join(f"p{n}@example.org\n" for n in range(100)))
    tamis(directory, "import", file, "--type", "People")
    tamis(directory, "segment", "create", "All", "--type", "People", "--where", 'email contains "@"')


def test_a_healthy_directory_ends_with_status_0(data_with_segment: Path) -> None:
    found = tamis(data_with_segment, "doctor")
    assert found["ok"] is True
    assert all(set(check) == {"name", "looked_at", "seconds", "findings"} for check in found["checks"])
    assert [finding for check in found["checks"] for finding in check["findings"]] == []
    done = run(data_with_segment, "doctor", "--sample", "7")
    assert (done.returncode, done.stderr) == (0, "")
    assert "at most 7 contacts per type) (7 contacts)" in done.stdout
    assert done.stdout.rstrip().endswith("no errors.")


def test_findings_are_printed_and_end_with_status_1(data_with_segment: Path) -> None:
    with records_of(data_with_segment) as db:
        db.execute('UPDATE contacts SET field_values = \'{"2":"Ann"}\' WHERE id = 5').fetchall()
    done = run(data_with_segment, "doctor")
    assert done.returncode == 1
    assert "ERROR projection matches the contacts of the records (100 contacts, every value)" in done.stdout
    assert "(IDs 5): stop the server, delete columns.duckdb" in done.stdout
    assert done.stdout.rstrip().endswith("1 error.")
    in_json = run(data_with_segment, "doctor", "--json")
    assert in_json.returncode == 1
    assert '"ok": false' in in_json.stdout
    assert in_json.stderr == "1 error\n"


def test_a_missing_directory_is_not_created(tmp_path: Path) -> None:
    done = run(tmp_path / "nowhere", "doctor")
    assert done.returncode == 1
    assert "there is no directory" in done.stderr
    assert not (tmp_path / "nowhere").exists()
