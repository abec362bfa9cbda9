"""How memberships change while contacts change and time passes: each rule is asked about each contact at each point of
time at which its answer can change, and two answers that differ are a transition.

The cost follows the contacts that change, not all contacts or all members. The temporary tables:

- `turn`: whose turn it is: `contact_id`, and when (`instant`) and why (`cause`) it changed, null where only time passes
- `versions`: the values of those contacts before (version 0) and after (1) the change, in the columns that rules use
- `hands`: what was done by hand with them before and after: `present` overrules whether a contact is a recipient under
  its own number, `member` whether it is in the segment under any
- `points`: the sequence of each contact: at point 0 nothing has happened yet; at every later one (`k`) something did
- `answers`: what all rules say at each point, in one list (`held`)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, table
from tamis.domain.fields import Field
from tamis.domain.segments import SEGMENT_SHIFT, STRANGER
from tamis.domain.transitions import Cause
from tamis.rules.sql.compiler import Source, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.breakpoints import clock_edges, timed
from tamis.rules.time.moment import Moment
from tamis.rules.tree import Condition, Rule, conditions, segments_named

Levels = Sequence[Mapping[int, Rule]]
"""The rules of segments by id, in an order in which each comes after all that it names."""

MICROSECOND = timedelta(microseconds=1)
Edge = tuple[str, timedelta]
"""A column, and how long after a value in it the answer of a rule can change."""


@dataclass(frozen=True, slots=True)
class When:
    """At which points (an expression over `k`) rules are asked as of which moment; where `by_row` is true, clocks
    count from the instant of each point."""

    points: str
    moment: Moment
    by_row: bool = False


def edges_of(levels: Levels) -> list[Edge]:
    """List all edges of the clock in some rules."""
    found = {(column(c.field), offset) for c in timed_conditions(levels) for offset in clock_edges(c)}
    return sorted(found)


def timed_conditions(levels: Levels) -> list[Condition]:
    """List the conditions that change by time alone in some rules, each once."""
    return list(dict.fromkeys(c for rules in levels for rule in rules.values() for c in timed(rule)))


def choose_at_edges(
    con: duckdb.DuckDBPyConnection, type_id: int, edges: Sequence[Edge], start: datetime, end: datetime
) -> None:
    """Add to `turn` the contacts that have an edge between two instants, both excluded."""
    if not edges:
        return
    parameters = Parameters(DUCKDB)
    where = " OR ".join(
        f"({name} > {parameters.bind(start - offset)} AND {name} < {parameters.bind(end - offset)})"
        for name, offset in edges
    )
    con.execute(
        f"INSERT INTO turn SELECT id, NULL, NULL FROM {table(type_id)} WHERE ({where}) "
        "AND id NOT IN (SELECT contact_id FROM turn)",
        parameters.values,
    )


def choose_at_midnight(
    con: duckdb.DuckDBPyConnection, type_id: int, levels: Levels, before: Moment, after: Moment
) -> None:
    """Make `turn` of the contacts for which the answer of any condition changes between two moments."""
    parameters = Parameters(DUCKDB)
    source = Source(column, _no_segment)
    where = " OR ".join(
        "({} IS TRUE) <> ({} IS TRUE)".format(
            *(compile_rule(condition, moment, source, parameters) for moment in (before, after))
        )
        for condition in timed_conditions(levels)
    )
    con.execute(
        f"INSERT INTO turn SELECT id, NULL, NULL FROM {table(type_id)} WHERE {where or 'FALSE'}", parameters.values
    )


def _no_segment(_segment_id: int, _parameters: Parameters) -> str:
    raise AssertionError("a condition names no segment")


def used_fields(levels: Levels) -> list[Field]:
    """List the fields that some rules look at, in order of id."""
    used = {c.field.id: c.field for rules in levels for rule in rules.values() for c in conditions(rule)}
    return [used[field_id] for field_id in sorted(used)]


def stage(con: duckdb.DuckDBPyConnection, type_id: int, levels: Levels, by_hand: bool) -> None:
    """Fill `versions` and, where anything was done `by_hand` at all, `hands` for the contacts in `turn`."""
    names = "".join(f", {column(field)}" for field in used_fields(levels))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE versions AS "
        f"SELECT 0 AS version, id{names} FROM {table(type_id)} WHERE id IN (SELECT contact_id FROM turn) "
        f"UNION ALL SELECT 1, id{names} FROM incoming WHERE id IN (SELECT contact_id FROM turn)"
    )
    if not by_hand:
        return
    con.execute(
        "CREATE OR REPLACE TEMP TABLE hands AS "
        f"SELECT version, segment_id, contact_id, "
        f"coalesce(bool_or(recipient_id & {STRANGER} = 0), FALSE) AS present, "
        "bool_or(recipient_id IS NOT NULL) AS member FROM ("
        "SELECT 0 AS version, segment_id, contact_id, recipient_id FROM added "
        "UNION ALL SELECT 1, segment_id, contact_id, recipient_id FROM incoming_added "
        "UNION ALL SELECT 0, segment_id, contact_id, NULL FROM removed "
        "UNION ALL SELECT 1, segment_id, contact_id, NULL FROM incoming_removed"
        ") WHERE contact_id IN (SELECT contact_id FROM turn) GROUP BY ALL"
    )


def points_of_stretch(con: duckdb.DuckDBPyConnection, edges: Sequence[Edge], start: datetime, end: datetime) -> str:
    """Give the points of a stretch of time between two instants, both excluded, on one calendar day, as a table or a
    query."""
    if not edges:
        return "(SELECT contact_id, k AS version, instant, cause, k FROM turn CROSS JOIN (VALUES (0), (1)) v(k))"
    parameters = Parameters(DUCKDB)
    first, last = parameters.bind(start), parameters.bind(end)
    passing = " UNION ".join(
        f"SELECT id, version, {name} + {parameters.bind(offset)}::INTERVAL AS e FROM versions" for name, offset in edges
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE points AS "
        "SELECT contact_id, version, instant, cause, "
        "(row_number() OVER (PARTITION BY contact_id ORDER BY instant, version, cause IS NOT NULL) - 1)::INTEGER AS k "
        "FROM ("
        f"SELECT contact_id, 0 AS version, {first}::TIMESTAMP AS instant, NULL AS cause FROM turn "
        "UNION ALL SELECT contact_id, 1, instant, cause FROM turn WHERE instant IS NOT NULL "
        f"UNION ALL SELECT id, version, e, '{Cause.TIME}' FROM ({passing}) p JOIN turn t ON t.contact_id = p.id "
        f"WHERE e > {first} AND e < {last} "
        "AND CASE version WHEN 0 THEN t.instant IS NULL OR e < t.instant ELSE e > t.instant END)",
        parameters.values,
    )
    return "points"


def points_of_midnight(con: duckdb.DuckDBPyConnection, midnight: datetime) -> str:
    """Give the points of a midnight, one before it and one on it, as a table."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE points AS SELECT contact_id, 0 AS version, $1::TIMESTAMP AS instant, "
        f"CASE k WHEN 1 THEN '{Cause.TIME}' END AS cause, k FROM turn CROSS JOIN (VALUES (0), (1)) v(k)",
        [midnight.replace(tzinfo=None)],
    )
    return "points"


