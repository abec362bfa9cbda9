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
    columns = [f"({compile_rule(leaf, moment, _SOURCE, parameters)}) IS TRUE AS {name}" for leaf, name in names.items()]
    tests = [_joined(part, names) for part in parts]
    places = {test: place for place, test in enumerate(dict.fromkeys(tests), 1)}
    asked = ["count(*)", *(f"count(*) FILTER ({test})" for test in places)]
    if segment_id is not None:
        segment = parameters.bind(segment_id)
        columns.append(f"id IN (SELECT contact_id FROM removed WHERE segment_id = {segment}) AS taken_out")
        columns.append(f"id IN ({_ADDED} WHERE segment_id = {segment} AND contact_id IS NOT NULL) AS put_in")
        strangers = f"({_STRANGERS} WHERE segment_id = {segment} AND contact_id IS NULL)"
        selected = _joined(whole, names) if whole else "FALSE"
        asked.append(f"count(*) FILTER ({selected} AND NOT taken_out OR put_in) + {strangers}")
    rows = con.execute(
        f"SELECT {', '.join(asked)} FROM (SELECT {', '.join(['id', *columns])} FROM {table(type_id)})",
        parameters.values,
    ).fetchall()
    members = None if segment_id is None else rows[0][-1]
    return Counts(rows[0][0], [rows[0][places[test]] for test in tests], members)


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
