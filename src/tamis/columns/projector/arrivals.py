"""New contacts, many at a time: of a contact that was not there before there is nothing to compare with, so each rule
is asked once, and whoever it selects enters.

The temporary tables: `arriving` has the contacts (`id`, and the `instant` and `cause` of their coming), `answered` what
the rules say of them, a column for each segment, and `arrivals` (see `log`) the entries.
"""

from collections.abc import Sequence
from datetime import datetime

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, table
from tamis.columns.projector.log import Log
from tamis.columns.projector.replay import Edge, Levels, When, source_of, used_fields
from tamis.domain.segments import SEGMENT_SHIFT
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters

MANY = 1_000
"""For fewer contacts than this, one way for all is faster than two."""


def choose_arriving(
    con: duckdb.DuckDBPyConnection,
    type_id: int,
    edges: Sequence[Edge],
    start: datetime,
    end: datetime,
    by_hand: bool,
) -> bool:
    """Take out of `touched`, into `arriving`, the new contacts of `incoming` that came in a stretch of time; tells
    whether there are any. Left out are those with which anything was done by hand, and those for whom an answer can
    change again within the stretch: they have to go the longer way.

    No number is given to two contacts, and numbers only grow: one above all in the table is new. One that is new and
    has a lower number goes the longer way too, which is right for everybody.
    """
    hands = "".join(
        f" AND id NOT IN (SELECT contact_id FROM {name} WHERE contact_id IS NOT NULL)"
        for name in (("added", "removed", "incoming_added", "incoming_removed") if by_hand else ())
    )
    parameters = Parameters(DUCKDB)
    last = parameters.bind(end)
    instant = f"greatest(t.instant, {parameters.bind(start)}::TIMESTAMP)" if edges else "t.instant"
    passing = " OR ".join(
        f"({name} + {offset} > {instant} AND {name} + {offset} < {last})"
        for name, offset in ((name, f"{parameters.bind(offset)}::INTERVAL") for name, offset in edges)
    )
    row = con.execute(
        f"CREATE OR REPLACE TEMP TABLE arriving AS SELECT id, {instant} AS instant, cause "
        f"FROM touched t JOIN incoming USING (id) WHERE t.instant < {last} "
        f"AND id > (SELECT coalesce(max(id), 0) FROM {table(type_id)}){hands}"
        + (f" AND ({passing}) IS NOT TRUE" if passing else ""),
        parameters.values,
    ).fetchone()
    con.execute("DELETE FROM touched WHERE id IN (SELECT id FROM arriving)")
    return bool(row and row[0])


def let_arrive(
    con: duckdb.DuckDBPyConnection, log: Log, type_id: int, levels: Levels, stretch: int, when: When
) -> None:
    """Let the contacts in `arriving` enter their table, and the segments that select them."""
    if levels:
        log.expect_arrivals()
        _collect(con, stretch, levels, when)
    con.execute(f"INSERT INTO {table(type_id)} BY NAME SELECT * FROM incoming WHERE id IN (SELECT id FROM arriving)")


def _collect(con: duckdb.DuckDBPyConnection, stretch: int, levels: Levels, when: When) -> None:
    """Add to `arrivals` the entries of the contacts in `arriving`; none of the rules may change its answer for one of
    them between its coming and the end of the stretch."""
    parameters = Parameters(DUCKDB)
    names = "".join(f", {column(field)}" for field in used_fields(levels))
    query = f"SELECT id, a.instant, a.cause{names} FROM incoming JOIN arriving a USING (id)"
    segment_ids = [segment_id for rules in levels for segment_id in rules]
    for rules in levels:
        answers = ", ".join(
            f"{compile_rule(rule, when.moment, source_of(when), parameters)} IS TRUE AS s{segment_id}"
            for segment_id, rule in rules.items()
        )
        query = f"SELECT *, {answers} FROM ({query})"
    columns = ", ".join(f"s{segment_id}" for segment_id in segment_ids)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE answered AS SELECT id, instant, cause, {columns} FROM ({query})",
        parameters.values,
    )
    con.execute("INSERT INTO arrivals " + _entries(segment_ids), [stretch])


def _entries(segment_ids: Sequence[int]) -> str:
    return " UNION ALL ".join(
        f"SELECT $1::INTEGER, {segment_id << SEGMENT_SHIFT} | id, 1::TINYINT, instant, cause, 1 "
        f"FROM answered WHERE s{segment_id}"
        for segment_id in segment_ids
    )
