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


class Counts(NamedTuple):
    """How many contacts a type has, how many each part selects, and the ids of some whom the whole rule selects;
    `members` is how many recipients a segment would have with that rule, None where no segment was named."""

    total: int
    parts: list[int]
    sample: list[int]
    members: int | None


def count_parts(
    con: duckdb.DuckDBPyConnection,
    type_id: int,
    whole: Rule,
    parts: Sequence[Node],
    moment: Moment,
    sample: int,
    segment_id: int | None = None,
) -> Counts:
    """Count all parts in one scan, in which each condition is asked once, however many parts it stands in.

    The sample is chosen by a hash of the ids: nobody is preferred, and a contact that was in it stays in it for as long
    as the rule, edited, goes on selecting it and nobody with a lower hash.
    """
    parameters = Parameters()
    source = Source(column, is_in_segment)
    names = {leaf: f"c{i}" for i, leaf in enumerate(dict.fromkeys(_leaves([*parts, whole])))}
    columns = [f"({compile_rule(leaf, moment, source, parameters)}) IS TRUE AS {name}" for leaf, name in names.items()]
    selected = _joined(whole, names) if whole else "FALSE"
    asked = [f"count(*) FILTER ({_joined(part, names)})" for part in parts]
    asked += [f"min_by(id, hash(id), {int(sample)}) FILTER ({selected})"]
    if segment_id is not None:
        segment = parameters.bind(segment_id)
        columns.append(f"id IN (SELECT contact_id FROM removed WHERE segment_id = {segment}) AS taken_out")
        columns.append(f"id IN ({_ADDED} WHERE segment_id = {segment} AND contact_id IS NOT NULL) AS put_in")
        strangers = f"({_STRANGERS} WHERE segment_id = {segment} AND contact_id IS NULL)"
        asked.append(f"count(*) FILTER ({selected} AND NOT taken_out OR put_in) + {strangers}")
    rows = con.execute(
        f"SELECT count(*), {', '.join(asked)} FROM (SELECT {', '.join(['id', *columns])} FROM {table(type_id)})",
        parameters.values,
    ).fetchall()
    total, *found = rows[0]
    ids = found[len(parts)] or []
    return Counts(total, found[: len(parts)], sorted(ids), None if segment_id is None else found[-1])


_ADDED = "SELECT contact_id FROM added"
_STRANGERS = "SELECT count(*) FROM added"


def _leaves(nodes: Sequence[Rule]) -> Iterator[Leaf]:
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
