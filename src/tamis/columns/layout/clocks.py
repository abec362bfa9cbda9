"""Clocks of contact types: when time alone will next change a membership."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column
from tamis.domain.values.fields import Field
from tamis.domain.values.instants import next_day_starts
from tamis.rules.sql.dialect import Parameters


class Clock(NamedTuple):
    """The instant as of which a contact type's memberships are right. They stay right until the next midnight (if rules
    count days) or the next breakpoint (the instant at which a contact's value enters or leaves a span)."""

    as_of: datetime
    midnight: datetime | None
    breakpoint: datetime | None

    @property
    def due(self) -> datetime | None:
        """When time alone will next change a membership, if ever."""
        return min((instant for instant in (self.midnight, self.breakpoint) if instant), default=None)


def midnights_since(clock: Clock | None, zone: ZoneInfo, now: datetime) -> list[datetime]:
    """List the midnights since a clock was set, oldest first; none if no rule counts days."""
    found: list[datetime] = []
    midnight = clock.midnight if clock else None
    while midnight and midnight <= now:
        found.append(midnight)
        midnight = next_day_starts(midnight, zone)
    return found


def read_clocks(con: duckdb.DuckDBPyConnection) -> dict[int, Clock]:
    """Read the clocks of contact types with rules that depend on time."""
    rows = con.execute("SELECT contact_type_id, as_of, midnight, breakpoint FROM clocks").fetchall()
    return {row[0]: Clock(*(value and value.replace(tzinfo=UTC) for value in row[1:])) for row in rows}


def write_clock(con: duckdb.DuckDBPyConnection, type_id: int, before: Clock | None, clock: Clock | None) -> None:
    """Set or drop the clock of a contact type, which is `before` so far."""
    if clock is None:
        con.execute("DELETE FROM clocks WHERE contact_type_id = $1", [type_id])
        return
    values = [type_id, *(value and value.replace(tzinfo=None) for value in clock)]
    if before is None:
        con.execute("INSERT INTO clocks VALUES ($1, $2, $3, $4)", values)
    else:
        con.execute("UPDATE clocks SET as_of = $2, midnight = $3, breakpoint = $4 WHERE contact_type_id = $1", values)


def next_breakpoint(
    con: duckdb.DuckDBPyConnection, source: str, breakpoints: Sequence[tuple[Field, timedelta]], now: datetime
) -> datetime | None:
    """Return the first instant after `now` at which a value in `source` reaches a breakpoint."""
    if not breakpoints:
        return None
    parameters = Parameters(DUCKDB)
    smallest = ", ".join(
        f"min({name}) FILTER ({name} > {parameters.bind(now - offset)}) + {parameters.bind(offset)}::INTERVAL"
        for name, offset in ((column(field), offset) for field, offset in breakpoints)
    )
    row = con.execute(f"SELECT least({smallest}) FROM {source}", parameters.values).fetchone()
    return row[0].replace(tzinfo=UTC) if row and row[0] else None
