"""Whatever becomes of the projection file, the history is what it was: members, sizes, log, answers about the past."""

import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import apsw
import duckdb
import pytest

from tamis.actions.fields.types import create_type, delete_type
from tamis.actions.maintenance.backups import make_backup, restore
from tamis.actions.segments.history import contact_history
from tamis.actions.segments.segments import SegmentEdit, create_segment, delete_segment, edit_segment
from tamis.columns.engine.files import NAME
from tamis.columns.history import legacy, link
from tamis.domain.errors import Unavailable
from tamis.domain.segments.membership_changes import Cause
from tamis.records.engine.sqlite.database import FILE_NAME, connect, migrations
from tamis.records.names import register_fold
from tamis.rules.syntaxes.text import from_text
from tests.backups.first_format import to_first_format
from tests.history.history_model import Past, eventful_packs, eventful_past, eventful_rows, small_packs
from tests.support.effort import ALL, combinations

TABLES = ("membership_changes", "membership_snapshots", "daily_sizes", "segment_sizes")
OLD_TABLES = """
ALTER TABLE membership_changes RENAME TO transitions;
ALTER TABLE transitions RENAME COLUMN delta TO step;
ALTER TABLE membership_snapshots RENAME TO fillings;
ALTER TABLE recent_changes RENAME TO recent;
ALTER TABLE recent RENAME COLUMN delta TO step;
ALTER TABLE segment_sizes RENAME TO sizes;
ALTER TABLE clocks RENAME COLUMN breakpoint TO edge;
ALTER TABLE inclusions RENAME TO added;
ALTER TABLE exclusions RENAME TO removed;
ALTER TABLE daily_sizes RENAME COLUMN snapshot_cause TO filled;
CREATE TABLE trimmed (day DATE NOT NULL);
ALTER TABLE meta DROP COLUMN mark;
UPDATE meta SET version = 6;
DELETE FROM daily_sizes;
"""
"""Turns a current file into one of version 6, which alone kept the history, without rows of days for its log."""
FORGET = """
UPDATE projection SET change = 0, number = 0, mark = 0, trimmed = NULL;
DELETE FROM projection_clocks; DELETE FROM membership_changes; DELETE FROM membership_packs;
DELETE FROM membership_snapshots; DELETE FROM member_lists; DELETE FROM daily_sizes;
"""

FORMER_NAMES = """
ALTER TABLE forgotten_emails RENAME TO suppressed_emails;
ALTER TABLE suppressed_emails RENAME COLUMN forgotten_at TO suppressed_at;
ALTER TABLE accounts ADD COLUMN password_hash TEXT;
DROP TABLE segment_versions; DROP INDEX deleted_segments; ALTER TABLE segments DROP COLUMN purged_at;
"""

WITHOUT_HISTORY = """
ALTER TABLE change_log RENAME TO feed;
ALTER TABLE feed RENAME COLUMN inclusion_id TO added_id;
ALTER TABLE feed RENAME COLUMN changed_at TO at;
ALTER TABLE inclusions RENAME TO recipients_added;
DROP INDEX inclusions_by_email; CREATE INDEX recipients_added_by_email ON recipients_added (email_key);
DROP INDEX inclusions_by_person; CREATE INDEX recipients_added_by_person ON recipients_added (person_id);
ALTER TABLE contact_exclusions RENAME TO recipients_removed;
DROP INDEX contact_exclusions_by_contact;
CREATE INDEX recipients_removed_by_contact ON recipients_removed (contact_id);
ALTER TABLE email_exclusions RENAME TO excluded_addresses;
DROP INDEX email_exclusions_by_hash; CREATE INDEX excluded_addresses_by_hash ON excluded_addresses (email_hash);
ALTER TABLE suppressed_emails RENAME TO forgotten;
ALTER TABLE forgotten RENAME COLUMN suppressed_at TO forgotten_at;
ALTER TABLE pending_erasure RENAME TO erasure;
ALTER TABLE import_prior_values RENAME TO import_befores;
ALTER TABLE import_befores RENAME COLUMN prior_import_id TO import_before;
DROP INDEX import_prior_values_of_contact; CREATE INDEX import_befores_of_contact ON import_befores (contact_id);
ALTER TABLE contact_types RENAME COLUMN visible_fields TO shown;
DROP TABLE projection; DROP TABLE projection_clocks; DROP TABLE membership_changes; DROP TABLE membership_packs;
DROP TABLE membership_snapshots; DROP TABLE member_lists; DROP TABLE daily_sizes;
PRAGMA user_version = 13; PRAGMA journal_mode = DELETE;
"""
"""Turns records of schema 15 into those of schema 13, with its names and without a history."""


