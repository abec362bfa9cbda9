"""The doctor holds the history of memberships in the records against its copy, and names the faults of either."""

import random
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from tamis.actions.maintenance.doctor import history
from tamis.actions.maintenance.doctor.columns import PartialCheck
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME
from tamis.domain.segments.membership_changes import Cause
from tamis.records.history import read
from tamis.settings import Settings
from tests.history.history_model import Past, live_through, small_packs
from tests.support.effort import alone_or_together
from tests.support.records import records_of

COPY = "differs from the history in the records"


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """Make a directory with external recipients, in which changes and lists of members are in packs and in rows, and
    the oldest were trimmed; return it with the instant at which it was left."""
    past = Past(tmp_path_factory.mktemp("history") / "data")
    with small_packs():
        live_through(past, random.Random(7), 8)
        past.trim(3)
    past.write({f"p{n}@example.org": ("India", "Peru")[n % 2] for n in range(1, 12)})
    past.look()
    past.write({f"p{n}@example.org": ("Peru", "India")[n % 2] for n in range(1, 12)})
    past.add("guest@example.org")
    past.look()
    past.services.close()
    return past.settings.data, past.now


@pytest.fixture
def data(healthy: tuple[Path, datetime], tmp_path: Path) -> Path:
    """Return a copy that may be harmed."""
    return Path(shutil.copytree(healthy[0], tmp_path / "data"))


