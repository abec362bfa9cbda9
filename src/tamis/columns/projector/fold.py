"""One transaction of the column store: it takes in what changed in the records and lets memberships follow."""

from collections.abc import Sequence
from datetime import datetime

import duckdb

from tamis.columns.engine.state import State
from tamis.columns.layout.clocks import Clock, midnights_since, next_edge, write_clock
from tamis.columns.layout.contacts import arrange, table
from tamis.columns.layout.membership import MOST_RECENT, merge, span
from tamis.columns.projector import arrivals, replay
from tamis.columns.projector.documents import insert_contacts
from tamis.columns.projector.few import collect_moves_of_few, few_points
from tamis.columns.projector.fill import fill_edited, fill_new
from tamis.columns.projector.log import Log
from tamis.columns.projector.overrides import Overrides
from tamis.columns.projector.plans import Plans, Touched, note_touched
from tamis.columns.projector.replay import MICROSECOND, When
from tamis.domain.fields import FieldSet
from tamis.domain.instants import next_day_starts
from tamis.domain.segments import AddedByHand
from tamis.domain.transitions import Cause
from tamis.rules.time.breakpoints import changes_at_midnight
from tamis.rules.time.moment import Moment

MOST_MIDNIGHTS = 100
"""After an absence of more days than this, what happened on each of them is not told apart in the log."""


