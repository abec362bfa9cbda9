"""Evaluate: what all rules say of each dirty contact, at each instant at which an answer can change.

The cost follows the contacts that change, not all contacts or all members. It relies on § Exact: that the stored
membership is what the rules said before.
"""

from collections.abc import Sequence
from dataclasses import replace

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, table
from tamis.columns.projector import strategy as strategies
from tamis.columns.projector.queries import load
from tamis.columns.projector.steps import externals, insert_only, small_batch
from tamis.columns.projector.strategy import Description, Strategy, choose
from tamis.columns.projector.timed import used_fields
from tamis.columns.projector.work import Connection, Work, changed, plain, source_of
from tamis.domain.membership_changes import Cause
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.tree import referenced_segments

SQL = load("evaluate")


def look_up(con: Connection, work: Work) -> Work:
    """Bring together what evaluation needs of the dirty contacts: their values and overrides before and after, and the
    evaluation instants, by whose number the strategy for them is chosen."""
    if not (work.dirty and work.kept):
        return replace(work, answers=None, asked=())
    names = "".join(f", {column(field)}" for field in used_fields(work.kept))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE versions AS "
        f"SELECT 0 AS version, id{names} FROM {table(work.changes.type_id)} "
        "WHERE id IN (SELECT contact_id FROM dirty) "
        f"UNION ALL SELECT 1, id{names} FROM staged_contacts WHERE id IN (SELECT contact_id FROM dirty)"
    )
    if work.overrides:
        con.execute(SQL["overrides"])
    instants, evaluations = _instants(con, work)
    described = Description(False, 0, sum(len(group.ids) for group in work.changes.touched), evaluations)
    return replace(work, instants=instants, strategy_of_dirty=choose(described, strategies.LIMITS))


def evaluate(con: Connection, work: Work) -> Work:
    """Answer all rules about the dirty contacts, and what is touched beside them: new contacts, external recipients."""
    if work.overrides_touched:
        externals.note_recipients(con, work, "before")
    if work.new:
        insert_only.evaluate(con, work)
    if not (work.dirty and work.kept):
        return work
    if work.strategy_of_dirty is Strategy.SMALL_BATCH:
        return replace(work, answers=small_batch.evaluate(con, work))
    return replace(work, asked=_evaluate(con, work))


def _instants(con: Connection, work: Work) -> tuple[str, int]:
    """Return the table or query of the evaluation instants, and how many they are."""
    if work.this_window.is_midnight:
        midnight = {"midnight": plain(work.this_window.start), "cause": Cause.TIME.value}
        return "instants", changed(con, SQL["instants_of_midnight"], midnight)
    if not work.edges:
        return SQL["before_and_after_change"], 2 * work.dirty
    return "instants", _instants_between(con, work)


def _instants_between(con: Connection, work: Work) -> int:
    """Make `instants` of the change of each contact, and of the instants within the window at which a value of it comes
    into a span or leaves it."""
    parameters = Parameters(DUCKDB)
    first, last = parameters.bind(work.this_window.start), parameters.bind(work.this_window.end)
    passing = " UNION ".join(
        f"SELECT id, version, {name} + {parameters.bind(offset)}::INTERVAL AS e FROM versions"
        for name, offset in work.edges
    )
    return changed(
        con,
        "CREATE OR REPLACE TEMP TABLE instants AS "
        "SELECT contact_id, version, instant, cause, "
        "(row_number() OVER (PARTITION BY contact_id ORDER BY instant, version, cause IS NOT NULL) - 1)::INTEGER AS k "
        "FROM ("
        f"SELECT contact_id, 0 AS version, {first}::TIMESTAMP AS instant, NULL AS cause FROM dirty "
        "UNION ALL SELECT contact_id, 1, instant, cause FROM dirty WHERE instant IS NOT NULL "
        f"UNION ALL SELECT id, version, e, '{Cause.TIME}' FROM ({passing}) p JOIN dirty d ON d.contact_id = p.id "
        f"WHERE e > {first} AND e < {last} "
        "AND CASE version WHEN 0 THEN d.instant IS NULL OR e < d.instant ELSE e > d.instant END)",
        parameters.values,
    )


def _evaluate(con: Connection, work: Work) -> list[int]:
    """Make `answers`, level by level; return the segments in the order of the answers in each list."""
    source, held, asked = work.instants, "[]::BOOLEAN[]", list[int]()
    for rules in work.kept:
        parameters = Parameters(DUCKDB)
        named = sorted({id_ for rule in rules.values() for id_ in referenced_segments(rule)})
        if named:
            _look_up_named(con, asked, named, work.overrides)
        lists = " ".join(
            f"WHEN {as_of.instants} THEN ["
            + ", ".join(compile_rule(rule, as_of.time, source_of(as_of), parameters) for rule in rules.values())
            + "]"
            for as_of in work.as_of
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE answers AS SELECT contact_id, version, instant, cause, k, "
            f"CASE WHEN id IS NOT NULL THEN list_concat({held}, CASE {lists} END) END AS held FROM ("
            f"SELECT a.*, v.* EXCLUDE (version){', n.* EXCLUDE (contact_id, k)' if named else ''} FROM {source} a "
            "LEFT JOIN versions v ON v.id = a.contact_id AND v.version = a.version"
            f"{' LEFT JOIN named_segments n ON n.contact_id = a.contact_id AND n.k = a.k' if named else ''})",
            parameters.values,
        )
        source, held = "answers", "held"
        asked += rules
    return asked


def _look_up_named(con: Connection, asked: Sequence[int], named: Sequence[int], overrides: bool) -> None:
    """Make `named_segments` from the answers of the levels before."""
    tests = "".join(
        f", coalesce({f'o{id_}.member' if overrides else 'NULL'}, held[{asked.index(id_) + 1}]) IS TRUE AS s{id_}"
        for id_ in named
    )
    joins = "".join(
        f" LEFT JOIN overrides o{id_} ON o{id_}.contact_id = a.contact_id AND o{id_}.version = a.version "
        f"AND o{id_}.segment_id = {id_}"
        for id_ in (named if overrides else ())
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE named_segments AS SELECT a.contact_id, a.k{tests} FROM answers a{joins}")
