"""What is kept in memory of the column store, and is the same for every reader until the next transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from tamis.columns.history.daily_rollup import DailyRollup, read_last_days
from tamis.columns.interface.view import Standing
from tamis.columns.layout.clocks import Clock, read_clocks
from tamis.columns.layout.log import last_number


@dataclass(frozen=True, slots=True)
class State:
    """What is kept in memory of the store: the newest number of the log, how many recipients each segment has, when
    time alone will change the memberships of a contact type, whether anything was ever done by hand, and the daily
    rollup."""

    number: int
    sizes: dict[int, int]
    clocks: dict[int, Clock]
    has_overrides: bool
    days: DailyRollup


EMPTY = State(0, {}, {}, False, DailyRollup({}))


def read_state(con: duckdb.DuckDBPyConnection) -> State:
    """Read the state of a store."""
    has_overrides = con.execute("SELECT EXISTS (FROM inclusions) OR EXISTS (FROM exclusions)").fetchall()[0][0]
    return State(last_number(con), read_sizes(con), read_clocks(con), has_overrides, read_last_days(con))


def read_standing(con: duckdb.DuckDBPyConnection, applied: int) -> Standing:
    """Read up to where a store, of which the number of the last change was read, follows the time."""
    return standing_of(applied if applied >= 0 else None, read_clocks(con))


def standing_of(applied: int | None, clocks: Mapping[int, Clock]) -> Standing:
    """Put together up to where a store follows the records and the time."""
    as_of = {type_id: clock.as_of for type_id, clock in clocks.items()}
    return Standing(applied, as_of, {type_id: clock.due for type_id, clock in clocks.items() if clock.due})


def read_sizes(con: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """Read how many recipients each segment has; empty ones may be left out."""
    return dict(con.execute("SELECT segment_id, recipients FROM segment_sizes").fetchall())
