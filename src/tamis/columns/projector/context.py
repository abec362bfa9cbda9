"""The context that the steps of the projector pass on: frozen records, of which each step returns the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from tamis.columns.engine.state import State
from tamis.columns.layout.clocks import Clock
from tamis.columns.layout.contacts import column, table
from tamis.columns.projector.batch import ChangeBatch, Levels, Purpose, TypeChanges
from tamis.columns.projector.rule_dependencies import Breakpoint, EventBreakpoint
from tamis.columns.projector.strategy import Strategy
from tamis.columns.projector.windows import AsOf, Window
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.fields import Value
from tamis.rules.evaluation.aggregates import EventValues
from tamis.rules.sql.compiler import ColumnSource, EventTables
from tamis.rules.sql.dialect import Parameters
from tamis.rules.tree import Rule

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class BatchContext:
    """A batch, the state of the projection so far, and the last number of the log before the batch."""

    batch: ChangeBatch
    state: State
    number_before: int


Overrides = Mapping[int, tuple[bool, bool]]
"""By segment: whether a contact is a recipient under its own id, and whether it is a member at all."""
NO_OVERRIDES: Overrides = {}


EventsByName = Mapping[int, Sequence[EventValues]]
"""The events of a contact by the id of their name, oldest first."""
NO_EVENTS_KNOWN: EventsByName = {}


@dataclass(frozen=True, slots=True)
class Version:
    """A contact before or after its change: its values in comparable form, None if it does not exist, its overrides,
    and the events that rules may use."""

    values: Mapping[int, Value] | None
    overrides: Overrides
    events: EventsByName


@dataclass(frozen=True, slots=True)
class ContactVersions:
    """A changed contact in memory: when and why it last changed, and what it was before and is after all changes."""

    id: int
    instant: datetime
    cause: Cause
    before: Version
    after: Version


@dataclass(frozen=True, slots=True)
class MembershipDifference:
    """What Python found: a contact enters (`delta` 1) or leaves (-1) a segment at one of its evaluation instants."""

    contact_id: int
    segment_id: int
    delta: int
    instant: datetime
    cause: Cause
    seq: int


@dataclass(frozen=True, slots=True)
class LoggedChanges:
    """The membership changes logged with numbers above `after`: the growth of each segment, and whether each recipient
    changed at most `once`."""

    after: int
    growth: Sequence[tuple[int, int]]
    once: bool


@dataclass(frozen=True, slots=True)
class Refresh:
    """A level of segments to refresh, and why."""

    level: Mapping[int, Rule]
    cause: Cause


@dataclass(frozen=True, slots=True)
class TypeContext:
    """What the steps know of the changes of one contact type."""

    changes: TypeChanges
    purpose: Purpose
    state: State
    strategy: Strategy
    now: datetime
    """The instant as of which memberships will be right: never earlier than that of the clock."""
    clock: Clock | None
    """As of when memberships were right, if time changes any."""
    breakpoints: Sequence[Breakpoint]
    """Where time changes an answer about a contact within a day."""
    has_overrides: bool
    """Whether there are manual overrides, in the projection or in the batch."""
    overrides_changed: bool
    """Whether any inclusion changed, so that external recipients may enter or leave."""
    event_breakpoints: Sequence[EventBreakpoint] = ()
    """Where time changes an answer about the events of a contact within a day."""
    added_events: frozenset[int] = frozenset()
    """The names of the events that the batch adds."""
    window: Window | None = None
    new_contacts: int = 0
    """The number of contacts of this window that are evaluated as new ones."""
    dirty: int = 0
    """The number of other contacts of this window whose memberships may change."""
    versions: str = "versions"
    """The table or query of their values before and after."""
    instants: str = ""
    """The table or query of the evaluation instants of this window."""
    dirty_strategy: Strategy = Strategy.INCREMENTAL
    changed: Sequence[ContactVersions] = ()
    """The changed contacts, if they are in memory."""
    documents: Sequence[str] = ()
    """The documents of those that exist, one a line."""
    differences: Sequence[MembershipDifference] | None = None
    """What Python found; None if the results of the rules are in a table."""
    segment_order: Sequence[int] = ()
    """The segments in the order of the results."""
    pending: int = 0
    """The number of membership changes that are not logged yet."""
    has_new_entries: bool = False
    """Whether entries of new contacts are among them."""
    refresh: Refresh | None = None
    logged: LoggedChanges | None = None

    @property
    def unchanged(self) -> Levels:
        """The segments with the same rules as before."""
        return self.changes.segments.unchanged

    @property
    def has_breakpoints(self) -> bool:
        """Whether time may change an answer within a day."""
        return bool(self.breakpoints or self.event_breakpoints)

    @property
    def this_window(self) -> Window:
        """The current window of time."""
        assert self.window
        return self.window

    @property
    def as_of(self) -> list[AsOf]:
        """The times as of which rules are evaluated in this window."""
        return self.this_window.as_of(self.changes.segments.zone)


def execute_update(con: Connection, sql: str, parameters: object = None) -> int:
    """Execute a statement that changes rows; return how many."""
    row = con.execute(sql, parameters).fetchone()
    return int(row[0]) if row else 0


def for_type(sql: str, type_id: int) -> str:
    """Insert the table of a contact type into a statement."""
    return sql.replace("{contacts}", table(type_id))


def naive_utc(instant: datetime) -> datetime:
    """Return an instant as the projection stores it: in UTC, without a time zone."""
    return instant.replace(tzinfo=None)


def bounds(window: Window) -> dict[str, datetime]:
    """Return the bounds of a window as parameters: `since` and `end`."""
    return {"since": naive_utc(window.since), "end": naive_utc(window.end)}


def rule_source(as_of: AsOf, events: EventTables) -> ColumnSource:
    """Return where a compiled rule finds values, named segments (column `s` and the id), events and the time."""
    return ColumnSource(column, _named, "instant" if as_of.by_row else None, events)


def _named(segment_id: int, _: Parameters) -> str:
    return f"s{int(segment_id)}"
