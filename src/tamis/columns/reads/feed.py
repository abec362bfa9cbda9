"""DuckDB's implementation of queries for the change feed."""

from collections.abc import Sequence
from datetime import UTC

import duckdb

from tamis.columns.layout.membership import span
from tamis.domain.segments.changes import LoggedEntry
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import SEGMENT_SHIFT

_SOME = "(SELECT unnest($segments::BIGINT[]))"
_ENTRIES = (
    f"SELECT number, recipient_id >> {SEGMENT_SHIFT}, recipient_id, delta, instant, cause, NULL "
    "FROM membership_changes "
    f"WHERE number > $after AND recipient_id BETWEEN $low AND $high AND recipient_id >> {SEGMENT_SHIFT} IN {_SOME} "
    "UNION ALL SELECT number, segment_id, NULL, NULL, instant, cause, recipients FROM membership_snapshots "
    f"WHERE number > $after AND segment_id IN {_SOME} AND cause <> $kept "
    "ORDER BY number LIMIT $limit"
)


class DuckFeedReads:
    """Reads the history as a feed."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def entries(self, segment_ids: Sequence[int], after: int, limit: int) -> list[LoggedEntry]:
        if not segment_ids:
            return []
        values = {
            "segments": list(segment_ids),
            "low": span(min(segment_ids))[0],
            "high": span(max(segment_ids))[1],
            "after": after,
            "limit": limit,
            "kept": Cause.KEPT.value,
        }
        rows = self._con.execute(_ENTRIES, values).fetchall()
        return [
            LoggedEntry(number, segment_id, recipient_id, delta, at.replace(tzinfo=UTC), Cause(cause), size)
            for number, segment_id, recipient_id, delta, at, cause, size in rows
        ]

    def last_number(self, at_least: int) -> int:
        row = self._con.execute(
            "SELECT greatest($1, (SELECT max(number) FROM membership_changes WHERE number > $1), "
            "(SELECT max(number) FROM membership_snapshots WHERE number > $1))",
            [at_least],
        ).fetchone()
        return int(row[0]) if row else at_least

    def built_at(self, segment_id: int) -> tuple[int, int] | None:
        rows = self._con.execute(
            "SELECT min(number), max(number) FROM membership_snapshots WHERE segment_id = $1", [segment_id]
        ).fetchall()
        first, last = rows[0]
        return None if first is None else (first, last)
