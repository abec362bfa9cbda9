"""How contacts lie in the column store: a table per contact type, a typed nullable column per field."""

import json

import duckdb

from tamis.domain.fields import CREATED_AT, EMAIL, UPDATED_AT, Field, FieldSet, Kind

SQL_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.CHOICE: "VARCHAR",
    Kind.NUMBER: "DOUBLE",
    Kind.DATE: "DATE",
    Kind.DATETIME: "TIMESTAMP",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.CHOICES: "VARCHAR[]",
}


def table(type_id: int) -> str:
    """Name the table of a contact type."""
    return f"contacts_{int(type_id)}"


def column(field: Field) -> str:
    """Name the column of a field."""
    return f"f{int(field.id)}"


def arrange(con: duckdb.DuckDBPyConnection, type_id: int, fields: FieldSet) -> None:
    """Bring a contact type's table in line with its fields: made when new, columns added and dropped.

    A column whose type has changed is replaced by an empty one; the contacts that had a value of its field were
    changed with it and are loaded again.
    """
    name = table(type_id)
    wanted = {column(field): SQL_TYPES[field.kind] for field in fields.fields}
    rows = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 AND NOT internal", [name]
    ).fetchall()
    present = {key: sql_type for key, sql_type in rows if key != "id"}
    if not rows:
        columns = ", ".join(f"{key} {sql_type}" for key, sql_type in wanted.items())
        con.execute(f"CREATE TABLE {name} (id BIGINT NOT NULL, {columns})")
        return
    for key, _ in present.items() - wanted.items():
        con.execute(f"ALTER TABLE {name} DROP COLUMN {key}")
    for key, sql_type in wanted.items() - present.items():
        con.execute(f"ALTER TABLE {name} ADD COLUMN {key} {sql_type}")


def _structure(kind: Kind) -> str | list[str]:
    return ["VARCHAR"] if kind is Kind.CHOICES else SQL_TYPES[kind]


def insert_documents(type_id: int, fields: FieldSet, into: str | None = None) -> tuple[str, str]:
    """Give the statement that adds contacts from documents of the records, to their table or into another one of its
    shape, and the structure of those documents.

    Its parameters are a list of texts, each with a document on every line, and the structure. Columns are named,
    because ALTER TABLE leaves them in another order than a fresh table has.
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
        f"INSERT INTO {into or table(type_id)} ({names}) "
        f"SELECT d.id, d.email, make_timestamp(d.created_at), make_timestamp(d.updated_at), {values} "
        "FROM (SELECT from_json(document, $2) AS d FROM (SELECT unnest(string_split(lines, chr(10))) AS document "
        "FROM (SELECT unnest($1::VARCHAR[]) AS lines)))",
        structure,
    )
