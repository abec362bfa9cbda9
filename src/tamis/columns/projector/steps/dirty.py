"""Mark dirty: finds the contacts whose memberships may change in a window of time. No others are evaluated."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, table
from tamis.columns.layout.events import CONTACT, event_table, property_column
from tamis.columns.projector.context import Connection, TypeContext, bounds, execute_update, naive_utc
from tamis.columns.projector.queries import load
from tamis.columns.projector.rule_dependencies import midnight_conditions, timed_conditions
from tamis.columns.projector.steps.events import mark_at_breakpoints, without_breakpoints
from tamis.columns.projector.strategy import Strategy
from tamis.domain.values.fields import Field
from tamis.rules.sql.compiler import ColumnSource, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.tree import Condition

SQL = load("dirty")


def mark_dirty(con: Connection, context: TypeContext) -> TypeContext:
    """Mark the contacts that changed in the window or have a breakpoint in it."""
    window = context.this_window
    new = _mark_new(con, context) if context.strategy is Strategy.INSERT_ONLY else 0
    # Before the clock, the stored memberships are of a later time already.
    floor = naive_utc(window.start) if context.clock else None
    name = "dirty_but_new_contacts" if new else "dirty_of_window"
    dirty = execute_update(con, SQL[name], bounds(window) | {"floor": floor})
    # The clock of the type does not know the breakpoints of contacts that changed in an earlier window.
    if context.clock and (window.number or (context.clock.breakpoint and context.clock.breakpoint < window.end)):
        if context.breakpoints:
            dirty += _mark_at_breakpoints(con, context)
        if context.event_breakpoints:
            dirty += mark_at_breakpoints(con, context)
    if context.overrides_changed:
        con.execute(SQL["dirty_externals"], bounds(window))
    return replace(context, new_contacts=new, dirty=dirty)


def mark_dirty_at_midnight(con: Connection, context: TypeContext) -> TypeContext:
    """Mark the contacts for which the result of any condition changes at a midnight."""
    con.execute(SQL["dirty_at_midnight"])
    parameters = Parameters(DUCKDB)
    where = changes_at(context, timed_conditions(context.unchanged), column, parameters)
    by_event = " UNION ALL ".join(
        f"SELECT {CONTACT} FROM {event_table(name_id)} WHERE {changes_at(context, found, property_column, parameters)}"
        for name_id, found in midnight_conditions(context.unchanged).items()
    )
    if by_event:
        where += f" OR id IN ({by_event})"
    sql = f"INSERT INTO dirty SELECT id, NULL, NULL FROM {table(context.changes.type_id)} WHERE {where}"
    return replace(context, new_contacts=0, dirty=execute_update(con, sql, parameters.values))


def changes_at(
    context: TypeContext, conditions: Sequence[Condition], column_of: Callable[[Field], str], parameters: Parameters
) -> str:
    """Return the SQL test whether the result of any of some conditions, of rows with certain columns, changes at the
    midnight of the window."""
    before, after = (as_of.time for as_of in context.as_of)
    source = ColumnSource(column_of, _no_segment)
    tests = (
        "({} IS TRUE) <> ({} IS TRUE)".format(
            *(compile_rule(condition, time, source, parameters) for time in (before, after))
        )
        for condition in conditions
    )
    return " OR ".join(tests) or "FALSE"


def _mark_new(con: Connection, context: TypeContext) -> int:
    """Mark new contacts; return how many. Contacts with overrides or with a breakpoint later in the window are left
    out: they are evaluated incrementally.

    Ids are never reused and only grow, so an id above all in the table is new. A new contact with a lower id is
    evaluated incrementally too, which is right for every contact.
    """
    window = context.this_window
    without = "".join(
        f" AND id NOT IN (SELECT contact_id FROM {name} WHERE contact_id IS NOT NULL)"
        for name in (
            ("inclusions", "exclusions", "staged_inclusions", "staged_exclusions") if context.has_overrides else ()
        )
    )
    parameters = Parameters(DUCKDB)
    first, last = parameters.bind(window.since), parameters.bind(window.end)
    instant = (
        f"greatest(t.instant, {parameters.bind(window.start)}::TIMESTAMP)" if context.has_breakpoints else "t.instant"
    )
    at_breakpoint = " OR ".join(
        f"({name} + {offset} > {instant} AND {name} + {offset} < {last})"
        for name, offset in (
            (column(field), f"{parameters.bind(offset)}::INTERVAL") for field, offset in context.breakpoints
        )
    )
    return execute_update(
        con,
        f"CREATE OR REPLACE TEMP TABLE new_contacts AS SELECT id, {instant} AS instant, cause "
        f"FROM changed_contacts t JOIN staged_contacts USING (id) WHERE t.instant >= {first} AND t.instant < {last} "
        f"AND id > (SELECT coalesce(max(id), 0) FROM {table(context.changes.type_id)}){without}"
        + (f" AND ({at_breakpoint}) IS NOT TRUE" if at_breakpoint else "")
        + without_breakpoints(context, parameters),
        parameters.values,
    )


def _mark_at_breakpoints(con: Connection, context: TypeContext) -> int:
    """Mark the contacts that have a breakpoint within the window; return how many."""
    window, parameters = context.this_window, Parameters(DUCKDB)
    where = " OR ".join(
        f"({name} > {parameters.bind(window.start - offset)} AND {name} < {parameters.bind(window.end - offset)})"
        for name, offset in ((column(field), offset) for field, offset in context.breakpoints)
    )
    return execute_update(
        con,
        f"INSERT INTO dirty SELECT id, NULL, NULL FROM {table(context.changes.type_id)} WHERE ({where}) "
        "AND id NOT IN (SELECT contact_id FROM dirty)",
        parameters.values,
    )


def _no_segment(_segment_id: int, _parameters: Parameters) -> str:
    raise AssertionError("a condition names no segment")