class Fold:
    """A transaction of the column store in the making.

    For each contact type that changed, or for which time has passed, the order of calls is: `arrange`, `touch`,
    `bring_contacts` and `bring_hands`, then `settle`; for one that is built from nothing: `arrange`, `load_contacts`
    and `load_hands`, then `build`; at last, `finish`.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, state: State) -> None:
        self._con = con
        self._clocks = dict(state.clocks)
        self._overrides = Overrides(con, state.by_hand)
        self._touched = 0
        self._log = Log(con, state.number, dict(state.sizes))
        self.reached: int | None = None

    @property
    def state(self) -> State:
        """The state that the store comes to with this transaction."""
        return State(self._log.last, self._log.sizes, self._clocks, self._overrides.are_there)

    def arrange(self, type_id: int, fields: FieldSet) -> None:
        """Make sure that a contact type has its table, with a column for each field."""
        arrange(self._con, type_id, fields)

    def touch(self, type_id: int, contacts: Sequence[Touched], added: Sequence[Touched]) -> None:
        """Say which contacts and additions by hand were touched, in the order in which it happened; all of them that
        still exist are then brought."""
        con = self._con
        con.execute(f"CREATE OR REPLACE TEMP TABLE incoming AS FROM {table(type_id)} LIMIT 0")
        note_touched(con, "touched", contacts)
        self._touched = sum(len(group.ids) for group in contacts)
        self._overrides.begin(added)

    def bring_contacts(self, type_id: int, fields: FieldSet, documents: Sequence[str]) -> None:
        """Bring touched contacts, as documents."""
        self._insert_documents("incoming", type_id, fields, documents)

    def bring_hands(self, added: Sequence[AddedByHand], removed: Sequence[tuple[int, int]]) -> None:
        """Bring touched additions by hand, and the exclusions of touched contacts and external recipients."""
        self._overrides.bring(added, removed)

    def load_contacts(self, type_id: int, fields: FieldSet, documents: Sequence[str]) -> None:
        """Load contacts into a store that has none of them."""
        self._insert_documents(table(type_id), type_id, fields, documents)

    def load_hands(self, added: Sequence[AddedByHand], removed: Sequence[tuple[int, int]]) -> None:
        """Load all that was done by hand into a store that has nothing of it."""
        self._overrides.load(added, removed)

    def settle(self, type_id: int, plans: Plans, now: datetime) -> None:
        """Let a contact type's memberships follow from what was brought and from the time that has passed."""
        clock = self._clocks.get(type_id)
        now = max(now, clock.as_of) if clock else now
        midnights = midnights_since(clock, plans.zone, now)
        self._overrides.touch_additions_to(plans.gone, now)
        if len(midnights) > MOST_MIDNIGHTS:
            self._leap(type_id, plans, now)
        else:
            self._walk(type_id, plans, clock, midnights, now)
        self._fill(type_id, plans, Moment(now, plans.zone), Cause.RULE)
        self._set_clock(type_id, plans, clock, now)

    def turn_back(self, type_id: int, plans: Plans, now: datetime) -> None:
        """Let the segments to be filled be right as of an earlier instant than that to which they were followed."""
        self._fill(type_id, plans, Moment(now, plans.zone), Cause.TIME)
        self._set_clock(type_id, plans, None, now)

    def build(self, type_id: int, plans: Plans, now: datetime) -> None:
        """Fill all segments of a contact type from nothing."""
        moment = Moment(now, plans.zone)
        known = {row[0] for row in self._con.execute("SELECT DISTINCT segment_id FROM fillings").fetchall()}
        for rules in plans.filled:
            for segment_id, rule in rules.items():
                cause = Cause.REBUILD if segment_id in known else Cause.FIRST
                fill_new(self._con, self._log, type_id, segment_id, rule, moment, cause)
        self._set_clock(type_id, plans, None, now)

    def finish(self, change: int) -> None:
        """Say up to which change number the store has followed."""
        merge(self._con, MOST_RECENT)
        self.reached = change

    # -- taking in ---------------------------------------------------------------------------------------------------

    def _insert_documents(self, target: str, type_id: int, fields: FieldSet, documents: Sequence[str]) -> None:
        if documents:
            insert_contacts(self._con, type_id, fields, documents, target)

    def _apply(self, type_id: int, end: datetime) -> None:
        """Put what was brought, and whose turn it is before `end`, in the place of what there was."""
        con = self._con
        changed = "(SELECT contact_id FROM turn WHERE instant IS NOT NULL)"
        con.execute(f"DELETE FROM {table(type_id)} WHERE id IN {changed}")
        con.execute(f"INSERT INTO {table(type_id)} BY NAME SELECT * FROM incoming WHERE id IN {changed}")
        self._overrides.apply(end)

    # -- following ---------------------------------------------------------------------------------------------------

    def _leap(self, type_id: int, plans: Plans, now: datetime) -> None:
        """Follow at once what happened in a time so long that going through its days would keep everybody waiting."""
        self._con.execute("CREATE OR REPLACE TEMP TABLE turn AS SELECT id AS contact_id, instant, cause FROM touched")
        self._overrides.note_before([], Moment(now, plans.zone), now + MICROSECOND)
        self._apply(type_id, now + MICROSECOND)
        self._fill(type_id, Plans(plans.zone, [], plans.kept), Moment(now, plans.zone), Cause.TIME)

    def _walk(
        self, type_id: int, plans: Plans, clock: Clock | None, midnights: Sequence[datetime], now: datetime
    ) -> None:
        """Follow what happened day by day, each transition with its own instant."""
        start, stretch = (clock.as_of if clock else now), 0
        for midnight in midnights:
            self._stretch(type_id, plans, clock, start, midnight, stretch)
            self._con.execute("DELETE FROM touched WHERE instant < $1", [_plain(midnight)])
            self._pass_midnight(type_id, plans, midnight, stretch + 1)
            start, stretch = midnight, stretch + 2
        self._stretch(type_id, plans, clock, start, now + MICROSECOND, stretch)
        self._log.write()

    def _stretch(
        self,
        type_id: int,
        plans: Plans,
        clock: Clock | None,
        start: datetime,
        end: datetime,
        number: int,
    ) -> None:
        """Follow what happens between two instants, the last one excluded, of one calendar day."""
        con = self._con
        edges = replay.edges_of(plans.kept) if clock else []
        whens = [When("TRUE", Moment(start, plans.zone), by_row=True)]
        arriving = self._touched > arrivals.MANY and arrivals.choose_arriving(
            con, type_id, edges, _plain(start), _plain(end), self._overrides.are_there
        )
        floor = _plain(start) if edges else None
        con.execute(
            "CREATE OR REPLACE TEMP TABLE turn AS "
            "SELECT id AS contact_id, greatest(instant, $2::TIMESTAMP) AS instant, cause "
            "FROM touched WHERE instant < $1",
            [_plain(end), floor],
        )
        if clock and (number or (clock.edge and clock.edge < end)):
            # The clock does not know the edges of contacts that came in a stretch before this one.
            replay.choose_at_edges(con, type_id, edges, _plain(start), _plain(end))
        if plans.kept:
            replay.stage(con, type_id, plans.kept, self._overrides.are_there)
            points = replay.points_of_stretch(con, edges, _plain(start), _plain(end))
            self._ask(number, points, plans, whens)
        self._overrides.note_before(plans.kept, whens[0].moment, end)
        self._apply(type_id, end)
        self._overrides.collect_moves(plans.kept, whens[0].moment, number, end)
        if arriving:
            arrivals.let_arrive(con, self._log, type_id, plans.kept, number, whens[0])

    def _pass_midnight(self, type_id: int, plans: Plans, midnight: datetime, number: int) -> None:
        con = self._con
        if not plans.kept:
            return
        before, after = Moment(midnight - MICROSECOND, plans.zone), Moment(midnight, plans.zone)
        con.execute("CREATE OR REPLACE TEMP TABLE turn (contact_id BIGINT, instant TIMESTAMP, cause VARCHAR)")
        replay.choose_at_midnight(con, type_id, plans.kept, before, after)
        replay.stage(con, type_id, plans.kept, self._overrides.are_there)
        points = replay.points_of_midnight(con, midnight)
        whens = [When("k = 0", before), When("k = 1", after)]
        self._ask(number, points, plans, whens)

    def _ask(self, number: int, points: str, plans: Plans, whens: Sequence[When]) -> None:
        con, by_hand = self._con, self._overrides.are_there
        if few_points(con, points):
            collect_moves_of_few(con, number, points, plans.kept, whens, by_hand)
        else:
            asked = replay.evaluate(con, points, plans.kept, whens, by_hand)
            replay.collect_moves(con, number, asked, by_hand)

    def _fill(self, type_id: int, plans: Plans, moment: Moment, cause: Cause) -> None:
        con = self._con
        for segment_id in sorted(plans.gone):
            self._empty(segment_id, moment.now)
        for rules in plans.filled:
            for segment_id, rule in rules.items():
                if segment_id in self._log.sizes:
                    fill_edited(con, type_id, segment_id, rule, moment, cause)
                    self._log.write()
                else:
                    fill_new(con, self._log, type_id, segment_id, rule, moment, Cause.FIRST)

    def _empty(self, segment_id: int, now: datetime) -> None:
        con, (low, high) = self._con, span(segment_id)
        for name in ("members", "recent"):
            con.execute(f"DELETE FROM {name} WHERE recipient_id BETWEEN $1 AND $2", [low, high])
        for name in ("added", "removed"):
            con.execute(f"DELETE FROM {name} WHERE segment_id = $1", [segment_id])
        self._log.fill(segment_id, _plain(now), Cause.DELETION, None)

    def _set_clock(self, type_id: int, plans: Plans, before: Clock | None, now: datetime) -> None:
        levels = [*plans.kept, *plans.filled]
        conditions = replay.timed_conditions(levels)
        if not conditions:
            self._write_clock(type_id, None)
            return
        at_midnight = any(map(changes_at_midnight, conditions))
        edges = replay.edges_of(levels)
        stays = before if before and not plans.filled and (before.edge is None or before.edge > now) else None
        edge = next_edge(self._con, "incoming" if stays else table(type_id), edges, now)
        if stays and stays.edge:
            edge = min(edge or stays.edge, stays.edge)
        midnight = next_day_starts(now, plans.zone) if at_midnight else None
        self._write_clock(type_id, Clock(now, midnight, edge))

    def _write_clock(self, type_id: int, clock: Clock | None) -> None:
        if clock != self._clocks.get(type_id):
            write_clock(self._con, type_id, clock)
        self._clocks.pop(type_id, None)
        if clock:
            self._clocks[type_id] = clock


def _plain(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None)
