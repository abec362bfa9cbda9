"""One step of the fold: contacts, additions and removals by hand, then the membership that follows from them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.layout import arrange, column, in_segment, insert_documents, table
from tamis.domain.fields import FieldSet
from tamis.domain.segments import SEGMENT_SHIFT, AddedByHand
from tamis.rules.moment import Moment
from tamis.rules.sql import Parameters, Source, compile_rule
from tamis.rules.tree import Rule


@dataclass(frozen=True, slots=True)
class Plan:
    """A live segment as the fold evaluates it."""

    segment_id: int
    rule: Rule
    zone: ZoneInfo


class Fold:
    """A transaction of the column store in the making.

    The order of calls is: `arrange` and `drop_contacts` for each contact type, `load_contacts`, `load_removed` and
    `load_added`, then `settle` for each contact type, then `finish`.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, now: datetime) -> None:
        self._con = con
        self._now = now.replace(tzinfo=None)
        self.reached: int | None = None
        con.execute("CREATE OR REPLACE TEMP TABLE touched (contact_id BIGINT)")
        con.execute("CREATE OR REPLACE TEMP TABLE touched_recipients (recipient_id BIGINT)")

    def arrange(self, type_id: int, fields: FieldSet) -> None:
        """Make sure that a contact type has its table, with a column for each field."""
        arrange(self._con, type_id, fields)

    def drop_contacts(self, type_id: int, ids: Sequence[int]) -> None:
        """Drop contacts that were touched, and their removals by hand; those that still exist are to be loaded."""
        if not ids:
            return
        con = self._con
        # DuckDB reads one long text much faster than it takes over a list of numbers from Python.
        con.execute("""INSERT INTO touched SELECT unnest(from_json($1, '["BIGINT"]'))""", [json.dumps(ids)])
        con.execute(f"DELETE FROM {table(type_id)} WHERE id IN (SELECT contact_id FROM touched)")
        con.execute("DELETE FROM removed WHERE contact_id IN (SELECT contact_id FROM touched)")

    def load_contacts(self, type_id: int, fields: FieldSet, documents: Sequence[str]) -> None:
        """Add contacts, of which the store has none, from their documents."""
        if documents:
            sql, structure = insert_documents(type_id, fields)
            self._con.execute(sql, [documents, structure])

    def load_added(self, ids: Sequence[int], rows: Sequence[AddedByHand]) -> None:
        """Replace additions by hand: `ids` are all that were touched, `rows` those of them that still exist."""
        if not ids and not rows:
            return
        con = self._con
        con.execute(
            "INSERT INTO touched_recipients SELECT recipient_id FROM added WHERE id IN (SELECT unnest($1::BIGINT[]))",
            [ids],
        )
        con.execute("DELETE FROM added WHERE id IN (SELECT unnest($1::BIGINT[]))", [ids])
        columns = [list(values) for values in zip(*rows, strict=True)] or [[]] * len(AddedByHand._fields)
        con.execute(
            "INSERT INTO added SELECT a, b, c, d, e, f, g, make_timestamp(h) FROM (SELECT "
            "unnest($1::BIGINT[]) a, unnest($2::BIGINT[]) b, unnest($3::BIGINT[]) c, unnest($4::BIGINT[]) d, "
            "unnest($5::VARCHAR[]) e, unnest($6::VARCHAR[]) f, unnest($7::VARCHAR[]) g, unnest($8::BIGINT[]) h)",
            columns,
        )
        con.execute("INSERT INTO touched_recipients SELECT unnest($1::BIGINT[])", [[row.recipient_id for row in rows]])

    def load_removed(self, rows: Sequence[tuple[int, int]]) -> None:
        """Add removals by hand, of which the store has none."""
        if rows:
            self._con.execute(
                "INSERT INTO removed SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[])",
                [[row[0] for row in rows], [row[1] for row in rows]],
            )

    def settle(self, type_id: int, plans: Sequence[Plan], whole: set[int]) -> None:
        """Bring the membership of a contact type's segments in line with everything loaded.

        Segments in `whole` are evaluated over all contacts (one of them without a plan is gone and loses all its
        members), the others over the touched contacts only.
        """
        con = self._con
        con.execute("CREATE OR REPLACE TEMP TABLE wanted (recipient_id BIGINT, contact_id BIGINT)")
        con.execute("CREATE OR REPLACE TEMP TABLE present (recipient_id BIGINT, contact_id BIGINT)")
        partly = [plan for plan in plans if plan.segment_id not in whole]
        if partly:
            self._compare_touched(type_id, partly)
        if whole:
            self._compare_whole(type_id, [plan for plan in plans if plan.segment_id in whole], whole)
        self._move()

    def forget_segment(self, segment_id: int) -> None:
        """Drop what was kept by hand for a segment that is gone."""
        self._con.execute("DELETE FROM added WHERE segment_id = $1", [segment_id])
        self._con.execute("DELETE FROM removed WHERE segment_id = $1", [segment_id])

    def finish(self, change: int) -> None:
        """Say up to which change number the store has followed."""
        self.reached = change

    def _compare_touched(self, type_id: int, plans: Sequence[Plan]) -> None:
        """Add to `wanted` and `present` what concerns the touched contacts and recipients."""
        con, segment_ids = self._con, [plan.segment_id for plan in plans]
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE touched_rows AS SELECT * FROM {table(type_id)} "
            "WHERE id IN (SELECT contact_id FROM touched)"
        )
        self._want(plans, "touched_rows")
        con.execute(
            "INSERT INTO wanted SELECT recipient_id, contact_id FROM added "
            "WHERE segment_id IN (SELECT unnest($1::BIGINT[])) AND (contact_id IN (SELECT contact_id FROM touched) "
            "OR recipient_id IN (SELECT recipient_id FROM touched_recipients))",
            [segment_ids],
        )
        con.execute(
            "INSERT INTO present SELECT recipient_id, contact_id FROM ("
            "SELECT * FROM members WHERE contact_id IN (SELECT contact_id FROM touched) UNION "
            "SELECT * FROM members WHERE recipient_id IN (SELECT recipient_id FROM touched_recipients)) "
            f"WHERE recipient_id >> {SEGMENT_SHIFT} IN (SELECT unnest($1::BIGINT[]))",
            [segment_ids],
        )

    def _compare_whole(self, type_id: int, plans: Sequence[Plan], segment_ids: set[int]) -> None:
        """Add to `wanted` and `present` all that concerns some segments."""
        con = self._con
        self._want(plans, table(type_id))
        for segment_id in sorted(segment_ids):
            con.execute(
                "INSERT INTO wanted SELECT recipient_id, contact_id FROM added WHERE segment_id = $1", [segment_id]
            )
            con.execute(
                "INSERT INTO present SELECT recipient_id, contact_id FROM members WHERE recipient_id BETWEEN $1 AND $2",
                [segment_id << SEGMENT_SHIFT, (segment_id + 1 << SEGMENT_SHIFT) - 1],
            )

    def _want(self, plans: Sequence[Plan], source: str) -> None:
        """Add to `wanted` whom the rules select from `source`, less the removed, and less the added, who are wanted
        under the number that they were given when they were added."""
        parameters = Parameters()
        now = self._now.replace(tzinfo=UTC)
        rows = Source(column, in_segment)
        branches = [
            f"SELECT {parameters.bind(plan.segment_id)}::BIGINT AS segment_id, id AS contact_id FROM {source} "
            f"WHERE {compile_rule(plan.rule, Moment(now, plan.zone), rows, parameters)}"
            for plan in plans
            if plan.rule is not None
        ]
        if branches:
            self._con.execute(
                f"INSERT INTO wanted SELECT segment_id << {SEGMENT_SHIFT} | contact_id, contact_id "
                f"FROM ({' UNION ALL '.join(branches)}) "
                "ANTI JOIN removed USING (segment_id, contact_id) ANTI JOIN added USING (segment_id, contact_id)",
                parameters.values,
            )

    def _move(self) -> None:
        """Let enter and leave whoever is wanted and not present, or present and not wanted."""
        con = self._con
        con.execute(
            "CREATE OR REPLACE TEMP TABLE moves AS "
            "SELECT recipient_id, contact_id, 1 AS step FROM wanted ANTI JOIN present USING (recipient_id) UNION ALL "
            "SELECT recipient_id, contact_id, -1 AS step FROM present ANTI JOIN wanted USING (recipient_id)"
        )
        con.execute("DELETE FROM members WHERE recipient_id IN (SELECT recipient_id FROM moves WHERE step = -1)")
        con.execute(
            "INSERT INTO members SELECT recipient_id, contact_id, $1 FROM moves WHERE step = 1 ORDER BY recipient_id",
            [self._now],
        )
        con.execute(  # an address added by hand has become a contact, or its contact is gone
            "UPDATE members SET contact_id = w.contact_id FROM wanted w JOIN present p USING (recipient_id) "
            "WHERE members.recipient_id = w.recipient_id AND w.contact_id IS DISTINCT FROM p.contact_id"
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE new_sizes AS SELECT segment_id, sum(n)::BIGINT AS recipients FROM ("
            f"SELECT recipient_id >> {SEGMENT_SHIFT} AS segment_id, step AS n FROM moves UNION ALL "
            "SELECT segment_id, recipients FROM sizes "
            f"WHERE segment_id IN (SELECT recipient_id >> {SEGMENT_SHIFT} FROM moves)) GROUP BY segment_id"
        )
        con.execute("DELETE FROM sizes WHERE segment_id IN (SELECT segment_id FROM new_sizes)")
        con.execute("INSERT INTO sizes SELECT * FROM new_sizes WHERE recipients > 0")
