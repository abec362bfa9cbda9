"""How large many segments were at the end of each of the last days, from one look at the log.

The log can be long, and a list of segments is looked at often. So what its lines say of each day is kept in memory, and
only lines that were written since are read again.
"""

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.history.backwards import (
    DAY,
    LastDays,
    Moves,
    add_moves,
    back_from,
    is_odd,
    last_days,
    line_before,
    moves_after,
    summed_up,
)
from tamis.columns.history.days import sizes_by_day

MOST_KEPT = 64
"""Of how many time zones what was read is kept."""


@dataclass(slots=True)
class _Read:
    """What was read of the log for some days, up to a line of it, whose instant tells it from one of another log."""

    days: LastDays
    line: int
    instant: datetime | None
    moves: dict[int, Moves] = field(default_factory=dict)


class Trends:
    """Tells the sizes of segments over the last days, and keeps what it has read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: dict[str, _Read] = {}

    def sizes(
        self, con: duckdb.DuckDBPyConnection, segment_ids: Collection[int], zone: ZoneInfo, today: date, days: int
    ) -> dict[int, list[int | None]]:
        """Tell, for each of some live segments, its size at the end of each of the last days, today being as it is now;
        None stands for a day before it was there. `con` sees one moment of the store."""
        wanted = last_days(zone, today - DAY * (days - 1), today)
        present = dict(con.execute("SELECT segment_id, recipients FROM sizes").fetchall())
        old = summed_up(con, wanted.days[0])
        sizes: dict[int, list[int | None]] = {}
        odd = []
        with self._lock:
            read = self._up_to_date(con, zone, wanted)
            for id_ in present.keys() & set(segment_ids):
                moves = read.moves.get(id_, {})
                if id_ in old or is_odd(moves, wanted):
                    odd.append(id_)
                else:
                    sizes[id_] = [size and size.recipients for size in back_from(present[id_], moves, wanted)]
        for id_ in odd:
            told = {day.day: day.recipients for day in sizes_by_day(con, id_, zone, wanted.days[0], today)}
            sizes[id_] = [told.get(day) for day in wanted.days]
        return sizes

    def _up_to_date(self, con: duckdb.DuckDBPyConnection, zone: ZoneInfo, days: LastDays) -> _Read:
        read = self._read.pop(zone.key, None)  # whoever fails from here on leaves nothing behind that is half read
        if read is None or read.days != days or read.instant != _instant_of(con, read.line):
            read = _Read(days, line_before(con, days), None)
        new = moves_after(con, read.line, days)
        if new:
            add_moves(read.moves, new)
            read.line = max(read.line, *(moved.last for _, _, moved in new))
        read.instant = _instant_of(con, read.line)
        self._read[zone.key] = read
        while len(self._read) > MOST_KEPT:
            del self._read[next(iter(self._read))]
        return read


def _instant_of(con: duckdb.DuckDBPyConnection, line: int) -> datetime | None:
    row = con.execute(
        "SELECT instant FROM transitions WHERE number = $1 UNION ALL SELECT instant FROM fillings WHERE number = $1",
        [line],
    ).fetchone()
    return row[0] if row else None
