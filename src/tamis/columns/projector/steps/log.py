"""Log: every membership change gets its number, which only grows, and becomes a line that stays."""

from dataclasses import replace
from datetime import datetime

from tamis.columns.projector.queries import load
from tamis.columns.projector.work import Connection, Numbered, Work, plain
from tamis.domain.transitions import Cause

SQL = load("log")


def log(con: Connection, work: Work) -> Work:
    """Number the collected membership changes: in the order of windows, of instants, and of what happens to each
    contact one after the other."""
    if not work.found:
        return replace(work, numbered=None)
    changes = "(FROM membership_changes UNION ALL FROM new_entries)" if work.found_new else "membership_changes"
    rows = con.execute(SQL["growth"].replace("{changes}", changes)).fetchall()
    last = work.state.number
    once = max(row[3] for row in rows) == 0 and max(row[4] for row in rows) <= 1  # each recipient changes once
    at_once = once and min(row[5] for row in rows) == max(row[6] for row in rows)
    number = SQL["number_in_any_order" if at_once else "number"]
    con.execute(number.replace("{changes}", changes), {"last": last})
    growth = [(row[0], row[1]) for row in rows]
    state = replace(work.state, number=last + sum(row[2] for row in rows))
    return replace(work, state=state, numbered=Numbered(last, growth, once))


def log_filling(con: Connection, number: int, segment_id: int, instant: datetime, cause: Cause, size: int) -> None:
    """Note in one line that a segment was filled or emptied as a whole."""
    con.execute(SQL["filling"], [number, segment_id, plain(instant), cause.value, size])


def was_filled(con: Connection, segment_id: int) -> bool:
    """Tell whether the log has a line of a segment's having been filled."""
    return bool(con.execute(SQL["was_filled"], [segment_id]).fetchall()[0][0])
