"""The recipients of segments as they are now: a large sorted table, and beside it what has changed since then.

Taking single rows out of hundreds of millions costs more than all else that a change needs. So entries and exits go
to the small table `recent`, which has the last word on a recipient, and are merged into `members` many at a time.
"""

import duckdb

from tamis.domain.segments import EXTERNAL_BIT, SEGMENT_SHIFT
from tamis.rules.sql.dialect import Parameters

MANY_RECENT = 200_000
MOST_RECENT = 2_000_000
CONTACT = EXTERNAL_BIT - 1
NUMBER = (1 << SEGMENT_SHIFT) - 1
"""The part of a recipient's number that is not its segment."""


def span(segment_id: int) -> tuple[int, int]:
    """Return the lowest and the highest number that a recipient of a segment can have."""
    return segment_id << SEGMENT_SHIFT, (segment_id + 1 << SEGMENT_SHIFT) - 1


def recipients_between(low: int, high: int) -> str:
    """Write the query for the recipients whose numbers lie between two: `recipient_id` and `entered_at`."""
    between = f"recipient_id BETWEEN {int(low)} AND {int(high)}"
    return (
        "(SELECT recipient_id, entered_at FROM members "
        f"ANTI JOIN (SELECT recipient_id FROM recent_changes WHERE {between}) USING (recipient_id) WHERE {between} "
        f"UNION ALL SELECT recipient_id, instant FROM recent_changes WHERE {between} AND delta = 1)"
    )


def recipients_of(segment_id: int) -> str:
    """Write the query for the recipients of a segment."""
    return recipients_between(*span(segment_id))


def is_in_segment(segment_id: int, parameters: Parameters) -> str:
    """Write the test whether the contact `id` is in a segment now; it is never null."""
    segment = parameters.bind(segment_id)
    # One look at both: of two joined by OR, DuckDB asks each for all rows, also where a page needs only the first few.
    return (
        f"(id IN (SELECT recipient_id & {CONTACT} FROM {recipients_of(segment_id)} "
        f"WHERE recipient_id & {EXTERNAL_BIT} = 0 "
        f"UNION ALL SELECT contact_id FROM inclusions WHERE segment_id = {segment} AND contact_id IS NOT NULL))"
    )


def merge(con: duckdb.DuckDBPyConnection, most: int) -> None:
    """Bring the recent changes into the large table, if there are more than `most`."""
    row = con.execute("SELECT count(*) FROM recent_changes").fetchone()
    if row and row[0] > most:
        con.execute("DELETE FROM members WHERE recipient_id IN (SELECT recipient_id FROM recent_changes)")
        con.execute(
            "INSERT INTO members SELECT recipient_id, instant FROM recent_changes WHERE delta = 1 ORDER BY recipient_id"
        )
        con.execute("DELETE FROM recent_changes")