def examine(data: Path, now: datetime) -> tuple[int, list[str]]:
    """Return how much was compared, a few rows and segments at a time, and all that was found to be wrong."""
    services = Services(Settings(data, columns_threads=2), clock=lambda: now)
    try:
        services.project()
        found = [finding.message for finding in history.verify_history(services.records.reader()).findings]
        checked = 0
        for part_of in (history.verify_changes, history.verify_segments):
            after: int | None = 0
            while after is not None:
                part: PartialCheck = part_of(services, after)
                checked, after = checked + part.checked, part.after
                found += part.problems
        return checked, found
    finally:
        services.close()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a part be a few rows, and one segment."""
    monkeypatch.setattr(read, "ROWS_PER_PAGE", 3)
    monkeypatch.setattr(history, "SEGMENTS_PER_PART", 1)


def test_a_healthy_history_has_no_findings_and_is_compared_as_a_whole(
    data: Path, healthy: tuple[Path, datetime]
) -> None:
    with records_of(data) as db:
        for table in ("membership_changes", "membership_packs", "membership_snapshots", "member_lists", "daily_sizes"):
            assert db.execute(f"SELECT count(*) > 2 FROM {table}").get, table
        assert db.execute(f"SELECT count(*) FROM membership_snapshots WHERE cause = '{Cause.KEPT}'").get
    with duckdb.connect(str(data / NAME), read_only=True) as con:
        (rows,) = con.execute(
            "SELECT (SELECT count(*) FROM membership_changes) + (SELECT count(*) FROM membership_snapshots) + "
            "(SELECT count(*) FROM daily_sizes) + (SELECT sum(recipients)::BIGINT FROM segment_sizes)"
        ).fetchall()
    assert examine(data, healthy[1]) == (rows[0], [])


NEWEST = "(SELECT max(number) FROM membership_changes)"
IN_COLUMNS: tuple[dict[str, tuple[str, str]], ...] = (
    {
        "a change that is gone": (
            f"DELETE FROM membership_changes WHERE number = {NEWEST}",
            f"1 membership change {COPY}",
        ),
        "a change at another instant": (
            "UPDATE membership_changes SET instant = instant + INTERVAL 1 MICROSECOND",
            "membership changes differ from the history in the records",
        ),
        "a snapshot of another size": (
            "UPDATE membership_snapshots SET recipients = recipients + 1 WHERE segment_id = 2",
            f"1 snapshot {COPY}",
        ),
        "a day that is gone": (
            "DELETE FROM daily_sizes WHERE segment_id = 1 AND day = (SELECT min(day) FROM daily_sizes)",
            f"1 daily size {COPY} (segments 1)",
        ),
        "members who entered at another instant": (
            "UPDATE recent_changes SET instant = instant + INTERVAL 1 SECOND",
            "members differ from the history in the records",
        ),
    },
    {
        "a change of the packs that is gone": (
            "DELETE FROM membership_changes WHERE number = (SELECT min(number) FROM membership_changes)",
            f"1 membership change {COPY}",
        ),
        "a snapshot too many": (
            "INSERT INTO membership_snapshots "
            "SELECT 100000, 77, instant, cause, recipients FROM membership_snapshots WHERE segment_id = 1",
            f"1 snapshot {COPY}",
        ),
        "a day of another size": (
            "UPDATE daily_sizes SET departed = departed + 1 WHERE segment_id = 1 "
            "AND day = (SELECT max(day) FROM daily_sizes WHERE segment_id = 1)",
            f"1 daily size {COPY} (segments 1)",
        ),
        "a member too many": (
            "INSERT INTO members VALUES ((1::BIGINT << 32) | 99999, TIMESTAMP '2026-03-01')",
            f"1 member {COPY} (recipients {(1 << 32) + 99999})",
        ),
    },
    {
        "a change too many": (
            "INSERT INTO membership_changes "
            "SELECT number + 1, recipient_id, -delta, instant, cause FROM membership_changes "
            f"WHERE number = {NEWEST}",
            f"1 membership change {COPY}",
        ),
    },
    {
        "a change of another recipient": (
            f"UPDATE membership_changes SET recipient_id = recipient_id + 1000 WHERE number = {NEWEST}",
            f"1 membership change {COPY}",
        ),
    },
    {
        "a delta turned round": (
            f"UPDATE membership_changes SET delta = -delta WHERE number = {NEWEST}",
            f"1 membership change {COPY}",
        ),
    },
    {
        "a change for another cause": (
            f"UPDATE membership_changes SET cause = 'time' WHERE number = {NEWEST}",
            f"1 membership change {COPY}",
        ),
        "a segment without its size": (
            "DELETE FROM segment_sizes WHERE segment_id = 1",
            f"1 list of members {COPY} (segments 1)",
        ),
    },
)


@pytest.mark.parametrize("faults", alone_or_together(IN_COLUMNS), ids=", ".join)
def test_faults_of_the_copy_are_found(
    data: Path, healthy: tuple[Path, datetime], faults: dict[str, tuple[str, str]]
) -> None:
    with duckdb.connect(str(data / NAME)) as con:
        for sql, _ in faults.values():
            assert con.execute(sql).fetchall() != [(0,)], "nothing was planted"
    _, found = examine(data, healthy[1])
    for fault, (_, output) in faults.items():
        assert any(output in message for message in found), (fault, found)
    assert all("delete columns.duckdb" in message for message in found)


def test_following_the_advice_repairs_the_copy(data: Path, healthy: tuple[Path, datetime]) -> None:
    (data / NAME).unlink()
    assert examine(data, healthy[1])[1] == []


IN_RECORDS: tuple[dict[str, tuple[str, str]], ...] = (
    {
        "a number above the last": ("UPDATE projection SET number = number - 1", "has numbers above its last one"),
        "a change that was never made": (
            "UPDATE projection SET change = 100000",
            "follows change 100000 of the change log",
        ),
        "packs that overlap": (
            "UPDATE membership_packs SET last_number = last_number + 3 "
            "WHERE first_number = (SELECT min(first_number) FROM membership_packs)",
            "1 pack of membership changes overlap",
        ),
        "a row with the number of a pack": (
            "INSERT INTO membership_changes "
            "SELECT last_number, (1 << 32) | 3, 1, 0, 'rule' FROM membership_packs LIMIT 1",
            "1 number of membership changes used twice",
        ),
        "a row without a beginning": (
            "UPDATE membership_changes SET recipient_id = (77 << 32) | 3 "
            "WHERE number = (SELECT max(number) FROM membership_changes)",
            "1 membership change before the first snapshot",
        ),
        "a list that lacks a part": (
            "DELETE FROM member_lists WHERE part = 0 "
            "AND segment_id IN (SELECT segment_id FROM member_lists WHERE part = 1)",
            "member lists of 2 segments are incomplete",
        ),
        "a pack that is none": ("UPDATE membership_packs SET changes = x'00'", "in the records cannot be read"),
    },
    {
        "a pack of other numbers": (
            "UPDATE membership_packs "
            "SET changes = (SELECT changes FROM membership_packs ORDER BY first_number LIMIT 1) "
            "WHERE first_number = (SELECT max(first_number) FROM membership_packs)",
            "in the records cannot be read",
        ),
        "a list that is none": (
            "UPDATE member_lists SET members = x'00' WHERE segment_id = 1 AND part = 0",
            "the list of members of segment 1 in the records cannot be read",
        ),
        "a list of another segment": (
            "UPDATE member_lists SET segment_id = 99 WHERE segment_id = "
            "(SELECT max(segment_id) FROM member_lists WHERE length(members) > 0)",
            "the list of members of segment 99 in the records cannot be read",
        ),
    },
)


@pytest.mark.parametrize("faults", alone_or_together(IN_RECORDS), ids=", ".join)
def test_a_history_that_contradicts_itself_is_found(
    data: Path, healthy: tuple[Path, datetime], faults: dict[str, tuple[str, str]]
) -> None:
    with records_of(data) as db:
        for sql, _ in faults.values():
            before = db.total_changes()
            db.execute(sql).fetchall()
            assert db.total_changes() > before, "nothing was planted"
    _, found = examine(data, healthy[1])
    for fault, (_, output) in faults.items():
        assert any(output in message and "restore a backup" in message for message in found), (fault, found)


def test_a_daily_size_that_members_contradict_is_found_in_the_records(
    data: Path, healthy: tuple[Path, datetime]
) -> None:
    with records_of(data) as db:
        db.execute("UPDATE daily_sizes SET recipients = recipients + 1 WHERE segment_id = 1").fetchall()
    with duckdb.connect(str(data / NAME)) as con:
        con.execute("UPDATE daily_sizes SET recipients = recipients + 1 WHERE segment_id = 1")
    _, found = examine(data, healthy[1])
    assert len(found) == 1
    assert "the last daily size of 1 segment (1) is not the number of members" in found[0]
    assert "restore a backup" in found[0]


def test_a_history_written_by_another_program_is_found(data: Path, healthy: tuple[Path, datetime]) -> None:
    services = Services(Settings(data, columns_threads=2), clock=lambda: healthy[1])
    services.project()
    with records_of(data) as db:
        db.execute("UPDATE projection SET mark = mark + 1").fetchall()
    try:
        for part_of in (history.verify_changes, history.verify_segments):
            (message,) = part_of(services, 0).problems
            assert "has another history" in message
    finally:
        services.close()