def evaluate(
    con: duckdb.DuckDBPyConnection, points: str, levels: Levels, whens: Sequence[When], by_hand: bool
) -> list[int]:
    """Fill `answers` from points and `versions`; gives the segments in the order of the answers in each list."""
    held, asked = "[]::BOOLEAN[]", list[int]()
    for rules in levels:
        parameters = Parameters(DUCKDB)
        named = sorted({id_ for rule in rules.values() for id_ in segments_named(rule)})
        if named:
            _look_up_named(con, asked, named, by_hand)
        lists = " ".join(
            f"WHEN {when.points} THEN ["
            + ", ".join(compile_rule(rule, when.moment, source_of(when), parameters) for rule in rules.values())
            + "]"
            for when in whens
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE answers AS SELECT contact_id, version, instant, cause, k, "
            f"CASE WHEN id IS NOT NULL THEN list_concat({held}, CASE {lists} END) END AS held FROM ("
            f"SELECT a.*, v.* EXCLUDE (version){', n.* EXCLUDE (contact_id, k)' if named else ''} FROM {points} a "
            "LEFT JOIN versions v ON v.id = a.contact_id AND v.version = a.version"
            f"{' LEFT JOIN named n ON n.contact_id = a.contact_id AND n.k = a.k' if named else ''})",
            parameters.values,
        )
        points, held = "answers", "held"
        asked += rules
    return asked


def _look_up_named(con: duckdb.DuckDBPyConnection, asked: Sequence[int], named: Sequence[int], by_hand: bool) -> None:
    """Fill `named` with whether each contact is, at each point, in the segments that rules of the next level name."""
    tests = "".join(
        f", coalesce({f'h{id_}.member' if by_hand else 'NULL'}, held[{asked.index(id_) + 1}]) IS TRUE AS s{id_}"
        for id_ in named
    )
    joins = "".join(
        f" LEFT JOIN hands h{id_} ON h{id_}.contact_id = a.contact_id AND h{id_}.version = a.version "
        f"AND h{id_}.segment_id = {id_}"
        for id_ in (named if by_hand else ())
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE named AS SELECT a.contact_id, a.k{tests} FROM answers a{joins}")


def source_of(when: When) -> Source:
    """Tell the compiler where a rule finds values, named segments (`s` and the id) and the time."""
    return Source(column, lambda segment_id, _: f"s{int(segment_id)}", "instant" if when.by_row else None)


def collect_moves(con: duckdb.DuckDBPyConnection, stretch: int, asked: Sequence[int], by_hand: bool) -> None:
    """Add to `moves` the differences between each point and the one before it; `asked` is what `evaluate` gave.

    Addresses that were added as no contacts are left out (see `external_moves`): whether one of them is a contact now
    says nothing of it.
    """
    differences = (
        "SELECT b.contact_id, b.k, b.instant, b.cause, a.version AS version_before, b.version, "
        "unnest($2::BIGINT[]) AS segment_id, unnest(a.held) AS was, unnest(b.held) AS now "
        "FROM answers b JOIN answers a ON a.contact_id = b.contact_id AND a.k = b.k - 1 "
        "WHERE a.held IS DISTINCT FROM b.held"
    )
    if by_hand:
        differences = (
            "SELECT d.* REPLACE (coalesce(h0.present, was) AS was, coalesce(h1.present, now) AS now) "
            f"FROM ({differences} OR b.contact_id IN (SELECT contact_id FROM hands)) d "
            "LEFT JOIN hands h0 ON h0.contact_id = d.contact_id AND h0.segment_id = d.segment_id "
            "AND h0.version = d.version_before "
            "LEFT JOIN hands h1 ON h1.contact_id = d.contact_id AND h1.segment_id = d.segment_id "
            "AND h1.version = d.version"
        )
    con.execute(
        f"INSERT INTO moves SELECT $1, segment_id << {SEGMENT_SHIFT} | contact_id, "
        f"CASE WHEN now IS TRUE THEN 1 ELSE -1 END, instant, cause, k FROM ({differences}) "
        "WHERE (was IS TRUE) <> (now IS TRUE)",
        [stretch, asked],
    )
