"""Which values a field has, and how many contacts have each."""

import duckdb

from tamis.columns.layout.contacts import column, table, written
from tamis.domain.fields import Field, Kind
from tamis.domain.text import fold


def frequent_values(
    con: duckdb.DuckDBPyConnection, type_id: int, field: Field, typed: str, limit: int
) -> list[tuple[str, int]]:
    """Return the most frequent values of a text field, with how many contacts have each: only those in which `typed`
    stands. Values that are the same to a rule are one here, in the spelling that most contacts have."""
    folded = f"lower({column(field)})"
    return con.execute(
        "SELECT arg_min(v, (-times, v)), sum(times)::BIGINT AS n FROM ("
        f"SELECT {written(field)} AS v, {folded} AS folded, count(*) AS times FROM {table(type_id)} "
        f"WHERE contains({folded}, $1) GROUP BY ALL) GROUP BY folded ORDER BY n DESC, 1 LIMIT $2",
        [fold(typed), limit],
    ).fetchall()


def option_counts(con: duckdb.DuckDBPyConnection, type_id: int, field: Field) -> dict[str, int]:
    """Return how many contacts have each option of a field, of those that anybody has."""
    value = f"unnest({column(field)})" if field.kind is Kind.CHOICES else written(field)
    rows = con.execute(
        f"SELECT v, count(*) FROM (SELECT {value} AS v FROM {table(type_id)}) WHERE v IS NOT NULL GROUP BY v"
    ).fetchall()
    return dict(rows)
