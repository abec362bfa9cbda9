"""`tamis segment versions`, `diff`, `restore` and `trash`, with and without a running server."""

from pathlib import Path

import pytest

from tests.cli.conftest import make_people
from tests.cli.test_refusals import run
from tests.support.process import Refused, tamis
from tests.support.templates import copy_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A segment whose rule was changed once."""
    directory = tmp_path / "data"
    copy_of(_make, directory)
    return directory


def _make(directory: Path) -> None:
    make_people(directory)
    file = directory.parent / "people.csv"
    file.write_text("email,first_name\na@example.org,Ann\nb@example.org,Ann\nc@example.org,Bob\n")
    tamis(directory, "import", file, "--type", "People")
    tamis(directory, "segment", "create", "Anns", "--type", "People", "--where", 'first_name = "Ann"')
    tamis(directory, "segment", "edit", "Anns", "--where", 'first_name = "Bob"')


def test_versions_are_listed_compared_and_restored(either: Path) -> None:
    latest, first = tamis(either, "segment", "versions", "Anns")["versions"]
    assert (latest["count_before"], latest["count_after"], latest["author"]["kind"]) == (2, 1, "command")
    assert (first["number"], first["text"]) == (1, 'first_name is "Ann"')
    assert "2 → 1" in run(either, "segment", "versions", "Anns").stdout
    assert run(either, "segment", "diff", "Anns", "1", "2").stdout.splitlines() == [
        "- First name is “Ann”",
        "+ First name is “Bob”",
        "Now they select 2 and 1: 2 only version 1, 1 only version 2.",
    ]
    assert "1 → 2: 1 leave, 2 enter" in run(either, "segment", "restore", "Anns", "1", "--dry-run").stdout
    assert tamis(either, "segment", "restore", "Anns", "1")["count"] == 2
    with pytest.raises(Refused, match="has no version 9"):
        tamis(either, "segment", "restore", "Anns", "9")


def test_a_deleted_segment_is_restored_from_the_trash(either: Path) -> None:
    tamis(either, "segment", "delete", "Anns")
    (deleted,) = tamis(either, "segment", "trash", "list")["segments"]
    assert (deleted["id"], deleted["contact_type"]) == (1, "People")
    assert tamis(either, "segment", "trash", "restore", "Anns") == {"id": 1, "name": "Anns", "count": 1}
    with pytest.raises(Refused, match="in the trash"):
        tamis(either, "segment", "trash", "restore", "Anns")
    tamis(either, "segment", "delete", "Anns")
    assert tamis(either, "segment", "trash", "empty") == {"deleted": 1}
    assert tamis(either, "segment", "trash", "list") == {"segments": []}
