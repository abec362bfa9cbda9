"""DuckDB's implementation of queries for members: paging in both directions, and search by email and name."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, original, table
from tamis.columns.layout.externals import INCLUDED_PERSONS, included_externals
from tamis.columns.layout.membership import (
    CONTACT_MASK,
    PERSON_MASK,
    can_be_mailed,
    recipients_between,
    span,
    suppressed_recipients,
)
from tamis.columns.reads.recipients import with_inclusions
from tamis.domain.segments.members import Member
from tamis.domain.segments.segments import EXTERNAL_BIT, SEGMENT_SHIFT
from tamis.domain.values.fields import EMAIL, FIRST_NAME, LAST_NAME, SUPPRESSED
from tamis.domain.values.text import fold
from tamis.rules.sql.dialect import Parameters

NEAR = 65_536
# Names come first: they repeat, and each distinct one is searched only once.
_OF_CONTACTS = (column(FIRST_NAME), column(LAST_NAME), column(EMAIL))
_OF_ADDED = ("first_name_folded", "last_name_folded", "email_folded")


Row = tuple[int, datetime]
"""A recipient id, and since when it is in the segment."""


class DuckMemberReads:
    """Reads the recipients of a segment for browsing and searching."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def page(
        self,
        type_id: int,
        segment_id: int,
        words: Sequence[str],
        *,
        after: int | None,
        before: int | None,
        limit: int,
        mailable: bool = False,
    ) -> list[Member]:
        """Return the recipients with each of some words in their email or name, ordered by recipient id: the next ones
        above `after`, or the last ones below `before` if that is given. Without words, `mailable` leaves out suppressed
        ones."""
        first, last = span(segment_id)
        low = first if after is None else max(first, after + 1)
        high = last if before is None else min(last, before - 1)
        back = before is not None
        if words:
            rows = _searched(self._con, type_id, segment_id, words, low, high, back, limit)
        else:
            order = "DESC" if back else "ASC"
            where = f"WHERE {can_be_mailed(type_id)} " if mailable else ""
            rows = self._con.execute(
                f"SELECT * FROM {recipients_between(low, high)} {where}ORDER BY recipient_id {order} LIMIT $1", [limit]
            ).fetchall()
        return _named(self._con, type_id, rows)

    def count(self, type_id: int, segment_id: int, words: Sequence[str]) -> int:
        """Count the recipients with each of some words in their email or name."""
        parameters = Parameters(DUCKDB)
        first, last = span(segment_id)
        matching = f"SELECT id FROM {table(type_id)} WHERE {_has(words, _OF_CONTACTS, parameters)}"
        externals = _externals(segment_id, words, "(FROM matching)", parameters)
        row = self._con.execute(
            f"WITH matching AS MATERIALIZED ({matching}) SELECT count(*) FROM {recipients_between(first, last)} "
            f"WHERE CASE WHEN recipient_id & {EXTERNAL_BIT} = 0 THEN recipient_id & {CONTACT_MASK} IN (FROM matching) "
            f"ELSE recipient_id IN ({externals}) END",
            parameters.values,
        ).fetchone()
        return int(row[0]) if row else 0

    def count_contacts_and_externals(self, type_id: int, segment_id: int) -> tuple[int, int]:
        """Count the contacts of a type, and the recipients of a segment that are not contacts."""
        low, high = span(segment_id)
        row = self._con.execute(
            f"SELECT (SELECT count(*) FROM {table(type_id)}), "
            f"(SELECT count(*) FROM {recipients_between(low | EXTERNAL_BIT, high)}) - (SELECT count(*) FROM inclusions "
            f"WHERE segment_id = $1 AND contact_id IS NOT NULL AND recipient_id & {EXTERNAL_BIT} <> 0)",
            [segment_id],
        ).fetchone()
        assert row
        return row[0], row[1]

    def count_suppressed(self, types: Mapping[int, int]) -> dict[int, int]:
        """Count the recipients of segments that may not be mailed; `types` are the contact types of the segments."""
        if not types:
            return {}
        suppressed = " UNION ".join(map(suppressed_recipients, sorted(set(types.values()))))
        first, last = span(min(types))[0], span(max(types))[1]
        rows = self._con.execute(
            f"SELECT recipient_id >> {SEGMENT_SHIFT}, count(*) FROM {recipients_between(first, last)} "
            f"WHERE recipient_id & {PERSON_MASK} IN ({suppressed}) GROUP BY 1"
        ).fetchall()
        return {segment_id: count for segment_id, count in rows if segment_id in types}


