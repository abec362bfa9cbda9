"""The log of transitions is kept for so many days; what is older is summed up by day, for ever."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.history.days import logged_days
from tamis.columns.history.past import fillings_of
from tamis.domain.instants import day_in_utc, day_of
from tamis.domain.segments import SEGMENT_SHIFT
from tamis.domain.transitions import Cause

SEGMENTS_A_STEP = 50
"""So many that whoever waits meanwhile does not notice."""


def last_trimmed(con: duckdb.DuckDBPyConnection) -> date | None:
    """Tell on which day, in UTC, the log was trimmed last, if it ever was."""
    day: date | None = con.execute("SELECT max(day) FROM trimmed").fetchall()[0][0]
    return day


def trim(con: duckdb.DuckDBPyConnection, zones: Mapping[int, ZoneInfo], now: datetime, kept_days: int) -> date | None:
    """Sum up and drop what the log says of days before the last `kept_days`, of some segments at a time;
    gives today once all of them have had their turn, and None before.

    `zones` has the live segments, each with the time zone of its days. Of one that was deleted, only the last line
    stays, so that no number is given twice.
    """
    _drop_deleted(con, set(zones), now - timedelta(days=kept_days))
    left = SEGMENTS_A_STEP
    for zone in dict.fromkeys(zones.values()):
        until = day_in_utc(day_of(now, zone) - timedelta(days=kept_days), zone)[0]
        segments = _choose_old(con, [id_ for id_, of in zones.items() if of == zone], until, left)
        for segment_id, first_kept in segments:
            _sum_up(con, segment_id, zone, until, first_kept)
        if segments:
            con.execute("DELETE FROM transitions WHERE number IN (SELECT number FROM old)")
        left -= len(segments)
        if left <= 0:
            return None
    con.execute("DELETE FROM trimmed")
    con.execute("INSERT INTO trimmed VALUES ($1)", [now.date()])
    return now.date()


def _choose_old(
    con: duckdb.DuckDBPyConnection, segment_ids: list[int], until: datetime, most: int
) -> list[tuple[int, int | None]]:
    """Fill `old` with the entries and exits of some of the segments before an instant, and give these segments, each
    with the first line of its log that stays."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE old AS "
        f"WITH mine AS (SELECT unnest($2::BIGINT[]) AS segment_id), "
        f"log AS (SELECT *, recipient_id >> {SEGMENT_SHIFT} AS segment_id FROM transitions), "
        "aged AS (SELECT DISTINCT segment_id FROM log SEMI JOIN mine USING (segment_id) WHERE instant < $1 "
        "ORDER BY segment_id LIMIT $3), "
        "kept AS (SELECT segment_id, min(number) AS first_kept FROM ("
        "SELECT segment_id, number FROM log WHERE instant >= $1 "
        "UNION ALL SELECT segment_id, number FROM fillings WHERE instant >= $1) "
        "SEMI JOIN aged USING (segment_id) GROUP BY segment_id) "
        "SELECT l.*, k.first_kept FROM log l SEMI JOIN aged USING (segment_id) LEFT JOIN kept k USING (segment_id) "
        "WHERE l.instant < $1 AND (k.first_kept IS NULL OR l.number < k.first_kept)",
        [until.replace(tzinfo=None), segment_ids, most],
    )
    return con.execute("SELECT DISTINCT segment_id, first_kept FROM old ORDER BY segment_id").fetchall()


def _sum_up(
    con: duckdb.DuckDBPyConnection, segment_id: int, zone: ZoneInfo, until: datetime, first_kept: int | None
) -> None:
    """Add the days of a segment in `old` to `daily_sizes`, and let one line stand in the log for all before it."""
    dropped = [f for f in fillings_of(con, segment_id) if first_kept is None or f.number < first_kept]
    days = [size for _, size in logged_days(con, segment_id, zone, dropped, "old")]
    for size in days:
        if size.entered or size.departed or size.filled:
            con.execute("INSERT INTO daily_sizes VALUES ($1, $2, $3, $4, $5, $6)", [segment_id, *size])
    row = con.execute("SELECT max(number) FROM old WHERE segment_id = $1", [segment_id]).fetchone()
    assert row
    last = max(row[0], *(filling.number for filling in dropped))
    con.execute("DELETE FROM fillings WHERE segment_id = $1 AND number <= $2", [segment_id, last])
    con.execute(
        "INSERT INTO fillings VALUES ($1, $2, $3, $4, $5)",
        [last, segment_id, until.replace(tzinfo=None), Cause.KEPT, days[-1].recipients],
    )


def _drop_deleted(con: duckdb.DuckDBPyConnection, live: set[int], before: datetime) -> None:
    deleted = [
        row[0]
        for row in con.execute(
            "SELECT segment_id FROM fillings WHERE instant < $1 AND cause = $2 "
            "AND segment_id IN (SELECT segment_id FROM fillings WHERE cause <> $2)",
            [before.replace(tzinfo=None), Cause.DELETION],
        ).fetchall()
        if row[0] not in live
    ]
    if deleted:
        gone = "IN (SELECT unnest($1::BIGINT[]))"
        con.execute(f"DELETE FROM transitions WHERE recipient_id >> {SEGMENT_SHIFT} {gone}", [deleted])
        con.execute(f"DELETE FROM fillings WHERE segment_id {gone} AND cause <> $2", [deleted, Cause.DELETION])
        con.execute(f"DELETE FROM daily_sizes WHERE segment_id {gone}", [deleted])
