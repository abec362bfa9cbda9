"""The state of the projection that is cached in memory, valid until the next transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from tamis.columns.history.daily_rollup import DailyRollup, read_last_days
from tamis.columns.interface.view import Watermark
from tamis.columns.layout.clocks import Clock, read_clocks
from tamis.columns.layout.log import last_number
from tamis.domain.segments.history import ChangeRow


@dataclass(frozen=True, slots=True)
class State:
    """The cached state: the last number of the membership log, the size of each segment, the clock of each contact
    type, whether there are manual overrides, and the last days of the daily rollup.

    `logged` are membership changes that the current transaction has logged, as far as they are known in memory, and
    `versions` the versions of segments that it has applied: segment id, number, and the size before.
    """

    number: int
    sizes: dict[int, int]
    clocks: dict[int, Clock]
    has_overrides: bool
    days: DailyRollup
    logged: Sequence[ChangeRow] = ()
    versions: Sequence[tuple[int, int, int]] = ()

    def committed(self) -> "State":
        """Return the state after the transaction is committed."""
        return replace(self, days=self.days.committed(), logged=(), versions=())


EMPTY = State(0, {}, {}, False, DailyRollup({}))


def read_state(con: duckdb.DuckDBPyConnection) -> State:
    """Read the state of a store."""
    has_overrides = con.execute("SELECT EXISTS (FROM inclusions) OR EXISTS (FROM exclusions)").fetchall()[0][0]
    return State(last_number(con), read_sizes(con), read_clocks(con), has_overrides, read_last_days(con))


def read_watermark(con: duckdb.DuckDBPyConnection, applied: int) -> Watermark:
    """Read the watermark of a store with a given change number."""
    return watermark_of(applied if applied >= 0 else None, read_clocks(con))


def watermark_of(applied: int | None, clocks: Mapping[int, Clock]) -> Watermark:
    """Return the watermark for a change number and the clocks."""
    as_of = {type_id: clock.as_of for type_id, clock in clocks.items()}
    return Watermark(applied, as_of, {type_id: clock.due for type_id, clock in clocks.items() if clock.due})


def read_sizes(con: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """Read the sizes of segments; empty segments may be left out."""
    return dict(con.execute("SELECT segment_id, recipients FROM segment_sizes").fetchall())
