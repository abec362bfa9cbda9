"""Compare externals: the membership changes of external recipients. All rules that may select one are evaluated for
those that changed, before and after the window is applied. Time changes no result: they have no dates."""

from dataclasses import replace

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.externals import external_rows, used_by
from tamis.columns.layout.sources import stored_source
from tamis.columns.projector.batch import Levels
from tamis.columns.projector.context import Connection, TypeContext, execute_update
from tamis.columns.projector.queries import load
from tamis.domain.segments.segments import EXTERNAL_BIT, SEGMENT_SHIFT
from tamis.rules.evaluation.externals import segments_included
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

SQL = load("externals")
_EXCLUDED = (
    "list_distinct(coalesce((SELECT list(r.segment_id) FROM exclusions r "
    f"WHERE r.contact_id = {EXTERNAL_BIT} | inclusions.person_id), []))"
)


def compare_externals(con: Connection, context: TypeContext) -> TypeContext:
    """Collect the membership changes of external recipients that applying the window has caused."""
    if not context.overrides_changed:
        return context
    collect_recipients(con, context, "after")
    window = {"window_number": context.this_window.number}
    changes = execute_update(con, SQL["entries"], window) + execute_update(con, SQL["exits"], window)
    return replace(context, pending=context.pending + changes)


def collect_recipients(con: Connection, context: TypeContext, when: str) -> None:
    """Create `externals_before` or `externals_after`: the recipients of the changed persons in all segments, with
    `recipient_id`, `person_id` and, for those included as external, `inclusion_id`."""
    parameters = Parameters(DUCKDB)
    segment_ids = parameters.bind([segment_id for rules in context.unchanged for segment_id in rules])
    is_dirty = "person_id IN (SELECT person_id FROM dirty_externals)"
    query = (
        f"SELECT recipient_id, person_id, id AS inclusion_id FROM inclusions WHERE {is_dirty} "
        f"AND recipient_id & {EXTERNAL_BIT} <> 0 AND segment_id IN (SELECT unnest({segment_ids}::BIGINT[]))"
    )
    reachable = _reachable_rules(con, context.unchanged)
    if reachable:
        as_of = EvaluationTime(context.this_window.start, context.changes.segments.zone)
        query += f" UNION ALL {_by_rule(reachable, is_dirty, as_of, parameters)}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE externals_{when} AS {query}", parameters.values)


def _reachable_rules(con: Connection, levels: Levels) -> list[dict[int, Rule]]:
    """Return the rules that may select the changed persons, because they name segments that have them, by level."""
    segment_ids = {row[0] for row in con.execute(SQL["segments_included_in"]).fetchall()}
    found = []
    for rules in levels:
        level = {id_: rule for id_, rule in rules.items() if not segment_ids.isdisjoint(segments_included(rule))}
        segment_ids.update(level)
        if level:
            found.append(level)
    return found


def _by_rule(levels: Levels, is_dirty: str, as_of: EvaluationTime, parameters: Parameters) -> str:
    """Return the query for the recipients that rules select; each level comes after the segments that it names."""
    rules = {segment_id: rule for level in levels for segment_id, rule in level.items()}
    lists = f", list(segment_id) AS included_in, {_EXCLUDED} AS excluded_from"
    query = external_rows(used_by(*rules.values()), lists, f" AND {is_dirty}")
    known: set[int] = set()

    def is_in(segment_id: int, _: Parameters) -> str:
        return f"m{segment_id}" if segment_id in known else f"list_contains(included_in, {int(segment_id)})"

    for level in levels:
        members = ", ".join(
            f"(list_contains(included_in, {segment_id}) OR (NOT list_contains(excluded_from, {segment_id}) "
            f"AND ({' OR '.join(is_in(id_, parameters) for id_ in segments_included(rule))}) "
            f"AND {compile_rule(rule, as_of, stored_source(is_in), parameters)} IS TRUE)) AS m{segment_id}"
            for segment_id, rule in level.items()
        )
        query = f"SELECT *, {members} FROM ({query})"
        known.update(level)
    pairs = (
        f"SELECT id, included_in, unnest([{', '.join(map(str, rules))}]::BIGINT[]) AS segment_id, "
        f"unnest([{', '.join(f'm{segment_id}' for segment_id in rules)}]) AS is_member FROM ({query})"
    )
    return (
        f"SELECT segment_id << {SEGMENT_SHIFT} | id, id & {EXTERNAL_BIT - 1}, NULL FROM ({pairs}) "
        "WHERE is_member AND NOT list_contains(included_in, segment_id)"
    )
