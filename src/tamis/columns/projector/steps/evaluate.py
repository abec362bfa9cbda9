"""Evaluate: the results of all rules for each dirty contact, at each instant at which one can change.

The cost depends on the number of changed contacts, not on that of all contacts or members. This relies on § Exact: that
the stored memberships are the previous results of the rules.
"""

from collections.abc import Sequence
from dataclasses import replace

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.layout.contacts import column, table
from tamis.columns.projector import strategy as strategies
from tamis.columns.projector.context import Connection, TypeContext, execute_update, naive_utc, rule_source
from tamis.columns.projector.queries import load
from tamis.columns.projector.rule_dependencies import split_by_events, used_events, used_fields
from tamis.columns.projector.steps import externals, insert_only, small_batch
from tamis.columns.projector.steps.events import EVALUATED, breakpoints_of_dirty, collect_evaluated
from tamis.columns.projector.strategy import BatchProfile, Strategy, choose
from tamis.domain.segments.membership_changes import Cause
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.tree import referenced_segments

SQL = load("evaluate")


def load_versions(con: Connection, context: TypeContext) -> TypeContext:
    """Load what evaluation needs of the dirty contacts: values and overrides before and after, and the evaluation
    instants. Their number decides the strategy."""
    if not (context.dirty and context.unchanged):
        return replace(context, differences=None, segment_order=())
    names = "".join(f", {column(field)}" for field in used_fields(context.unchanged))
    versions = (
        f"SELECT 0 AS version, id{names} FROM {table(context.changes.type_id)} "
        "WHERE id IN (SELECT contact_id FROM dirty) "
        f"UNION ALL SELECT 1, id{names} FROM staged_contacts WHERE id IN (SELECT contact_id FROM dirty)"
    )
    if context.has_overrides:
        con.execute(SQL["overrides"])
    if not (context.this_window.is_midnight or context.has_breakpoints):
        chosen = _strategy(context, 2 * context.dirty)
        if chosen is Strategy.SMALL_BATCH:  # the only statement that reads them has them as its own part
            before_and_after = SQL["before_and_after_change"]
            return replace(context, versions=f"({versions})", instants=before_and_after, dirty_strategy=chosen)
    con.execute(f"CREATE OR REPLACE TEMP TABLE versions AS {versions}")
    instants, evaluations = _instants(con, context)
    return replace(context, versions="versions", instants=instants, dirty_strategy=_strategy(context, evaluations))


def _strategy(context: TypeContext, evaluations: int) -> Strategy:
    if context.changes.events.of_contacts is None and used_events(context.unchanged):
        return Strategy.INCREMENTAL  # only the projection still has them
    changed = sum(len(group.ids) for group in context.changes.changed)
    profile = BatchProfile(False, 0, changed, evaluations, sum(map(len, context.unchanged)))
    return choose(profile, strategies.THRESHOLDS)


def evaluate(con: Connection, context: TypeContext) -> TypeContext:
    """Evaluate all rules for the dirty contacts, new contacts and dirty external recipients."""
    if context.overrides_changed:
        externals.collect_recipients(con, context, "before")
    if context.new_contacts:
        insert_only.evaluate(con, context)
    if not (context.dirty and context.unchanged):
        return context
    if context.dirty_strategy is Strategy.SMALL_BATCH:
        return replace(context, differences=small_batch.evaluate(con, context))
    return replace(context, differences=None, segment_order=_evaluate(con, context))


def _instants(con: Connection, context: TypeContext) -> tuple[str, int]:
    """Return the table or query of the evaluation instants, and how many they are."""
    if context.this_window.is_midnight:
        midnight = {"midnight": naive_utc(context.this_window.start), "cause": Cause.TIME.value}
        return "instants", execute_update(con, SQL["instants_of_midnight"], midnight)
    if not context.has_breakpoints:
        return SQL["before_and_after_change"], 2 * context.dirty
    return "instants", _instants_between(con, context)


