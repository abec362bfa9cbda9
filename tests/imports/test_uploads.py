"""Uploaded files are complete or absent, limited in size and number, and deleted when they are no longer needed."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.importing.jobs import uploads
from tamis.actions.importing.jobs.uploads import (
    MOST_WAITING,
    IncomingUpload,
    clean_file_name,
    discard_upload,
    find_upload,
    format_size,
    list_uploads,
    sweep_uploads,
    upload_path,
)
from tamis.actions.services import Services
from tamis.domain.errors import Invalid, NotFound, Refused, Unavailable
from tamis.domain.files.imports import Upload
from tests.imports.conftest import Workspace


def upload_file(workspace: Workspace, content: bytes, name: str = "people.csv") -> Upload:
    """Hand a file in, in pieces."""
    with IncomingUpload(workspace.services, workspace.account, len(content)) as incoming:
        for start in range(0, len(content), 7):
            incoming.write(content[start : start + 7])
        return incoming.keep(workspace.type, name)


def left(workspace: Workspace) -> list[str]:
    """List the names of the stored files."""
    return sorted(path.name for path in (workspace.services.settings.data / uploads.PLACE).glob("*"))


def test_a_file_is_kept_for_its_account_until_discarded(workspace: Workspace) -> None:
    upload = upload_file(workspace, b"email\na@example.org\n", "C:\\lists\\people.csv")
    assert (upload.name, upload.size) == ("people.csv", 20)
    assert find_upload(workspace.services, workspace.account, upload.id) == upload
    assert upload_path(workspace.services, upload.id).read_bytes() == b"email\na@example.org\n"
    assert upload_path(workspace.services, upload.id).stat().st_mode & 0o777 == 0o600
    other, _ = workspace.services.write(create_account, "other@example.org", "UTC", None)
    with pytest.raises(NotFound):
        find_upload(workspace.services, other, upload.id)
    assert list_uploads(workspace.services, other) == []
    discard_upload(workspace.services, upload)
    discard_upload(workspace.services, upload)
    assert (list_uploads(workspace.services, workspace.account), left(workspace)) == ([], [])
    with pytest.raises(NotFound):
        find_upload(workspace.services, workspace.account, upload.id)


def test_an_aborted_upload_leaves_nothing(workspace: Workspace) -> None:
    with suppress(KeyError), IncomingUpload(workspace.services, workspace.account, 100) as incoming:
        incoming.write(b"email\n")
        raise KeyError
    with pytest.raises(Invalid, match="is empty"), IncomingUpload(workspace.services, workspace.account, 0) as incoming:
        incoming.keep(workspace.type, "none.csv")
    assert (list_uploads(workspace.services, workspace.account), left(workspace)) == ([], [])


def test_a_file_that_is_too_large_is_refused_before_or_while_it_arrives(workspace: Workspace) -> None:
    services = Services(replace(workspace.services.settings, max_upload=2_000))
    try:
        with pytest.raises(Invalid, match=r"larger than the limit of 2\.0 kB"):
            IncomingUpload(services, workspace.account, 2_001)
        with IncomingUpload(services, workspace.account, 0) as incoming:
            incoming.write(b"x" * 2_000)
            with pytest.raises(Invalid, match="larger"):
                incoming.write(b"x")
        assert left(workspace) == []
        with pytest.raises(Unavailable, match="free up space"):
            uploads._need_room(services.settings.data, 1 << 60)
    finally:
        services.close()


def test_the_number_of_waiting_files_is_limited(workspace: Workspace) -> None:
    first, *_ = [upload_file(workspace, b"email\na@example.org\n") for _ in range(MOST_WAITING)]
    with pytest.raises(Refused, match="waiting to be imported"):
        upload_file(workspace, b"email\n")
    discard_upload(workspace.services, first)
    upload_file(workspace, b"email\n")


def test_old_and_orphaned_files_are_removed(workspace: Workspace) -> None:
    old, lost = upload_file(workspace, b"email\n"), upload_file(workspace, b"email\n")
    upload_path(workspace.services, lost.id).unlink()
    left_behind = upload_path(workspace.services, "0" * 32)
    left_behind.write_bytes(b"email\n")
    with IncomingUpload(workspace.services, workspace.account, 0) as incoming:
        incoming.write(b"email\n")
        sweep_uploads(workspace.services)
        assert left(workspace) == sorted([old.id, incoming.id])  # what still arrives has its writer
        assert [upload.id for upload in list_uploads(workspace.services, workspace.account)] == [old.id]
        kept = incoming.keep(workspace.type, "new.csv")
    now = workspace.services.clock()
    workspace.services.clock = lambda: now + uploads.RETENTION - timedelta(seconds=1)
    sweep_uploads(workspace.services)
    assert left(workspace) == sorted([old.id, kept.id])
    workspace.services.clock = lambda: now + uploads.RETENTION + timedelta(seconds=10)
    sweep_uploads(workspace.services)
    assert (left(workspace), list_uploads(workspace.services, workspace.account)) == ([], [])


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\list.csv", "list.csv"),
        ("a\nb\x00\x1b[31m.csv", "a b [31m.csv"),
        ("\u202egnp.csv", "gnp.csv"),
        ("", "file"),
        ("..", ".."),
        ("<script>alert(1)</script>.csv", "script>.csv"),
        ("x" * 300 + ".parquet", "x" * 108 + "….parquet"),
        ("x" * 300, "x" * 120 + "…"),
        ("Ünïcödé – naïve.csv", "Ünïcödé – naïve.csv"),
        ("lone \ud800.csv", "lone .csv"),
    ],
)
def test_file_names_are_sanitized_for_display(given: str, shown: str) -> None:
    assert clean_file_name(given) == shown


def test_sizes_have_readable_units() -> None:
    assert [format_size(size) for size in (0, 1_023, 1_536, 10_240, 5 << 30)] == [
        "0 bytes",
        "1,023 bytes",
        "1.5 kB",
        "10 kB",
        "5 GB",
    ]
