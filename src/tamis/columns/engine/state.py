"""What is kept in memory of the column store, and is the same for every reader until the next transaction."""

from dataclasses import dataclass

import duckdb

from tamis.columns.layout.clocks import Clock, read_clocks
from tamis.columns.layout.log import last_number


@dataclass(frozen=True, slots=True)
class State:
    """What is kept in memory of the store: the newest number of the log, how many recipients each segment has, when
    time alone will change the memberships of a contact type, and whether anything was ever done by hand."""

    number: int
    sizes: dict[int, int]
    clocks: dict[int, Clock]
    by_hand: bool


def read_state(con: duckdb.DuckDBPyConnection) -> State:
    """Read the state of a store."""
    by_hand = con.execute("SELECT EXISTS (FROM added) OR EXISTS (FROM removed)").fetchall()[0][0]
    return State(last_number(con), read_sizes(con), read_clocks(con), by_hand)


def read_sizes(con: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """Read how many recipients each segment has; empty ones may be left out."""
    return dict(con.execute("SELECT segment_id, recipients FROM sizes").fetchall())
