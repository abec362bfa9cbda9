"""The tables of events: one for each event name, with a typed nullable column for each property."""

import duckdb

from tamis.columns.layout.contacts import SQL_TYPES, ensure_columns_table
from tamis.domain.events.events import AT, EventCatalogue
from tamis.domain.values.fields import Field, FieldSet

CONTACT, INSTANT = "contact_id", "occurred_at"
ROW_GROUP = 122_880
"""The rows for which DuckDB keeps the range of their values: with fewer, their order does not matter."""


def event_table(name_id: int) -> str:
    """Return the name of the table of an event name."""
    return f"events_{int(name_id)}"


def property_column(field: Field) -> str:
    """Return the name of the column of a property, or of the instant."""
    return INSTANT if field.id == AT.id else f"p{int(field.id)}"


def columns_of(properties: FieldSet) -> dict[str, str]:
    """List the columns of the table of an event name, with their types."""
    return {CONTACT: "BIGINT", INSTANT: "TIMESTAMP"} | {
        property_column(field): SQL_TYPES[field.kind] for field in properties.fields
    }


def list_event_tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the tables of all event names, also of contact types that are deleted."""
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'events_') AND NOT internal"
    ).fetchall()
    return sorted(name for (name,) in rows)


def ensure_event_tables(con: duckdb.DuckDBPyConnection, catalogue: EventCatalogue) -> list[int]:
    """Create the tables of all event names of a contact type, and add columns for new properties.

    Return the names whose tables are empty now and must be loaded again, because the kind of a property has changed.
    """
    emptied = []
    for name in catalogue.names:
        table, wanted = event_table(name.id), columns_of(catalogue.properties_of(name.id))
        existing = ensure_columns_table(con, table, wanted)
        if any(wanted[key] != existing[key] for key in wanted.keys() & existing.keys()):
            con.execute(f"DROP TABLE {table}")
            emptied.append(name.id)
            existing = ensure_columns_table(con, table, wanted)
        for key in wanted.keys() - existing.keys():
            con.execute(f"ALTER TABLE {table} ADD COLUMN {key} {wanted[key]}")
    return emptied


def sort_events(con: duckdb.DuckDBPyConnection, name_id: int) -> None:
    """Put the events of a name in order of time, as they arrive one by one, so that a window reads few row groups; the
    records have them by contact."""
    table = event_table(name_id)
    found = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    if found and found[0] > ROW_GROUP:
        con.execute(f"CREATE TABLE sorted_events AS FROM {table} ORDER BY {INSTANT}")
        con.execute(f"DROP TABLE {table}")
        con.execute(f"ALTER TABLE sorted_events RENAME TO {table}")
