"""Which values a field has, and how many contacts have each."""

import duckdb

from tamis.columns.layout import column, table
from tamis.domain.fields import Field, Kind


def frequent_values(
    con: duckdb.DuckDBPyConnection, type_id: int, field: Field, typed: str, limit: int
) -> list[tuple[str, int]]:
    """Give the most frequent values of a field of text or choices, with how many contacts have each: only those in
    which `typed` stands, ignoring case. Values that differ in case alone are the same to a rule, and one here."""
    name = column(field)
    value = f"unnest({name})" if field.kind is Kind.CHOICES else name
    return con.execute(
        f"SELECT min(v), count(*) AS n FROM (SELECT {value} AS v FROM {table(type_id)} WHERE {name} IS NOT NULL) "
        "WHERE contains(lower(v), lower($1)) GROUP BY lower(v) ORDER BY n DESC, 1 LIMIT $2",
        [typed, limit],
    ).fetchall()
