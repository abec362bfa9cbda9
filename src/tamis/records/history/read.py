"""The kept history of memberships, read as a whole to restore the projection, or in part to look after it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from tamis.domain.history import (
    KeptHistory,
    MemberList,
    MembershipChange,
    MembershipSnapshot,
    Pack,
    Position,
    SegmentDay,
)
from tamis.domain.instants import from_micros
from tamis.domain.transitions import Cause, DaySize
from tamis.records.engine.sql import fetch, one
from tamis.records.handles import Reader
from tamis.records.queries import load

SQL = load("history")
ROWS_A_TIME = 50_000


def position(db: Reader) -> Position:
    """Return how far the kept history goes."""
    row: Any = one(db, SQL["position"])
    change, number, mark, trimmed = row
    clocks: Any = fetch(db, SQL["clocks"])
    as_of = {type_id: from_micros(instant) for type_id, instant in clocks}
    return Position(change, number, mark, as_of, date.fromisoformat(trimmed) if trimmed else None)


def whole(db: Reader) -> KeptHistory:
    """Return the whole history; what is long is read while it is taken."""
    return KeptHistory(position(db), changes(db), packs(db), snapshots(db), member_lists(db), days(db))


def changes(db: Reader) -> Iterator[Sequence[MembershipChange]]:
    """Read the changes that are rows, many at a time, in the order of their numbers."""
    after = 0
    while rows := fetch(db, SQL["changes"], (after, ROWS_A_TIME)):
        found: Any = rows
        yield list(map(MembershipChange._make, found))
        after = found[-1][0]


def packs(db: Reader) -> Iterator[Pack]:
    """Read the packs of changes, one at a time."""
    for (number,) in fetch(db, SQL["pack_numbers"]):
        row: Any = one(db, SQL["pack"], (number,))
        yield Pack(*row)


def snapshots(db: Reader) -> list[MembershipSnapshot]:
    """Read all snapshots, in the order of their numbers."""
    rows: Any = fetch(db, SQL["snapshots"])
    return list(map(MembershipSnapshot._make, rows))


def member_lists(db: Reader) -> Iterator[MemberList]:
    """Read the lists of members, one at a time."""
    for numbers in fetch(db, SQL["list_numbers"]):
        row: Any = one(db, SQL["members"], numbers)
        yield MemberList(*row)


def days(db: Reader) -> list[SegmentDay]:
    """Read how large segments were at the end of their days."""
    rows: Any = fetch(db, SQL["days"])
    return [
        SegmentDay(id_, DaySize(date.fromisoformat(day), size, entered, departed, Cause(filled) if filled else None))
        for id_, day, size, entered, departed, filled in rows
    ]


def oldest_rows(db: Reader, most: int) -> tuple[int, int, int]:
    """Return how many of the oldest changes are rows, up to `most`, and their first and last number, 0 for none."""
    row: Any = one(db, SQL["oldest_rows"], (most,))
    return row[0], row[1] or 0, row[2] or 0
