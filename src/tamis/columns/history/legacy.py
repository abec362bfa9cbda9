"""History from column files of versions 3 to 6, which alone kept it: read once, for the records to keep."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.engine.state import read_sizes
from tamis.columns.history.batches import member_lists, new_mark, packs_between, read_snapshots
from tamis.columns.history.daily_rollup import DailyChanges, DailyRollup, DailySnapshot
from tamis.columns.layout.log import last_number
from tamis.domain.segments.history import HistoryBatch, Position, SegmentDay
from tamis.domain.segments.membership_changes import Cause, DaySize
from tamis.domain.segments.segments import SEGMENT_SHIFT
from tamis.domain.values.instants import day_in_utc, day_of

DAY = timedelta(days=1)
VIEWS = """
CREATE OR REPLACE TEMP VIEW membership_changes AS
SELECT number, recipient_id, step AS delta, instant, cause FROM transitions;
CREATE OR REPLACE TEMP VIEW membership_snapshots AS FROM fillings;
CREATE OR REPLACE TEMP VIEW recent_changes AS SELECT recipient_id, step AS delta, instant FROM recent;
CREATE OR REPLACE TEMP VIEW segment_sizes AS FROM sizes;
"""
"""The tables of those versions under the names of today."""
DROP_VIEWS = """
DROP VIEW membership_changes; DROP VIEW membership_snapshots; DROP VIEW recent_changes; DROP VIEW segment_sizes;
"""


@contextmanager
def legacy_history(
    con: duckdb.DuckDBPyConnection, kept: Position, zones: Mapping[int, ZoneInfo], spill: Path
) -> Iterator[HistoryBatch]:
    """Yield the history of a file as one batch, to read within the block; `zones` has the time zone of each segment."""
    con.execute(VIEWS).fetchall()
    yield _history(con, kept, zones, spill)
    con.execute(DROP_VIEWS).fetchall()


def _history(
    con: duckdb.DuckDBPyConnection, kept: Position, zones: Mapping[int, ZoneInfo], spill: Path
) -> HistoryBatch:
    number = last_number(con)
    applied: int = con.execute("SELECT applied FROM meta").fetchall()[0][0]
    trimmed: date | None = con.execute("SELECT max(day) FROM trimmed").fetchall()[0][0]
    is_complete = applied >= 0
    return HistoryBatch(
        expected=kept.mark,
        mark=new_mark(),
        change=max(applied, 0),
        number=number,
        as_of=_as_of(con) if is_complete else {},
        packs=packs_between(con, 0, number, spill),
        snapshots=read_snapshots(con, -1),
        members=member_lists(con, read_sizes(con) if is_complete else {}, number, spill),
        days=list(rollup_of(con, zones)),
        trimmed=trimmed,
    )


def _as_of(con: duckdb.DuckDBPyConnection) -> dict[int, datetime | None]:
    rows = con.execute("SELECT contact_type_id, as_of FROM clocks").fetchall()
    return {type_id: as_of.replace(tzinfo=UTC) for type_id, as_of in rows}


def rollup_of(con: duckdb.DuckDBPyConnection, zones: Mapping[int, ZoneInfo]) -> Iterator[SegmentDay]:
    """Compute the size of segments at the end of each day from the log, and from the days kept for trimmed entries."""
    last: dict[int, DaySize] = {}
    rows = con.execute(
        "SELECT segment_id, day, recipients, entered, departed, filled FROM daily_sizes ORDER BY segment_id, day"
    ).fetchall()
    for segment_id, day, recipients, entered, departed, cause in rows:
        last[segment_id] = DaySize(day, recipients, entered, departed, Cause(cause) if cause else None)
        yield SegmentDay(segment_id, last[segment_id])
    for zone in dict.fromkeys(zones.values()):
        events: list[DailyChanges | DailySnapshot] = []
        for segment_id, day, cause, recipients, entered, departed in _by_day(con, zone):
            if zones.get(segment_id) != zone:
                continue
            if cause is None:
                events.append(DailyChanges(segment_id, day, entered, departed))
                continue
            if cause == Cause.KEPT:
                last.setdefault(segment_id, DaySize(day, recipients, 0, 0, None))
            events.append(DailySnapshot(segment_id, day, Cause(cause), recipients))
        yield from DailyRollup(last).apply(events).changed_days


def _by_day(con: duckdb.DuckDBPyConnection, zone: ZoneInfo) -> list[tuple[int, date, str | None, int, int, int]]:
    """Return the snapshots, and the sums by day of the changes between two of them, in the order of the log: segment,
    day, cause and recipients of a snapshot, entries and exits of changes."""
    row = con.execute(
        "SELECT min(instant), max(instant) FROM "
        "(SELECT instant FROM membership_changes UNION ALL SELECT instant FROM membership_snapshots)"
    ).fetchall()[0]
    if row[0] is None:
        return []
    first, last = (day_of(instant.replace(tzinfo=UTC), zone) for instant in row)
    days = [first + DAY * n for n in range((last - first).days + 1)]
    starts = [_naive(day_in_utc(day, zone)[0]) for day in days]
    # The day of an entry is never earlier than that of an earlier entry of its segment.
    return con.execute(
        "WITH entries AS ("
        f"SELECT recipient_id >> {SEGMENT_SHIFT} AS segment_id, number, instant, delta, NULL AS cause, 0 AS recipients "
        "FROM membership_changes "
        "UNION ALL SELECT segment_id, number, instant, 0, cause, recipients FROM membership_snapshots), "
        "dated AS (SELECT l.*, d.day FROM entries l ASOF JOIN (SELECT unnest($1::TIMESTAMP[]) AS start, "
        "unnest($2::DATE[]) AS day) d ON l.instant >= d.start), "
        "placed AS (SELECT *, max(day) OVER w AS on_day, count(cause) OVER w AS snapshots FROM dated "
        "WINDOW w AS (PARTITION BY segment_id ORDER BY number)) "
        "SELECT segment_id, on_day, cause, max(recipients), count(*) FILTER (delta = 1), count(*) FILTER (delta = -1) "
        "FROM placed GROUP BY segment_id, on_day, snapshots, cause ORDER BY min(number)",
        [starts, days],
    ).fetchall()


def _naive(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None)
