"""Loading events into the projection, with the values of their properties read as their kinds.

Few events are read by Python. Of many, SQL reads the values that both certainly read alike, which are nearly all, and
Python the others, each distinct one once.
"""

from datetime import datetime

import duckdb
import msgspec

from tamis.columns.layout.contacts import SQL_TYPES
from tamis.columns.layout.events import CONTACT, INSTANT, event_table, property_column
from tamis.columns.projector.batch import EventRows
from tamis.domain.events.events import RawValue, read_property
from tamis.domain.values.fields import Field, FieldSet, Kind, Value
from tamis.domain.values.text import SIMPLE, fold, is_simple

MOST_DECODED = 200
_PROPERTIES = msgspec.json.Decoder(dict[int, RawValue])
_RAW = msgspec.json.Decoder(RawValue)
_CERTAIN = {
    Kind.TEXT: f"""regexp_full_match({{0}}, '"[{SIMPLE} ]+"') AND NOT contains({{0}}, chr(92)) """
    """AND NOT contains({0}, '  ') AND NOT starts_with({0}, '" ') AND NOT ends_with({0}, ' "')""",
    Kind.NUMBER: r"""regexp_full_match({0}, '-?[0-9]{{1,15}}(\.[0-9]{{1,9}})?|"-?[0-9]{{1,15}}(\.[0-9]{{1,9}})?"')""",
    Kind.BOOLEAN: "{0} IN ('true', 'false')",
    Kind.DATE: """regexp_full_match({0}, '"[12][0-9]{{3}}-[01][0-9]-[0-3][0-9]"')""",
    Kind.DATETIME: r"""regexp_full_match({0}, '"[12][0-9]{{3}}-[01][0-9]-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]"""
    r""":[0-5][0-9](\.[0-9]{{1,6}})?Z"')""",
}
"""When SQL reads the JSON text of a value, by the kind of its property."""
_READ = {
    Kind.TEXT: "{0}[2:-2]",
    Kind.NUMBER: """TRY_CAST(trim({0}, '"') AS DOUBLE) + 0.0""",
    Kind.BOOLEAN: "{0} = 'true'",
    Kind.DATE: "TRY_CAST({0}[2:-2] AS DATE)",
    Kind.DATETIME: "TRY_CAST({0}[2:-3] AS TIMESTAMP)",
}


def insert_events(
    con: duckdb.DuckDBPyConnection, name_id: int, properties: FieldSet, rows: EventRows, into: str | None = None
) -> None:
    """Insert events into the table of their name, or into another one with the same columns."""
    names = ", ".join([CONTACT, INSTANT, *map(property_column, properties.fields)])
    insert = f"INSERT INTO {into or event_table(name_id)} ({names})"
    if len(rows.lines) <= MOST_DECODED:
        _insert_decoded(con, insert, properties, rows)
    else:
        _insert_staged(con, insert, properties, rows)


def _insert_decoded(con: duckdb.DuckDBPyConnection, insert: str, properties: FieldSet, rows: EventRows) -> None:
    parts = [line.split("\t", 5) for line in rows.lines]
    documents = [_PROPERTIES.decode(part[5]) for part in parts]
    columns = [[_folded(document.get(field.id), field.kind) for document in documents] for field in properties.fields]
    types = [SQL_TYPES[field.kind] for field in properties.fields]
    values = "".join(f", unnest(${n}::{sql_type}[])" for n, sql_type in enumerate(types, 3))
    con.execute(
        f"{insert} SELECT unnest($1::BIGINT[]), make_timestamp(unnest($2::BIGINT[])){values}",
        [[int(part[0]) for part in parts], [int(part[3]) for part in parts], *columns],
    )


def _insert_staged(con: duckdb.DuckDBPyConnection, insert: str, properties: FieldSet, rows: EventRows) -> None:
    fields = properties.fields
    structure = msgspec.json.encode({str(field.id): "JSON" for field in fields} or {"none": "JSON"}).decode()
    raw = "".join(f", d['{field.id}']::VARCHAR AS {property_column(field)}" for field in fields)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE raw_events AS SELECT {CONTACT}, {INSTANT}{raw} FROM ("
        f"SELECT split_part(line, chr(9), 1)::BIGINT AS {CONTACT}, "
        f"make_timestamp(split_part(line, chr(9), 4)::BIGINT) AS {INSTANT}, "
        "from_json(split_part(line, chr(9), 6), $2) AS d FROM (SELECT unnest(string_split($1, chr(10))) AS line))",
        ["\n".join(rows.lines), structure],
    )
    joins, read = "", ""
    for field in fields:
        column = property_column(field)
        certain, value = _CERTAIN[field.kind].format(column), _READ[field.kind].format(column)
        if _read_in_python(con, field, certain):
            joins += f" LEFT JOIN read_{column} ON read_{column}.raw = {column}"
            value = f"CASE WHEN {certain} THEN {value} ELSE read_{column}.value END"
        read += f", {value}"
    con.execute(f"{insert} SELECT {CONTACT}, {INSTANT}{read} FROM raw_events{joins}")


def _read_in_python(con: duckdb.DuckDBPyConnection, field: Field, certain: str) -> bool:
    """Create a table of the values of a property that SQL does not read; return whether there are any."""
    column = property_column(field)
    found = con.execute(
        f"SELECT DISTINCT {column} FROM raw_events WHERE {column} IS NOT NULL AND NOT ({certain})"
    ).fetchall()
    if found:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE read_{column} AS "
            f"SELECT unnest($1::VARCHAR[]) AS raw, unnest($2::{SQL_TYPES[field.kind]}[]) AS value",
            [[raw for (raw,) in found], [_folded(_RAW.decode(raw), field.kind) for (raw,) in found]],
        )
    return bool(found)


def _folded(raw: RawValue | None, kind: Kind) -> Value | None:
    value = None if raw is None else read_property(raw, kind)
    if isinstance(value, str):
        return fold(value) if not is_simple(value) else value
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
