"""Contacts in SQLite: a table with a typed nullable column for each field."""

from collections.abc import Iterable

import apsw

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import SUPPRESSED, Field, FieldSet, Kind, Value
from tamis.domain.values.text import fold
from tests.laws.sqlite.dialect import bound

SQL_TYPES = {
    Kind.TEXT: "TEXT",
    Kind.CHOICE: "TEXT",
    Kind.NUMBER: "REAL",
    Kind.DATE: "TEXT",  # 2024-02-29
    Kind.DATETIME: "INTEGER",  # microseconds since 1970 in UTC
    Kind.BOOLEAN: "INTEGER",
    Kind.CHOICES: "TEXT",  # a list in JSON
}


def column(field: Field) -> str:
    """Return the name of the column of a field."""
    return f"f{int(field.id)}"


def columns_of(fields: FieldSet) -> tuple[Field, ...]:
    """Return everything that has a column."""
    return (*fields.fields, SUPPRESSED, *fields.topics)


def create_table(con: apsw.Connection, fields: FieldSet) -> None:
    """Create the table of contacts."""
    columns = ", ".join(f"{column(field)} {SQL_TYPES[field.kind]}" for field in columns_of(fields))
    con.execute(f"CREATE TABLE contacts (id INTEGER PRIMARY KEY, {columns}) STRICT")


def insert(con: apsw.Connection, fields: FieldSet, contacts: Iterable[Contact]) -> None:
    """Add contacts, their texts in the form in which they are compared."""
    columns = columns_of(fields)
    places = ", ".join("?" * (len(columns) + 1))
    rows = ([contact.id, *(stored(contact.value_of(field)) for field in columns)] for contact in contacts)
    con.executemany(f"INSERT INTO contacts VALUES ({places})", rows)


def stored(value: Value | None) -> str | float | int | None:
    """Return the stored form of a value."""
    match value:
        case str():
            return fold(value)
        case tuple():
            return str(bound(list(value)))
        case _:
            held: float | int | str | None = bound(value)
            return held
