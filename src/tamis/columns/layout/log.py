"""The numbers of the log of membership changes."""

import duckdb


def last_number(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the newest line of the log, 0 before the first."""
    row = con.execute(
        "SELECT greatest(coalesce((SELECT max(number) FROM membership_changes), 0), "
        "coalesce((SELECT max(number) FROM membership_snapshots), 0))"
    ).fetchone()
    return int(row[0]) if row else 0
