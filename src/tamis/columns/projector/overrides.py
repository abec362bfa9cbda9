"""Manual overrides as they are taken in within one transaction of the column store: who was added and excluded by hand.

Most stores have none, and most changes touch none: then nothing of this costs anything.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import duckdb

from tamis.columns.projector import external_moves
from tamis.columns.projector.plans import Touched, note_touched
from tamis.columns.projector.replay import Levels
from tamis.domain.segments import STRANGER, AddedByHand
from tamis.domain.text import fold
from tamis.domain.transitions import Cause
from tamis.rules.time.moment import Moment

_ADDED = "SELECT a, b, c, d, e, f, g, make_timestamp(h), i, j, k, l FROM (SELECT " + ", ".join(
    f"unnest(${number}::{kind}[]) {name}"
    for number, (name, kind) in enumerate(
        zip("abcdefghijkl", ["BIGINT"] * 4 + ["VARCHAR"] * 3 + ["BIGINT"] * 2 + ["VARCHAR"] * 3, strict=True), start=1
    )
) + ")"  # fmt: skip


class Overrides:
    """The overrides of one contact type after the other, in the order of calls: `begin`, `bring`, then for each stretch
    of time `note_before`, `apply` and `collect_moves`; `are_there` tells whether there ever were any in the store."""

    def __init__(self, con: duckdb.DuckDBPyConnection, are_there: bool) -> None:
        self.are_there = are_there
        self._con = con
        self._expecting = False
        self._touched = False

    def begin(self, touched: Sequence[Touched]) -> None:
        """Say which additions by hand of a contact type were touched."""
        self._expecting = False
        self._touched = bool(touched)
        if touched or self.are_there:
            self._expect(touched)

    def touch_additions_to(self, segment_ids: Collection[int], now: datetime) -> None:
        """Say that segments are gone: who was added to them and elsewhere too may have another name now."""
        if segment_ids and self.are_there:
            self._expect()
            self._touched = True
            self._con.execute(
                f"INSERT INTO touched_added SELECT id, $1, '{Cause.DELETION}' FROM added "
                "WHERE segment_id IN (SELECT unnest($2::BIGINT[])) AND id NOT IN (SELECT id FROM touched_added)",
                [now.replace(tzinfo=None), list(segment_ids)],
            )

    def bring(self, added: Sequence[AddedByHand], excluded: Sequence[tuple[int, int]]) -> None:
        """Bring touched additions, and the exclusions of touched contacts and external recipients."""
        if added or excluded:
            self._expect()
            self._insert("incoming_", added, excluded)

    def load(self, added: Sequence[AddedByHand], excluded: Sequence[tuple[int, int]]) -> None:
        """Load all overrides into a store that has none."""
        self.are_there = bool(added or excluded)
        self._insert("", added, excluded)

    def note_before(self, levels: Levels, moment: Moment, end: datetime) -> None:
        """Note in which segments the external recipients are that were touched before an instant."""
        if self._touched:
            external_moves.choose_touched(self._con, end)
            external_moves.note_recipients(self._con, "before", levels, moment)

    def apply(self, end: datetime) -> None:
        """Put what was brought of the contacts in `turn`, and of additions that were touched before an instant, in the
        place of what there was."""
        con, until = self._con, [end.replace(tzinfo=None)]
        if not self.are_there:
            return
        changed = "SELECT contact_id FROM turn WHERE instant IS NOT NULL"
        if self._touched:
            changed += f" UNION ALL SELECT {STRANGER} | person_id FROM touched_persons"
            added = "(SELECT id FROM touched_added WHERE instant < $1)"
            con.execute(f"DELETE FROM added WHERE id IN {added}", until)
            con.execute(f"INSERT INTO added SELECT * FROM incoming_added WHERE id IN {added}", until)
        con.execute(f"DELETE FROM removed WHERE contact_id IN ({changed})")
        con.execute(f"INSERT INTO removed SELECT * FROM incoming_removed WHERE contact_id IN ({changed})")

    def collect_moves(self, levels: Levels, moment: Moment, stretch: int, end: datetime) -> None:
        """Add to `moves` what `apply` has changed for external recipients."""
        if self._touched:
            external_moves.note_recipients(self._con, "after", levels, moment)
            external_moves.collect_moves(self._con, stretch)
            self._con.execute("DELETE FROM touched_added WHERE instant < $1", [end.replace(tzinfo=None)])

    def _expect(self, touched: Sequence[Touched] = ()) -> None:
        """Make the tables for what is brought, once for each contact type."""
        if not self._expecting:
            self.are_there = self._expecting = True
            note_touched(self._con, "touched_added", touched)
            for name in ("added", "removed"):
                self._con.execute(f"CREATE OR REPLACE TEMP TABLE incoming_{name} AS FROM {name} LIMIT 0")

    def _insert(self, prefix: str, added: Sequence[AddedByHand], excluded: Sequence[tuple[int, int]]) -> None:
        if added:
            columns = [list(values) for values in zip(*added, strict=True)]
            columns += [list(map(fold, texts)) for texts in columns[4:7]]
            self._con.execute(f"INSERT INTO {prefix}added {_ADDED}", columns)
        if excluded:
            self._con.execute(
                f"INSERT INTO {prefix}removed SELECT unnest($1::BIGINT[]), unnest($2::BIGINT[])",
                [[row[0] for row in excluded], [row[1] for row in excluded]],
            )
