"""Forecasts: the steps with which the projector lets time pass, taken ahead of time in a read transaction.

The steps from "stage" to "compare" write temporary tables only. So what they find is what the projector will find when
that time has come, and it is gone when the transaction is rolled back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.engine.state import EMPTY
from tamis.columns.interface.forecast import ExpectedChanges, ForecastRequest
from tamis.columns.layout.clocks import Clock, next_breakpoint
from tamis.columns.layout.contacts import column, table
from tamis.columns.layout.events import CONTACT, event_table, property_column
from tamis.columns.projector.batch import Purpose, SegmentRules, TypeChanges
from tamis.columns.projector.context import Connection, TypeContext, execute_update, naive_utc
from tamis.columns.projector.pipeline import COMPARE, EVALUATE, LOAD_VERSIONS, MARK_DIRTY, STAGE
from tamis.columns.projector.queries import load
from tamis.columns.projector.rule_dependencies import (
    breakpoints_of,
    event_breakpoints_of,
    midnight_conditions,
    timed_conditions,
    timed_event_conditions,
)
from tamis.columns.projector.steps.dirty import changes_at
from tamis.columns.projector.steps.events import next_event_breakpoint
from tamis.columns.projector.strategy import Strategy
from tamis.columns.projector.windows import AsOf, Window, windows
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.fields import Field, FieldSet
from tamis.domain.values.instants import LAST_INSTANT, MICROSECOND, day_in_utc, day_of, next_day_starts
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.breakpoints import changes_at_midnight
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Condition

SQL = load("forecast")
MIDNIGHTS_AT_ONCE = 60
CONDITIONS_AT_ONCE = 600
MOST_IN_PYTHON = 100
"""The most contacts of a day for which Python evaluates the few rules that a forecast needs."""


@dataclass(frozen=True, slots=True)
class Midnights(Window):
    """Several midnights: at each, results just before it and at it have the numbers 3n and 3n + 1, so that "compare"
    finds no results of two midnights next to each other."""

    instants: tuple[datetime, ...] = ()

    def as_of(self, zone: ZoneInfo) -> list[AsOf]:
        """Return the times as of which rules are evaluated."""
        return [
            AsOf(f"seq = {3 * number + seq}", EvaluationTime(instant - (1 - seq) * MICROSECOND, zone))
            for number, instant in enumerate(self.instants)
            for seq in (0, 1)
        ]


def changes_by_day(con: Connection, request: ForecastRequest) -> list[ExpectedChanges]:
    """List the days on which time alone makes recipients enter or leave, within a read transaction."""
    conditions = [*timed_conditions(request.levels), *chain(*midnight_conditions(request.levels).values())]
    if not (conditions or timed_event_conditions(request.levels)):
        return []
    starts = _day_starts(request.as_of, request.zone, request.days)
    context = STAGE.run(con, _context(con, request, next_day_starts(starts[-1], request.zone) - MICROSECOND))
    midnights = starts[1:] if any(map(changes_at_midnight, conditions)) else []
    for window in windows(request.as_of, midnights, context.now) if context.has_breakpoints else ():
        if not window.is_midnight:
            context = _evaluate_day(con, replace(context, window=window))
    at_once = max(1, min(MIDNIGHTS_AT_ONCE, CONDITIONS_AT_ONCE // max(len(conditions), 1)))
    for first in range(0, len(midnights), at_once):
        context = _evaluate_midnights(con, context, midnights[first : first + at_once])
    days = [day_of(start, request.zone) for start in starts]
    values = {"segment": request.segment_id, "starts": list(map(naive_utc, starts)), "days": days}
    return [ExpectedChanges(*row) for row in con.execute(SQL["changes_by_day"], values).fetchall()]


def _evaluate_day(con: Connection, context: TypeContext) -> TypeContext:
    context = LOAD_VERSIONS.run(con, MARK_DIRTY.run(con, context))
    if context.dirty > MOST_IN_PYTHON:
        context = replace(context, dirty_strategy=Strategy.INCREMENTAL)
    return COMPARE.run(con, EVALUATE.run(con, context))


def _evaluate_midnights(con: Connection, context: TypeContext, instants: Sequence[datetime]) -> TypeContext:
    """Do at several midnights at once what the projector does at each."""
    window = Midnights(0, instants[0], instants[-1], instants[0], is_midnight=True, instants=tuple(instants))
    _mark_midnights(con, context, instants)
    dirty = execute_update(con, SQL["dirty_at_midnights"])
    context = LOAD_VERSIONS.run(con, replace(context, window=window, new_contacts=0, dirty=dirty))
    if not dirty:
        return context
    bits = [1 << number for number in range(len(instants))]
    values = {"bits": bits, "instants": list(map(naive_utc, instants)), "cause": Cause.TIME.value}
    con.execute(SQL["instants_of_midnights"], values)
    context = replace(context, instants="instants", dirty_strategy=Strategy.INCREMENTAL)
    return COMPARE.run(con, EVALUATE.run(con, context))


def _mark_midnights(con: Connection, context: TypeContext, instants: Sequence[datetime]) -> None:
    """Create `midnight_changes`: the contacts for which a condition changes at any of some midnights, as "mark dirty at
    midnight" finds them; the bits say at which. Each value of a field is looked at once, however many contacts have it:
    a million birthdays are some twenty thousand."""
    by_field: dict[Field, list[Condition]] = {}
    for condition in timed_conditions(context.unchanged):
        by_field.setdefault(condition.field, []).append(condition)
    midnights = [Window(0, instant, instant, instant, is_midnight=True) for instant in instants]
    con.execute(SQL["midnight_changes"])
    for field, conditions in by_field.items():
        parameters = Parameters(DUCKDB)
        bits = _bits(context, midnights, conditions, column, parameters)
        name, contacts = column(field), table(context.changes.type_id)
        # Materialized, because DuckDB would otherwise test the values of all contacts before it takes each once.
        con.execute(
            f"INSERT INTO midnight_changes WITH known AS MATERIALIZED (SELECT DISTINCT {name} FROM {contacts}), "
            f"changing AS MATERIALIZED (SELECT {name}, ({bits})::BIGINT AS bits FROM known) "
            f"SELECT id, bits FROM {contacts} JOIN (FROM changing WHERE bits <> 0) USING ({name})",
            parameters.values,
        )

    for name_id, of_events in midnight_conditions(context.unchanged).items():
        parameters = Parameters(DUCKDB)
        bits = _bits(context, midnights, of_events, property_column, parameters)
        con.execute(
            "INSERT INTO midnight_changes SELECT id, bit_or(bits) FROM "
            f"(SELECT {CONTACT} AS id, ({bits})::BIGINT AS bits FROM {event_table(name_id)}) "
            f"WHERE bits <> 0 AND id IN (SELECT id FROM {table(context.changes.type_id)}) GROUP BY id",
            parameters.values,
        )


def _bits(
    context: TypeContext,
    midnights: Sequence[Window],
    conditions: Sequence[Condition],
    column_of: Callable[[Field], str],
    parameters: Parameters,
) -> str:
    """Return the SQL for a number whose bits say at which midnights the result of a condition changes."""
    return " + ".join(
        f"CASE WHEN {changes_at(replace(context, window=window), conditions, column_of, parameters)} "
        f"THEN {1 << number} ELSE 0 END"
        for number, window in enumerate(midnights)
    )


def _context(con: Connection, request: ForecastRequest, last: datetime) -> TypeContext:
    """Return the context in which time passes until the `last` instant and nothing else changes."""
    has_overrides = bool(con.execute(SQL["has_overrides"]).fetchall()[0][0])
    breakpoints = breakpoints_of(request.levels)
    earliest = next_breakpoint(con, table(request.type_id), breakpoints, request.as_of)
    context = TypeContext(
        changes=TypeChanges(request.type_id, FieldSet(()), SegmentRules(request.zone, request.levels, ()), last),
        purpose=Purpose.ADVANCE,
        state=replace(EMPTY, has_overrides=has_overrides),
        strategy=Strategy.INCREMENTAL,
        now=last,
        clock=None,
        breakpoints=breakpoints,
        event_breakpoints=event_breakpoints_of(request.levels),
        has_overrides=has_overrides,
        overrides_changed=False,
    )
    of_events = next_event_breakpoint(con, replace(context, now=request.as_of), request.levels, only_added=False)
    known = [instant for instant in (earliest, of_events) if instant]
    return replace(context, clock=Clock(request.as_of, None, min(known, default=None)))


def _day_starts(as_of: datetime, zone: ZoneInfo, days: int) -> list[datetime]:
    """List the instants at which the day of `as_of` and those after it begin, as far as the calendar goes."""
    starts = [day_in_utc(day_of(as_of, zone), zone)[0]]
    while len(starts) < days and (following := next_day_starts(starts[-1], zone)) < LAST_INSTANT:
        starts.append(following)
    return starts
