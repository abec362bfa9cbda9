"""DuckDB's implementation of queries for `tamis doctor`, which compare the projection with the records."""

from collections.abc import Collection, Sequence

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.interface.verification import Discrepancies, SegmentState
from tamis.columns.layout.contacts import columns_of, columns_present, table
from tamis.columns.layout.identity import contacts_in, externals_in, normalised_emails
from tamis.columns.layout.membership import CONTACT_MASK, recipients_between, recipients_of, span
from tamis.columns.projector.documents import insert_contacts
from tamis.columns.projector.steps.refresh import target_recipients
from tamis.domain.segments.segments import EXTERNAL_BIT, LAST_SEGMENT, SEGMENT_SHIFT, Inclusion
from tamis.domain.values.fields import FieldSet
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

SHOWN = 5


class DuckVerificationReads:
    """Reads what is stored, for `tamis doctor`."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def layout_differs(self, type_id: int, fields: FieldSet) -> bool:
        """Return whether the columns of a contact type's table do not match its fields."""
        return columns_present(self._con, type_id) != columns_of(fields)

    def differing_contacts(
        self,
        type_id: int,
        fields: FieldSet,
        documents: Sequence[str],
        after: int,
        last: int | None,
    ) -> Discrepancies:
        """Compare the contacts with ids above `after` up to `last` with their documents in the records. Discrepancies
        are contacts that are missing on either side, stored twice, or have a different value."""
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE expected AS FROM {table(type_id)} LIMIT 0")
        if documents:
            insert_contacts(self._con, type_id, fields, documents, "expected")
        differs = " OR ".join(f"b.{name} IS DISTINCT FROM c.{name}" for name in columns_of(fields))
        rows = self._con.execute(
            f"SELECT DISTINCT coalesce(b.id, c.id) AS id FROM expected b FULL JOIN "
            f"(SELECT *, count(*) OVER (PARTITION BY id) AS times FROM {table(type_id)} WHERE id > $1 AND id <= $2) c "
            f"ON b.id = c.id WHERE b.id IS NULL OR c.id IS NULL OR c.times > 1 OR {differs} ORDER BY ALL",
            [after, EXTERNAL_BIT if last is None else last],
        ).fetchall()
        return Discrepancies(len(rows), [row[0] for row in rows[:SHOWN]])

    def differing_overrides(
        self,
        segment_ids: Collection[int],
        included: Collection[Inclusion],
        excluded: Collection[tuple[int, int]],
    ) -> tuple[int, int]:
        """Count the inclusions and the exclusions that differ between the records and the projection."""
        ids = [list(segment_ids)]
        mine = "WHERE segment_id IN (SELECT unnest($1::BIGINT[]))"
        stored_inclusions = self._con.execute(
            "SELECT id, segment_id, contact_id, recipient_id, email, first_name, last_name, epoch_us(created_at), "
            f"person_id, suppressed::INTEGER FROM inclusions {mine}",
            ids,
        ).fetchall()
        stored_exclusions = self._con.execute(f"SELECT segment_id, contact_id FROM exclusions {mine}", ids).fetchall()
        return _count_differences(map(tuple, included), stored_inclusions), _count_differences(
            excluded, stored_exclusions
        )

    def segment_state(self, type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime) -> SegmentState:
        """Return the stored state of a segment, compared with its members computed from its rule."""
        segment = int(segment_id)
        _find_faulty(self._con, type_id, segment, rule, as_of)
        counted = _number(self._con, f"SELECT count(*) FROM {recipients_of(segment)}")
        return SegmentState(
            counted,
            _number_or_none(self._con, f"SELECT recipients FROM segment_sizes WHERE segment_id = {segment}"),
            _number_or_none(self._con, _size_by_log(segment)),
            _faulty(self._con, "missing"),
            _faulty(self._con, "NOT missing"),
            _repeated(self._con, segment, counted),
            _against_log(self._con, segment),
            _number(
                self._con,
                f"SELECT count(*) FROM inclusions WHERE segment_id = {segment} "
                f"AND recipient_id NOT IN (SELECT recipient_id FROM {recipients_of(segment)})",
            ),
            _number(
                self._con,
                f"SELECT count(*) FROM exclusions WHERE segment_id = {segment} "
                f"AND {span(segment)[0]} | contact_id IN (SELECT recipient_id FROM {recipients_of(segment)}) "
                f"AND {span(segment)[0]} | contact_id NOT IN "
                f"(SELECT recipient_id FROM inclusions WHERE segment_id = {segment})",
            ),
        )

    def memberships_of(self, contact_ids: Sequence[int]) -> set[tuple[int, int]]:
        """Return the stored memberships of some contacts under any recipient id, as segment and contact."""
        everything = recipients_between(0, span(LAST_SEGMENT)[1])
        rows = self._con.execute(
            "WITH chosen AS (SELECT unnest($1::BIGINT[]) AS id) "
            f"SELECT recipient_id >> {SEGMENT_SHIFT}, recipient_id & {CONTACT_MASK} FROM {everything} "
            f"WHERE recipient_id & {EXTERNAL_BIT} = 0 AND recipient_id & {CONTACT_MASK} IN (SELECT id FROM chosen) "
            f"UNION SELECT r.recipient_id >> {SEGMENT_SHIFT}, a.contact_id FROM {everything} r "
            "JOIN inclusions a ON a.recipient_id = r.recipient_id WHERE a.contact_id IN (SELECT id FROM chosen)",
            [list(contact_ids)],
        ).fetchall()
        return set(rows)

    def memberships_of_externals(self, person_ids: Sequence[int]) -> set[tuple[int, int]]:
        """Return the stored memberships of some external recipients under any recipient id, as segment and person."""
        everything = recipients_between(0, span(LAST_SEGMENT)[1])
        rows = self._con.execute(
            "WITH chosen AS (SELECT unnest($1::BIGINT[]) AS id) "
            f"SELECT recipient_id >> {SEGMENT_SHIFT}, recipient_id & {CONTACT_MASK} FROM {everything} "
            f"WHERE recipient_id & {EXTERNAL_BIT} <> 0 AND recipient_id & {CONTACT_MASK} IN (SELECT id FROM chosen) "
            "AND recipient_id NOT IN (SELECT recipient_id FROM inclusions) "
            "UNION SELECT a.segment_id, a.person_id FROM inclusions a "
            f"JOIN {everything} r ON r.recipient_id = a.recipient_id WHERE a.person_id IN (SELECT id FROM chosen)",
            [list(person_ids)],
        ).fetchall()
        return set(rows)

    def segments_stored(self) -> set[int]:
        """Return the segments of which anything but history is stored."""
        rows = self._con.execute(
            f"SELECT DISTINCT recipient_id >> {SEGMENT_SHIFT} FROM members "
            f"UNION SELECT recipient_id >> {SEGMENT_SHIFT} FROM recent_changes WHERE delta = 1 "
            "UNION SELECT segment_id FROM segment_sizes UNION SELECT segment_id FROM inclusions "
            "UNION SELECT segment_id FROM exclusions"
        ).fetchall()
        return {row[0] for row in rows}

    def types_stored(self) -> set[int]:
        """Return the contact types that have a table."""
        rows = self._con.execute(
            "SELECT table_name[10:]::BIGINT FROM duckdb_tables() WHERE NOT internal AND table_name LIKE 'contacts\\_%' "
            "ESCAPE '\\'"
        ).fetchall()
        return {row[0] for row in rows}

    def count_log_entries(self) -> tuple[int, int, int]:
        """Count the log entries, those with a repeated number, and those that are neither entry nor exit."""
        rows = self._con.execute(
            "SELECT count(*), count(*) - count(DISTINCT number), count(*) FILTER (abs(delta) <> 1) FROM ("
            "SELECT number, delta FROM membership_changes UNION ALL SELECT number, 1 FROM membership_snapshots)"
        ).fetchall()
        return rows[0]


