"""Every page of the records has a checksum, also in files of older versions; what was found is noted until a check."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.maintenance.backups import make_backup
from tamis.actions.maintenance.integrity_checks import time_until_hour
from tamis.actions.services import Services
from tamis.domain.errors import Damaged
from tamis.records.engine.sqlite.database import FILE_NAME
from tamis.records.integrity import check
from tamis.records.integrity.checksums import RESERVED_AT, has_checksums
from tamis.records.types import types_of_account
from tamis.settings import Settings

PAGE = 4096


def opened(data: Path) -> Services:
    return Services(Settings(data, columns_threads=1))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A closed data directory with some types."""
    services = opened(tmp_path / "data")
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    for n in range(50):
        services.write(create_type, account, f"Type {n}")
    services.close()
    return tmp_path / "data"


def all_pages_are_right(file: Path) -> bool:
    """Let SQLite compute the checksum of every page."""
    content = file.read_bytes()
    db = apsw.Connection(":memory:")
    found = [
        db.execute("SELECT verify_checksum(?)", (content[start : start + PAGE],)).get
        for start in range(0, len(content), PAGE)
    ]
    return len(found) > 10 and set(found) == {1}


def take_checksums(data: Path) -> None:
    """Write the file as an older version has: without checksums."""
    with closing(sqlite3.connect(data / FILE_NAME)) as db:
        statements, version = "\n".join(db.iterdump()), db.execute("PRAGMA user_version").fetchone()[0]
    (data / FILE_NAME).unlink()
    with closing(sqlite3.connect(data / FILE_NAME)) as db:
        db.executescript(f"PRAGMA journal_mode = WAL; {statements}; PRAGMA user_version = {version}")
    assert not has_checksums(data / FILE_NAME)


def test_new_files_backups_and_older_files_have_checksums(data: Path, tmp_path: Path) -> None:
    assert all_pages_are_right(data / FILE_NAME)
    take_checksums(data)
    services = opened(data)
    assert len(types_of_account(services.records.reader(), 1)) == 50
    make_backup(services, str(tmp_path / "backup"))
    services.records.rewrite()
    services.close()
    assert all_pages_are_right(data / FILE_NAME)
    assert all_pages_are_right(tmp_path / "backup" / FILE_NAME)


def test_a_file_in_use_gets_checksums_later(data: Path) -> None:
    take_checksums(data)
    other = apsw.Connection(str(data / FILE_NAME))
    other.execute("SELECT count(*) FROM accounts").fetchall()
    opened(data).close()
    assert not has_checksums(data / FILE_NAME)
    other.close()
    opened(data).close()
    assert all_pages_are_right(data / FILE_NAME)


@pytest.mark.parametrize("value", [0, 1, 12])
def test_a_header_that_denies_its_checksums_is_damage(data: Path, value: int) -> None:
    content = bytearray((data / FILE_NAME).read_bytes())
    content[RESERVED_AT] = value
    (data / FILE_NAME).write_bytes(content)
    with pytest.raises(Damaged):
        opened(data)
    assert (data / FILE_NAME).read_bytes() == content


def test_damage_of_an_older_file_is_not_given_valid_checksums(data: Path) -> None:
    take_checksums(data)
    content = bytearray((data / FILE_NAME).read_bytes())
    content[PAGE * 4 : PAGE * 5] = bytes(PAGE)
    (data / FILE_NAME).write_bytes(content)
    with pytest.raises(Damaged):
        opened(data)
    assert (data / FILE_NAME).read_bytes() == content


def test_findings_survive_a_restart_until_a_clean_check(data: Path) -> None:
    services = opened(data)
    account, _ = services.write(create_account, "second@example.org", "UTC", None)
    services.records.health.record("a page")
    services.close()
    services = opened(data)
    with pytest.raises(Damaged, match='"tamis restore"'):
        services.write(create_type, account, "More")
    with pytest.raises(Damaged):
        services.records.rewrite()
    assert services.records.check(threading.Event().wait) is None
    services.write(create_type, account, "More")
    services.close()


def test_an_aborted_check_changes_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "STEPS_PER_SLICE", 1)
    services = opened(data)
    services.records.health.record("a page")
    assert services.records.check(lambda _: True) is None
    assert services.records.health.damage == "a page"
    services.close()


@pytest.mark.parametrize(("hour", "wait"), [(3, 1), (2, 24), (1, 23)])
def test_the_next_check_is_at_the_configured_hour(hour: int, wait: int) -> None:
    assert time_until_hour(datetime(2026, 11, 27, 2, 0, tzinfo=UTC), hour) == timedelta(hours=wait)
