"""Packing rows of the kept history: many small transactions become one file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from tamis.columns.history.parquet import to_parquet
from tamis.domain.errors import Unavailable
from tamis.domain.segments.history import ChangeRow, Pack

CHANGES = (
    "(SELECT number, recipient_id, change, make_timestamp(instant) AS instant, cause FROM ("
    "SELECT unnest($1::BIGINT[]) AS number, unnest($2::BIGINT[]) AS recipient_id, "
    "unnest($3::TINYINT[]) AS change, unnest($4::BIGINT[]) AS instant, unnest($5::VARCHAR[]) AS cause))"
)
"""The query for changes given as columns (see `columns_of`)."""


def columns_of(changes: Sequence[ChangeRow]) -> list[list[Any]]:
    """Return changes as columns."""
    return list(map(list, zip(*changes, strict=True)))


def pack(changes: Sequence[ChangeRow], spill: Path) -> Pack:
    """Return changes, ordered by number, as a pack; raises Unavailable."""
    try:
        with duckdb.connect(config={"threads": 1}) as con:  # independent of the projection, so it never waits for it
            content = to_parquet(con, f"FROM {CHANGES} ORDER BY number", columns_of(changes), spill)
    except duckdb.Error as error:
        raise Unavailable("history_not_packed", reason=str(error)) from None
    return Pack(changes[0].number, changes[-1].number, content)
