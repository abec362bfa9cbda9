"""Forecasts: the steps with which the projector lets time pass, taken ahead of time in a read transaction.

The steps from "stage" to "compare" write temporary tables only. So what they find is what the projector will find when
that time has come, and it is gone when the transaction is rolled back.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from tamis.columns.engine.state import EMPTY
from tamis.columns.interface.forecast import ExpectedChanges, ForecastRequest
from tamis.columns.layout.clocks import Clock, next_breakpoint
from tamis.columns.layout.contacts import table
from tamis.columns.projector.batch import Purpose, SegmentRules, TypeChanges
from tamis.columns.projector.context import Connection, TypeContext, naive_utc
from tamis.columns.projector.pipeline import COMPARE, EVALUATE, LOAD_VERSIONS, MARK_DIRTY, MIDNIGHT_WINDOW, STAGE
from tamis.columns.projector.queries import load
from tamis.columns.projector.rule_dependencies import breakpoints_of, timed_conditions
from tamis.columns.projector.strategy import Strategy
from tamis.columns.projector.windows import windows
from tamis.domain.fields import FieldSet
from tamis.domain.instants import LAST_INSTANT, MICROSECOND, day_in_utc, day_of, next_day_starts
from tamis.rules.time.breakpoints import changes_at_midnight

SQL = load("forecast")
DAY_WINDOW = (MARK_DIRTY, LOAD_VERSIONS, EVALUATE, COMPARE)
"""The steps of a day on which nothing is written: there is nothing to apply, and time changes no external recipient."""


def changes_by_day(con: Connection, request: ForecastRequest) -> list[ExpectedChanges]:
    """List the days on which time alone makes recipients enter or leave, within a read transaction."""
    if not timed_conditions(request.levels):
        return []
    starts = _day_starts(request.as_of, request.zone, request.days)
    context = STAGE.run(con, _context(con, request, _end_of(starts[-1], request.zone)))
    for window in windows(request.as_of, _midnights(context, starts), context.now):
        for step in MIDNIGHT_WINDOW if window.is_midnight else DAY_WINDOW:
            if window.is_midnight or context.breakpoints:
                context = step.run(con, replace(context, window=window))
    days = [day_of(start, request.zone) for start in starts]
    values = {"segment": request.segment_id, "starts": list(map(naive_utc, starts)), "days": days}
    return [ExpectedChanges(*row) for row in con.execute(SQL["changes_by_day"], values).fetchall()]


def _context(con: Connection, request: ForecastRequest, last: datetime) -> TypeContext:
    """Return the context in which time passes until the `last` instant and nothing else changes."""
    has_overrides = bool(con.execute(SQL["has_overrides"]).fetchall()[0][0])
    breakpoints = breakpoints_of(request.levels)
    earliest = next_breakpoint(con, table(request.type_id), breakpoints, request.as_of)
    return TypeContext(
        changes=TypeChanges(request.type_id, FieldSet(()), SegmentRules(request.zone, request.levels, ()), last),
        purpose=Purpose.ADVANCE,
        state=replace(EMPTY, has_overrides=has_overrides),
        strategy=Strategy.INCREMENTAL,
        now=last,
        clock=Clock(request.as_of, None, earliest),
        breakpoints=breakpoints,
        has_overrides=has_overrides,
        overrides_changed=False,
    )


def _day_starts(as_of: datetime, zone: ZoneInfo, days: int) -> list[datetime]:
    """List the instants at which the day of `as_of` and those after it begin, as far as the calendar goes."""
    starts = [day_in_utc(day_of(as_of, zone), zone)[0]]
    while len(starts) < days and (following := next_day_starts(starts[-1], zone)) < LAST_INSTANT:
        starts.append(following)
    return starts


def _end_of(start: datetime, zone: ZoneInfo) -> datetime:
    return next_day_starts(start, zone) - MICROSECOND


def _midnights(context: TypeContext, starts: Sequence[datetime]) -> Sequence[datetime]:
    """Return the midnights between the days, if any condition counts days."""
    return starts[1:] if any(map(changes_at_midnight, timed_conditions(context.unchanged))) else ()
