"""Restore: brings a projection that has the kept history up to date with later writes and the elapsed time.

Contacts and overrides are loaded as they are now. Contacts that have not changed since the history was kept go through
the elapsed time as usual. All segments are then compared with their rules, and every difference becomes a membership
change with the instant and cause that the change log has for it. Without later writes, there is none.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from tamis.columns.projector.batch import OverrideChanges, SegmentRules, TypeChanges
from tamis.columns.projector.context import Connection, TypeContext, execute_update, for_type, naive_utc
from tamis.columns.projector.queries import load
from tamis.columns.projector.steps.stage import groups_of
from tamis.domain.segments.membership_changes import Cause

SQL = load("restore")
EVER = datetime.min.replace(tzinfo=UTC)


def elapsed_time_part(changes: TypeChanges, sizes: Mapping[int, int]) -> TypeChanges:
    """Return the part of a restore that applies the elapsed time to unchanged contacts."""
    kept = [{id_: rule for id_, rule in level.items() if id_ in sizes} for level in changes.segments.unchanged]
    segments = SegmentRules(changes.segments.zone, [level for level in kept if level], [])
    return replace(changes, segments=segments, changed=(), overrides=OverrideChanges())


def comparison_part(changes: TypeChanges) -> TypeChanges:
    """Return the part of a restore that compares all segments with their rules."""
    segments = changes.segments
    return replace(
        changes, segments=replace(segments, unchanged=[], refreshed=[*segments.unchanged, *segments.refreshed])
    )


def detach_changed(con: Connection, context: TypeContext) -> TypeContext:
    """Move contacts that changed after the history was kept out of their table."""
    changes = context.changes
    con.execute(SQL["changed_since"], {"groups": groups_of(changes.changed)})
    con.execute(for_type(SQL["detached_contacts"], changes.type_id))
    con.execute(for_type(SQL["delete_changed"], changes.type_id))
    return context


def reattach_changed(con: Connection, context: TypeContext) -> TypeContext:
    """Move the detached contacts back."""
    con.execute(for_type(SQL["reattach_changed"], context.changes.type_id))
    return context


def compare_restored(con: Connection, context: TypeContext, segment_id: int) -> int:
    """Collect the differences between `target_recipients` and `current_recipients`, each with the instant and cause
    from the change log; return how many."""
    if context.has_overrides:
        con.execute(SQL["externals_changed_since"])
    instant, cause = _cause(context, segment_id)
    after = instant if cause is Cause.RULE else EVER  # earlier changes were judged by the old rule
    values = {"instant": naive_utc(instant), "cause": cause.value, "after": naive_utc(after)}
    suffix = "_with_externals" if context.has_overrides else ""
    return execute_update(con, SQL[f"entries{suffix}"], values) + execute_update(con, SQL[f"exits{suffix}"], values)


def _cause(context: TypeContext, segment_id: int) -> tuple[datetime, Cause]:
    """Return why unchanged contacts enter and leave: the rule was edited, or an override was undone. Otherwise the
    stored memberships did not match the rule."""
    since = context.changes.since
    if segment_id in since.edited:
        return since.edited[segment_id], Cause.RULE
    if segment_id in since.overridden:
        return since.overridden[segment_id], Cause.OVERRIDE
    return context.now, Cause.REBUILD
