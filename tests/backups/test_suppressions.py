"""Restoring yesterday's backup does not mail somebody who unsubscribed this morning, and says so where it might."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.process import TAMIS, Refused, tamis


def members(data: Path) -> list[str]:
    return [member["email"] for member in tamis(data, "segment", "members", "All")["members"]]


def test_suppressions_since_a_backup_outlive_its_restore(tmp_path: Path) -> None:
    data, backup, people = tmp_path / "data", tmp_path / "backup", tmp_path / "people.csv"
    tamis(data, "account", "create", "--email", "owner@example.org")
    tamis(data, "type", "create", "People")
    people.write_text("email\nann@example.org\nbob@example.org\neve@example.org\n")
    tamis(data, "import", people, "--type", "People")
    tamis(data, "segment", "create", "All", "--type", "People", "--where", 'email is not "x@example.org"')
    tamis(data, "topic", "create", "News", "--type", "People")
    for name in ("ann", "bob"):
        tamis(data, "topic", "set", "News", f"{name}@example.org", "subscribed", "--type", "People")
    tamis(data, "backup", backup)
    tamis(data, "topic", "set", "News", "ann@example.org", "unsubscribed", "--type", "People")
    tamis(data, "suppress", "add", "bob@example.org", "--reason", "unsubscribed")
    tamis(data, "suppress", "add", "eve@example.org", "--reason", "complained")
    tamis(data, "contact", "delete", "eve@example.org", "--type", "People", "--forget")
    assert members(data) == ["ann@example.org"]

    kept = tmp_path / "kept"
    taken = tamis(kept, "restore", backup, "--suppressions-of", data)
    assert (taken["suppressions"], taken["unsubscribed"]) == (2, 1)
    subscribed = ("segment", "count", "--type", "People", "--where", 'is subscribed to "News"')
    assert tamis(kept, *subscribed)["count"] == 1
    assert members(kept) == ["ann@example.org"]
    reasons = {one["email"]: one["reason"] for one in tamis(kept, "suppress", "list")["suppressions"]}
    assert reasons == {"bob@example.org": "unsubscribed", None: "complained"}

    gone = tmp_path / "gone"
    with pytest.raises(Refused, match="has no data of Tamis"):
        tamis(gone, "restore", backup, "--suppressions-of", tmp_path / "nothing")
    damaged = tmp_path / "damaged"
    shutil.copytree(data, damaged)
    (damaged / "tamis.sqlite").write_bytes(b"not a database" * 1_000)
    with pytest.raises(Refused):
        tamis(gone, "restore", backup, "--suppressions-of", damaged)
    assert not gone.exists(), "nothing is restored without what was asked for"

    bare = tmp_path / "bare"
    told = subprocess.run(
        [sys.executable, *TAMIS, "restore", backup, "--data", bare], check=True, capture_output=True, text=True
    )
    assert "--suppressions-of" in told.stderr
    assert "WARNING: whoever unsubscribed, complained or bounced after" in told.stderr
    assert "If it is gone" in told.stderr
    assert members(bare) == ["ann@example.org", "bob@example.org", "eve@example.org"]
    file = tmp_path / "suppressions.csv"
    assert tamis(data, "suppress", "export", file) == {"rows": 1, "hidden": 1, "file": str(file)}
    with file.open("a") as more:
        more.write("nobody,manual,,\n")
    imported = tamis(bare, "suppress", "import", file)
    assert (imported["suppressed"], [each["line"] for each in imported["rejected"]]) == (1, [3])
    assert members(bare) == ["ann@example.org", "eve@example.org"]
    assert "bob@example.org" in json.dumps(tamis(bare, "suppress", "list"))


def test_hashes_of_forgotten_people_are_taken_over_from_every_account(tmp_path: Path) -> None:
    """Also if the backup is of a time before any email was hashed, and another account comes first."""
    data, backup, kept = tmp_path / "data", tmp_path / "backup", tmp_path / "kept"
    owners = [("--account", f"{name}@example.org") for name in ("first", "second")]
    for _, email in owners:
        tamis(data, "account", "create", "--email", email)
    people = tmp_path / "people.csv"
    people.write_text("email\nann@example.org\neve@example.org\n")
    for owner in owners:
        tamis(data, "type", "create", "People", *owner)
        tamis(data, "import", people, "--type", "People", *owner)
        tamis(data, "segment", "create", "All", "--type", "People", "--where", "email is not blank", *owner)
    tamis(data, "backup", backup)
    tamis(data, "suppress", "add", "ann@example.org", *owners[0])
    tamis(data, "suppress", "add", "eve@example.org", *owners[1])
    tamis(data, "contact", "delete", "eve@example.org", "--type", "People", "--forget", *owners[1])

    assert tamis(kept, "restore", backup, "--suppressions-of", data)["suppressions"] == 2
    given = [tamis(kept, "segment", "members", "All", *owner)["members"] for owner in owners]
    assert [[one["email"] for one in members] for members in given] == [["eve@example.org"], ["ann@example.org"]]
