"""Forecasts: the steps with which the projector lets time pass, taken ahead of time in a read transaction.

The steps from "stage" to "compare" write temporary tables only. So what they find is what the projector will find when
that time has come, and it is gone when the transaction is rolled back.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.engine.state import EMPTY
from tamis.columns.interface.forecast import ExpectedChanges, ForecastRequest
from tamis.columns.layout.clocks import Clock, next_breakpoint
from tamis.columns.layout.contacts import column, table
from tamis.columns.projector.batch import Purpose, SegmentRules, TypeChanges
from tamis.columns.projector.context import Connection, TypeContext, naive_utc
from tamis.columns.projector.pipeline import COMPARE, EVALUATE, LOAD_VERSIONS, MARK_DIRTY, STAGE
from tamis.columns.projector.queries import load
from tamis.columns.projector.rule_dependencies import breakpoints_of, timed_conditions
from tamis.columns.projector.steps.dirty import changes_at
from tamis.columns.projector.strategy import Strategy
from tamis.columns.projector.windows import Window, windows
from tamis.domain.fields import Field, FieldSet
from tamis.domain.instants import LAST_INSTANT, MICROSECOND, day_in_utc, day_of, next_day_starts
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.breakpoints import changes_at_midnight
from tamis.rules.tree import Condition

SQL = load("forecast")
EVALUATION = (LOAD_VERSIONS, EVALUATE, COMPARE)
"""The steps after contacts are marked: as nothing is written, there is nothing to apply, and time changes no external
recipient."""
MIDNIGHTS_AT_ONCE = 60
CONDITIONS_AT_ONCE = 600
MOST_IN_PYTHON = 100
"""The most contacts of a window for which Python evaluates the few rules that a forecast needs."""


def changes_by_day(con: Connection, request: ForecastRequest) -> list[ExpectedChanges]:
    """List the days on which time alone makes recipients enter or leave, within a read transaction."""
    conditions = timed_conditions(request.levels)
    if not conditions:
        return []
    starts = _day_starts(request.as_of, request.zone, request.days)
    context = STAGE.run(con, _context(con, request, next_day_starts(starts[-1], request.zone) - MICROSECOND))
    midnights = starts[1:] if any(map(changes_at_midnight, conditions)) else ()
    windows_of_days = [
        window for window in windows(request.as_of, midnights, context.now) if window.is_midnight or context.breakpoints
    ]
    at_once = max(1, min(MIDNIGHTS_AT_ONCE, CONDITIONS_AT_ONCE // len(conditions)))
    for first in range(0, len(windows_of_days), at_once):
        part = windows_of_days[first : first + at_once]
        _mark_midnights(con, context, part)
        for bit, window in enumerate(part):
            context = replace(context, window=window)
            context = _mark_midnight(con, context, bit) if window.is_midnight else MARK_DIRTY.run(con, context)
            for step in EVALUATION if context.dirty else ():
                context = step.run(con, context)
                if step is LOAD_VERSIONS and context.dirty > MOST_IN_PYTHON:
                    context = replace(context, dirty_strategy=Strategy.INCREMENTAL)
    days = [day_of(start, request.zone) for start in starts]
    values = {"segment": request.segment_id, "starts": list(map(naive_utc, starts)), "days": days}
    return [ExpectedChanges(*row) for row in con.execute(SQL["changes_by_day"], values).fetchall()]


def _mark_midnights(con: Connection, context: TypeContext, part: Sequence[Window]) -> None:
    """Create `midnight_changes`: the contacts for which a condition changes at the midnight of any window of a part, as
    "mark dirty at midnight" finds them; the bits say at which. Each value of a field is looked at once, however many
    contacts have it: a million birthdays are some twenty thousand."""
    by_field: dict[Field, list[Condition]] = {}
    for condition in timed_conditions(context.unchanged):
        by_field.setdefault(condition.field, []).append(condition)
    con.execute(SQL["midnight_changes"])
    for field, conditions in by_field.items():
        parameters = Parameters(DUCKDB)
        tests = (
            (changes_at(replace(context, window=window), conditions, parameters), 1 << bit)
            for bit, window in enumerate(part)
            if window.is_midnight
        )
        bits = " + ".join(f"CASE WHEN {test} THEN {bit} ELSE 0 END" for test, bit in tests)
        name, contacts = column(field), table(context.changes.type_id)
        # Materialized, because DuckDB would otherwise test the values of all contacts before it takes each once.
        con.execute(
            f"INSERT INTO midnight_changes WITH known AS MATERIALIZED (SELECT DISTINCT {name} FROM {contacts}), "
            f"changing AS MATERIALIZED (SELECT {name}, ({bits or '0'})::BIGINT AS bits FROM known) "
            f"SELECT id, bits FROM {contacts} JOIN (FROM changing WHERE bits <> 0) USING ({name})",
            parameters.values,
        )


def _mark_midnight(con: Connection, context: TypeContext, bit: int) -> TypeContext:
    con.execute(SQL["dirty_at_midnight"], {"bit": 1 << bit})
    dirty = int(con.execute("SELECT count(*) FROM dirty").fetchall()[0][0])
    return replace(context, new_contacts=0, dirty=dirty)


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
