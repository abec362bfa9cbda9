"""Queries on the log of membership changes: members as of an instant, and the entries and exits of a contact.

The clock of a machine can be set back, so instants do not always grow along the log; numbers do. The log as of an
instant ends before the first entry with a later instant: every query about the past cuts it in this one place.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb

from tamis.columns.layout.contacts import original, table
from tamis.columns.layout.externals import INCLUDED_PERSONS
from tamis.columns.layout.membership import CONTACT_MASK, PERSON_MASK, recipients_between, span
from tamis.domain.segments.membership_changes import Cause, MembershipChange, MembershipSnapshot
from tamis.domain.segments.segments import EXTERNAL_BIT, SEGMENT_SHIFT
from tamis.domain.values.fields import EMAIL


def snapshots_of(con: duckdb.DuckDBPyConnection, segment_id: int) -> list[MembershipSnapshot]:
    """List the snapshots of a segment, oldest first; its log begins with the first."""
    rows = con.execute(
        "SELECT number, instant, cause, recipients FROM membership_snapshots WHERE segment_id = $1 ORDER BY number",
        [segment_id],
    ).fetchall()
    return [
        MembershipSnapshot(number, _utc(instant), Cause(cause), recipients)
        for number, instant, cause, recipients in rows
    ]


def known_since(con: duckdb.DuckDBPyConnection, segment_id: int) -> datetime | None:
    """Return the instant from which on the members of a segment are known, or None before its first snapshot."""
    snapshots = snapshots_of(con, segment_id)
    if not snapshots:
        return None
    last = snapshots[-1]
    low, high = span(segment_id)
    before: datetime | None = _row(
        con,
        "SELECT max(instant) FROM membership_changes WHERE recipient_id BETWEEN $1 AND $2 AND number < $3",
        [low, high, last.number],
    )[0]
    return max([snapshot.instant for snapshot in snapshots] + ([_utc(before)] if before else []))


def count_changes_since(con: duckdb.DuckDBPyConnection, cause: Cause, since: datetime) -> list[tuple[int, int, int]]:
    """Count the entries and exits with a cause from an instant on: a row for each segment that has any, in order."""
    rows = con.execute(
        f"SELECT recipient_id >> {SEGMENT_SHIFT}, count(*) FILTER (delta = 1), count(*) FILTER (delta = -1) "
        "FROM membership_changes WHERE cause = $1 AND instant >= $2 GROUP BY 1 ORDER BY 1",
        [cause.value, since.replace(tzinfo=None)],
    )
    return rows.fetchall()


def first_number_after(con: duckdb.DuckDBPyConnection, segment_id: int, at: datetime) -> int | None:
    """Return the number of the first log entry of a segment with a later instant, or None if there is none."""
    low, high = span(segment_id)
    number: int | None = _row(
        con,
        "SELECT min(number) FROM membership_changes WHERE recipient_id BETWEEN $1 AND $2 AND instant > $3",
        [low, high, at.replace(tzinfo=None)],
    )[0]
    return number


def count_before(con: duckdb.DuckDBPyConnection, segment_id: int, number: int | None) -> int:
    """Count the recipients that a segment had before a change number; None means now."""
    count: int = _row(con, f"SELECT count(*) FROM {_recipients_before(*span(segment_id), number)}", [])[0]
    return count


def recipients_before(
    con: duckdb.DuckDBPyConnection, type_id: int, segment_id: int, number: int | None, after: int, limit: int
) -> list[tuple[int, int | None, str | None]]:
    """Return a page of the recipients that a segment had before a change number, ordered by recipient id: recipient id,
    contact id, and email if it is still known."""
    low, high = span(segment_id)
    return con.execute(
        f"SELECT p.recipient_id, p.contact_id, coalesce({original(EMAIL, 'c.')}, p.email) FROM ("
        f"SELECT m.recipient_id, coalesce(a.email, x.email) AS email, CASE WHEN m.recipient_id & {EXTERNAL_BIT} = 0 "
        f"THEN m.recipient_id & {CONTACT_MASK} ELSE coalesce(a.contact_id, x.contact_id) END AS contact_id "
        f"FROM (SELECT * FROM {_recipients_before(max(after + 1, low), high, number)} "
        "ORDER BY recipient_id LIMIT $1) m "
        "LEFT JOIN inclusions a ON a.recipient_id = m.recipient_id "
        f"LEFT JOIN {INCLUDED_PERSONS} x ON x.id = m.recipient_id & {PERSON_MASK}"
        f") p LEFT JOIN {table(type_id)} c ON c.id = p.contact_id ORDER BY p.recipient_id",
        [limit],
    ).fetchall()


def changes_of(
    con: duckdb.DuckDBPyConnection, contact_id: int, recipient_ids: Sequence[int], person_ids: Sequence[int]
) -> list[MembershipChange]:
    """List the entries and exits of a contact, oldest first. `recipient_ids` are those that its email had before it was
    a contact, `person_ids` those of the external recipients with its email, in segments that include others."""
    numbers = ", ".join(str(int(number)) for number in (contact_id, *(EXTERNAL_BIT | person for person in person_ids)))
    rows = con.execute(
        "SELECT number, recipient_id, delta, instant, cause FROM membership_changes "
        f"WHERE recipient_id & {PERSON_MASK} IN ({numbers}) OR list_contains($1::BIGINT[], recipient_id) "
        "ORDER BY number",
        [list(recipient_ids)],
    ).fetchall()
    return [
        MembershipChange(number, recipient_id, delta, _utc(instant), Cause(cause))
        for number, recipient_id, delta, instant, cause in rows
    ]


def sum_changes(
    con: duckdb.DuckDBPyConnection, after: int, last: int, person_ids: Sequence[int]
) -> list[tuple[int, int]]:
    """Sum the entries and exits of contacts and external recipients with numbers above `after` up to `last`, by
    segment."""
    return con.execute(
        f"SELECT recipient_id >> {SEGMENT_SHIFT}, sum(delta)::BIGINT FROM membership_changes "
        f"WHERE number > $1 AND number <= $2 AND list_contains($3::BIGINT[], recipient_id & {PERSON_MASK}) "
        "GROUP BY ALL ORDER BY ALL",
        [after, last, list(person_ids)],
    ).fetchall()


def present_among(con: duckdb.DuckDBPyConnection, recipient_ids: Sequence[int]) -> set[int]:
    """Return those of some recipients that are in their segments now."""
    rows = con.execute(
        "SELECT recipient_id FROM members SEMI JOIN (SELECT unnest($1::BIGINT[]) AS recipient_id) USING (recipient_id) "
        "ANTI JOIN recent_changes USING (recipient_id) "
        "UNION ALL SELECT recipient_id FROM recent_changes "
        "WHERE delta = 1 AND list_contains($1::BIGINT[], recipient_id)",
        [list(recipient_ids)],
    ).fetchall()
    return {row[0] for row in rows}


def _recipients_before(low: int, high: int, number: int | None) -> str:
    """Return the query for the recipients with ids between two, before a change number: the current ones with all later
    changes undone. The first later change of a recipient decides."""
    if number is None:
        return recipients_between(low, high)
    later = (
        "(SELECT recipient_id, arg_min(delta, number) AS delta FROM membership_changes "
        f"WHERE recipient_id BETWEEN {int(low)} AND {int(high)} AND number >= {int(number)} GROUP BY recipient_id)"
    )
    return (
        f"(SELECT recipient_id FROM {recipients_between(low, high)} ANTI JOIN {later} USING (recipient_id) "
        f"UNION ALL SELECT recipient_id FROM {later} WHERE delta = -1)"
    )


def _row(con: duckdb.DuckDBPyConnection, sql: str, values: list[object]) -> tuple[Any, ...]:
    row = con.execute(sql, values).fetchone()
    assert row
    return row


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC)
