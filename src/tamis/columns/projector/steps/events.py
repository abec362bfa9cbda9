"""Events: how the projector adds, evaluates and removes them.

An evaluation sees the stored events of a contact, and from its change on also the added ones and no longer the removed
ones.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import table
from tamis.columns.layout.events import (
    CONTACT,
    INSTANT,
    ensure_event_tables,
    event_table,
    list_event_tables,
    property_column,
    sort_events,
)
from tamis.columns.projector.batch import Levels
from tamis.columns.projector.context import BatchContext, Connection, TypeContext, execute_update, for_type, naive_utc
from tamis.columns.projector.event_rows import insert_events
from tamis.columns.projector.queries import load
from tamis.columns.projector.rule_dependencies import (
    EventBreakpoint,
    event_breakpoints_of,
    timed_event_conditions,
    used_events,
)
from tamis.columns.projector.steps.stage import stage_changed
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.fields import Field
from tamis.domain.values.instants import from_micros
from tamis.rules.sql.compiler import EventTables
from tamis.rules.sql.dialect import Parameters
from tamis.rules.tree import properties_of

SQL = load("events")
EVALUATED = EventTables(
    lambda name_id, _: evaluated_table(name_id),
    property_column,
    INSTANT,
    (CONTACT, "seq"),
    (CONTACT, "seq"),
    "instant",
)
"""The events of the evaluation instants of a window."""


def added_table(name_id: int) -> str:
    """Return the table of the events of a name that a batch adds."""
    return f"added_{event_table(name_id)}"


def evaluated_table(name_id: int) -> str:
    """Return the table of the events of a name that the evaluations of a window see."""
    return f"evaluated_{event_table(name_id)}"


def of_new_contacts(context: TypeContext) -> EventTables:
    """Return the events of new contacts, which are among the added ones."""

    def rows(name_id: int, _: Parameters) -> str:
        events = added_table(name_id) if name_id in context.added_events else f"(FROM {event_table(name_id)} LIMIT 0)"
        return f"(FROM {events} JOIN new_contacts n ON n.id = {CONTACT})"

    return EventTables(rows, property_column, INSTANT, ("id",), (CONTACT,), "instant")


def load_all_events(con: Connection, context: BatchContext) -> BatchContext:
    """Fill the tables of an empty projection with all events."""
    full = context.batch.load
    if full is None:
        return context
    for catalogue in full.catalogues.values():
        ensure_event_tables(con, catalogue)
    for type_id, name_id, rows in full.events:
        insert_events(con, name_id, full.catalogues[type_id].properties_of(name_id), rows)
    for catalogue in full.catalogues.values():
        for name in catalogue.names:
            sort_events(con, name.id)
    return context


def stage_events(con: Connection, context: TypeContext) -> TypeContext:
    """Load added events into temporary tables, and mark the contacts whose events change as changed, too."""
    events = context.changes.events
    if not (events.changed or events.removed or events.has_new_kinds):
        return context
    for name_id in ensure_event_tables(con, events.catalogue):
        for rows in events.of_name(name_id):
            insert_events(con, name_id, events.catalogue.properties_of(name_id), rows)
        sort_events(con, name_id)
    added = _stage_added(con, context)
    stage_changed(con, "event_contacts", events.changed)
    for name_id, before, instant in events.removed:
        at = naive_utc(from_micros(instant))
        con.execute(
            f"INSERT INTO event_contacts SELECT DISTINCT {CONTACT}, $1, $2 FROM {event_table(name_id)} "
            f"WHERE {INSTANT} < $3",
            [at, Cause.RETENTION.value, naive_utc(from_micros(before))],
        )
    con.execute(for_type(SQL["stage_contacts"], context.changes.type_id))
    if context.has_overrides:
        con.execute(SQL["stage_inclusions"])
        con.execute(SQL["stage_exclusions"])
    con.execute(SQL["update_changed"])
    con.execute(SQL["insert_changed"])
    return replace(context, added_events=added)


def _stage_added(con: Connection, context: TypeContext) -> frozenset[int]:
    """Load added events into a table for each name; return the names."""
    events, found = context.changes.events, set[int]()
    for name_id, rows in events.added:
        if name_id not in found:
            con.execute(f"CREATE OR REPLACE TEMP TABLE {added_table(name_id)} AS FROM {event_table(name_id)} LIMIT 0")
        found.add(name_id)
        insert_events(con, name_id, events.catalogue.properties_of(name_id), rows, added_table(name_id))
    return frozenset(found)


def collect_evaluated(con: Connection, context: TypeContext) -> None:
    """Create the tables of the events that the evaluations of this window see, for the rules that are evaluated."""
    used: dict[int, set[Field]] = {name_id: set() for name_id in used_events(context.unchanged)}
    for condition in timed_event_conditions(context.unchanged):
        used[condition.aggregate.event.id] |= properties_of(condition.aggregate)
    for name_id, fields in used.items():
        columns = ", ".join([CONTACT, INSTANT, *sorted(map(property_column, fields))])
        added = ""
        if name_id in context.added_events:
            added = (
                f" UNION ALL SELECT {columns}, 1 FROM {added_table(name_id)} "
                f"WHERE {CONTACT} IN (SELECT contact_id FROM dirty WHERE instant IS NOT NULL)"
            )
        parameters = Parameters(DUCKDB)
        kept = "".join(
            f" AND (e.{INSTANT} >= {parameters.bind(from_micros(before))} OR i.version = 0)"
            for removed_of, before, _ in context.changes.events.removed
            if removed_of == name_id
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {evaluated_table(name_id)} AS "
            f"SELECT i.seq, i.instant, e.* EXCLUDE (added) FROM {context.instants} i JOIN ("
            f"SELECT {columns}, 0 AS added FROM {event_table(name_id)} "
            f"WHERE {CONTACT} IN (SELECT contact_id FROM dirty){added}) e "
            f"ON e.{CONTACT} = i.contact_id AND e.added <= i.version AND e.{INSTANT} <= i.instant{kept}",
            parameters.values,
        )


def apply_events(con: Connection, context: TypeContext) -> TypeContext:
    """Add the events of contacts that changed in this window; remove those of deleted contacts, and others that were
    removed in it."""
    window = context.this_window
    changed = "SELECT contact_id FROM dirty WHERE instant IS NOT NULL"
    if context.new_contacts:
        changed += " UNION ALL SELECT id FROM new_contacts"
    for name_id in sorted(context.added_events):
        con.execute(
            f"INSERT INTO {event_table(name_id)} BY NAME FROM {added_table(name_id)} WHERE {CONTACT} IN ({changed})"
        )
    for name_id, before, instant in context.changes.events.removed:
        if window.since <= from_micros(instant) < window.end:
            at = naive_utc(from_micros(before))
            con.execute(f"DELETE FROM {event_table(name_id)} WHERE {INSTANT} < $1", [at])
    events = context.changes.events
    tables = [event_table(name.id) for name in events.catalogue.names]
    if events.is_type_deleted:
        tables = list_event_tables(con)  # contacts of all types have different ids
    if tables and execute_update(con, SQL["deleted_contacts"]):
        for name in tables:
            con.execute(f"DELETE FROM {name} WHERE {CONTACT} IN (SELECT id FROM deleted_contacts)")
    return context


def breakpoints_of_dirty(context: TypeContext, parameters: Parameters) -> list[str]:
    """Return the queries for the breakpoints of the events of dirty contacts within the window: `id`, `version` and
    `e`, the instant."""
    window, queries = context.this_window, []
    for name_id, name, offset in _columns(context.event_breakpoints):
        instant = f"{name} + {parameters.bind(offset)}::INTERVAL"
        within = (
            f"{name} > {parameters.bind(window.start - offset)} AND {name} < {parameters.bind(window.end - offset)}"
        )
        dirty = f"{CONTACT} IN (SELECT contact_id FROM dirty)"
        queries.append(
            f"SELECT {CONTACT} AS id, unnest([0, 1]) AS version, {instant} AS e FROM {event_table(name_id)} "
            f"WHERE {within} AND {dirty}"
        )
        if name_id in context.added_events:
            queries.append(
                f"SELECT {CONTACT} AS id, 1 AS version, {instant} AS e FROM {added_table(name_id)} "
                f"WHERE {within} AND {dirty}"
            )
    return queries


def mark_at_breakpoints(con: Connection, context: TypeContext) -> int:
    """Mark the contacts with an event that has a breakpoint within the window; return how many."""
    window, parameters = context.this_window, Parameters(DUCKDB)
    at_breakpoint = " UNION ".join(
        f"SELECT {CONTACT} AS id FROM {event_table(name_id)} WHERE {name} > {parameters.bind(window.start - offset)} "
        f"AND {name} < {parameters.bind(window.end - offset)}"
        for name_id, name, offset in _columns(context.event_breakpoints)
    )
    return execute_update(
        con,
        f"INSERT INTO dirty SELECT id, NULL, NULL FROM ({at_breakpoint}) "
        f"WHERE id IN (SELECT id FROM {table(context.changes.type_id)}) AND id NOT IN (SELECT contact_id FROM dirty)",
        parameters.values,
    )


def without_breakpoints(context: TypeContext, parameters: Parameters) -> str:
    """Return the SQL test whether a new contact `id` has no added event with a breakpoint within the window."""
    window = context.this_window
    at_breakpoint = " UNION ALL ".join(
        f"SELECT {CONTACT} FROM {added_table(name_id)} "
        f"WHERE {name} > {parameters.bind(window.start - offset)} AND {name} < {parameters.bind(window.end - offset)}"
        for name_id, name, offset in _columns(context.event_breakpoints)
        if name_id in context.added_events
    )
    return f" AND id NOT IN ({at_breakpoint})" if at_breakpoint else ""


def next_event_breakpoint(
    con: Connection, context: TypeContext, levels: Levels, *, only_added: bool
) -> datetime | None:
    """Return the first instant after the context's at which an event reaches a breakpoint; of all events, or of the
    added ones only."""
    parameters = Parameters(DUCKDB)
    queries = [
        f"SELECT min({name}) + {parameters.bind(offset)}::INTERVAL AS e "
        f"FROM {added_table(name_id) if only_added else event_table(name_id)} "
        f"WHERE {name} > {parameters.bind(context.now - offset)}"
        for name_id, name, offset in _columns(event_breakpoints_of(levels))
        if name_id in context.added_events or not only_added
    ]
    if not queries:
        return None
    row = con.execute(f"SELECT min(e) FROM ({' UNION ALL '.join(queries)})", parameters.values).fetchone()
    return row[0].replace(tzinfo=UTC) if row and row[0] else None


def _columns(breakpoints: Sequence[EventBreakpoint]) -> list[tuple[int, str, timedelta]]:
    return [(name_id, property_column(field), offset) for name_id, field, offset in breakpoints]
