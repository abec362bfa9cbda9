"""Log: every membership change gets its number, which only grows, and becomes a line that stays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tamis.columns.history.daily_rollup import DailyChanges
from tamis.columns.projector.queries import load
from tamis.columns.projector.work import Connection, Numbered, Work, plain
from tamis.domain.instants import DAY, day_in_utc, day_of
from tamis.domain.membership_changes import Cause

SQL = load("log")


class Growth(NamedTuple):
    """The changes of a segment: by how many recipients it grew, how many changes they are, the last number of a window
    and of a step of one recipient, the first and the last instant, and how many recipients entered."""

    segment_id: int
    grown: int
    changes: int
    last_window: int
    last_step: int
    first: datetime
    newest: datetime
    entered: int


def log(con: Connection, work: Work) -> Work:
    """Number the collected membership changes: in the order of windows, of instants, and of what happens to each
    contact one after the other."""
    if not work.found:
        return replace(work, numbered=None)
    changes = "(FROM membership_changes UNION ALL FROM new_entries)" if work.found_new else "membership_changes"
    rows = [Growth(*row) for row in con.execute(SQL["growth"].replace("{changes}", changes)).fetchall()]
    last = work.state.number
    # Each recipient changes once.
    once = max(row.last_window for row in rows) == 0 and max(row.last_step for row in rows) <= 1
    at_once = once and min(row.first for row in rows) == max(row.newest for row in rows)
    number = SQL["number_in_any_order" if at_once else "number"]
    con.execute(number.replace("{changes}", changes), {"last": last})
    growth = [(row.segment_id, row.grown) for row in rows]
    days = work.state.days.apply(_by_day(con, work.changes.segments.zone, last, rows))
    state = replace(work.state, number=last + sum(row.changes for row in rows), days=days)
    return replace(work, state=state, numbered=Numbered(last, growth, once))


def _by_day(con: Connection, zone: ZoneInfo, last: int, rows: Sequence[Growth]) -> list[DailyChanges]:
    """Count the changes of each segment by day; those of most are all of one."""
    found, spread = list[DailyChanges](), dict[int, tuple[date, date]]()
    for segment_id, _, count, _, _, first, newest, entered in rows:
        days = day_of(_utc(first), zone), day_of(_utc(newest), zone)
        if days[0] == days[1]:
            found.append(DailyChanges(segment_id, days[0], entered, count - entered))
        else:
            spread[segment_id] = days
    if spread:
        day, end = min(first for first, _ in spread.values()), max(newest for _, newest in spread.values())
        between = [day + DAY * n for n in range((end - day).days + 1)]
        starts = [plain(day_in_utc(one, zone)[0]) for one in between]
        values = {"after": last, "segments": list(spread), "starts": starts, "days": between}
        found += [DailyChanges(*row) for row in con.execute(SQL["growth_by_day"], values).fetchall()]
    return found


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC)


def log_snapshot(con: Connection, number: int, segment_id: int, instant: datetime, cause: Cause, size: int) -> None:
    """Note in one line that a segment was filled or emptied as a whole."""
    con.execute(SQL["snapshot"], [number, segment_id, plain(instant), cause.value, size])


def has_snapshot(con: Connection, segment_id: int) -> bool:
    """Return whether the log has a line of a segment's having been filled."""
    return bool(con.execute(SQL["has_snapshot"], [segment_id]).fetchall()[0][0])
