"""How many contacts have a value of a field, which values it has, and how many have each."""

from collections.abc import Sequence

import duckdb

from tamis.columns.layout.contacts import column, compared, table, written
from tamis.domain.fields import Field, Kind
from tamis.domain.text import fold


class ValueReads:
    """Reads which values contacts have, at the moment of a view."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def count_filled(self, type_id: int, fields: Sequence[Field]) -> tuple[int, list[int]]:
        """Count the contacts of a type, and for each of some fields those that have a value of it.

        Measured over a million contacts with 18 fields: one by one 18 ms, because DuckDB answers from what it knows of
        its blocks where a field is everywhere or nowhere filled in (0.3 ms); all in one scan 77 ms.
        """

        def counted(where: str) -> int:
            rows = self._con.execute(f"SELECT count(*) FROM {table(type_id)}{where}").fetchall()
            return int(rows[0][0])

        return counted(""), [counted(f" WHERE {column(field)} IS NOT NULL") for field in fields]

    def frequent_values(self, type_id: int, field: Field, typed: str, limit: int) -> list[tuple[str, int]]:
        """Return the most frequent values of a text field, with how many contacts have each: only those in which
        `typed` stands. Values that are the same to a rule are one here, in the spelling that most contacts have."""
        folded = compared(field)
        return self._con.execute(
            "SELECT arg_min(v, (-times, v)), sum(times)::BIGINT AS n FROM ("
            f"SELECT {written(field)} AS v, {folded} AS folded, count(*) AS times FROM {table(type_id)} "
            f"WHERE contains({folded}, $1) GROUP BY ALL) GROUP BY folded ORDER BY n DESC, 1 LIMIT $2",
            [fold(typed), limit],
        ).fetchall()

    def option_counts(self, type_id: int, field: Field) -> dict[str, int]:
        """Return how many contacts have each option of a field, of those that anybody has."""
        value = f"unnest({column(field)})" if field.kind is Kind.CHOICES else written(field)
        rows = self._con.execute(
            f"SELECT v, count(*) FROM (SELECT {value} AS v FROM {table(type_id)}) WHERE v IS NOT NULL GROUP BY v"
        ).fetchall()
        return dict(rows)
