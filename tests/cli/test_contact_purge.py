"""`tamis contact purge`, with and without a running server."""

from pathlib import Path

import pytest

from tests.cli.test_refusals import run
from tests.support.process import Refused, tamis


def test_contacts_are_counted_and_then_deleted(either: Path) -> None:
    for name in "abc":
        tamis(either, "contact", "create", f"{name}@example.org", "--type", "People")
    chosen = ("contact", "purge", "--type", "People", "--where", 'email is not "c@example.org"')

    assert tamis(either, *chosen, "--dry-run") == {"count": 2, "sample": ["a@example.org", "b@example.org"]}
    assert "2 contacts would be deleted." in run(either, *chosen, "--dry-run").stdout
    assert tamis(either, *chosen, "--inactive-for", "1 day") == {"deleted": 0}
    assert tamis(either, *chosen) == {"deleted": 2}
    with pytest.raises(Refused, match="say which contacts to delete"):
        tamis(either, "contact", "purge", "--type", "People")
