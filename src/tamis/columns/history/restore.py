"""Restoring the kept history to the projection: the log, the daily rollup, and the members that follow from them.

A part of the history that cannot be read does not prevent loading the others. Segments whose members depend on it are
left out, and so computed again from their rules, with a snapshot in the log.
"""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from tamis import log
from tamis.columns.engine.errors import is_external_cause
from tamis.columns.history.daily_rollup import insert_days
from tamis.columns.history.packs import CHANGES, columns_of
from tamis.columns.history.parquet import from_parquet
from tamis.domain.segments.history import ChangeRow, KeptHistory, MemberList, Pack, SnapshotRow
from tamis.domain.segments.segments import SEGMENT_SHIFT

_SEGMENT = f"recipient_id >> {SEGMENT_SHIFT}"


KEPT_MEMBERS = (
    "(FROM members_listed ANTI JOIN later USING (recipient_id) "
    "UNION ALL SELECT recipient_id, instant FROM later WHERE delta = 1)"
)
"""The query for the members that `list_members` has found: `recipient_id` and `entered_at`."""


def load_history(con: duckdb.DuckDBPyConnection, kept: KeptHistory, spill: Path) -> None:
    """Load the kept history into the empty tables of memberships; raises duckdb.Error."""
    insert_snapshots(con, kept.snapshots)
    known_after = insert_changes(con, kept.changes, kept.packs, spill)
    insert_days(con, kept.days)
    _load_members(con, kept, known_after, spill)


def insert_snapshots(
    con: duckdb.DuckDBPyConnection, snapshots: Sequence[SnapshotRow], table: str = "membership_snapshots"
) -> None:
    """Add snapshots to the log, or to another table like it."""
    if snapshots:
        con.execute(
            f"INSERT INTO {table} SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[]), "
            "make_timestamp(unnest($3::BIGINT[])), unnest($4::VARCHAR[]), unnest($5::BIGINT[])",
            list(map(list, zip(*snapshots, strict=True))),
        )


def insert_changes(
    con: duckdb.DuckDBPyConnection,
    rows: Iterable[Sequence[ChangeRow]],
    packs: Iterable[Pack],
    spill: Path,
    table: str = "membership_changes",
) -> int:
    """Add changes to the log, or to another table like it; return the number after which it is complete. Changes before
    the first snapshot of their segment were trimmed, but their packs are kept until all of their changes are."""
    known_after = 0
    con.execute(
        "CREATE OR REPLACE TEMP TABLE first_snapshots AS "
        "SELECT segment_id, min(number) AS first FROM membership_snapshots GROUP BY 1"
    )
    of_log = f"JOIN first_snapshots b ON b.segment_id = l.{_SEGMENT} AND l.number > b.first"
    for pack in packs:
        with from_parquet(pack.changes, spill) as packed:
            if not _is_whole(con, packed, f"changes {pack.first_number} to {pack.last_number}"):
                known_after = pack.last_number
                continue
            con.execute(
                f"INSERT INTO {table} SELECT l.number, l.recipient_id, l.change, l.instant, l.cause "
                f"FROM {packed} l {of_log} ORDER BY l.number"
            ).fetchall()
    for changes in rows:
        con.execute(
            f"INSERT INTO {table} SELECT l.number, l.recipient_id, l.change, l.instant, l.cause "
            f"FROM {CHANGES} l {of_log} ORDER BY l.number",
            columns_of(changes),
        )
    con.execute("DROP TABLE first_snapshots")
    return known_after


def list_members(con: duckdb.DuckDBPyConnection, lists: Iterable[MemberList], known_after: int, spill: Path) -> None:
    """Find the members of segments: those in their lists, with the `later` changes (see KEPT_MEMBERS). Fill `listed`
    with the segments that have complete lists and of which every later change is known."""
    lost: set[int] = set()
    con.execute("CREATE OR REPLACE TEMP TABLE listed (segment_id BIGINT, number BIGINT)")
    con.execute("CREATE OR REPLACE TEMP TABLE members_listed AS FROM members LIMIT 0")
    for part in lists:
        if part.part == 0:
            con.execute("INSERT INTO listed VALUES ($1, $2)", [part.segment_id, part.number])
        if part.number < known_after:
            lost.add(part.segment_id)
        elif part.members:
            with from_parquet(part.members, spill) as rows:
                if _is_whole(con, rows, f"members of segment {part.segment_id}"):
                    con.execute(f"INSERT INTO members_listed SELECT recipient_id, entered_at FROM {rows}").fetchall()
                else:
                    lost.add(part.segment_id)
    if lost:
        con.execute("DELETE FROM listed WHERE segment_id IN (SELECT unnest($1::BIGINT[]))", [list(lost)])
        con.execute(f"DELETE FROM members_listed WHERE {_SEGMENT} IN (SELECT unnest($1::BIGINT[]))", [list(lost)])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE later AS SELECT recipient_id, arg_max(delta, t.number) AS delta, "
        f"arg_max(instant, t.number) AS instant FROM membership_changes t JOIN listed l ON l.segment_id = t.{_SEGMENT} "
        "AND t.number > l.number GROUP BY recipient_id"
    )


def _load_members(con: duckdb.DuckDBPyConnection, kept: KeptHistory, known_after: int, spill: Path) -> None:
    """Fill `members` and `sizes`."""
    list_members(con, kept.members, known_after, spill)
    con.execute(f"INSERT INTO members SELECT * FROM {KEPT_MEMBERS} ORDER BY recipient_id")
    con.execute(
        "INSERT INTO segment_sizes SELECT segment_id, coalesce(n, 0) FROM listed LEFT JOIN "
        f"(SELECT {_SEGMENT} AS segment_id, count(*) AS n FROM members GROUP BY 1) USING (segment_id)"
    )
    for name in ("members_listed", "later", "listed"):
        con.execute(f"DROP TABLE {name}")


def _is_whole(con: duckdb.DuckDBPyConnection, rows: str, part: str) -> bool:
    """Return whether a part of the history is fully readable, and log if it is not. A separate connection reads it,
    because an error would end the transaction of `con`."""
    reading = con.cursor()
    try:
        reading.execute(f"SELECT bit_xor(hash(COLUMNS(*))) FROM {rows}").fetchall()
    except (duckdb.Error, RuntimeError) as error:
        if is_external_cause(error) or isinstance(error, duckdb.OutOfMemoryException | duckdb.InterruptException):
            raise
        log.event("history_part_not_read", level=logging.ERROR, part=part)
        return False
    finally:
        reading.close()
    return True
