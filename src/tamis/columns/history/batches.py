"""Batches of history: what a transaction adds, collected from the projection before it is committed."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from tamis.columns.engine.state import State
from tamis.columns.history.parquet import to_parquet
from tamis.columns.layout.membership import recipients_between, span
from tamis.domain.segments.history import (
    ChangeRow,
    HistoryBatch,
    MemberList,
    Pack,
    Position,
    SnapshotRow,
)
from tamis.domain.segments.versions import VersionSize

MOST_ROWS = 5_000
"""Up to this many changes of a transaction are kept as rows, more as packs: SQLite takes about a microsecond a row."""
CHANGES_A_PACK = 2_000_000
MEMBERS_A_LIST = 5_000_000
MARKS = 62


def new_mark() -> int:
    """Return a new mark, different from that of any other state of the history."""
    return secrets.randbits(MARKS) + 1


def collect(
    con: duckdb.DuckDBPyConnection,
    kept: Position,
    after: State,
    change: int,
    spill: Path,
) -> HistoryBatch:
    """Return what a transaction adds to the kept history."""
    entries = after.number - kept.number
    changes: Sequence[ChangeRow] = ()
    if 0 < entries <= MOST_ROWS:
        changes = after.logged if len(after.logged) == entries else read_changes(con, kept.number)
    snapshots = read_snapshots(con, kept.number) if len(changes) < entries else []
    is_large = not changes and entries > len(snapshots)
    rebuilt = sorted({snapshot.segment_id for snapshot in snapshots})
    sizes = {id_: after.sizes[id_] for id_ in rebuilt if id_ in after.sizes}
    return HistoryBatch(
        expected=kept.mark,
        mark=new_mark(),
        change=change,
        number=after.number,
        as_of=clocks_since(kept, after),
        changes=changes,
        packs=list(packs_between(con, kept.number, after.number, spill)) if is_large else (),
        snapshots=snapshots,
        rebuilt=rebuilt,
        members=list(member_lists(con, sizes, after.number, spill)),
        days=after.days.changed_days,
        versions=[VersionSize(*version, after.sizes[version[0]]) for version in after.versions],
    )


def clocks_since(kept: Position, after: State) -> dict[int, datetime | None]:
    """Return as of when the memberships of contact types are right, for those whose instant differs from the kept
    one."""
    as_of = clocks_of(after)
    changed: dict[int, datetime | None] = dict.fromkeys(kept.as_of.keys() - as_of.keys())
    return changed | {type_id: at for type_id, at in as_of.items() if kept.as_of.get(type_id) != at}


def clocks_of(state: State) -> dict[int, datetime]:
    """Return as of when the memberships of contact types are right, for those that time changes."""
    return {type_id: clock.as_of for type_id, clock in state.clocks.items()}


def read_changes(con: duckdb.DuckDBPyConnection, after: int) -> list[ChangeRow]:
    """Read the changes with numbers above `after`."""
    rows = con.execute(
        "SELECT number, recipient_id, delta, epoch_us(instant), cause FROM membership_changes WHERE number > $1",
        [after],
    ).fetchall()
    return list(map(ChangeRow._make, rows))


def read_snapshots(con: duckdb.DuckDBPyConnection, after: int) -> list[SnapshotRow]:
    """Read the snapshots with numbers above `after`."""
    rows = con.execute(
        "SELECT number, segment_id, epoch_us(instant), cause, recipients FROM membership_snapshots WHERE number > $1",
        [after],
    ).fetchall()
    return list(map(SnapshotRow._make, rows))


def first_snapshots(con: duckdb.DuckDBPyConnection, segment_ids: Sequence[int]) -> list[SnapshotRow]:
    """Read the first snapshot of each of some segments."""
    rows = con.execute(
        "SELECT min(number), segment_id, arg_min(epoch_us(instant), number), arg_min(cause, number), "
        "arg_min(recipients, number) FROM membership_snapshots SEMI JOIN (SELECT unnest($1::BIGINT[]) AS segment_id) "
        "USING (segment_id) GROUP BY segment_id",
        [list(segment_ids)],
    ).fetchall()
    return list(map(SnapshotRow._make, rows))


def packs_between(con: duckdb.DuckDBPyConnection, after: int, last: int, spill: Path) -> Iterator[Pack]:
    """Yield packs of the changes with numbers above `after` up to `last`."""
    while after < last:
        end = min(after + CHANGES_A_PACK, last)
        yield Pack(after + 1, end, _pack(con, "number > $1 AND number <= $2", [after, end], spill))
        after = end


def _pack(con: duckdb.DuckDBPyConnection, where: str, values: list[int], spill: Path) -> bytes:
    query = (
        "SELECT number, recipient_id, delta AS change, instant, cause FROM membership_changes "
        f"WHERE {where} ORDER BY number"
    )
    return to_parquet(con, query, values, spill)


def member_lists(
    con: duckdb.DuckDBPyConnection, sizes: Mapping[int, int], number: int, spill: Path
) -> Iterator[MemberList]:
    """Yield the lists of current members of segments with given sizes; that of an empty segment is empty."""
    for segment_id, size in sizes.items():
        if not size:
            yield MemberList(segment_id, 0, number, b"")
        low, high = span(segment_id)
        for part in range(-(-size // MEMBERS_A_LIST)):
            page = (
                f"SELECT recipient_id, entered_at FROM {recipients_between(low, high)} "
                f"ORDER BY recipient_id LIMIT {MEMBERS_A_LIST}"
            )
            yield MemberList(segment_id, part, number, to_parquet(con, page, [], spill))
            if size > MEMBERS_A_LIST:
                low = con.execute(f"SELECT max(recipient_id) + 1 FROM ({page})").fetchall()[0][0] or high