def known(past: Past) -> dict[str, Any]:
    """Return all that the columns know of the past."""
    past.services.project()
    con = past.services.open_columns().cursor()
    found: dict[str, Any] = {name: sorted(con.execute(f"FROM {name}").fetchall(), key=repr) for name in TABLES}
    present = "SELECT recipient_id, entered_at FROM members ANTI JOIN recent_changes USING (recipient_id)"
    found["members"] = sorted(
        con.execute(f"{present} UNION ALL SELECT recipient_id, instant FROM recent_changes WHERE delta = 1").fetchall()
    )
    found["as of"] = {at: past.members(at, page=100) for at in [*past.seen][:: 1 if ALL else -4]}
    found["days"] = past.sizes()
    found["contacts"] = [
        contact_history(past.services, past.account.id, past.type.id, n, f"p{n}@example.org") for n in range(1, 8)
    ]
    return found


KEPT = {"rows": eventful_rows, "packs": eventful_packs}


@pytest.fixture(params=KEPT if ALL else ["packs"])  # whose newest changes are rows
def past(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Past]:
    """Return one in which much has happened, its changes kept as rows or as packs."""
    with small_packs() if request.param == "packs" else nullcontext():
        made = eventful_past(tmp_path / "data", KEPT[request.param])
        yield made
        made.services.close()


def lose(past: Past, what: Callable[[Path], None]) -> None:
    """Close the stores, change the projection file, and open them again."""
    past.services.close()
    what(past.settings.data / NAME)
    past.reopen()


def delete(file: Path) -> None:
    """Delete it."""
    file.unlink()


