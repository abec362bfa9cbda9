"""The tables of contacts: one for each contact type, with a typed nullable column for each field."""

from collections.abc import Mapping

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.domain.values.fields import SUPPRESSED, Field, FieldSet, Kind

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
    """Return the name of the table of a contact type."""
    return f"contacts_{int(type_id)}"


def column(field: Field) -> str:
    """Return the name of the column of a field."""
    return f"f{int(field.id)}"


def compared(field: Field) -> str:
    """Return the SQL for a value as it is compared and ordered."""
    return DUCKDB.folded(column(field)) if field.kind in (Kind.TEXT, Kind.CHOICE) else column(field)


ORIGINAL_TEXTS = "original_texts"
"""The column for texts that are not simple (see `domain.text`). The column of their field has the folded form, so that
`lower` of that column is the form in which any text is compared; this column has the original texts as a JSON object by
field id. It is null for most contacts."""


def original(field: Field, of: str = "") -> str:
    """Return the SQL for a value in its original form; `of` is the table and a dot."""
    if field.kind not in (Kind.TEXT, Kind.CHOICE):
        return of + column(field)
    return f"coalesce({of}{ORIGINAL_TEXTS} ->> '{field.id}', {of}{column(field)})"


def columns_of(fields: FieldSet) -> dict[str, str]:
    """List the columns of a contact type's table, with their types; those of topics have the state of each contact."""
    return (
        {"id": "BIGINT"}
        | {column(field): SQL_TYPES[field.kind] for field in (*fields.fields, *fields.topics)}
        | {ORIGINAL_TEXTS: "VARCHAR", column(SUPPRESSED): "BOOLEAN"}
    )


def ensure_table(con: duckdb.DuckDBPyConnection, type_id: int, fields: FieldSet) -> None:
    """Create the table of a contact type, or add and drop columns to match its fields.

    A column whose type has changed is replaced by an empty one; contacts with a value of its field have changed too,
    and are loaded again.
    """
    name = table(type_id)
    wanted = columns_of(fields)
    present = ensure_columns_table(con, name, wanted)
    for key, sql_type in present.items() - wanted.items():
        con.execute(f"ALTER TABLE {name} DROP COLUMN {key}")
        if sql_type == "VARCHAR":
            _drop_originals(con, name, key.removeprefix("f"))
    for key, sql_type in wanted.items() - present.items():
        con.execute(f"ALTER TABLE {name} ADD COLUMN {key} {sql_type}")


def ensure_columns_table(con: duckdb.DuckDBPyConnection, name: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Create a table unless it exists; return its columns with their types.

    `duckdb_columns()` would take some milliseconds when it is first called, for the views of DuckDB itself.
    """
    columns = ", ".join(f"{key} {sql_type}" for key, sql_type in wanted.items())
    con.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
    return dict(con.execute("SELECT name, type FROM pragma_table_info($1)", [name]).fetchall())


def columns_present(con: duckdb.DuckDBPyConnection, type_id: int) -> dict[str, str]:
    """List the existing columns of a contact type's table, with their types; none if there is no table."""
    rows = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 AND NOT internal", [table(type_id)]
    ).fetchall()
    return dict(rows)


def _drop_originals(con: duckdb.DuckDBPyConnection, name: str, field_id: str) -> None:
    con.execute(
        f"UPDATE {name} SET {ORIGINAL_TEXTS} = nullif(json_merge_patch({ORIGINAL_TEXTS}, $1)::VARCHAR, '{{}}') "
        f"WHERE ({ORIGINAL_TEXTS} ->> $2) IS NOT NULL",
        [f'{{"{field_id}":null}}', field_id],
    )