def _named(con: duckdb.DuckDBPyConnection, type_id: int, rows: Sequence[tuple[int, datetime]]) -> list[Member]:
    """Return some recipients with email and name."""
    page = "SELECT unnest($1::BIGINT[]) AS recipient_id, unnest($2::TIMESTAMP[]) AS entered_at"
    names = ", ".join(
        f"CASE WHEN c.id IS NULL THEN m.{own} ELSE {original(field, 'c.')} END"
        for own, field in (("email", EMAIL), ("first_name", FIRST_NAME), ("last_name", LAST_NAME))
    )
    suppressed = f"coalesce(c.{column(SUPPRESSED)}, m.suppressed, FALSE)"
    named = con.execute(
        f"SELECT m.recipient_id, c.id, {names}, m.created_at, m.is_added, {suppressed} "
        f"FROM ({with_inclusions(page)}) m LEFT JOIN {table(type_id)} c ON c.id = m.contact_id",
        [[row[0] for row in rows], [row[1] for row in rows]],
    ).fetchall()
    return sorted(Member._make((*row[:5], row[5].replace(tzinfo=UTC), *row[6:])) for row in named)


def _searched(
    con: duckdb.DuckDBPyConnection,
    type_id: int,
    segment_id: int,
    words: Sequence[str],
    low: int,
    high: int,
    back: bool,
    limit: int,
) -> list[Row]:
    """Return the first recipients with ids between two, or the last ones, with each of the words. Contacts have lower
    ids than external recipients."""
    middle = span(segment_id)[0] | EXTERNAL_BIT
    parts = [(low, min(high, middle - 1)), (max(low, middle), high)]
    found: list[Row] = []
    for start, end in reversed(parts) if back else parts:
        left = limit - len(found)
        if start <= end and left and end < middle:
            found += _contacts_with(con, type_id, words, start, end, back, left)
        elif start <= end and left:
            found += _externals_with(con, type_id, segment_id, words, start, end, back, left)
    return found


def _contacts_with(
    con: duckdb.DuckDBPyConnection,
    type_id: int,
    words: Sequence[str],
    low: int,
    high: int,
    back: bool,
    limit: int,
) -> list[Row]:
    found: list[Row] = []
    width = NEAR  # frequent words are found in a short span; only if they are not, all others are scanned
    while low <= high and len(found) < limit:
        start, end = (max(low, high - width), high) if back else (low, min(high, low + width))
        parameters = Parameters(DUCKDB)
        matches = _has(words, _OF_CONTACTS, parameters)
        found += con.execute(
            f"SELECT recipient_id, entered_at FROM {recipients_between(start, end)} "
            f"WHERE recipient_id & {CONTACT_MASK} IN (SELECT id FROM {table(type_id)} "
            f"WHERE id BETWEEN {start & CONTACT_MASK} AND {end & CONTACT_MASK} AND {matches}) "
            f"ORDER BY recipient_id {'DESC' if back else 'ASC'} LIMIT {parameters.bind(limit - len(found))}",
            parameters.values,
        ).fetchall()
        low, high = (low, start - 1) if back else (end + 1, high)
        width = high - low
    return found


def _externals_with(
    con: duckdb.DuckDBPyConnection,
    type_id: int,
    segment_id: int,
    words: Sequence[str],
    low: int,
    high: int,
    back: bool,
    limit: int,
) -> list[Row]:
    if not con.execute(f"SELECT EXISTS (FROM inclusions WHERE recipient_id & {EXTERNAL_BIT} <> 0)").fetchall()[0][0]:
        return []
    parameters = Parameters(DUCKDB)
    matching = f"(SELECT id FROM {table(type_id)} WHERE {_has(words, _OF_CONTACTS, parameters)})"
    externals = _externals(segment_id, words, matching, parameters)
    return con.execute(
        f"SELECT recipient_id, entered_at FROM {recipients_between(low, high)} WHERE recipient_id IN ({externals}) "
        f"ORDER BY recipient_id {'DESC' if back else 'ASC'} LIMIT {parameters.bind(limit)}",
        parameters.values,
    ).fetchall()


def _externals(segment_id: int, words: Sequence[str], matching: str, parameters: Parameters) -> str:
    """Return the query for recipients that were external when they were included, here or in a segment that the rule
    names, and match each of the words: by the included email and name, or by those of the contact that they became."""
    segment = parameters.bind(segment_id)
    matches = _has(words, _OF_ADDED, parameters)
    return (
        f"SELECT recipient_id FROM inclusions WHERE segment_id = {segment} AND recipient_id & {EXTERNAL_BIT} <> 0 "
        f"AND CASE WHEN contact_id IS NULL THEN {matches} ELSE contact_id IN {matching} END "
        f"UNION ALL SELECT {span(segment_id)[0]} | id FROM {INCLUDED_PERSONS} "
        f"WHERE contact_id IS NULL AND {matches} AND id NOT IN ({included_externals(segment)})"
    )


def _has(words: Sequence[str], texts: Sequence[str], parameters: Parameters) -> str:
    """Return the SQL test whether each word is contained in one of some texts, which are folded or simple."""
    tests = [" OR ".join(_contains(word, text, parameters) for text in texts) for word in map(fold, words)]
    return " AND ".join(f"coalesce({test}, FALSE)" for test in tests) or "TRUE"


def _contains(word: str, text: str, parameters: Parameters) -> str:
    # ILIKE folds like lower() in two thirds of the time; escaping its wildcards would cost more.
    if any(sign in word for sign in "%_\\"):
        return f"contains(lower({text}), {parameters.bind(word)})"
    return f"{text} ILIKE {parameters.bind(f'%{word}%')}"