def damage(file: Path) -> None:
    """Let it end early."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def change(sql: str) -> Callable[[Path], None]:
    """Change something in it."""

    def run(file: Path) -> None:
        with duckdb.connect(str(file)) as db:
            db.execute(sql)

    return run


def change_records(directory: Path, sql: str) -> None:
    """Change something in the records of a directory."""
    db = connect(directory / FILE_NAME)
    db.execute(sql).fetchall()
    db.close()


def set_back_schema(directory: Path, version: int) -> None:
    """Drop all tables, indexes and columns of the records of a directory that migrations after a version added."""
    db, old = connect(directory / FILE_NAME), apsw.Connection(":memory:")
    register_fold(old)
    for number, sql in migrations():
        if number <= version:
            old.execute(sql).fetchall()
    objects = "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL"
    kept = set(old.execute(objects))
    for kind, name in sorted(set(db.execute(objects)) - kept):  # indexes before tables
        db.execute(f"DROP {kind} IF EXISTS {name}").fetchall()
    for _, table in (each for each in kept if each[0] == "table"):
        columns = f"SELECT name FROM pragma_table_info('{table}')"
        for (column,) in set(db.execute(columns)) - set(old.execute(columns)):
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}").fetchall()
    old.close()
    db.close()


LOSSES = {
    "deleted": delete,
    "damaged": damage,
    "of another layout": change("UPDATE meta SET version = version + 1"),
    "of another Unicode": change("UPDATE meta SET unicode = '1.0'"),
    "of other records": change("UPDATE meta SET store_id = 'another'"),
    "behind": change("UPDATE meta SET mark = mark - 1"),
}


@pytest.mark.parametrize(("past", "loss"), combinations(KEPT, LOSSES), indirect=["past"])
def test_a_lost_column_file_loses_nothing(past: Past, loss: str) -> None:
    before = known(past)
    past.later(hours=1)  # nothing is due
    lose(past, LOSSES[loss])
    assert known(past) == before


def test_later_writes_have_their_instant_and_cause(past: Past) -> None:
    before = known(past)
    past.later(minutes=5)
    written = past.now
    past.write({"new@example.org": "India"})
    past.add("by.hand@example.org")
    past.later(minutes=5)
    lose(past, delete)
    after = known(past)
    new = [row for row in after["membership_changes"] if row not in before["membership_changes"]]
    assert [row for row in before["membership_changes"] if row not in after["membership_changes"]] == []
    assert after["membership_snapshots"] == before["membership_snapshots"]
    assert {row[3] for row in new} == {written.replace(tzinfo=None)}
    assert {row[4] for row in new if row[1] >> 32 == past.segment.id} == {Cause.IMPORT, Cause.OVERRIDE}


def test_an_edited_rule_is_the_cause_in_segments_that_name_it_and_not_before(past: Past) -> None:
    beside = past.make_segment("By name", 'is in segment "Indians"')
    before = known(past)
    past.later(minutes=5)
    past.write({"before@example.org": "Nepal"})
    past.later(minutes=5)
    past.services.write(edit_segment, past.account, past.segment.id, SegmentEdit(draft=from_text('country = "Nepal"')))
    edited = past.now.replace(tzinfo=None)
    past.later(minutes=5)
    past.write({"after@example.org": "Nepal"})
    lose(past, delete)
    new = [row for row in known(past)["membership_changes"] if row not in before["membership_changes"]]
    for segment in (past.segment, beside):
        reasons = {(row[3], row[4]) for row in new if row[1] >> 32 == segment.id}
        assert reasons == {(edited, Cause.RULE), (past.now.replace(tzinfo=None), Cause.IMPORT)}


def test_changes_by_time_have_their_own_instants(past: Past) -> None:
    past.write({"timely@example.org": "India"})
    past.look()
    entered = past.now
    past.later(days=5)
    lose(past, delete)
    con = past.services.project().cursor()
    rows = con.execute(
        "SELECT instant FROM membership_changes WHERE cause = 'time passed' ORDER BY number DESC"
    ).fetchall()
    assert rows[0][0] == (entered + timedelta(hours=48)).replace(tzinfo=None)


def test_a_trimmed_log_and_a_set_back_clock_are_restored_unchanged(past: Past) -> None:
    past.trim(4)
    past.later(days=-3)
    past.write({"p1@example.org": "India", "back@example.org": "India"})
    past.look()
    before = known(past)
    assert Cause.KEPT in {row[3] for row in before["membership_snapshots"]}
    lose(past, delete)
    assert known(past) == before


def test_a_history_that_was_written_before_a_crash_is_not_written_twice(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.write({"crash@example.org": "India"})
    kept = link.HistoryLink.keep

    def keep_and_fail(*arguments: Any) -> None:
        kept(*arguments)
        raise duckdb.IOException("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(link.HistoryLink, "keep", keep_and_fail)
        with pytest.raises(Exception, match=r"cannot|disk"):
            past.services.project()
    after = known(past)
    numbers = sorted(row[0] for name in ("membership_changes", "membership_snapshots") for row in after[name])
    assert numbers == list(range(1, len(numbers) + 1))
    lose(past, delete)
    assert known(past) == after


def make_old(past: Past) -> None:
    """Close the stores, and keep their history in the projection file alone."""
    past.services.close()
    change(OLD_TABLES)(past.settings.data / NAME)
    change_records(past.settings.data, FORGET)


def test_the_history_of_an_earlier_version_moves_to_the_records(past: Past) -> None:
    before = known(past)
    make_old(past)
    past.reopen()
    assert known(past) == before
    lose(past, delete)
    assert known(past) == before


DAMAGED = {
    "cut off": "substr({0}, 1, length({0}) / 2)",
    "in its middle": "CAST(substr({0}, 1, 12) || zeroblob(30) || substr({0}, 43) AS BLOB)",
    "of something else": "x'00'",
}


@pytest.mark.parametrize(("past", "how"), combinations(KEPT, DAMAGED), indirect=["past"])
def test_a_damaged_part_of_the_history_does_not_affect_others(
    past: Past, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    full = past.make_segment("Full", 'country = "India" or country = "Peru"')
    before = known(past)
    past.services.close()
    db = connect(past.settings.data / FILE_NAME)
    ill = f"segment_id = {full.id} AND part = 0"
    db.execute(f"UPDATE member_lists SET members = {DAMAGED[how].format('members')} WHERE {ill}").fetchall()
    pack = "first_number = (SELECT max(first_number) FROM membership_packs)"
    db.execute(f"UPDATE membership_packs SET changes = {DAMAGED[how].format('changes')} WHERE {pack}").fetchall()
    db.close()
    delete(past.settings.data / NAME)
    past.reopen()
    with caplog.at_level(logging.ERROR, "tamis"):
        after = known(past)
    assert "history_part_not_read" in caplog.text
    assert {row[0] for row in after["members"]} == {row[0] for row in before["members"]}
    assert after["segment_sizes"] == before["segment_sizes"]
    assert after["days"][-1].recipients == before["days"][-1].recipients
    refilled = {row[1] for row in after["membership_snapshots"] if row[3] == Cause.REBUILD}
    assert full.id in refilled
    lose(past, delete)
    assert {row[0] for row in known(past)["members"]} == {row[0] for row in before["members"]}


@pytest.fixture
def old_backup(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a backup as the version before made it: only its projection file has the history."""
    past.services.project()
    backup = tmp_path_factory.mktemp("old") / "backup"
    make_backup(past.services, str(backup))
    past.services.close()
    columns = backup.with_name(NAME)
    shutil.copy(past.settings.data / NAME, columns)
    change(OLD_TABLES)(columns)
    change_records(backup, FORMER_NAMES)
    set_back_schema(backup, 15)
    change_records(backup, WITHOUT_HISTORY)
    to_first_format(backup, columns)
    past.reopen()
    return backup


