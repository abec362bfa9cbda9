"""What a fold is told: which segments there are and what was touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import duckdb
import msgspec

from tamis.columns.projector.replay import Levels
from tamis.domain.transitions import Cause


@dataclass(frozen=True, slots=True)
class Plans:
    """The live segments of a contact type as the fold evaluates them."""

    zone: ZoneInfo
    kept: Levels
    """Those whose rules are what they were."""
    filled: Levels
    """Those that are new or edited, or name such a one."""
    gone: frozenset[int] = frozenset()
    """Those that were deleted."""


class Touched(msgspec.Struct):
    """Things that were touched at one instant, in microseconds since 1970, for one reason."""

    instant: int
    cause: Cause
    ids: Sequence[int]


def note_touched(con: duckdb.DuckDBPyConnection, name: str, groups: Sequence[Touched]) -> None:
    """Make a temporary table of what was touched: `id`, and the `instant` and `cause` of the last time."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS "
        "SELECT id, arg_max(instant, n) AS instant, arg_max(cause, n) AS cause FROM ("
        "SELECT n, make_timestamp(g.instant) AS instant, g.cause AS cause, "
        "unnest(coalesce(g.ids, range(g.first, g.end))) AS id FROM ("
        "SELECT unnest(g) AS g, generate_subscripts(g, 1) AS n FROM (SELECT from_json($1, "
        """'[{"instant":"BIGINT","cause":"VARCHAR","ids":["BIGINT"],"first":"BIGINT","end":"BIGINT"}]') AS g))) """
        "GROUP BY id",
        [msgspec.json.encode([_told(group) for group in groups]).decode()],
    )


def _told(group: Touched) -> dict[str, object]:
    """Write a group for DuckDB: numbers without a gap, as an import gives to new contacts, by the first and last."""
    told: dict[str, object] = {"instant": group.instant, "cause": group.cause}
    ids = group.ids
    return told | ({"first": ids.start, "end": ids.stop} if isinstance(ids, range) else {"ids": ids})
