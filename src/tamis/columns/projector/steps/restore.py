"""Restore: a projection that has the kept history takes in what was written since, and the time that has passed.

Contacts and overrides are there as they are now. Contacts that were not touched since are what they were, so the time
that has passed for them is followed as ever. All segments are then held against their rules, and every difference is a
membership change with the instant and the cause that the change log has for it. Where nothing was written, none is.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from tamis.columns.projector.batch import OverrideChanges, SegmentPlans, TypeChanges
from tamis.columns.projector.queries import load
from tamis.columns.projector.steps.stage import groups_of
from tamis.columns.projector.work import Connection, Work, changed, of_type, plain
from tamis.domain.membership_changes import Cause

SQL = load("restore")
EVER = datetime.min.replace(tzinfo=UTC)


def of_passed_time(changes: TypeChanges, sizes: Mapping[int, int]) -> TypeChanges:
    """Return the part of restoring a contact type that lets time pass for contacts that were not touched since."""
    kept = [{id_: rule for id_, rule in level.items() if id_ in sizes} for level in changes.segments.kept]
    segments = SegmentPlans(changes.segments.zone, [level for level in kept if level], [])
    return replace(changes, segments=segments, touched=(), overrides=OverrideChanges())


def of_comparison(changes: TypeChanges) -> TypeChanges:
    """Return the part that holds all segments against their rules."""
    segments = changes.segments
    return replace(changes, segments=replace(segments, kept=[], refilled=[*segments.kept, *segments.refilled]))


def hold_back(con: Connection, work: Work) -> Work:
    """Take the contacts that were touched since out of their table."""
    changes = work.changes
    con.execute(SQL["touched_since"], {"groups": groups_of(changes.touched)})
    con.execute(of_type(SQL["held_back"], changes.type_id))
    con.execute(of_type(SQL["take_out"], changes.type_id))
    return work


def put_back(con: Connection, work: Work) -> Work:
    """Put them back."""
    con.execute(of_type(SQL["put_back"], work.changes.type_id))
    return work


def compare_restored(con: Connection, work: Work, segment_id: int) -> int:
    """Collect the differences between `recipients_wanted` and `recipients_present`, each with the reason that the
    change log has; return how many there are."""
    if work.overrides:
        con.execute(SQL["externals_since"])
    instant, cause = _reason(work, segment_id)
    after = instant if cause is Cause.RULE else EVER  # the rule was another one before it was edited
    values = {"instant": plain(instant), "cause": cause.value, "after": plain(after)}
    suffix = "_with_externals" if work.overrides else ""
    return changed(con, SQL[f"entries{suffix}"], values) + changed(con, SQL[f"exits{suffix}"], values)


def _reason(work: Work, segment_id: int) -> tuple[datetime, Cause]:
    """Return why recipients enter and leave who were not touched: the rule was edited, or something was undone by
    hand; where it is neither, the memberships were not those of the rule."""
    since = work.changes.since
    if segment_id in since.edited:
        return since.edited[segment_id], Cause.RULE
    if segment_id in since.overridden:
        return since.overridden[segment_id], Cause.OVERRIDE
    return work.now, Cause.REBUILD