@pytest.mark.parametrize(("past", "first"), combinations(KEPT, ["backup", "read"]), indirect=["past"])
def test_a_backup_of_an_earlier_version_is_restored_with_the_history_of_its_column_file(
    past: Past, old_backup: Path, first: str
) -> None:
    before = known(past)
    past.settings = replace(past.settings, data=old_backup.with_name("restored"))
    restore(past.settings.data, old_backup)
    past.reopen()
    if first == "backup":  # of a state that was not read yet
        again = old_backup.with_name("again")
        make_backup(past.services, str(again))
        past.settings = replace(past.settings, data=old_backup.with_name("restored again"))
        restore(past.settings.data, again)
        past.reopen()
    assert known(past) == before
    lose(past, delete)
    assert known(past) == before


def test_a_contact_type_deleted_later_leaves_no_members(past: Past) -> None:
    other = past.services.write(create_type, past.account, "Others")
    segment = past.services.write(create_segment, past.account, other, "Of others", from_text('country = "India"'))
    known(past)
    past.services.write(delete_segment, past.account, segment.id)
    past.services.write(delete_type, other)
    lose(past, delete)
    after = known(past)
    assert segment.id not in {row[0] for row in after["segment_sizes"]}
    assert [row[3] for row in after["membership_snapshots"] if row[1] == segment.id] == [Cause.FIRST, Cause.DELETION]


NO_ROOM = [duckdb.OutOfMemoryException("no"), duckdb.IOException("No space left on device")]


@pytest.mark.parametrize(("past", "error"), combinations(KEPT, NO_ROOM), indirect=["past"])
def test_a_history_stays_in_place_when_the_disk_is_full(
    past: Past, monkeypatch: pytest.MonkeyPatch, error: duckdb.Error
) -> None:
    before = known(past)
    make_old(past)
    with monkeypatch.context() as patch:
        patch.setattr(legacy, "member_lists", Mock(side_effect=error))
        past.reopen()
        with pytest.raises(Unavailable):
            past.services.project()
    assert known(past) == before


def test_a_full_disk_during_a_restore_is_reported_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    past = Past(tmp_path)
    past.write({"a@example.org": "India"})
    past.make_segment("Filled", 'country = "India"')
    before = known(past)
    lose(past, delete)
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", Mock(side_effect=full))
        with pytest.raises(Unavailable, match="disk"):
            past.services.project()
    assert known(past) == before
    past.services.close()
