"""Refresh: computes whole segments from all contacts: new and edited ones, and all of them on a full refresh."""

from dataclasses import replace

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.history.daily_rollup import DailySnapshot
from tamis.columns.layout.contacts import table
from tamis.columns.layout.externals import included_externals, selected_externals
from tamis.columns.layout.membership import is_in_segment, recipients_of, span
from tamis.columns.layout.sources import stored_source
from tamis.columns.projector.batch import Purpose
from tamis.columns.projector.context import Connection, Refresh, TypeContext, execute_update, naive_utc
from tamis.columns.projector.queries import load
from tamis.columns.projector.steps.log import last_snapshot, log_snapshot
from tamis.columns.projector.steps.restore import compare_restored
from tamis.columns.projector.steps.roll_up import set_size
from tamis.columns.projector.strategy import Strategy
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.instants import day_of
from tamis.rules.sql.compiler import compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

SQL = load("refresh")


def levels_to_refresh(context: TypeContext) -> list[Refresh]:
    """List the levels of segments to refresh, each after the segments that it names, and why."""
    segments = context.changes.segments
    cause = Cause.RULE if context.purpose is Purpose.ADVANCE else Cause.TIME
    found = [Refresh(level, cause) for level in segments.refreshed]
    if context.strategy is Strategy.FULL_REFRESH:
        found[:0] = [Refresh(level, Cause.TIME) for level in segments.unchanged]
    return found


def empty_deleted(con: Connection, context: TypeContext) -> TypeContext:
    """Empty deleted segments."""
    number, sizes = context.state.number, dict(context.state.sizes)
    today = day_of(context.now, context.changes.segments.zone)
    snapshots = [DailySnapshot(id_, today, Cause.DELETION, 0) for id_ in sorted(context.changes.segments.deleted)]
    for segment_id in sorted(context.changes.segments.deleted):
        number += 1
        low_high = list(span(segment_id))
        con.execute(SQL["delete_members"], low_high)
        con.execute(SQL["delete_recent"], low_high)
        con.execute(SQL["delete_inclusions"], [segment_id])
        con.execute(SQL["delete_exclusions"], [segment_id])
        log_snapshot(con, number, segment_id, context.now, Cause.DELETION, 0)
        set_size(con, segment_id, None)
        sizes.pop(segment_id, None)
    days = context.state.days.apply(snapshots)
    return replace(context, state=replace(context.state, number=number, sizes=sizes, days=days))


def refresh(con: Connection, context: TypeContext) -> TypeContext:
    """Compute the members of new segments of a level, with one snapshot each in the log; for other segments, collect
    the differences as pending membership changes."""
    assert context.refresh
    level, cause = context.refresh.level, context.refresh.cause
    number, sizes, pending = context.state.number, dict(context.state.sizes), context.pending
    today, snapshots = day_of(context.now, context.changes.segments.zone), list[DailySnapshot]()
    numbers = context.changes.segments.versions
    versions = [(id_, numbers[id_], sizes.get(id_, 0)) for id_ in level if id_ in numbers]
    for segment_id, rule in level.items():
        if segment_id in sizes:
            pending += _compare_segment(con, context, segment_id, rule, cause)
            continue
        number += 1
        why = _cause_of_snapshot(con, context, segment_id)
        sizes[segment_id] = _insert_members(con, context, segment_id, rule)
        log_snapshot(con, number, segment_id, context.now, why, sizes[segment_id])
        snapshots.append(DailySnapshot(segment_id, today, why, sizes[segment_id]))
        set_size(con, segment_id, sizes[segment_id])
    state = replace(
        context.state,
        number=number,
        sizes=sizes,
        days=context.state.days.apply(snapshots),
        versions=[*context.state.versions, *versions],
    )
    return replace(context, state=state, pending=pending, has_new_entries=False)


def _cause_of_snapshot(con: Connection, context: TypeContext, segment_id: int) -> Cause:
    """Return why all members of a segment that has none are computed."""
    last = last_snapshot(con, segment_id)
    if last is Cause.DELETION:
        return Cause.RESTORED
    return Cause.REBUILD if last and context.purpose is Purpose.RESTORE else Cause.FIRST


def target_recipients(type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime, parameters: Parameters) -> str:
    """Return the query for the recipients that a segment should have: the contacts that its rule selects, without the
    excluded ones; the included ones, with the recipient ids that they got then; and the external recipients that its
    rule selects from other segments."""
    where = compile_rule(rule, as_of, stored_source(is_in_segment), parameters)
    segment = int(segment_id)
    own = span(segment)[0]
    externals = selected_externals(rule, as_of, parameters)
    from_other_segments = (
        f" UNION ALL SELECT {own} | id FROM ({externals}) "
        f"WHERE id NOT IN (SELECT contact_id FROM exclusions WHERE segment_id = {segment}) "
        f"AND id NOT IN ({included_externals(str(segment))})"
        if externals
        else ""
    )
    return (
        f"SELECT {own} | id AS recipient_id FROM {table(type_id)} WHERE {where} "
        f"AND id NOT IN (SELECT contact_id FROM exclusions WHERE segment_id = {segment}) "
        f"AND id NOT IN (SELECT contact_id FROM inclusions WHERE segment_id = {segment} AND contact_id IS NOT NULL) "
        f"UNION ALL SELECT recipient_id FROM inclusions WHERE segment_id = {segment}{from_other_segments}"
    )


def _insert_members(con: Connection, context: TypeContext, segment_id: int, rule: Rule) -> int:
    """Insert the members of a segment that has none; return how many."""
    parameters = Parameters(DUCKDB)
    at = parameters.bind(context.now)
    target = _target_recipients(context, segment_id, rule, parameters)
    return execute_update(con, f"INSERT INTO members SELECT recipient_id, {at} FROM ({target})", parameters.values)


def _compare_segment(con: Connection, context: TypeContext, segment_id: int, rule: Rule, cause: Cause) -> int:
    """Collect the entries and exits of a segment with a new rule, or with a rule evaluated as of another day."""
    parameters = Parameters(DUCKDB)
    target = _target_recipients(context, segment_id, rule, parameters)
    con.execute(f"CREATE OR REPLACE TEMP TABLE target_recipients AS {target}", parameters.values)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE current_recipients AS SELECT recipient_id FROM {recipients_of(segment_id)}"
    )
    if context.purpose is Purpose.RESTORE:
        return compare_restored(con, context, segment_id)
    values = {"instant": naive_utc(context.now), "cause": cause.value}
    return execute_update(con, SQL["entries"], values) + execute_update(con, SQL["exits"], values)


def _target_recipients(context: TypeContext, segment_id: int, rule: Rule, parameters: Parameters) -> str:
    as_of = EvaluationTime(context.now, context.changes.segments.zone)
    return target_recipients(context.changes.type_id, segment_id, rule, as_of, parameters)
