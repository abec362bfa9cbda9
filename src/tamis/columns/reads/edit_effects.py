"""What an edited rule would do to the members of its segment, and of all segments that depend on it."""

from collections.abc import Callable

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.interface.rules import RuleEffect
from tamis.columns.layout.contacts import table
from tamis.columns.layout.externals import external_rows, included_externals, is_external_in, used_by
from tamis.columns.layout.membership import is_in_segment
from tamis.columns.layout.sources import stored_source
from tamis.columns.projector.batch import Levels
from tamis.rules.evaluation.externals import segments_included
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

InSegment = Callable[[int, Parameters], str]


def effects(
    con: duckdb.DuckDBPyConnection, type_id: int, levels: Levels, as_of: EvaluationTime
) -> dict[int, RuleEffect]:
    """Compare the members of segments with those that they would have with some rules, each level after the segments
    that its rules name; other segments stay as they are."""
    parameters = Parameters(DUCKDB)
    contacts = _counts(_contacts(type_id, levels, as_of, parameters), levels)
    rows = con.execute(contacts, parameters.values).fetchall()
    parameters = Parameters(DUCKDB)
    externals = _counts(_externals(levels, as_of, parameters), levels)
    rows += con.execute(externals, parameters.values).fetchall()
    totals = [sum(column) for column in zip(*rows, strict=True)]
    ids = [segment_id for level in levels for segment_id in level]
    return {id_: RuleEffect(*totals[4 * place : 4 * place + 4]) for place, id_ in enumerate(ids)}


def samples(
    con: duckdb.DuckDBPyConnection, type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime, most: int
) -> tuple[list[int], list[int]]:
    """Return the ids of some contacts that would enter, and of some that would leave, ascending; chosen by a hash."""
    parameters = Parameters(DUCKDB)
    rows = _contacts(type_id, [{segment_id: rule}], as_of, parameters)
    will_be, is_in = f"after{segment_id}", f"before{segment_id}"
    found = con.execute(
        f"SELECT id, {will_be} FROM ({rows}) WHERE {will_be} <> {is_in} "
        f"QUALIFY row_number() OVER (PARTITION BY {will_be} ORDER BY hash(id)) <= {parameters.bind(most)} ORDER BY id",
        parameters.values,
    ).fetchall()
    return [id_ for id_, enters in found if enters], [id_ for id_, enters in found if not enters]


def _counts(rows: str, levels: Levels) -> str:
    """Return the query for four counts for each segment: before, after, entering and leaving."""
    counts = ", ".join(
        f"count(*) FILTER (before{id_}), count(*) FILTER (after{id_}), "
        f"count(*) FILTER (after{id_} AND NOT before{id_}), count(*) FILTER (before{id_} AND NOT after{id_})"
        for level in levels
        for id_ in map(int, level)
    )
    return f"SELECT {counts} FROM ({rows})"


def _contacts(type_id: int, levels: Levels, as_of: EvaluationTime, parameters: Parameters) -> str:
    def selected(rule: Rule, in_segment: InSegment) -> str:
        return f"({compile_rule(rule, as_of, stored_source(in_segment), parameters)}) IS TRUE"

    def included(segment: str) -> str:
        return f"SELECT contact_id FROM inclusions WHERE segment_id = {segment} AND contact_id IS NOT NULL"

    return _before_and_after(f"SELECT * FROM {table(type_id)}", levels, is_in_segment, selected, included, parameters)


def _externals(levels: Levels, as_of: EvaluationTime, parameters: Parameters) -> str:
    def selected(rule: Rule, in_segment: InSegment) -> str:
        reachable = " OR ".join(in_segment(id_, parameters) for id_ in segments_included(rule))
        if not reachable:
            return "FALSE"
        where = compile_rule(rule, as_of, stored_source(in_segment), parameters)
        return f"(({reachable}) AND {where}) IS TRUE"

    rows = external_rows(used_by(*(rule for level in levels for rule in level.values())))
    return _before_and_after(rows, levels, is_external_in, selected, included_externals, parameters)


def _before_and_after(
    rows: str,
    levels: Levels,
    is_in: InSegment,
    selected: Callable[[Rule, InSegment], str],
    included: Callable[[str], str],
    parameters: Parameters,
) -> str:
    """Return the query for rows of persons that tells for each segment whether they are in it (`before` and the id) and
    whether they would be (`after` and the id)."""
    known: set[int] = set()

    def would_be_in(segment_id: int, parameters: Parameters) -> str:
        return f"after{int(segment_id)}" if segment_id in known else is_in(segment_id, parameters)

    for level in levels:
        columns = ""
        for segment_id, rule in level.items():
            segment = parameters.bind(segment_id)
            columns += (
                f", {is_in(segment_id, parameters)} AS before{int(segment_id)}, "
                f"{selected(rule, would_be_in)} "
                f"AND id NOT IN (SELECT contact_id FROM exclusions WHERE segment_id = {segment}) "
                f"OR id IN ({included(segment)}) AS after{int(segment_id)}"
            )
        rows = f"SELECT *{columns} FROM ({rows})"
        known.update(level)
    return rows
