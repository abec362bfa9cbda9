"""The log of transitions: every entry and exit with its number, and what follows from it, the recent changes and the
sizes."""

from datetime import datetime

import duckdb

from tamis.columns.layout.membership import MANY_RECENT
from tamis.domain.segments import SEGMENT_SHIFT
from tamis.domain.transitions import Cause


class Log:
    """Appends to the log within one transaction of the column store; `last` is its newest number, `sizes` tells how
    many recipients each segment has.

    Entries and exits are collected in the temporary table `moves` and get their numbers in `write`, in the order of
    `stretch` (a span of time), instant, and `k` (the place in a contact's own sequence of changes). Entries of those
    who were never in the segment before may go to `arrivals`, a table like it, and are then spared some work.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, last: int, sizes: dict[int, int]) -> None:
        self._con = con
        self._arriving = False
        self.last = last
        self.sizes = sizes
        con.execute(
            "CREATE OR REPLACE TEMP TABLE moves "
            "(stretch INTEGER, recipient_id BIGINT, step TINYINT, instant TIMESTAMP, cause VARCHAR, k INTEGER)"
        )

    def expect_arrivals(self) -> None:
        """Make the table `arrivals`: most folds need none."""
        if not self._arriving:
            self._arriving = True
            self._con.execute("CREATE OR REPLACE TEMP TABLE arrivals AS FROM moves LIMIT 0")

    def write(self) -> None:
        """Number the collected moves, and let the recent changes and the sizes follow from them."""
        con = self._con
        moves = "(FROM moves UNION ALL FROM arrivals)" if self._arriving else "moves"
        rows = con.execute(
            f"SELECT recipient_id >> {SEGMENT_SHIFT}, sum(step)::BIGINT, count(*), max(stretch), max(k), "
            f"min(instant), max(instant) FROM {moves} GROUP BY ALL"
        ).fetchall()
        if not rows:
            return
        once = max(row[3] for row in rows) == 0 and max(row[4] for row in rows) <= 1  # each recipient moves once
        at_once = once and min(row[5] for row in rows) == max(row[6] for row in rows)
        order = "" if at_once else "ORDER BY stretch, instant, k"
        con.execute(
            f"INSERT INTO transitions SELECT $1::BIGINT + row_number() OVER ({order}), "
            f"recipient_id, step, instant, cause FROM {moves}",
            [self.last],
        )
        con.execute("DELETE FROM recent WHERE recipient_id IN (SELECT recipient_id FROM moves)")
        if once:
            con.execute("INSERT INTO recent SELECT recipient_id, step, instant FROM moves")
            if self._arriving:
                self._take_in_arrivals()
        else:
            con.execute(
                "INSERT INTO recent SELECT recipient_id, arg_max(step, number), arg_max(instant, number) "
                "FROM transitions WHERE number > $1 GROUP BY recipient_id",
                [self.last],
            )
        con.execute(
            "UPDATE sizes SET recipients = recipients + n FROM "
            "(SELECT unnest($1::BIGINT[]) AS moved, unnest($2::BIGINT[]) AS n) WHERE segment_id = moved",
            [[row[0] for row in rows], [row[1] for row in rows]],
        )
        con.execute("DELETE FROM moves")
        if self._arriving:
            con.execute("DELETE FROM arrivals")
        self.sizes.update((row[0], self.sizes[row[0]] + row[1]) for row in rows)
        self.last += sum(row[2] for row in rows)

    def _take_in_arrivals(self) -> None:
        """Let those who were never in the segment before be recipients: nothing of them has to be replaced, so many
        need not wait among the recent changes."""
        row = self._con.execute("SELECT count(*) FROM arrivals").fetchone()
        many = row and row[0] > MANY_RECENT
        self._con.execute(
            "INSERT INTO members SELECT recipient_id, instant FROM arrivals ORDER BY recipient_id"
            if many
            else "INSERT INTO recent SELECT recipient_id, step, instant FROM arrivals"
        )

    def fill(self, segment_id: int, instant: datetime, cause: Cause, recipients: int | None) -> None:
        """Note in one line that a segment was filled or emptied as a whole; None is a segment that is gone."""
        self.last += 1
        self._con.execute(
            "INSERT INTO fillings VALUES ($1, $2, $3, $4, $5)",
            [self.last, segment_id, instant, cause.value, recipients or 0],
        )
        self._con.execute("DELETE FROM sizes WHERE segment_id = $1", [segment_id])
        self.sizes.pop(segment_id, None)
        if recipients is not None:
            self._con.execute("INSERT INTO sizes VALUES ($1, $2)", [segment_id, recipients])
            self.sizes[segment_id] = recipients


def last_number(con: duckdb.DuckDBPyConnection) -> int:
    """Give the number of the newest line of the log, 0 before the first."""
    row = con.execute(
        "SELECT greatest(coalesce((SELECT max(number) FROM transitions), 0), "
        "coalesce((SELECT max(number) FROM fillings), 0))"
    ).fetchone()
    return int(row[0]) if row else 0
