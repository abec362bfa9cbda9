"""What the steps of the projector know and hand on: frozen records, of which each step returns the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from tamis.columns.engine.state import State
from tamis.columns.layout.clocks import Clock
from tamis.columns.layout.contacts import column, table
from tamis.columns.projector.batch import ChangeBatch, Levels, Purpose, TypeChanges
from tamis.columns.projector.strategy import Strategy
from tamis.columns.projector.timed import Edge
from tamis.columns.projector.windows import AsOf, Window
from tamis.domain.membership_changes import Cause
from tamis.rules.sql.compiler import ColumnSource
from tamis.rules.sql.dialect import Parameters
from tamis.rules.tree import Rule

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Whole:
    """A batch as a whole, and the state that the projection has come to with what was done of it."""

    batch: ChangeBatch
    state: State


@dataclass(frozen=True, slots=True)
class Answer:
    """What Python found of a contact at an evaluation instant: for each segment, whether it is a recipient."""

    contact_id: int
    instant: datetime
    cause: Cause
    k: int
    present: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Numbered:
    """Membership changes that have got their numbers in the log, those above `after`: for each segment by how much it
    grew, and whether each recipient changed `once` at most."""

    after: int
    growth: Sequence[tuple[int, int]]
    once: bool


@dataclass(frozen=True, slots=True)
class Refill:
    """Segments of one level that are filled anew, and why."""

    level: Mapping[int, Rule]
    cause: Cause


@dataclass(frozen=True, slots=True)
class Work:
    """What is known of the changes of one contact type while they go through the pipeline."""

    changes: TypeChanges
    purpose: Purpose
    state: State
    strategy: Strategy
    now: datetime
    """The instant as of which memberships will be right: never before that as of which they were."""
    clock: Clock | None
    """As of when they were, where time alone changes them."""
    edges: Sequence[Edge]
    """Where the clock changes an answer about a contact within a day."""
    overrides: bool
    """Whether there are manual overrides, in the projection or in the batch."""
    overrides_touched: bool
    """Whether any addition was touched, so that external recipients may change."""
    window: Window | None = None
    new: int = 0
    """How many contacts go the way of new ones in this window."""
    dirty: int = 0
    instants: str = ""
    """The table or query of the evaluation instants of this window."""
    strategy_of_dirty: Strategy = Strategy.INCREMENTAL
    answers: Sequence[Answer] | None = None
    """What Python answered; None where the answers are in a table."""
    asked: Sequence[int] = ()
    """The segments in the order of the answers."""
    found: int = 0
    """How many membership changes were found that the log does not have yet."""
    found_new: bool = False
    """Whether there are entries of new contacts among them."""
    refill: Refill | None = None
    numbered: Numbered | None = None

    @property
    def kept(self) -> Levels:
        """The segments whose rules are what they were."""
        return self.changes.segments.kept

    @property
    def this_window(self) -> Window:
        """The window of time that is gone through."""
        assert self.window
        return self.window

    @property
    def as_of(self) -> list[AsOf]:
        """As of which moments rules are asked in the window."""
        return self.this_window.as_of(self.changes.segments.zone)


def changed(con: Connection, sql: str, parameters: object = None) -> int:
    """Execute a statement that changes rows; return how many."""
    row = con.execute(sql, parameters).fetchone()
    return int(row[0]) if row else 0


def of_type(sql: str, type_id: int) -> str:
    """Name the table of a contact type in a statement."""
    return sql.replace("{contacts}", table(type_id))


def plain(instant: datetime) -> datetime:
    """Return an instant as the projection stores it: UTC, without saying so."""
    return instant.replace(tzinfo=None)


def values_of(window: Window) -> dict[str, datetime]:
    """Return the span of a window as parameters: `since` and `end`."""
    return {"since": plain(window.since), "end": plain(window.end)}


def source_of(as_of: AsOf) -> ColumnSource:
    """Tell the compiler where a rule finds values, named segments (`s` and the id) and the time."""
    return ColumnSource(column, _named, "instant" if as_of.by_row else None)


def _named(segment_id: int, _: Parameters) -> str:
    return f"s{int(segment_id)}"
