"""How the memberships of external recipients change: all rules that may reach them are evaluated about those who were
touched, before the batch is applied and after it. Time changes no answer: they have no dates."""

from dataclasses import replace

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column
from tamis.columns.layout.externals import external_rows, used_by
from tamis.columns.projector.batch import Levels
from tamis.columns.projector.queries import load
from tamis.columns.projector.work import Connection, Work, changed
from tamis.domain.segments import EXTERNAL_BIT, SEGMENT_SHIFT
from tamis.rules.evaluation.externals import segments_included
from tamis.rules.sql.compiler import ColumnSource, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

SQL = load("externals")
_EXCLUDED = (
    "list_distinct(coalesce((SELECT list(r.segment_id) FROM removed r "
    f"WHERE r.contact_id = {EXTERNAL_BIT} | added.person_id), []))"
)


def compare_externals(con: Connection, work: Work) -> Work:
    """Collect what applying the window has changed for external recipients as membership changes."""
    if not work.overrides_touched:
        return work
    note_recipients(con, work, "after")
    window = {"window_number": work.this_window.number}
    found = changed(con, SQL["entries"], window) + changed(con, SQL["exits"], window)
    return replace(work, found=work.found + found)


def note_recipients(con: Connection, work: Work, when: str) -> None:
    """Make `externals_before` or `externals_after` of the recipients that the touched persons are in segments:
    `recipient_id`, `person_id`, and of those who were added as no contacts the addition (`added_id`)."""
    parameters = Parameters(DUCKDB)
    segment_ids = parameters.bind([segment_id for rules in work.kept for segment_id in rules])
    touched = "person_id IN (SELECT person_id FROM dirty_externals)"
    query = (
        f"SELECT recipient_id, person_id, id AS added_id FROM added WHERE {touched} "
        f"AND recipient_id & {EXTERNAL_BIT} <> 0 AND segment_id IN (SELECT unnest({segment_ids}::BIGINT[]))"
    )
    reached = _reached_from(con, work.kept)
    if reached:
        as_of = EvaluationTime(work.this_window.start, work.changes.segments.zone)
        query += f" UNION ALL {_by_rule(reached, touched, as_of, parameters)}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE externals_{when} AS {query}", parameters.values)


def _reached_from(con: Connection, levels: Levels) -> list[dict[int, Rule]]:
    """Return the rules that may reach the touched persons by way of the segments to which they were added, by level."""
    there = {row[0] for row in con.execute(SQL["segments_added_to"]).fetchall()}
    found = []
    for rules in levels:
        level = {id_: rule for id_, rule in rules.items() if not there.isdisjoint(segments_included(rule))}
        there.update(level)
        if level:
            found.append(level)
    return found


def _by_rule(levels: Levels, touched: str, as_of: EvaluationTime, parameters: Parameters) -> str:
    """Write the query for those of the recipients that are so by the rules of segments; these come after all that they
    name."""
    rules = {segment_id: rule for level in levels for segment_id, rule in level.items()}
    lists = f", list(segment_id) AS added_to, {_EXCLUDED} AS excluded_from"
    query = external_rows(used_by(*rules.values()), lists, f" AND {touched}")
    known: set[int] = set()

    def is_in(segment_id: int, _: Parameters) -> str:
        return f"m{segment_id}" if segment_id in known else f"list_contains(added_to, {int(segment_id)})"

    for level in levels:
        members = ", ".join(
            f"(list_contains(added_to, {segment_id}) OR (NOT list_contains(excluded_from, {segment_id}) "
            f"AND ({' OR '.join(is_in(id_, parameters) for id_ in segments_included(rule))}) "
            f"AND {compile_rule(rule, as_of, ColumnSource(column, is_in), parameters)} IS TRUE)) AS m{segment_id}"
            for segment_id, rule in level.items()
        )
        query = f"SELECT *, {members} FROM ({query})"
        known.update(level)
    pairs = (
        f"SELECT id, added_to, unnest([{', '.join(map(str, rules))}]::BIGINT[]) AS segment_id, "
        f"unnest([{', '.join(f'm{segment_id}' for segment_id in rules)}]) AS is_member FROM ({query})"
    )
    return (
        f"SELECT segment_id << {SEGMENT_SHIFT} | id, id & {EXTERNAL_BIT - 1}, NULL FROM ({pairs}) "
        "WHERE is_member AND NOT list_contains(added_to, segment_id)"
    )
