"""DuckDB's implementation of queries about events."""

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.events import INSTANT, event_table, property_column
from tamis.domain.values.fields import Field
from tamis.domain.values.text import fold

QUARTER_HOUR = 900


class DuckEventReads:
    """Reads the tables of events."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def count_by_quarter_hour(self, name_id: int, first: datetime, last: datetime) -> Sequence[tuple[int, int]]:
        name = event_table(name_id)
        exists = self._con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = $1", [name]).fetchone()
        if exists is None:
            return []  # no event of this name was ever projected
        return self._con.execute(
            f"SELECT epoch_us({INSTANT}) // {QUARTER_HOUR * 1_000_000} * {QUARTER_HOUR} AS start, count(*) "
            f"FROM {name} WHERE {INSTANT} BETWEEN $1 AND $2 GROUP BY start ORDER BY start",
            [first.astimezone(UTC).replace(tzinfo=None), last.astimezone(UTC).replace(tzinfo=None)],
        ).fetchall()

    def frequent_values(
        self, name_id: int, text_property: Field, typed: str, newest: int, limit: int
    ) -> Sequence[tuple[str, int]]:
        """Return the most frequent values of a property; those that rules compare as equal are counted as one.

        Rows are in the order in which events arrived, and DuckDB skips whole row groups by their numbers: of 20 million
        events, the newest million take 19 ms of processor time with 50 values, and 0.43 s with nearly a million.
        """
        name, value = event_table(name_id), property_column(text_property)
        exists = self._con.execute(
            "SELECT 1 FROM duckdb_columns() WHERE table_name = $1 AND column_name = $2", [name, value]
        ).fetchone()
        last = self._con.execute(f"SELECT max(rowid) FROM {name}").fetchone() if exists else None
        if last is None or last[0] is None:
            return []  # no event of this name, or none with this property, was ever projected
        folded = DUCKDB.folded(value)
        return self._con.execute(
            "SELECT arg_min(v, (-times, v)), sum(times)::BIGINT AS n FROM ("
            f"SELECT {value} AS v, {folded} AS folded, count(*) AS times FROM {name} "
            f"WHERE rowid > {int(last[0]) - int(newest)} AND contains({folded}, $1) GROUP BY ALL) "
            "GROUP BY folded ORDER BY n DESC, 1 LIMIT $2",
            [fold(typed), limit],
        ).fetchall()
