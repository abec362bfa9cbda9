"""Trimming: the membership log is kept for a number of days, the daily rollup forever."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.history.membership_log import snapshots_of
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import SEGMENT_SHIFT
from tamis.domain.values.instants import day_in_utc, day_of

SEGMENTS_A_STEP = 50
"""Few enough that waiting requests are not delayed noticeably."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What was dropped: the segments whose log now begins with a new snapshot (`kept`), those of which only the
    deletion is left (`dropped`), and whether no more is due (`is_done`)."""

    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    is_done: bool


def trim(
    con: duckdb.DuckDBPyConnection,
    zones: Mapping[int, ZoneInfo],
    purged: Collection[int],
    now: datetime,
    kept_days: int,
) -> Trimmed:
    """Drop log entries older than `kept_days` of some segments at a time; the daily rollup stays.

    `zones` has the time zone of each live segment. Of `purged` segments, which cannot be restored any more, all is
    dropped but their deletion: so no number is reused.
    """
    dropped = _drop_purged(con, purged)
    kept: list[int] = []
    for zone in dict.fromkeys(zones.values()):
        until = day_in_utc(day_of(now, zone) - timedelta(days=kept_days), zone)[0]
        mine = [id_ for id_, of in zones.items() if of == zone]
        most = SEGMENTS_A_STEP - len(kept)
        segments = _choose_old(con, mine, until, most)
        replaced = [id_ for id_, first_kept in segments if _replace_by_snapshot(con, id_, until, first_kept)]
        if segments:
            con.execute("DELETE FROM membership_changes WHERE number IN (SELECT number FROM old)")
        kept += replaced
        if len(segments) >= most:
            return Trimmed(tuple(kept), tuple(dropped), is_done=False)
    return Trimmed(tuple(kept), tuple(dropped), is_done=True)


def first_number(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the oldest change in the log, or the maximum if it is empty."""
    row = con.execute("SELECT coalesce(min(number), 9223372036854775807) FROM membership_changes").fetchone()
    assert row
    return int(row[0])


def _choose_old(
    con: duckdb.DuckDBPyConnection, segment_ids: list[int], until: datetime, most: int
) -> list[tuple[int, int | None]]:
    """Fill `old` with the entries and exits of some of the segments before an instant; return these segments, each with
    the number of its first remaining log entry."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE old AS "
        f"WITH mine AS (SELECT unnest($2::BIGINT[]) AS segment_id), "
        f"log AS (SELECT *, recipient_id >> {SEGMENT_SHIFT} AS segment_id FROM membership_changes), "
        "aged AS (SELECT DISTINCT segment_id FROM log SEMI JOIN mine USING (segment_id) WHERE instant < $1 "
        "ORDER BY segment_id LIMIT $3), "
        "kept AS (SELECT segment_id, min(number) AS first_kept FROM ("
        "SELECT segment_id, number FROM log WHERE instant >= $1 "
        "UNION ALL SELECT segment_id, number FROM membership_snapshots WHERE instant >= $1) "
        "SEMI JOIN aged USING (segment_id) GROUP BY segment_id) "
        "SELECT l.*, k.first_kept FROM log l SEMI JOIN aged USING (segment_id) LEFT JOIN kept k USING (segment_id) "
        "WHERE l.instant < $1 AND (k.first_kept IS NULL OR l.number < k.first_kept)",
        [until.replace(tzinfo=None), segment_ids, most],
    )
    return con.execute("SELECT DISTINCT segment_id, first_kept FROM old ORDER BY segment_id").fetchall()


def _replace_by_snapshot(
    con: duckdb.DuckDBPyConnection, segment_id: int, until: datetime, first_kept: int | None
) -> bool:
    """Replace the log entries of a segment before the first kept one by one snapshot; return whether that was done. In
    a damaged log without an earlier snapshot it is not, because the size is unknown."""
    dropped = [s for s in snapshots_of(con, segment_id) if first_kept is None or s.number < first_kept]
    if not dropped:
        return False
    row = con.execute("SELECT max(number) FROM old WHERE segment_id = $1", [segment_id]).fetchone()
    assert row
    last = max(row[0], *(snapshot.number for snapshot in dropped))
    moved = con.execute(
        "SELECT coalesce(sum(delta), 0)::BIGINT FROM old WHERE segment_id = $1 AND number > $2",
        [segment_id, dropped[-1].number],
    ).fetchone()
    assert moved
    con.execute("DELETE FROM membership_snapshots WHERE segment_id = $1 AND number <= $2", [segment_id, last])
    con.execute(
        "INSERT INTO membership_snapshots VALUES ($1, $2, $3, $4, $5)",
        [last, segment_id, until.replace(tzinfo=None), Cause.KEPT, dropped[-1].recipients + moved[0]],
    )
    return True


def _drop_purged(con: duckdb.DuckDBPyConnection, purged: Collection[int]) -> list[int]:
    deleted = [
        row[0]
        for row in con.execute(
            "SELECT DISTINCT segment_id FROM membership_snapshots WHERE cause <> $2 "
            "AND segment_id IN (SELECT unnest($1::BIGINT[])) ORDER BY segment_id",
            [list(purged), Cause.DELETION],
        ).fetchall()
    ]
    if deleted:
        gone = "IN (SELECT unnest($1::BIGINT[]))"
        con.execute(f"DELETE FROM membership_changes WHERE recipient_id >> {SEGMENT_SHIFT} {gone}", [deleted])
        con.execute(
            f"DELETE FROM membership_snapshots WHERE segment_id {gone} AND cause <> $2", [deleted, Cause.DELETION]
        )
        con.execute(f"DELETE FROM daily_sizes WHERE segment_id {gone}", [deleted])
    return deleted
