"""Counts of external recipients that a rule and each of its parts select."""

from collections.abc import Sequence

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.externals import external_rows, included_externals, is_external_in, used_by
from tamis.columns.layout.sources import stored_source
from tamis.columns.reads.conditions import joined, leaves
from tamis.columns.reads.part_counts import MAILABLE, also_mailable
from tamis.rules.build_without_field import CAN_BE_MAILED
from tamis.rules.evaluation.externals import segments_included
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Node, Rule


def count_externals(
    con: duckdb.DuckDBPyConnection,
    whole: Rule,
    parts: Sequence[Node],
    as_of: EvaluationTime,
    segment_id: int | None,
    *,
    mailable: bool,
) -> list[int]:
    """Count the external recipients that each part selects by itself, then those that the segment, if given, would have
    with the whole rule, and with `mailable` those of the whole, and of that segment, who can be mailed."""
    affected = [part for part in parts if segments_included(part)]
    if not affected and segment_id is None:
        return [0] * (len(parts) + mailable)
    parameters = Parameters(DUCKDB)
    source = stored_source(is_external_in)
    names = {leaf: f"c{i}" for i, leaf in enumerate(dict.fromkeys(leaves(affected)))}
    tests_by_name = {name: compile_rule(leaf, as_of, source, parameters) for leaf, name in names.items()}
    named = {id_: f"m{id_}" for part in affected for id_ in segments_included(part)}
    tests_by_name |= {name: is_external_in(id_, parameters) for id_, name in named.items()}
    selected = {
        part: f"({' OR '.join(named[id_] for id_ in segments_included(part))}) AND {joined(part, names)}"
        for part in affected
    }
    tests = [selected.get(part, "FALSE") for part in parts]
    if segment_id is not None:
        segment = parameters.bind(segment_id)
        tests_by_name["is_excluded"] = f"id IN (SELECT contact_id FROM exclusions WHERE segment_id = {segment})"
        tests_by_name["is_included"] = f"id IN ({included_externals(segment)})"
        tests.append(f"({selected.get(whole, 'FALSE') if whole else 'FALSE'}) AND NOT is_excluded OR is_included")
    if mailable:
        tests_by_name[MAILABLE] = compile_rule(CAN_BE_MAILED, as_of, source, parameters)
        tests += map(also_mailable, [selected.get(whole, "FALSE") if whole else "FALSE", *tests[len(parts) :]])
    answers = ", ".join(["*", *(f"({test}) IS TRUE AS {name}" for name, test in tests_by_name.items())])
    counts = ", ".join(f"count(*) FILTER ({test})" for test in tests)
    rows = external_rows(used_by(*affected, *([CAN_BE_MAILED] if mailable else ())))
    query = f"SELECT {counts} FROM (SELECT {answers} FROM ({rows}))"
    return list(con.execute(query, parameters.values).fetchall()[0])
