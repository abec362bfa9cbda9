"""The recent activity of a segment: its entries and exits, newest first, with contact and email."""

from datetime import UTC

import duckdb

from tamis.columns.layout.contacts import original, table
from tamis.columns.layout.externals import INCLUDED_PERSONS
from tamis.columns.layout.membership import CONTACT_MASK, PERSON_MASK, span
from tamis.domain.segments.members import ActivityEntry
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import EXTERNAL_BIT
from tamis.domain.values.fields import EMAIL


def activity(
    con: duckdb.DuckDBPyConnection, type_id: int, segment_id: int, delta: int | None, before: int | None, limit: int
) -> list[ActivityEntry]:
    """List the newest entries and exits of a segment, or only those with one `delta`, with numbers below `before`."""
    low, high = span(segment_id)
    rows = con.execute(
        "SELECT t.number, t.delta, t.instant, t.cause, t.recipient_id, c.id, "
        f"coalesce({original(EMAIL, 'c.')}, t.email) FROM ("
        "SELECT l.*, coalesce(a.email, x.email) AS email, "
        f"CASE WHEN l.recipient_id & {EXTERNAL_BIT} = 0 THEN l.recipient_id & {CONTACT_MASK} "
        "ELSE coalesce(a.contact_id, x.contact_id) END AS contact_id FROM ("
        "SELECT * FROM membership_changes WHERE recipient_id BETWEEN $1 AND $2 AND number < coalesce($3, number + 1) "
        "AND delta = coalesce($4, delta) ORDER BY number DESC LIMIT $5"
        ") l LEFT JOIN inclusions a ON a.recipient_id = l.recipient_id "
        f"LEFT JOIN {INCLUDED_PERSONS} x ON x.id = l.recipient_id & {PERSON_MASK}"
        f") t LEFT JOIN {table(type_id)} c ON c.id = t.contact_id ORDER BY t.number DESC",
        [low, high, before, delta, limit],
    ).fetchall()
    return [ActivityEntry(row[0], row[1], row[2].replace(tzinfo=UTC), Cause(row[3]), *row[4:]) for row in rows]
