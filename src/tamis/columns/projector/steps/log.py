"""Log: appends the pending membership changes to the log, each with a number that only grows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tamis.columns.history.daily_rollup import DailyChanges
from tamis.columns.projector.context import Connection, LoggedChanges, MembershipDifference, TypeContext, naive_utc
from tamis.columns.projector.queries import load
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.instants import DAY, day_in_utc, day_of

SQL = load("log")


class Growth(NamedTuple):
    """The pending changes of a segment: by how many recipients it grew, the number of changes, the last window, the
    last evaluation instant of a recipient, the first and the last instant, and the number of entries."""

    segment_id: int
    grown: int
    changes: int
    last_window: int
    last_seq: int
    first: datetime
    last: datetime
    entered: int


def log(con: Connection, context: TypeContext) -> TypeContext:
    """Append the pending changes to the log, ordered by window, instant and, for one contact, evaluation instant."""
    if not context.pending:
        return replace(context, logged=None)
    changes = "(FROM pending_changes UNION ALL FROM new_entries)" if context.has_new_entries else "pending_changes"
    differences = context.differences or ()
    if len(differences) == context.pending:  # Python has found all of them, in this window
        rows = _growth(differences, context.this_window.number)
    else:
        rows = [Growth(*row) for row in con.execute(SQL["growth"].replace("{changes}", changes)).fetchall()]
    last = context.state.number
    once = max(row.last_window for row in rows) == 0 and max(row.last_seq for row in rows) <= 1
    at_once = once and min(row.first for row in rows) == max(row.last for row in rows)
    number = SQL["number_in_any_order" if at_once else "number"]
    con.execute(number.replace("{changes}", changes), {"last": last})
    growth = [(row.segment_id, row.grown) for row in rows]
    days = context.state.days.apply(_by_day(con, context.changes.segments.zone, last, rows))
    state = replace(context.state, number=last + sum(row.changes for row in rows), days=days)
    return replace(context, state=state, logged=LoggedChanges(last, growth, once))


def _growth(differences: Sequence[MembershipDifference], window: int) -> list[Growth]:
    """Return the growth of each segment from the changes of one window."""
    by_segment: dict[int, list[MembershipDifference]] = defaultdict(list)
    for difference in differences:
        by_segment[difference.segment_id].append(difference)
    return [
        Growth(
            segment_id,
            sum(one.delta for one in found),
            len(found),
            window,
            max(one.seq for one in found),
            min(one.instant for one in found),
            max(one.instant for one in found),
            sum(one.delta == 1 for one in found),
        )
        for segment_id, found in by_segment.items()
    ]


def _by_day(con: Connection, zone: ZoneInfo, after: int, rows: Sequence[Growth]) -> list[DailyChanges]:
    """Count the changes of each segment by day; most segments have changes on one day only."""
    found, spread = list[DailyChanges](), dict[int, tuple[date, date]]()
    for segment_id, _, count, _, _, first, last, entered in rows:
        days = day_of(_utc(first), zone), day_of(_utc(last), zone)
        if days[0] == days[1]:
            found.append(DailyChanges(segment_id, days[0], entered, count - entered))
        else:
            spread[segment_id] = days
    if spread:
        day, end = min(first for first, _ in spread.values()), max(last for _, last in spread.values())
        between = [day + DAY * n for n in range((end - day).days + 1)]
        starts = [naive_utc(day_in_utc(one, zone)[0]) for one in between]
        values = {"after": after, "segments": list(spread), "starts": starts, "days": between}
        found += [DailyChanges(*row) for row in con.execute(SQL["growth_by_day"], values).fetchall()]
    return found


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC)


def log_snapshot(con: Connection, number: int, segment_id: int, instant: datetime, cause: Cause, size: int) -> None:
    """Append a snapshot to the log: all members of a segment were computed."""
    con.execute(SQL["snapshot"], [number, segment_id, naive_utc(instant), cause.value, size])


def last_snapshot(con: Connection, segment_id: int) -> Cause | None:
    """Return the cause of the last snapshot of a segment in the log, or None if it has none."""
    row = con.execute(SQL["last_snapshot"], [segment_id]).fetchone()
    return Cause(row[0]) if row else None