def _count_differences(
    one: "Collection[tuple[object, ...]] | map[tuple[object, ...]]", other: list[tuple[object, ...]]
) -> int:
    left, right = set(one), set(other)
    return len(left ^ right) + len(other) - len(right)


def _find_faulty(
    con: duckdb.DuckDBPyConnection, type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime
) -> None:
    parameters = Parameters(DUCKDB)
    wanted = target_recipients(type_id, segment_id, rule, as_of, parameters)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE faulty AS "
        "SELECT coalesce(w.recipient_id, p.recipient_id) AS recipient_id, p.recipient_id IS NULL AS missing "
        f"FROM ({wanted}) w FULL JOIN {recipients_of(segment_id)} p ON w.recipient_id = p.recipient_id "
        "WHERE w.recipient_id IS NULL OR p.recipient_id IS NULL",
        parameters.values,
    )


def _faulty(con: duckdb.DuckDBPyConnection, where: str) -> Discrepancies:
    rows = con.execute(f"SELECT recipient_id FROM faulty WHERE {where} ORDER BY recipient_id").fetchall()
    return Discrepancies(len(rows), [row[0] for row in rows[:SHOWN]])


def _repeated(con: duckdb.DuckDBPyConnection, segment_id: int, counted: int) -> int:
    """Count the surplus rows: a recipient id stored twice, or a contact or an email under two ids."""
    numbers = _number(con, f"SELECT count(DISTINCT recipient_id) FROM {recipients_of(segment_id)}")
    parameters = Parameters(DUCKDB)
    externals = f"({externals_in(segment_id, normalised_emails(con, parameters))})"
    persons = con.execute(
        f"SELECT coalesce(sum(times - 1), 0)::BIGINT FROM ("
        f"SELECT count(*) AS times FROM (SELECT contact_id FROM {externals} WHERE contact_id IS NOT NULL UNION ALL "
        f"SELECT contact_id FROM ({contacts_in(segment_id)}) WHERE contact_id IN (SELECT contact_id FROM {externals})) "
        f"GROUP BY contact_id UNION ALL "
        f"SELECT count(*) FROM {externals} WHERE contact_id IS NULL GROUP BY key)",
        parameters.values,
    ).fetchall()
    return counted - numbers + int(persons[0][0])


