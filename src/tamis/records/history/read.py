"""The kept history of memberships, read as a whole to restore the projection, or in part to look after it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import apsw

from tamis.domain.history import MemberList, MembershipChange, MembershipSnapshot, Pack, Position, SegmentDay
from tamis.domain.instants import from_micros
from tamis.domain.transitions import Cause, DaySize
from tamis.records.database import one
from tamis.records.queries import load

SQL = load("history")
ROWS_A_TIME = 50_000


def position(db: apsw.Connection) -> Position:
    """Return how far the kept history goes."""
    row: Any = one(db, SQL["position"])
    change, number, mark, trimmed = row
    clocks: Any = db.execute(SQL["clocks"]).fetchall()
    as_of = {type_id: from_micros(instant) for type_id, instant in clocks}
    return Position(change, number, mark, as_of, date.fromisoformat(trimmed) if trimmed else None)


def changes(db: apsw.Connection) -> Iterator[Sequence[MembershipChange]]:
    """Read the changes that are rows, many at a time, in the order of their numbers."""
    after = 0
    while rows := db.execute(SQL["changes"], (after, ROWS_A_TIME)).fetchall():
        found: Any = rows
        yield list(map(MembershipChange._make, found))
        after = found[-1][0]


def packs(db: apsw.Connection) -> Iterator[Pack]:
    """Read the packs of changes, one at a time."""
    for (number,) in db.execute(SQL["pack_numbers"]).fetchall():
        row: Any = one(db, SQL["pack"], (number,))
        yield Pack(*row)


def snapshots(db: apsw.Connection) -> list[MembershipSnapshot]:
    """Read all snapshots, in the order of their numbers."""
    rows: Any = db.execute(SQL["snapshots"]).fetchall()
    return list(map(MembershipSnapshot._make, rows))


def member_lists(db: apsw.Connection) -> Iterator[MemberList]:
    """Read the lists of members, one at a time."""
    for numbers in db.execute(SQL["list_numbers"]).fetchall():
        row: Any = one(db, SQL["members"], numbers)
        yield MemberList(*row)


def days(db: apsw.Connection) -> list[SegmentDay]:
    """Read how large segments were at the end of their days."""
    rows: Any = db.execute(SQL["days"]).fetchall()
    return [
        SegmentDay(segment_id, DaySize(date.fromisoformat(day), *counts, Cause(filled) if filled else None))
        for segment_id, day, *counts, filled in rows
    ]


def oldest_rows(db: apsw.Connection, most: int) -> tuple[int, int, int]:
    """Return how many of the oldest changes are rows, up to `most`, and their first and last number, 0 for none."""
    row: Any = one(db, SQL["oldest_rows"], (most,))
    return row[0], row[1] or 0, row[2] or 0
