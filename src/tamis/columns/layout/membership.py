"""The current recipients of segments: a large sorted table, and a small one with recent changes.

Deleting single rows from hundreds of millions costs more than the rest of a change. So entries and exits go to the
small table `recent_changes`, which takes precedence, and are merged into `members` many at a time.
"""

import duckdb

from tamis.columns.layout.contacts import column, table
from tamis.domain.segments.segments import EXTERNAL_BIT, SEGMENT_SHIFT
from tamis.domain.values.fields import SUPPRESSED
from tamis.rules.sql.dialect import Parameters

MERGE_WHEN_IDLE = 200_000
MERGE_ALWAYS = 2_000_000
CONTACT_MASK = EXTERNAL_BIT - 1
PERSON_MASK = (1 << SEGMENT_SHIFT) - 1
"""The mask of the part of a recipient id that is not the segment."""


def span(segment_id: int) -> tuple[int, int]:
    """Return the lowest and the highest recipient id in a segment."""
    return segment_id << SEGMENT_SHIFT, (segment_id + 1 << SEGMENT_SHIFT) - 1


def recipients_between(low: int, high: int) -> str:
    """Return the query for the recipients with ids between two, inclusive: `recipient_id` and `entered_at`."""
    between = f"recipient_id BETWEEN {int(low)} AND {int(high)}"
    return (
        "(SELECT recipient_id, entered_at FROM members "
        f"ANTI JOIN (SELECT recipient_id FROM recent_changes WHERE {between}) USING (recipient_id) WHERE {between} "
        f"UNION ALL SELECT recipient_id, instant FROM recent_changes WHERE {between} AND delta = 1)"
    )


def suppressed_recipients(type_id: int) -> str:
    """Return the query for the recipient ids, without the segment, of a type's recipients that may not be mailed."""
    return (
        f"(SELECT id FROM {table(type_id)} WHERE {column(SUPPRESSED)} "
        f"UNION ALL SELECT {EXTERNAL_BIT} | person_id FROM inclusions WHERE suppressed "
        f"UNION ALL SELECT recipient_id & {PERSON_MASK} FROM inclusions WHERE suppressed)"
    )


def can_be_mailed(type_id: int) -> str:
    """Return the SQL test whether a recipient of a segment of a type may be mailed."""
    return f"recipient_id & {PERSON_MASK} NOT IN {suppressed_recipients(type_id)}"


def recipients_of(segment_id: int) -> str:
    """Return the query for the recipients of a segment."""
    return recipients_between(*span(segment_id))


def is_in_segment(segment_id: int, parameters: Parameters) -> str:
    """Return the SQL test whether the contact `id` is in a segment now; it is never null."""
    segment = parameters.bind(segment_id)
    # One subquery for both: DuckDB would evaluate two joined by OR for all rows, even for the first few of a page.
    return (
        f"(id IN (SELECT recipient_id & {CONTACT_MASK} FROM {recipients_of(segment_id)} "
        f"WHERE recipient_id & {EXTERNAL_BIT} = 0 "
        f"UNION ALL SELECT contact_id FROM inclusions WHERE segment_id = {segment} AND contact_id IS NOT NULL))"
    )


def merge(con: duckdb.DuckDBPyConnection, most: int) -> None:
    """Merge the recent changes into the large table if there are more than `most`."""
    row = con.execute("SELECT count(*) FROM recent_changes").fetchone()
    if row and row[0] > most:
        con.execute("DELETE FROM members WHERE recipient_id IN (SELECT recipient_id FROM recent_changes)")
        con.execute(
            "INSERT INTO members SELECT recipient_id, instant FROM recent_changes WHERE delta = 1 ORDER BY recipient_id"
        )
        con.execute("DELETE FROM recent_changes")
