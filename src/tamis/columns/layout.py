"""How contacts lie in the column store: a table per contact type, a typed nullable column per field."""

import json

import duckdb

from tamis.domain.fields import CREATED_AT, EMAIL, UPDATED_AT, Field, FieldSet, Kind
from tamis.domain.segments import SEGMENT_SHIFT
from tamis.rules.sql import Parameters

VERSION = 1
SQL_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.CHOICE: "VARCHAR",
    Kind.NUMBER: "DOUBLE",
    Kind.DATE: "DATE",
    Kind.DATETIME: "TIMESTAMP",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.CHOICES: "VARCHAR[]",
}

SCHEMA = """
CREATE TABLE meta (version INTEGER NOT NULL, store_id VARCHAR NOT NULL, applied BIGINT NOT NULL);
CREATE TABLE members (recipient_id BIGINT NOT NULL, contact_id BIGINT, entered_at TIMESTAMP NOT NULL);
CREATE TABLE sizes (segment_id BIGINT NOT NULL, recipients BIGINT NOT NULL);
CREATE TABLE added (
    id BIGINT NOT NULL, segment_id BIGINT NOT NULL, contact_id BIGINT, recipient_id BIGINT NOT NULL,
    email VARCHAR NOT NULL, first_name VARCHAR NOT NULL, last_name VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL
);
CREATE TABLE removed (segment_id BIGINT NOT NULL, contact_id BIGINT NOT NULL);
"""


def table(type_id: int) -> str:
    """Name the table of a contact type."""
    return f"contacts_{int(type_id)}"


def column(field: Field) -> str:
    """Name the column of a field."""
    return f"f{int(field.id)}"


def in_segment(segment_id: int, parameters: Parameters) -> str:
    """Tell of a row of a contact type's table whether its contact is in a segment."""
    first, end = parameters.bind(segment_id << SEGMENT_SHIFT), parameters.bind((segment_id + 1) << SEGMENT_SHIFT)
    return (
        f"id IN (SELECT contact_id FROM members WHERE recipient_id >= {first} AND recipient_id < {end} "
        "AND contact_id IS NOT NULL)"
    )


def arrange(con: duckdb.DuckDBPyConnection, type_id: int, fields: FieldSet) -> None:
    """Bring a contact type's table in line with its fields: made when new, columns added and dropped."""
    name = table(type_id)
    wanted = {column(field): SQL_TYPES[field.kind] for field in fields.fields}
    rows = con.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = $1 AND NOT internal", [name]
    ).fetchall()
    present = {row[0] for row in rows} - {"id"}
    if not rows:
        columns = ", ".join(f"{key} {sql_type}" for key, sql_type in wanted.items())
        con.execute(f"CREATE TABLE {name} (id BIGINT NOT NULL, {columns})")
        return
    for key in wanted.keys() - present:
        con.execute(f"ALTER TABLE {name} ADD COLUMN {key} {wanted[key]}")
    for key in present - wanted.keys():
        con.execute(f"ALTER TABLE {name} DROP COLUMN {key}")


def _structure(kind: Kind) -> str | list[str]:
    return ["VARCHAR"] if kind is Kind.CHOICES else SQL_TYPES[kind]


def insert_documents(type_id: int, fields: FieldSet) -> tuple[str, str]:
    """Give the statement that adds contacts from documents of the records, and the structure of those documents.

    Its parameters are the list of documents and the structure. Columns are named, because ALTER TABLE leaves them
    in another order than a fresh table has.
    """
    own = {EMAIL.id: "email", CREATED_AT.id: "created_at", UPDATED_AT.id: "updated_at"}
    stored = [field for field in fields.fields if field.id not in own]
    structure = json.dumps(
        {
            "id": "BIGINT",
            "email": "VARCHAR",
            "created_at": "BIGINT",
            "updated_at": "BIGINT",
            "values": {str(field.id): _structure(field.kind) for field in stored},
        }
    )
    names = ", ".join(["id", *(column(f) for f in (EMAIL, CREATED_AT, UPDATED_AT)), *(column(f) for f in stored)])
    values = ", ".join(f"d.\"values\"['{field.id}']" for field in stored)
    return (
        f"INSERT INTO {table(type_id)} ({names}) "
        f"SELECT d.id, d.email, make_timestamp(d.created_at), make_timestamp(d.updated_at), {values} "
        "FROM (SELECT from_json(document, $2) AS d FROM (SELECT unnest($1::VARCHAR[]) AS document))",
        structure,
    )