def _last_snapshot(segment_id: int) -> str:
    return (
        "(SELECT arg_max(recipients, number) AS n, max(number) AS m FROM membership_snapshots "
        f"WHERE segment_id = {segment_id})"
    )


def _size_by_log(segment_id: int) -> str:
    low, high = span(segment_id)
    return (
        "SELECT n + coalesce((SELECT sum(delta) FROM membership_changes "
        f"WHERE recipient_id BETWEEN {low} AND {high} AND number > m), 0)::BIGINT FROM {_last_snapshot(segment_id)}"
    )


def _against_log(con: duckdb.DuckDBPyConnection, segment_id: int) -> Discrepancies:
    low, high = span(segment_id)
    rows = con.execute(
        "SELECT l.recipient_id FROM (SELECT recipient_id, arg_max(delta, number) AS delta FROM membership_changes "
        f"WHERE recipient_id BETWEEN {low} AND {high} AND number > (SELECT m FROM {_last_snapshot(segment_id)}) "
        f"GROUP BY recipient_id) l LEFT JOIN {recipients_of(segment_id)} p ON p.recipient_id = l.recipient_id "
        "WHERE (delta = 1) <> (p.recipient_id IS NOT NULL) ORDER BY ALL"
    ).fetchall()
    return Discrepancies(len(rows), [row[0] for row in rows[:SHOWN]])


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return _number_or_none(con, sql) or 0


def _number_or_none(con: duckdb.DuckDBPyConnection, sql: str) -> int | None:
    rows = con.execute(sql).fetchall()
    return int(rows[0][0]) if rows and rows[0][0] is not None else None
