"""What commands that delete say when the files are too large to be rewritten at once."""

from pathlib import Path

import pytest

from tamis.actions.maintenance import erasure
from tests.cli.test_refusals import run
from tests.support.process import tamis

LATER = 'erases deleted data from the files later; to erase it now, run "tamis erase"'
CONTACT = ("ann@example.org", "--type", "People")


def test_small_files_are_erased_at_once(data: Path) -> None:
    tamis(data, "contact", "create", *CONTACT)
    assert tamis(data, "contact", "delete", *CONTACT)["erased"] is True


def test_large_files_are_erased_later_or_by_a_command(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "SMALL_BYTES", 0)
    for again in range(2):
        tamis(data, "contact", "create", *CONTACT)
        if again:
            assert LATER in run(data, "contact", "delete", *CONTACT).stderr
        else:
            assert tamis(data, "contact", "delete", *CONTACT)["erased"] is False
    assert tamis(data, "erase") == {"erased": True}
    assert not any(CONTACT[0].encode() in file.read_bytes() for file in data.rglob("*") if file.is_file())
