"""The daily rollup: the size of each segment at the end of each day, written in the transaction that writes the log.

A change belongs to the day of its instant in the account's time zone, but never to a day before the last one of its
segment: the clock of a machine can be set back, and past days have been reported. Days without changes have no row.
The last row of a segment always has its current size.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import duckdb

from tamis.domain.segments.history import SegmentDay
from tamis.domain.segments.membership_changes import Cause, DaySize

DAY = timedelta(days=1)


class DailyChanges(NamedTuple):
    """How many recipients entered and left a segment on a day."""

    segment_id: int
    day: date
    entered: int
    departed: int


class DailySnapshot(NamedTuple):
    """All members of a segment were computed on a day; `recipients` is their count."""

    segment_id: int
    day: date
    cause: Cause
    recipients: int


@dataclass(frozen=True, slots=True)
class DailyRollup:
    """The part of the rollup kept in memory: the `last` day of each segment, and the days `changed` in the current
    transaction, by segment and day."""

    last: Mapping[int, DaySize]
    changed: Mapping[tuple[int, date], DaySize] = field(default_factory=dict)
    added: frozenset[tuple[int, date]] = frozenset()
    """The changed days that have no row yet."""

    @property
    def changed_days(self) -> list[SegmentDay]:
        """The days that the transaction has changed."""
        return [SegmentDay(segment_id, size) for (segment_id, _), size in self.changed.items()]

    def committed(self) -> "DailyRollup":
        """Return the rollup after the transaction is committed."""
        return DailyRollup(self.last)

    def apply(self, events: Iterable[DailyChanges | DailySnapshot]) -> "DailyRollup":
        """Return the rollup with some events added, which are in the order of the log."""
        last, changed, added = dict(self.last), dict(self.changed), set(self.added)
        for event in events:
            before = last.get(event.segment_id)
            size = _day_after(before, event)
            if before is None or before.day < size.day:
                added.add((event.segment_id, size.day))
            last[event.segment_id] = changed[event.segment_id, size.day] = size
        return DailyRollup(last, changed, frozenset(added))


def _day_after(last: DaySize | None, event: DailyChanges | DailySnapshot) -> DaySize:
    before = last.recipients if last else 0
    if isinstance(event, DailyChanges):
        entered, departed, snapshot = event.entered, event.departed, None
    else:
        entered, departed = max(event.recipients - before, 0), max(before - event.recipients, 0)
        snapshot = None if event.cause is Cause.KEPT else event.cause
    recipients = before + entered - departed
    if last is None or last.day < event.day:
        return DaySize(event.day, recipients, entered, departed, snapshot)
    return DaySize(last.day, recipients, last.entered + entered, last.departed + departed, snapshot or last.snapshot)


def write_days(con: duckdb.DuckDBPyConnection, days: DailyRollup) -> None:
    """Store the changed days."""
    insert_days(con, [day for day in days.changed_days if (day.segment_id, day.size.day) in days.added])
    if others := [day for day in days.changed_days if (day.segment_id, day.size.day) not in days.added]:
        con.execute(
            "UPDATE daily_sizes SET recipients = n.recipients, entered = n.entered, departed = n.departed, "
            "snapshot_cause = n.snapshot_cause "
            f"FROM ({_ROWS}) n(segment_id, day, recipients, entered, departed, snapshot_cause) "
            "WHERE daily_sizes.segment_id = n.segment_id AND daily_sizes.day = n.day",
            _values(others),
        )


_ROWS = (
    "SELECT unnest($1::BIGINT[]), unnest($2::DATE[]), unnest($3::BIGINT[]), unnest($4::BIGINT[]), "
    "unnest($5::BIGINT[]), unnest($6::VARCHAR[])"
)


def insert_days(con: duckdb.DuckDBPyConnection, days: Sequence[SegmentDay], table: str = "daily_sizes") -> None:
    """Add rows to the rollup, or to another table like it."""
    if days:
        con.execute(f"INSERT INTO {table} {_ROWS}", _values(days))


def _values(days: Sequence[SegmentDay]) -> list[list[object]]:
    return [[day.segment_id for day in days], *map(list, zip(*(day.size for day in days), strict=True))]


def read_last_days(con: duckdb.DuckDBPyConnection) -> DailyRollup:
    """Read the last day of each segment."""
    rows = con.execute(
        "SELECT * FROM daily_sizes SEMI JOIN (SELECT segment_id, max(day) AS day FROM daily_sizes GROUP BY segment_id) "
        "USING (segment_id, day)"
    ).fetchall()
    return DailyRollup({segment_id: _size(*size) for segment_id, *size in rows})


def sizes_by_day(con: duckdb.DuckDBPyConnection, segment_id: int, first: date, last: date) -> list[DaySize]:
    """Return the size of a segment on each day from `first` to `last`, beginning with its first snapshot."""
    rows = con.execute(
        "SELECT day, recipients, entered, departed, snapshot_cause FROM daily_sizes "
        "WHERE segment_id = $1 AND day <= $2 "
        "AND day >= coalesce((SELECT max(day) FROM daily_sizes WHERE segment_id = $1 AND day < $3), $3)",
        [segment_id, last, first],
    ).fetchall()
    found = {row[0]: _size(*row) for row in rows}
    earlier = [day for day in found if day < first]
    size = found[earlier[0]].recipients if earlier else None
    days: list[DaySize] = []
    while first <= last:
        if first in found:
            size = found[first].recipients
        if size is not None:
            days.append(found.get(first) or DaySize(first, size, 0, 0, None))
        first += DAY
    return days


def last_sizes(
    con: duckdb.DuckDBPyConnection, segment_ids: Collection[int], today: date, days: int
) -> dict[int, list[int | None]]:
    """Return the sizes of segments at the end of each of the last days, and the current size for today; None for days
    before a segment existed. Segments without a size are left out; `con` must be in a transaction."""
    wanted = [today - DAY * back for back in reversed(range(days))]
    rows = con.execute(
        "SELECT s.segment_id, s.recipients, d.day, d.recipients FROM "
        "(SELECT segment_id, recipients FROM segment_sizes SEMI JOIN (SELECT unnest($1::BIGINT[]) AS segment_id) "
        "USING (segment_id)) s LEFT JOIN (SELECT segment_id, greatest(day, $2::DATE) AS day, "
        "arg_max(recipients, day) AS recipients FROM daily_sizes WHERE day <= $3 GROUP BY ALL) d "
        "ON d.segment_id = s.segment_id ORDER BY s.segment_id, d.day",
        [list(segment_ids), wanted[0], today],
    ).fetchall()
    known: dict[int, dict[date, int]] = {}
    present: dict[int, int] = {}
    for segment_id, recipients, day, size in rows:
        present[segment_id] = recipients
        if day is not None:
            known.setdefault(segment_id, {})[day] = size
    return {segment_id: _carried_forward(wanted, known.get(segment_id, {}), now) for segment_id, now in present.items()}


def _carried_forward(wanted: Sequence[date], known: Mapping[date, int], now: int) -> list[int | None]:
    sizes: list[int | None] = []
    for day in wanted:
        sizes.append(known.get(day, sizes[-1] if sizes else None))
    return [*sizes[:-1], now]


def _size(day: date, recipients: int, entered: int, departed: int, snapshot: str | None) -> DaySize:
    return DaySize(day, recipients, entered, departed, Cause(snapshot) if snapshot else None)
