"""What was deleted leaves the bytes of the files too, and nothing else does."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.fields import delete_field
from tamis.actions.fields.types import create_type
from tamis.actions.maintenance.erasure import Eraser, erase, erase_if_small
from tamis.actions.segments.recipients import recipient_page
from tamis.actions.segments.segments import segment_sizes
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.records import change_log
from tamis.records.engine.sqlite.database import connect
from tamis.records.maintenance import erasure
from tamis.records.maintenance.files import NAME as RECORDS_NAME
from tamis.settings import Settings
from tests.erasure.traceable_people import PEOPLE, VICTIMS, TraceablePeople, traces
from tests.support.effort import examples

EVERYONE = 1 << 53


@pytest.mark.parametrize("compression", ["auto", "uncompressed"])
def test_no_byte_of_deleted_contacts_is_left_in_any_file(services: Services, compression: str) -> None:
    columns = services.project()
    columns.cursor().execute(f"SET GLOBAL force_compression = '{compression}'")
    traceable = TraceablePeople(services)
    services.project()
    columns.cursor().execute("CHECKPOINT")
    services.records.truncate_log()
    assert set(traceable.traces()) == {"tamis.sqlite", "columns.duckdb"}
    traceable.forget_victims()
    services.project()
    columns.cursor().execute("CHECKPOINT")
    assert "columns.duckdb" in traceable.traces()  # without a rewrite they would stay
    before = recipient_page(services, traceable.account.id, traceable.segment.id, 0, EVERYONE)
    columns.cursor().execute(f"SET GLOBAL force_compression = '{compression}'")
    assert erase(services)
    assert traceable.traces() == {}
    assert erasure.find_pending(services.records.reader()) is None
    assert recipient_page(services, traceable.account.id, traceable.segment.id, 0, EVERYONE) == before
    services.close()
    assert traceable.traces() == {}
    reopened = Services(services.settings)
    assert segment_sizes(reopened)[traceable.segment.id] == len(before)
    count = reopened.project().cursor().execute(f"SELECT count(*) FROM contacts_{traceable.type.id}").fetchone()
    assert count == (PEOPLE - len(VICTIMS),)
    reopened.close()


def test_no_byte_of_a_deleted_field_is_left_in_old_contact_values(services: Services) -> None:
    traceable = TraceablePeople(services)
    notes = {traceable.values[n][3] for n in VICTIMS}  # which are changed since by an import
    assert set(traces(services.settings.data, notes, "tamis.sqlite*"))
    services.write(delete_field, traceable.type, "note")
    assert erase(services)
    assert traces(services.settings.data, notes) == {}


def test_the_log_is_truncated_at_once_or_after_its_readers_end(services: Services) -> None:
    traceable = TraceablePeople(services)
    services.project()
    traceable.forget_victims()
    assert "tamis.sqlite-wal" in traceable.traces()
    other = connect(services.settings.data / RECORDS_NAME)
    other.execute("BEGIN").fetchall()
    other.execute("SELECT count(*) FROM contacts").fetchall()
    assert not erase(services)  # the reader may still need what the log says
    assert erasure.find_pending(services.records.reader())
    other.execute("COMMIT").fetchall()
    assert services.records.truncate_log()
    assert "tamis.sqlite-wal" not in traceable.traces()
    assert erase(services)
    assert traceable.traces() == {}
    other.close()


def test_concurrent_readers_are_not_affected(services: Services) -> None:
    traceable = TraceablePeople(services)
    expected = recipient_page(services, traceable.account.id, traceable.segment.id, 0, EVERYONE)
    stop = threading.Event()
    read, failed = [0, 0, 0], []

    def reading(number: int) -> None:
        try:
            while not stop.is_set():
                assert recipient_page(services, traceable.account.id, traceable.segment.id, 0, EVERYONE) == expected
                read[number] += 1
        except BaseException as error:
            failed.append(error)

    readers = [threading.Thread(target=reading, args=(number,)) for number in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(examples(10, 3)):
        services.write(erasure.request_erasure)
        assert erase(services)
    stop.set()
    for reader in readers:
        reader.join()
    assert failed == []
    assert all(read)


def test_data_written_before_and_after_a_rewrite_is_kept(services: Services) -> None:
    traceable = TraceablePeople(services)
    services.project()
    traceable.forget_victims()
    assert erase(services)
    sizes = dict(segment_sizes(services))
    inode = services.project().path.stat().st_ino
    services.close()
    again = Services(services.settings)
    assert again.open_columns().applied == again.project().applied  # nothing had to be built again
    assert again.project().path.stat().st_ino == inode
    assert segment_sizes(again) == sizes
    again.close()


def test_erasure_removes_incomplete_and_quarantined_files(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    Services(Settings(directory)).close()
    for name in (
        f"{FILE_NAME}.new",
        "columns.copying-x/made",
        f"{FILE_NAME}.unusable-20260101-000000",
        "tamis.sqlite-wal.lost-20260101-000000",
        "columns.tmp/x",
    ):
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text("ann@example.org")
    services = Services(Settings(directory))
    services.project()
    assert sorted(p.name for p in directory.glob("columns.*")) == [
        "columns.duckdb", "columns.duckdb.unusable-20260101-000000", "columns.duckdb.wal", "columns.lock"
    ]  # fmt: skip
    services.write(erasure.request_erasure)
    assert erase(services)
    assert not list(directory.glob("*.unusable-*"))
    assert not list(directory.glob("*.lost-*"))
    services.close()


def test_large_stores_are_not_erased_immediately(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    services.write(erasure.request_erasure)
    monkeypatch.setattr("tamis.actions.maintenance.erasure.SMALL_BYTES", 0)
    assert not erase_if_small(services)
    monkeypatch.undo()
    assert erase_if_small(services)


def test_a_server_erases_when_idle_at_most_hourly_and_before_the_deadline(tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    services = Services(Settings(tmp_path / "data", erase_within=timedelta(hours=24)), lambda: now)
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    people = services.write(create_type, account, "People")
    eraser = Eraser(services)

    def after(minutes: int, *, busy: bool = False) -> bool:
        """Let time pass, minute by minute; tells whether all is erased."""
        nonlocal now
        for _ in range(minutes):
            now += timedelta(minutes=1)
            if busy:
                services.write(lambda db, at: change_log.record_field_changes(db, people.id, at))
            eraser.run_if_due()
        return erasure.find_pending(services.records.reader()) is None

    services.write(erasure.request_erasure)
    assert not after(4, busy=True)
    assert not after(4)
    assert after(2)
    services.write(erasure.request_erasure)
    assert not after(58)  # quiet, but the last time is less than an hour ago
    assert after(2)
    services.write(erasure.request_erasure)
    assert not after(24 * 60 - 1, busy=True)
    assert after(1, busy=True)
    services.close()
