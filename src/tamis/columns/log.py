"""The log of transitions: every entry and exit with its number, and what follows from it, the recent changes and the
sizes."""

from datetime import datetime

import duckdb

from tamis.domain.segments import SEGMENT_SHIFT
from tamis.domain.transitions import Cause


class Log:
    """Appends to the log within one transaction of the column store.

    Entries and exits are collected in the temporary table `moves` and get their numbers in `write`, in the order of
    `stretch` (a span of time), instant, and `k` (the place in a contact's own sequence of changes).
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, last: int) -> None:
        self._con = con
        self.last = last
        con.execute(
            "CREATE OR REPLACE TEMP TABLE moves "
            "(stretch INTEGER, recipient_id BIGINT, step TINYINT, instant TIMESTAMP, cause VARCHAR, k INTEGER)"
        )

    def write(self) -> None:
        """Number the collected moves, and let the recent changes and the sizes follow from them."""
        con = self._con
        row = con.execute(
            "INSERT INTO transitions "
            "SELECT $1::BIGINT + row_number() OVER (ORDER BY stretch, instant, k, recipient_id), "
            "recipient_id, step, instant, cause FROM moves",
            [self.last],
        ).fetchone()
        count = row[0] if row else 0
        if not count:
            return
        con.execute("DELETE FROM recent WHERE recipient_id IN (SELECT recipient_id FROM moves)")
        con.execute(
            "INSERT INTO recent SELECT recipient_id, arg_max(step, number), arg_max(instant, number) "
            "FROM transitions WHERE number > $1 GROUP BY recipient_id",
            [self.last],
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE new_sizes AS SELECT segment_id, sum(n)::BIGINT AS recipients FROM ("
            f"SELECT recipient_id >> {SEGMENT_SHIFT} AS segment_id, step AS n FROM moves UNION ALL "
            "SELECT segment_id, recipients FROM sizes "
            f"WHERE segment_id IN (SELECT recipient_id >> {SEGMENT_SHIFT} FROM moves)) GROUP BY segment_id"
        )
        con.execute("DELETE FROM sizes WHERE segment_id IN (SELECT segment_id FROM new_sizes)")
        con.execute("INSERT INTO sizes SELECT * FROM new_sizes")
        con.execute("DELETE FROM moves")
        self.last += count

    def fill(self, segment_id: int, at: datetime, cause: Cause, recipients: int | None) -> None:
        """Note in one line that a segment was filled or emptied as a whole; None is a segment that is gone."""
        self.last += 1
        self._con.execute(
            "INSERT INTO fillings VALUES ($1, $2, $3, $4, $5)",
            [self.last, segment_id, at, cause.value, recipients or 0],
        )
        self._con.execute("DELETE FROM sizes WHERE segment_id = $1", [segment_id])
        if recipients is not None:
            self._con.execute("INSERT INTO sizes VALUES ($1, $2)", [segment_id, recipients])


def last_number(con: duckdb.DuckDBPyConnection) -> int:
    """Give the number of the newest line of the log, 0 before the first."""
    row = con.execute(
        "SELECT greatest(coalesce((SELECT max(number) FROM transitions), 0), "
        "coalesce((SELECT max(number) FROM fillings), 0))"
    ).fetchone()
    return int(row[0]) if row else 0
