"""DuckDB's implementation of queries about the values of fields: completeness and frequencies."""

from collections.abc import Sequence

import duckdb

from tamis.columns.layout.contacts import column, compared, original, table
from tamis.domain.values.fields import Field, Kind
from tamis.domain.values.text import fold


class DuckFieldStatsReads:
    """Reads statistics of fields."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def count_with_value(self, type_id: int, fields: Sequence[Field]) -> tuple[int, list[int]]:
        """Count the contacts of a type, and those that have a value, for each of some fields.

        Measured over a million contacts with 18 fields: 18 ms with a query each, because DuckDB answers from the
        statistics of its blocks where every contact has a value, or none (0.3 ms); 77 ms in one scan.
        """

        def counted(where: str) -> int:
            rows = self._con.execute(f"SELECT count(*) FROM {table(type_id)}{where}").fetchall()
            return int(rows[0][0])

        return counted(""), [counted(f" WHERE {column(field)} IS NOT NULL") for field in fields]

    def frequent_values(self, type_id: int, field: Field, typed: str, limit: int) -> list[tuple[str, int]]:
        """Return the most frequent values of a text field that contain `typed`, each with its number of contacts.
        Values that rules compare as equal are counted as one, in the most frequent spelling."""
        folded = compared(field)
        return self._con.execute(
            "SELECT arg_min(v, (-times, v)), sum(times)::BIGINT AS n FROM ("
            f"SELECT {original(field)} AS v, {folded} AS folded, count(*) AS times FROM {table(type_id)} "
            f"WHERE contains({folded}, $1) GROUP BY ALL) GROUP BY folded ORDER BY n DESC, 1 LIMIT $2",
            [fold(typed), limit],
        ).fetchall()

    def option_counts(self, type_id: int, field: Field) -> dict[str, int]:
        """Return the number of contacts with each option of a field; options without contacts are left out."""
        value = f"unnest({column(field)})" if field.kind is Kind.CHOICES else original(field)
        rows = self._con.execute(
            f"SELECT v, count(*) FROM (SELECT {value} AS v FROM {table(type_id)}) WHERE v IS NOT NULL GROUP BY v"
        ).fetchall()
        return dict(rows)
