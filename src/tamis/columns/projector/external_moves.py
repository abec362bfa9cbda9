"""How the memberships of external recipients change: all rules that may reach them are asked about those who were
touched, before what was brought is put in its place and after it. Time changes no answer: they have no dates.

The temporary tables: `touched_persons` has whose turn it is, when and why; `externals_before` and `externals_after` the
numbers of the recipients that they are.
"""

from datetime import datetime

import duckdb

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column
from tamis.columns.layout.externals import external_rows, used_by
from tamis.columns.projector.replay import Levels
from tamis.domain.segments import SEGMENT_SHIFT, STRANGER
from tamis.rules.evaluation.externals import segments_included
from tamis.rules.sql.compiler import Source, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.moment import Moment
from tamis.rules.tree import Rule

_EXCLUDED = (
    "list_distinct(coalesce((SELECT list(r.segment_id) FROM removed r "
    f"WHERE r.contact_id = {STRANGER} | added.person_id), []))"
)


def choose_touched(con: duckdb.DuckDBPyConnection, end: datetime) -> None:
    """Fill `touched_persons` with those of whom any addition or exclusion was touched before an instant; of additions
    that there are no more, the number of the person may have been touched instead."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE touched_persons AS "
        "SELECT person_id, max(instant) AS instant, arg_max(cause, instant) AS cause FROM ("
        "SELECT id AS person_id, instant, cause FROM touched_added WHERE instant < $1 UNION ALL "
        "SELECT a.person_id, t.instant, t.cause FROM touched_added t "
        "JOIN (SELECT id, person_id FROM added UNION SELECT id, person_id FROM incoming_added) a ON a.id = t.id "
        "WHERE t.instant < $1) GROUP BY person_id",
        [end.replace(tzinfo=None)],
    )


def note_recipients(con: duckdb.DuckDBPyConnection, name: str, levels: Levels, moment: Moment) -> None:
    """Fill a table with the recipients that the touched persons are in segments: `recipient_id`, `person_id`, and of
    those who were added as no contacts the addition (`added_id`)."""
    parameters = Parameters(DUCKDB)
    segment_ids = parameters.bind([segment_id for rules in levels for segment_id in rules])
    touched = "person_id IN (SELECT person_id FROM touched_persons)"
    query = (
        f"SELECT recipient_id, person_id, id AS added_id FROM added WHERE {touched} "
        f"AND recipient_id & {STRANGER} <> 0 AND segment_id IN (SELECT unnest({segment_ids}::BIGINT[]))"
    )
    reached = _reached_from(con, levels)
    if reached:
        query += f" UNION ALL {_by_rule(reached, touched, moment, parameters)}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE externals_{name} AS {query}", parameters.values)


def _reached_from(con: duckdb.DuckDBPyConnection, levels: Levels) -> list[dict[int, Rule]]:
    """Return the rules that may reach the touched persons by way of the segments to which they were added, by level."""
    rows = con.execute(
        "SELECT DISTINCT segment_id FROM added "
        "WHERE contact_id IS NULL AND person_id IN (SELECT person_id FROM touched_persons)"
    ).fetchall()
    there = {row[0] for row in rows}
    found = []
    for rules in levels:
        level = {id_: rule for id_, rule in rules.items() if not there.isdisjoint(segments_included(rule))}
        there.update(level)
        if level:
            found.append(level)
    return found


def _by_rule(levels: Levels, touched: str, moment: Moment, parameters: Parameters) -> str:
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
            f"AND {compile_rule(rule, moment, Source(column, is_in), parameters)} IS TRUE)) AS m{segment_id}"
            for segment_id, rule in level.items()
        )
        query = f"SELECT *, {members} FROM ({query})"
        known.update(level)
    pairs = (
        f"SELECT id, added_to, unnest([{', '.join(map(str, rules))}]::BIGINT[]) AS segment_id, "
        f"unnest([{', '.join(f'm{segment_id}' for segment_id in rules)}]) AS is_member FROM ({query})"
    )
    return (
        f"SELECT segment_id << {SEGMENT_SHIFT} | id, id & {STRANGER - 1}, NULL FROM ({pairs}) "
        "WHERE is_member AND NOT list_contains(added_to, segment_id)"
    )


def collect_moves(con: duckdb.DuckDBPyConnection, stretch: int) -> None:
    """Add to `moves` the differences between the recipients before and after."""
    for step, here, there in ((1, "after", "before"), (-1, "before", "after")):
        con.execute(
            f"INSERT INTO moves SELECT $1, n.recipient_id, {step}, coalesce(t.instant, p.instant), "
            f"coalesce(t.cause, p.cause), 1 FROM externals_{here} n "
            "JOIN touched_persons p ON p.person_id = n.person_id LEFT JOIN touched_added t ON t.id = n.added_id "
            f"ANTI JOIN externals_{there} o ON o.recipient_id = n.recipient_id",
            [stretch],
        )
