"""Advance the clock: when time alone will next change a membership of the contact type."""

from dataclasses import replace

from tamis.columns.layout.clocks import Clock, next_edge, write_clock
from tamis.columns.layout.contacts import table
from tamis.columns.projector.batch import Purpose
from tamis.columns.projector.timed import edges_of, timed_conditions
from tamis.columns.projector.work import Connection, Work
from tamis.domain.instants import next_day_starts
from tamis.rules.time.breakpoints import changes_at_midnight


def advance_clock(con: Connection, work: Work) -> Work:
    """Note as of when the memberships are right, and until when they stay so, unless no rule looks at the time."""
    clock = _next_clock(con, work)
    type_id, clocks = work.changes.type_id, dict(work.state.clocks)
    if clock != clocks.pop(type_id, None):
        write_clock(con, type_id, clock)
    if clock:
        clocks[type_id] = clock
    return replace(work, state=replace(work.state, clocks=clocks))


def _next_clock(con: Connection, work: Work) -> Clock | None:
    segments, now = work.changes.segments, work.now
    levels = [*segments.kept, *segments.refilled]
    conditions = timed_conditions(levels)
    if not conditions:
        return None
    before = work.clock if work.purpose is Purpose.FOLLOW else None
    # Where no rule is another and the next edge of all others is still to come, only changed contacts are looked at.
    stays = before if before and not segments.refilled and (before.edge is None or before.edge > now) else None
    source = "staged_contacts" if stays else table(work.changes.type_id)
    edge = next_edge(con, source, edges_of(levels), now)
    if stays and stays.edge:
        edge = min(edge or stays.edge, stays.edge)
    midnight = next_day_starts(now, segments.zone) if any(map(changes_at_midnight, conditions)) else None
    return Clock(now, midnight, edge)
