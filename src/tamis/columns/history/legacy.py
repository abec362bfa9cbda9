"""Files of versions that kept the history only there: the records take it over, with the daily rollup of its log."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.engine.state import read_sizes
from tamis.columns.history.batches import member_lists, new_mark, packs_between, read_snapshots
from tamis.columns.history.daily_rollup import DailyChanges, DailyRollup, DailySnapshot
from tamis.columns.layout.clocks import read_clocks
from tamis.columns.layout.log import last_number
from tamis.domain.history import HistoryBatch, Position, SegmentDay
from tamis.domain.instants import day_in_utc, day_of
from tamis.domain.membership_changes import Cause, DaySize
from tamis.domain.segments import SEGMENT_SHIFT

DAY = timedelta(days=1)


def take_over(
    con: duckdb.DuckDBPyConnection, kept: Position, zones: Mapping[int, ZoneInfo], spill: Path
) -> HistoryBatch:
    """Return the history of a file of an earlier version as one batch; `zones` has the time zone of each segment."""
    number = last_number(con)
    applied: int = con.execute("SELECT applied FROM meta").fetchall()[0][0]
    trimmed: date | None = con.execute("SELECT max(day) FROM trimmed").fetchall()[0][0]
    is_complete = applied >= 0
    return HistoryBatch(
        expected=kept.mark,
        mark=new_mark(),
        change=max(applied, 0),
        number=number,
        as_of={type_id: clock.as_of for type_id, clock in read_clocks(con).items()} if is_complete else {},
        packs=packs_between(con, 0, number, spill),
        snapshots=read_snapshots(con, -1),
        members=member_lists(con, read_sizes(con) if is_complete else {}, number, spill),
        days=list(rollup_of(con, zones)),
        trimmed=trimmed,
    )


def rollup_of(con: duckdb.DuckDBPyConnection, zones: Mapping[int, ZoneInfo]) -> Iterator[SegmentDay]:
    """Tell the size of segments at the end of each day from the log, and from what trimmed lines were summed up to."""
    last: dict[int, DaySize] = {}
    rows = con.execute(
        "SELECT segment_id, day, recipients, entered, departed, filled FROM daily_sizes ORDER BY segment_id, day"
    ).fetchall()
    for segment_id, day, recipients, entered, departed, filled in rows:
        last[segment_id] = DaySize(day, recipients, entered, departed, Cause(filled) if filled else None)
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
    """Return the snapshots, and what the changes between two of them add up to by day, in the order of the log:
    segment, day, cause and recipients of a snapshot, entries and exits of changes."""
    row = con.execute(
        "SELECT min(instant), max(instant) FROM "
        "(SELECT instant FROM transitions UNION ALL SELECT instant FROM fillings)"
    ).fetchall()[0]
    if row[0] is None:
        return []
    first, last = (day_of(instant.replace(tzinfo=UTC), zone) for instant in row)
    days = [first + DAY * n for n in range((last - first).days + 1)]
    starts = [_plain(day_in_utc(day, zone)[0]) for day in days]
    # The day of a line is the latest of those of its own and of all lines of the segment before it.
    return con.execute(
        "WITH lines AS ("
        f"SELECT recipient_id >> {SEGMENT_SHIFT} AS segment_id, number, instant, step, NULL AS cause, 0 AS recipients "
        "FROM transitions UNION ALL SELECT segment_id, number, instant, 0, cause, recipients FROM fillings), "
        "dated AS (SELECT l.*, d.day FROM lines l ASOF JOIN (SELECT unnest($1::TIMESTAMP[]) AS start, "
        "unnest($2::DATE[]) AS day) d ON l.instant >= d.start), "
        "placed AS (SELECT *, max(day) OVER w AS on_day, count(cause) OVER w AS snapshots FROM dated "
        "WINDOW w AS (PARTITION BY segment_id ORDER BY number)) "
        "SELECT segment_id, on_day, cause, max(recipients), count(*) FILTER (step = 1), count(*) FILTER (step = -1) "
        "FROM placed GROUP BY segment_id, on_day, snapshots, cause ORDER BY min(number)",
        [starts, days],
    ).fetchall()


def _plain(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None)
