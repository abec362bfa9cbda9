"""The log of membership_changes is kept for so many days; of what is older the daily rollup tells, for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.history.membership_log import snapshots_of
from tamis.domain.instants import day_in_utc, day_of
from tamis.domain.membership_changes import Cause
from tamis.domain.segments import SEGMENT_SHIFT

SEGMENTS_A_STEP = 50
"""So many that whoever waits meanwhile does not notice."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What was dropped of some segments: `kept` are those whose log begins with another line now, `dropped` those of
    which only their deletion is left; `is_done` tells that no more of it is due."""

    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    is_done: bool


def trim(con: duckdb.DuckDBPyConnection, zones: Mapping[int, ZoneInfo], now: datetime, kept_days: int) -> Trimmed:
    """Drop what the log says of days before the last `kept_days`, of some segments at a time; the daily rollup stays.

    `zones` has the live segments, each with the time zone of its days. Of one that was deleted, only the last line
    stays, so that no number is given twice.
    """
    dropped = _drop_deleted(con, set(zones), now - timedelta(days=kept_days))
    kept: list[int] = []
    for zone in dict.fromkeys(zones.values()):
        until = day_in_utc(day_of(now, zone) - timedelta(days=kept_days), zone)[0]
        mine = [id_ for id_, of in zones.items() if of == zone]
        most = SEGMENTS_A_STEP - len(kept)
        segments = _choose_old(con, mine, until, most)
        begun = [id_ for id_, first_kept in segments if _begin_anew(con, id_, until, first_kept)]
        if segments:
            con.execute("DELETE FROM membership_changes WHERE number IN (SELECT number FROM old)")
        kept += begun
        if len(segments) >= most:
            return Trimmed(tuple(kept), tuple(dropped), is_done=False)
    return Trimmed(tuple(kept), tuple(dropped), is_done=True)


def first_number(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the oldest change in the log, or one above all."""
    row = con.execute("SELECT coalesce(min(number), 9223372036854775807) FROM membership_changes").fetchone()
    assert row
    return int(row[0])


def _choose_old(
    con: duckdb.DuckDBPyConnection, segment_ids: list[int], until: datetime, most: int
) -> list[tuple[int, int | None]]:
    """Fill `old` with the entries and exits of some of the segments before an instant, and give these segments, each
    with the first line of its log that stays."""
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


def _begin_anew(con: duckdb.DuckDBPyConnection, segment_id: int, until: datetime, first_kept: int | None) -> bool:
    """Let one line stand in the log of a segment for all lines of it before the first that is kept; return whether it
    does. In a damaged log, none does for lines from which no size can be told, because nothing begins before them."""
    dropped = [f for f in snapshots_of(con, segment_id) if first_kept is None or f.number < first_kept]
    if not dropped:
        return False
    row = con.execute("SELECT max(number) FROM old WHERE segment_id = $1", [segment_id]).fetchone()
    assert row
    last = max(row[0], *(filling.number for filling in dropped))
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


def _drop_deleted(con: duckdb.DuckDBPyConnection, live: set[int], before: datetime) -> list[int]:
    deleted = [
        row[0]
        for row in con.execute(
            "SELECT segment_id FROM membership_snapshots WHERE instant < $1 AND cause = $2 "
            "AND segment_id IN (SELECT segment_id FROM membership_snapshots WHERE cause <> $2)",
            [before.replace(tzinfo=None), Cause.DELETION],
        ).fetchall()
        if row[0] not in live
    ]
    if deleted:
        gone = "IN (SELECT unnest($1::BIGINT[]))"
        con.execute(f"DELETE FROM membership_changes WHERE recipient_id >> {SEGMENT_SHIFT} {gone}", [deleted])
        con.execute(
            f"DELETE FROM membership_snapshots WHERE segment_id {gone} AND cause <> $2", [deleted, Cause.DELETION]
        )
        con.execute(f"DELETE FROM daily_sizes WHERE segment_id {gone}", [deleted])
    return deleted
