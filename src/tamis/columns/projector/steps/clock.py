"""Advance the clock: stores when time alone will next change a membership of the contact type."""

from dataclasses import replace

from tamis.columns.layout.clocks import Clock, next_breakpoint, write_clock
from tamis.columns.layout.contacts import table
from tamis.columns.projector.batch import Purpose
from tamis.columns.projector.context import Connection, TypeContext
from tamis.columns.projector.rule_dependencies import breakpoints_of, parts_of, timed_conditions, timed_event_conditions
from tamis.columns.projector.steps import in_memory
from tamis.columns.projector.steps.events import next_event_breakpoint
from tamis.columns.projector.strategy import Strategy
from tamis.domain.values.instants import next_day_starts
from tamis.rules.time.breakpoints import changes_at_midnight


def advance_clock(con: Connection, context: TypeContext) -> TypeContext:
    """Store as of when memberships are right, and until when they stay right; nothing if no rule depends on time."""
    clock = _next_clock(con, context)
    type_id, clocks = context.changes.type_id, dict(context.state.clocks)
    before = clocks.pop(type_id, None)
    if clock != before:
        write_clock(con, type_id, before, clock)
    if clock:
        clocks[type_id] = clock
    return replace(context, state=replace(context.state, clocks=clocks))


def _next_clock(con: Connection, context: TypeContext) -> Clock | None:
    segments, now = context.changes.segments, context.now
    levels = [*segments.unchanged, *segments.refreshed]
    conditions = timed_conditions(levels)
    event_conditions = timed_event_conditions(levels)
    if not (conditions or event_conditions):
        return None
    before = context.clock if context.purpose is Purpose.ADVANCE else None
    # If no rule has changed and the next breakpoint is still ahead, only changed contacts can have an earlier one.
    is_ahead = before is not None and (before.breakpoint is None or before.breakpoint > now)
    kept = before if is_ahead and not segments.refreshed else None
    if kept and context.strategy is Strategy.IN_MEMORY:
        earliest, of_events = in_memory.next_breakpoint(context), None
    else:
        source = "staged_contacts" if kept else table(context.changes.type_id)
        earliest = next_breakpoint(con, source, breakpoints_of(levels), now)
        of_events = next_event_breakpoint(con, context, levels, only_added=kept is not None)
    known = [instant for instant in (earliest, of_events, kept and kept.breakpoint) if instant]
    conditions += [part for condition in event_conditions for part in parts_of(condition)]
    midnight = next_day_starts(now, segments.zone) if any(map(changes_at_midnight, conditions)) else None
    return Clock(now, midnight, min(known, default=None))
