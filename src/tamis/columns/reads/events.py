"""DuckDB's implementation of queries about events."""

from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb

from tamis.columns.layout.events import INSTANT, event_table

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
