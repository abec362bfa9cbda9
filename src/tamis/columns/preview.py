"""What a rule that is being made says of the contacts of a type: how many it and each of its parts select, and whom."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import duckdb

from tamis.columns.layout import column, table
from tamis.columns.membership import is_in_segment
from tamis.rules.moment import Moment
from tamis.rules.sql import Parameters, Source, compile_rule
from tamis.rules.tree import All, Any, Condition, InSegment, Node, Not, Rule

Leaf = Condition | InSegment

_MOST_BITS = 12
_SOURCE = Source(column, is_in_segment)


class Counts(NamedTuple):
    """How many contacts a type has, how many each part selects, and how many recipients a segment would have with the
    whole rule, None where no segment was named."""

    total: int
    parts: list[int]
    members: int | None


def count_parts(
    con: duckdb.DuckDBPyConnection,
    type_id: int,
    whole: Rule,
    parts: Sequence[Node],
    moment: Moment,
    segment_id: int | None = None,
) -> Counts:
    """Count all parts in one scan, in which each condition is asked once, however many parts it stands in; `whole` is
    one of the parts, or None."""
    parameters = Parameters()
    names = {leaf: f"c{i}" for i, leaf in enumerate(dict.fromkeys(_leaves(parts)))}
    asked = {name: compile_rule(leaf, moment, _SOURCE, parameters) for leaf, name in names.items()}
    tests = [_joined(part, names) for part in parts]
    if segment_id is not None:
        segment = parameters.bind(segment_id)
        asked["taken_out"] = f"id IN (SELECT contact_id FROM removed WHERE segment_id = {segment})"
        asked["put_in"] = f"id IN ({_ADDED} WHERE segment_id = {segment} AND contact_id IS NOT NULL)"
        tests.append(f"{_joined(whole, names) if whole else 'FALSE'} AND NOT taken_out OR put_in")
    places = {test: place for place, test in enumerate(dict.fromkeys(tests), 1)}
    counts = ", ".join(["sum(n)", *(f"sum(n) FILTER ({test})" for test in places)])
    rows = con.execute(f"SELECT {counts} FROM ({_answers(type_id, asked)})", parameters.values).fetchall()
    total, *found = (int(count or 0) for count in rows[0])
    counted = [found[places[test] - 1] for test in tests]
    return Counts(total, counted, None) if segment_id is None else _with_strangers(con, total, counted, segment_id)


def _answers(type_id: int, asked: dict[str, str]) -> str:
    """Write the query for what contacts answer to each condition, and for how many (`n`) who answer alike.

    A few conditions are asked as the bits of a number, by which contacts are counted before anything else is asked: of
    five conditions over a million contacts that takes half of what a count for each part would, however many parts.
    """
    if not 0 < len(asked) <= _MOST_BITS:
        columns = ", ".join(["1 AS n", *(f"({test}) IS TRUE AS {name}" for name, test in asked.items())])
        return f"SELECT {columns} FROM {table(type_id)}"
    bits = " + ".join(f"CASE WHEN {test} THEN {1 << place} ELSE 0 END" for place, test in enumerate(asked.values()))
    columns = ", ".join(f"(bits & {1 << place}) <> 0 AS {name}" for place, name in enumerate(asked))
    alike = f"SELECT ({bits})::USMALLINT AS bits, count(*) AS n FROM {table(type_id)} GROUP BY bits"
    return f"SELECT n, {columns} FROM ({alike})"


def _with_strangers(con: duckdb.DuckDBPyConnection, total: int, counted: list[int], segment_id: int) -> Counts:
    """Give the counts with those added to a segment by hand who are no contacts."""
    sql = f"{_STRANGERS} WHERE segment_id = $1 AND contact_id IS NULL"
    strangers = con.execute(sql, [segment_id]).fetchall()[0][0]
    return Counts(total, counted[:-1], counted[-1] + strangers)


def sample_of(con: duckdb.DuckDBPyConnection, type_id: int, rule: Node, moment: Moment, most: int) -> list[int]:
    """Give the ids of some contacts that a rule selects, in ascending order.

    They are chosen by a hash of the ids: nobody is preferred, and while a rule is edited, the same people are seen
    again as far as it goes on selecting them.
    """
    parameters = Parameters()
    where = compile_rule(rule, moment, _SOURCE, parameters)
    rows = con.execute(
        f"SELECT id FROM {table(type_id)} WHERE {where} ORDER BY hash(id) LIMIT {parameters.bind(most)}",
        parameters.values,
    ).fetchall()
    return sorted(row[0] for row in rows)


_ADDED = "SELECT contact_id FROM added"
_STRANGERS = "SELECT count(*) FROM added"


def _leaves(nodes: Sequence[Node]) -> Iterator[Leaf]:
    for node in nodes:
        match node:
            case Condition() | InSegment():
                yield node
            case All(parts) | Any(parts):
                yield from _leaves(parts)
            case Not(part):
                yield from _leaves([part])


def _joined(node: Node, names: dict[Leaf, str]) -> str:
    """Join the columns of conditions, which are never null, as a part joins the conditions."""
    match node:
        case Condition() | InSegment():
            return names[node]
        case Not(part):
            return f"(NOT {_joined(part, names)})"
        case All(parts) | Any(parts):
            word = " AND " if isinstance(node, All) else " OR "
            return "(" + word.join(_joined(part, names) for part in parts) + ")"
