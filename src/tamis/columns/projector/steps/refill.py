"""Refill: a whole segment from all contacts of its type, when it is new or edited, and on a full refresh."""

from dataclasses import replace

from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.history.daily_rollup import DailySnapshot
from tamis.columns.layout.contacts import column, table
from tamis.columns.layout.externals import added_to, selected_externals
from tamis.columns.layout.membership import is_in_segment, recipients_of, span
from tamis.columns.projector.batch import Purpose
from tamis.columns.projector.queries import load
from tamis.columns.projector.steps.log import has_snapshot, log_snapshot
from tamis.columns.projector.steps.restore import compare_restored
from tamis.columns.projector.steps.roll_up import set_size
from tamis.columns.projector.strategy import Strategy
from tamis.columns.projector.work import Connection, Refill, Work, changed, plain
from tamis.domain.instants import day_of
from tamis.domain.membership_changes import Cause
from tamis.rules.sql.compiler import ColumnSource, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

SQL = load("refill")


def refills(work: Work) -> list[Refill]:
    """List the levels of segments to fill anew, each after all that it names, and why."""
    segments = work.changes.segments
    cause = Cause.RULE if work.purpose is Purpose.FOLLOW else Cause.TIME
    found = [Refill(level, cause) for level in segments.refilled]
    if work.strategy is Strategy.FULL_REFRESH:
        found[:0] = [Refill(level, Cause.TIME) for level in segments.kept]
    return found


def empty_deleted(con: Connection, work: Work) -> Work:
    """Empty the segments that were deleted."""
    number, sizes = work.state.number, dict(work.state.sizes)
    today = day_of(work.now, work.changes.segments.zone)
    snapshots = [DailySnapshot(id_, today, Cause.DELETION, 0) for id_ in sorted(work.changes.segments.deleted)]
    for segment_id in sorted(work.changes.segments.deleted):
        number += 1
        low_high = list(span(segment_id))
        con.execute(SQL["delete_members"], low_high)
        con.execute(SQL["delete_recent"], low_high)
        con.execute(SQL["delete_added"], [segment_id])
        con.execute(SQL["delete_excluded"], [segment_id])
        log_snapshot(con, number, segment_id, work.now, Cause.DELETION, 0)
        set_size(con, segment_id, None)
        sizes.pop(segment_id, None)
    days = work.state.days.apply(snapshots)
    return replace(work, state=replace(work.state, number=number, sizes=sizes, days=days))


def refill(con: Connection, work: Work) -> Work:
    """Fill the new segments of a level, with one line of the log each; collect who has to enter and leave the others
    as membership changes."""
    assert work.refill
    level, cause = work.refill.level, work.refill.cause
    number, sizes, found = work.state.number, dict(work.state.sizes), work.found
    today, snapshots = day_of(work.now, work.changes.segments.zone), list[DailySnapshot]()
    for segment_id, rule in level.items():
        if segment_id in sizes:
            found += _compare_whole(con, work, segment_id, rule, cause)
            continue
        number += 1
        restored = work.purpose is Purpose.RESTORE and has_snapshot(con, segment_id)
        sizes[segment_id] = _fill(con, work, segment_id, rule)
        why = Cause.REBUILD if restored else Cause.FIRST
        log_snapshot(con, number, segment_id, work.now, why, sizes[segment_id])
        snapshots.append(DailySnapshot(segment_id, today, why, sizes[segment_id]))
        set_size(con, segment_id, sizes[segment_id])
    state = replace(work.state, number=number, sizes=sizes, days=work.state.days.apply(snapshots))
    return replace(work, state=state, found=found, found_new=False)


def wanted_recipients(type_id: int, segment_id: int, rule: Rule, as_of: EvaluationTime, parameters: Parameters) -> str:
    """Write the query for the recipients that a segment is to have: whom its rule selects, less the excluded, and the
    added, each under the number that it was given when it was added, and the external recipients that it has by way of
    other segments."""
    where = compile_rule(rule, as_of, ColumnSource(column, is_in_segment), parameters)
    segment = int(segment_id)
    own = span(segment)[0]
    externals = selected_externals(rule, as_of, parameters)
    by_way_of_others = (
        f" UNION ALL SELECT {own} | id FROM ({externals}) "
        f"WHERE id NOT IN (SELECT contact_id FROM removed WHERE segment_id = {segment}) "
        f"AND id NOT IN ({added_to(str(segment))})"
        if externals
        else ""
    )
    return (
        f"SELECT {own} | id AS recipient_id FROM {table(type_id)} WHERE {where} "
        f"AND id NOT IN (SELECT contact_id FROM removed WHERE segment_id = {segment}) "
        f"AND id NOT IN (SELECT contact_id FROM added WHERE segment_id = {segment} AND contact_id IS NOT NULL) "
        f"UNION ALL SELECT recipient_id FROM added WHERE segment_id = {segment}{by_way_of_others}"
    )


def _fill(con: Connection, work: Work, segment_id: int, rule: Rule) -> int:
    """Fill a segment that has no recipients yet; return how many it gets."""
    parameters = Parameters(DUCKDB)
    at = parameters.bind(work.now)
    wanted = _wanted(work, segment_id, rule, parameters)
    return changed(con, f"INSERT INTO members SELECT recipient_id, {at} FROM ({wanted})", parameters.values)


def _compare_whole(con: Connection, work: Work, segment_id: int, rule: Rule, cause: Cause) -> int:
    """Collect who has to enter and leave a segment whose rule is another now, or is evaluated as of another day."""
    parameters = Parameters(DUCKDB)
    wanted = _wanted(work, segment_id, rule, parameters)
    con.execute(f"CREATE OR REPLACE TEMP TABLE recipients_wanted AS {wanted}", parameters.values)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE recipients_present AS SELECT recipient_id FROM {recipients_of(segment_id)}"
    )
    if work.purpose is Purpose.RESTORE:
        return compare_restored(con, work, segment_id)
    values = {"instant": plain(work.now), "cause": cause.value}
    return changed(con, SQL["entries"], values) + changed(con, SQL["exits"], values)


def _wanted(work: Work, segment_id: int, rule: Rule, parameters: Parameters) -> str:
    as_of = EvaluationTime(work.now, work.changes.segments.zone)
    return wanted_recipients(work.changes.type_id, segment_id, rule, as_of, parameters)
