"""The numbers of the log of memberships."""

import duckdb


def last_number(con: duckdb.DuckDBPyConnection) -> int:
    """Return the last number of the log, 0 if it is empty."""
    row = con.execute(
        "SELECT greatest(coalesce((SELECT max(number) FROM membership_changes), 0), "
        "coalesce((SELECT max(number) FROM membership_snapshots), 0))"
    ).fetchone()
    return int(row[0]) if row else 0
