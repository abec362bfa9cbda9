"""How contacts lie in the column store: a table per contact type, a typed nullable column per field."""

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.domain.fields import Field, FieldSet, Kind

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


def compared(field: Field) -> str:
    """Write the expression for a value as it is compared and ordered."""
    return DUCKDB.folded(column(field)) if field.kind in (Kind.TEXT, Kind.CHOICE) else column(field)


ORIGINAL_TEXTS = "original_texts"
"""The column for texts that are not simple (see `domain.text`): where one is not, the column of its field has its
folded form, so that `lower` of that column is what any text is compared as, and this one has the texts as they were
written, as a JSON object by field ids. It is null for most contacts."""


def original(field: Field, of: str = "") -> str:
    """Write the expression for a value as it was written; `of` is the table and a dot."""
    if field.kind not in (Kind.TEXT, Kind.CHOICE):
        return of + column(field)
    return f"coalesce({of}{ORIGINAL_TEXTS} ->> '{field.id}', {of}{column(field)})"


def columns_of(fields: FieldSet) -> dict[str, str]:
    """List the columns of a contact type's table, with their types."""
    return (
        {"id": "BIGINT"}
        | {column(field): SQL_TYPES[field.kind] for field in fields.fields}
        | {ORIGINAL_TEXTS: "VARCHAR"}
    )


def ensure_table(con: duckdb.DuckDBPyConnection, type_id: int, fields: FieldSet) -> None:
    """Bring a contact type's table in line with its fields: made when new, columns added and dropped.

    A column whose type has changed is replaced by an empty one; the contacts that had a value of its field were
    changed with it and are loaded again.
    """
    name = table(type_id)
    wanted = columns_of(fields)
    present = columns_present(con, type_id)
    if not present:
        columns = ", ".join(f"{key} {sql_type}" for key, sql_type in wanted.items())
        con.execute(f"CREATE TABLE {name} ({columns})")
        return
    for key, sql_type in present.items() - wanted.items():
        con.execute(f"ALTER TABLE {name} DROP COLUMN {key}")
        if sql_type == "VARCHAR":
            _drop_written(con, name, key.removeprefix("f"))
    for key, sql_type in wanted.items() - present.items():
        con.execute(f"ALTER TABLE {name} ADD COLUMN {key} {sql_type}")


def columns_present(con: duckdb.DuckDBPyConnection, type_id: int) -> dict[str, str]:
    """List the columns that a contact type's table has, with their types; none where there is no table."""
    rows = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 AND NOT internal", [table(type_id)]
    ).fetchall()
    return dict(rows)


def _drop_written(con: duckdb.DuckDBPyConnection, name: str, field_id: str) -> None:
    con.execute(
        f"UPDATE {name} SET {ORIGINAL_TEXTS} = nullif(json_merge_patch({ORIGINAL_TEXTS}, $1)::VARCHAR, '{{}}') "
        f"WHERE ({ORIGINAL_TEXTS} ->> $2) IS NOT NULL",
        [f'{{"{field_id}":null}}', field_id],
    )
