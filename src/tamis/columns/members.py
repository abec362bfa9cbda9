"""The recipients of a segment as people look through them: page by page, also back, and those whose address or name
has some words in it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import duckdb

from tamis.columns.layout import column, table
from tamis.columns.membership import CONTACT, recipients_of
from tamis.columns.read import with_hands
from tamis.domain.fields import EMAIL, FIRST_NAME, LAST_NAME
from tamis.domain.segments import STRANGER
from tamis.domain.text import fold
from tamis.rules.sql import Parameters


class Member(NamedTuple):
    """One recipient: since when it is in the segment, in UTC, and whether it was added by hand."""

    recipient_id: int
    contact_id: int | None
    email: str
    first_name: str | None
    last_name: str | None
    since: datetime
    is_by_hand: bool


class MemberPage(NamedTuple):
    """Some recipients in order of their numbers, and how many there are on all pages."""

    members: list[Member]
    in_all: int


def member_page(
    con: duckdb.DuckDBPyConnection,
    type_id: int,
    segment_id: int,
    words: Sequence[str],
    *,
    after: int | None,
    before: int | None,
    limit: int,
) -> MemberPage:
    """Give the recipients of a segment that have each of some words in their address or name: the next ones above the
    number `after`, or, where `before` is given, the last ones below that. `con` sees one moment of the store."""
    parameters = Parameters()
    found = _found(type_id, segment_id, words, parameters)
    count = "SELECT count(*) FROM found" if words else f"SELECT recipients FROM sizes WHERE segment_id = {segment_id:d}"
    bounds = "TRUE"
    if after is not None:
        bounds = f"recipient_id > {parameters.bind(after)}"
    if before is not None:
        bounds += f" AND recipient_id < {parameters.bind(before)}"
    order = "DESC" if before is not None else "ASC"
    rows = con.execute(
        f"WITH found AS {'MATERIALIZED ' if words else ''}{found}, page AS (SELECT * FROM found "
        f"WHERE {bounds} ORDER BY recipient_id {order} LIMIT {parameters.bind(limit)}) "
        f"SELECT recipient_id, entered_at, 0 FROM page UNION ALL SELECT NULL, NULL, ({count})",
        parameters.values,
    ).fetchall()
    counted = next(row[2] for row in rows if row[0] is None)
    return MemberPage(_named(con, type_id, [row[:2] for row in rows if row[0] is not None]), counted or 0)


def surroundings(con: duckdb.DuckDBPyConnection, type_id: int, segment_id: int) -> tuple[int, int]:
    """Count the contacts of a type, and the recipients of a segment that are none of them."""
    row = con.execute(
        f"SELECT (SELECT count(*) FROM {table(type_id)}), "
        "(SELECT count(*) FROM added WHERE segment_id = $1 AND contact_id IS NULL)",
        [segment_id],
    ).fetchone()
    assert row
    return row[0], row[1]


def _named(con: duckdb.DuckDBPyConnection, type_id: int, rows: Sequence[tuple[int, datetime]]) -> list[Member]:
    """Tell who some recipients are."""
    page = "SELECT unnest($1::BIGINT[]) AS recipient_id, unnest($2::TIMESTAMP[]) AS entered_at"
    names = ", ".join(
        f"CASE WHEN c.id IS NULL THEN m.{own} ELSE c.{column(field)} END"
        for own, field in (("email", EMAIL), ("first_name", FIRST_NAME), ("last_name", LAST_NAME))
    )
    named = con.execute(
        f"SELECT m.recipient_id, c.id, {names}, m.created_at, m.email IS NOT NULL "
        f"FROM ({with_hands(page)}) m LEFT JOIN {table(type_id)} c ON c.id = m.contact_id",
        [[row[0] for row in rows], [row[1] for row in rows]],
    ).fetchall()
    return sorted(Member._make((*row[:5], row[5].replace(tzinfo=UTC), row[6])) for row in named)


def _found(type_id: int, segment_id: int, words: Sequence[str], parameters: Parameters) -> str:
    """Write the query for the recipients that have each of the words: `recipient_id` and `entered_at`."""
    everybody = recipients_of(segment_id)
    if not words:
        return everybody
    matches = _has(words, column(EMAIL), column(FIRST_NAME), column(LAST_NAME), parameters)
    segment = parameters.bind(segment_id)
    own = _has(words, "email", "first_name", "last_name", parameters)
    # Contacts are searched first: joining all recipients to them costs several times as much.
    return (
        f"(WITH matching AS MATERIALIZED (SELECT id FROM {table(type_id)} WHERE {matches}) "
        f"SELECT recipient_id, entered_at FROM {everybody} WHERE CASE WHEN recipient_id & {STRANGER} = 0 "
        f"THEN recipient_id & {CONTACT} IN (FROM matching) "
        f"ELSE recipient_id IN (SELECT recipient_id FROM added WHERE segment_id = {segment} "
        f"AND CASE WHEN contact_id IS NULL THEN {own} ELSE contact_id IN (FROM matching) END) END)"
    )


def _has(words: Sequence[str], email: str, first: str, last: str, parameters: Parameters) -> str:
    # One column after the other: names repeat, and are then searched once for all who have them.
    tests = []
    for word in words:
        bound = parameters.bind(fold(word))
        tests.append(" OR ".join(f"contains(lower({text}), {bound})" for text in (first, last, email)))
    return " AND ".join(f"coalesce({test}, FALSE)" for test in tests)