def _instants_between(con: Connection, context: TypeContext) -> int:
    """Create `instants`: the change of each contact, and its breakpoints within the window. Return how many they
    are."""
    parameters = Parameters(DUCKDB)
    first, last = parameters.bind(context.this_window.start), parameters.bind(context.this_window.end)
    queries = [
        f"SELECT id, version, {column(field)} + {parameters.bind(offset)}::INTERVAL AS e FROM versions"
        for field, offset in context.breakpoints
    ]
    breakpoints = " UNION ".join([*queries, *breakpoints_of_dirty(context, parameters)])
    return execute_update(
        con,
        "CREATE OR REPLACE TEMP TABLE instants AS "
        "SELECT contact_id, version, instant, cause, "
        "(row_number() OVER (PARTITION BY contact_id ORDER BY instant, version, cause IS NOT NULL) - 1)::INTEGER "
        "AS seq FROM ("
        f"SELECT contact_id, 0 AS version, {first}::TIMESTAMP AS instant, NULL AS cause FROM dirty "
        "UNION ALL SELECT contact_id, 1, instant, cause FROM dirty WHERE instant IS NOT NULL "
        f"UNION ALL SELECT id, version, e, '{Cause.TIME}' FROM ({breakpoints}) p JOIN dirty d ON d.contact_id = p.id "
        f"WHERE e > {first} AND e < {last} "
        "AND CASE version WHEN 0 THEN d.instant IS NULL OR e < d.instant ELSE e > d.instant END)",
        parameters.values,
    )


def _evaluate(con: Connection, context: TypeContext) -> list[int]:
    """Create `rule_results`, part by part of the levels; return the segments in the order of the results."""
    collect_evaluated(con, context)
    source, results, segment_order = context.instants, "[]::BOOLEAN[]", list[int]()
    for rules in split_by_events(context.unchanged, len(context.as_of)):
        parameters = Parameters(DUCKDB)
        named = sorted({id_ for rule in rules.values() for id_ in referenced_segments(rule)})
        if named:
            _load_referenced(con, segment_order, named, context.has_overrides)
        lists = " ".join(
            f"WHEN {as_of.instants} THEN ["
            + ", ".join(
                compile_rule(rule, as_of.time, rule_source(as_of, EVALUATED), parameters) for rule in rules.values()
            )
            + "]"
            for as_of in context.as_of
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE rule_results AS SELECT contact_id, version, instant, cause, seq, "
            f"CASE WHEN id IS NOT NULL THEN list_concat({results}, CASE {lists} END) END AS results FROM ("
            f"SELECT a.*, v.* EXCLUDE (version){', n.* EXCLUDE (contact_id, seq)' if named else ''} FROM {source} a "
            "LEFT JOIN versions v ON v.id = a.contact_id AND v.version = a.version"
            f"{' LEFT JOIN referenced_segments n ON n.contact_id = a.contact_id AND n.seq = a.seq' if named else ''})",
            parameters.values,
        )
        source, results = "rule_results", "results"
        segment_order += rules
    return segment_order


def _load_referenced(con: Connection, segment_order: Sequence[int], named: Sequence[int], overrides: bool) -> None:
    """Create `referenced_segments` from the results of earlier levels."""
    tests = "".join(
        f", coalesce({f'o{id_}.is_member' if overrides else 'NULL'}, results[{segment_order.index(id_) + 1}]) IS TRUE "
        f"AS s{id_}"
        for id_ in named
    )
    joins = "".join(
        f" LEFT JOIN overrides o{id_} ON o{id_}.contact_id = a.contact_id AND o{id_}.version = a.version "
        f"AND o{id_}.segment_id = {id_}"
        for id_ in (named if overrides else ())
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE referenced_segments AS "
        f"SELECT a.contact_id, a.seq{tests} FROM rule_results a{joins}"
    )
