"""Events in SQLite: a table for each name, with a typed nullable column for each property."""

from collections.abc import Sequence
from datetime import datetime

import apsw

from tamis.domain.values.instants import to_micros
from tamis.rules.sql.compiler import EventTables
from tamis.rules.sql.dialect import Parameters
from tests.laws.event_strategies import EVENTS, Histories
from tests.laws.sqlite.contacts import SQL_TYPES, column, stored


def _table(event_id: int) -> str:
    return f"events_{event_id}"


TABLES = EventTables(lambda event_id, parameters: _table(event_id), column, "at", ("id",), ("contact_id",))
"""Where rules find events."""


def tables_at(instants: Sequence[datetime]) -> EventTables:
    """Return where rules find events that are evaluated as of an instant of their contact."""

    def rows(event_id: int, parameters: Parameters) -> str:
        asked = f"json_extract({parameters.bind(list(instants))}, '$[' || (contact_id - 1) || ']')"
        return f"(SELECT *, contact_id % 2 AS half, {asked} AS asked FROM {_table(event_id)})"

    return EventTables(rows, column, "at", ("id", "id % 2"), ("contact_id", "half"), "asked")


def create_tables(con: apsw.Connection) -> None:
    """Create the tables of all names."""
    for event in EVENTS.names:
        columns = [f"{column(field)} {SQL_TYPES[field.kind]}" for field in EVENTS.properties_of(event.id).fields]
        definition = ", ".join(["contact_id INTEGER", "at INTEGER", *columns])
        con.execute(f"CREATE TABLE {_table(event.id)} ({definition}) STRICT")


def replace(con: apsw.Connection, histories: Histories) -> None:
    """Replace all events."""
    for event in EVENTS.names:
        fields = EVENTS.properties_of(event.id).fields
        con.execute(f"DELETE FROM {_table(event.id)}")
        con.executemany(
            f"INSERT INTO {_table(event.id)} VALUES ({', '.join('?' * (2 + len(fields)))})",
            (
                [contact_id, to_micros(each.at), *(stored(each.values.get(field.id)) for field in fields)]
                for contact_id, of_contact in histories.items()
                for each in of_contact.get(event.id, ())
            ),
        )
