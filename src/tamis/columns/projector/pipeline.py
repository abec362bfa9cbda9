"""The projector, top to bottom: how it applies a batch of the change log, and the passing of time, to the projection.

`project` runs the steps below in one transaction: either all their writes are committed, with the change number of the
batch, or none. Steps pass on frozen records (`context`) and temporary tables (`tables`), each created by one step.
Stored tables are in `layout.schema`; `contacts` stands for the table of a contact type.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Generic, TypeVar

from tamis.columns.engine.state import State
from tamis.columns.layout.clocks import midnights_since
from tamis.columns.projector import strategy
from tamis.columns.projector.batch import ChangeBatch, Purpose, TypeChanges
from tamis.columns.projector.context import BatchContext, Connection, TypeContext
from tamis.columns.projector.rule_dependencies import breakpoints_of, event_breakpoints_of, used_events
from tamis.columns.projector.steps import in_memory
from tamis.columns.projector.steps.apply import apply
from tamis.columns.projector.steps.clock import advance_clock
from tamis.columns.projector.steps.compare import compare
from tamis.columns.projector.steps.dirty import mark_dirty, mark_dirty_at_midnight
from tamis.columns.projector.steps.evaluate import evaluate, load_versions
from tamis.columns.projector.steps.events import apply_events, load_all_events, stage_events
from tamis.columns.projector.steps.externals import compare_externals
from tamis.columns.projector.steps.finish import merge_recent, write_daily_rollup
from tamis.columns.projector.steps.log import log
from tamis.columns.projector.steps.refresh import empty_deleted, levels_to_refresh, refresh
from tamis.columns.projector.steps.restore import comparison_part, detach_changed, elapsed_time_part, reattach_changed
from tamis.columns.projector.steps.roll_up import roll_up
from tamis.columns.projector.steps.stage import ensure_contact_table, load_all, stage
from tamis.columns.projector.strategy import BatchProfile, Strategy, choose
from tamis.columns.projector.windows import Window, windows

T = TypeVar("T", BatchContext, TypeContext)


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """One step of the pipeline: what it does, the tables that it reads and writes, and its function."""

    name: str
    does: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[[Connection, T], T]


# -- once for a batch, before its contact types ------------------------------------------------------------------------

LOAD = Step("load", "fills an empty projection with all contacts and overrides",
    (), ("contacts", "inclusions", "exclusions"), load_all)  # fmt: skip
LOAD_EVENTS = Step("load events", "fills an empty projection with all events",
    ("events",), ("events",), load_all_events)  # fmt: skip

# -- when restoring: for each contact type, before and after the elapsed time is applied to unchanged contacts ---------

DETACH_CHANGED = Step("detach changed", "moves contacts that changed after the kept history out of their table",
    ("contacts",), ("changed_since", "detached_contacts", "contacts"), detach_changed)  # fmt: skip
REATTACH_CHANGED = Step("reattach changed", "moves them back, to be compared as they are now",
    ("detached_contacts",), ("contacts",), reattach_changed)  # fmt: skip

# -- once for each contact type ----------------------------------------------------------------------------------------

ENSURE_TABLE = Step("ensure table", "creates the table of the contact type, with a column for each field",
    (), ("contacts",), ensure_contact_table)  # fmt: skip
STAGE = Step("stage", "loads changed contacts and overrides into temporary tables",
    ("contacts", "inclusions", "exclusions"),
    ("changed_contacts", "staged_contacts", "changed_inclusions", "staged_inclusions", "staged_exclusions",
     "pending_changes"),
    stage)  # fmt: skip
STAGE_EVENTS = Step("stage events", "loads added events, and marks contacts whose events change as changed",
    ("changed_contacts", "changed_inclusions", "contacts", "events", "exclusions", "inclusions"),
    ("added_events", "changed_contacts", "event_contacts", "events", "staged_contacts", "staged_exclusions",
     "staged_inclusions"),
    stage_events)  # fmt: skip

# -- or instead of all that: for few changed contacts when nothing else has changed ------------------------------------

TAKE_OUT = Step("take out", "takes the changed contacts out of the tables, to hold them as they were and as they are",
    ("contacts", "exclusions"), ("contacts", "exclusions"), in_memory.take_out)  # fmt: skip
COMPARE_VERSIONS = Step("compare versions", "evaluates the rules for both in Python, and finds the differences",
    (), (), in_memory.compare_versions)  # fmt: skip
PUT_BACK = Step("put back", "inserts the contacts and their exclusions as they are now",
    (), ("contacts", "exclusions"), in_memory.put_back)  # fmt: skip
ADD_EVENTS = Step("add events", "adds the new events of the contacts", (), ("events",), in_memory.add_events)
RECORD_DIFFERENCES = Step("record differences", "appends the differences to the log, and updates members and sizes",
    (), ("membership_changes", "recent_changes", "segment_sizes"), in_memory.record_differences)  # fmt: skip

# -- for each window of time: the part of a calendar day between two midnights -----------------------------------------

MARK_DIRTY = Step("mark dirty", "finds contacts whose memberships may change: changed ones, and those at a breakpoint",
    ("contacts", "changed_contacts", "staged_contacts", "changed_inclusions", "inclusions", "exclusions",
     "staged_inclusions", "staged_exclusions", "events", "added_events"),
    ("dirty", "new_contacts", "dirty_externals"),
    mark_dirty)  # fmt: skip
LOAD_VERSIONS = Step("load versions", "loads their values and overrides before and after, and the evaluation instants",
    ("contacts", "staged_contacts", "dirty", "inclusions", "exclusions", "staged_inclusions", "staged_exclusions",
     "events", "added_events"),
    ("versions", "overrides", "instants"),
    load_versions)  # fmt: skip
EVALUATE = Step("evaluate", "evaluates all rules at each instant: small batches in Python, new contacts only once",
    ("contacts", "dirty", "versions", "overrides", "instants", "staged_contacts", "new_contacts", "inclusions",
     "exclusions", "dirty_externals", "events", "added_events"),
    ("rule_results", "referenced_segments", "new_contact_results", "externals_before", "evaluated_events"),
    evaluate)  # fmt: skip
COMPARE = Step("compare", "collects the differences between consecutive results as pending membership changes",
    ("rule_results", "overrides", "new_contact_results"), ("pending_changes", "new_entries"), compare)  # fmt: skip
APPLY = Step("apply", "replaces stored contacts and overrides with the staged ones",
    ("dirty", "staged_contacts", "new_contacts", "changed_inclusions", "staged_inclusions", "staged_exclusions",
     "dirty_externals"),
    ("contacts", "inclusions", "exclusions"),
    apply)  # fmt: skip
APPLY_EVENTS = Step("apply events", "adds and removes the events of changed and deleted contacts, and removed ones",
    ("dirty", "new_contacts", "staged_contacts", "added_events"), ("deleted_contacts", "events"),
    apply_events)  # fmt: skip
COMPARE_EXTERNALS = Step("compare externals", "collects the membership changes of external recipients",
    ("inclusions", "exclusions", "dirty_externals", "changed_inclusions", "externals_before"),
    ("externals_after", "pending_changes"),
    compare_externals)  # fmt: skip

# -- for each midnight between two windows -----------------------------------------------------------------------------

MARK_DIRTY_AT_MIDNIGHT = Step("mark dirty at midnight", "finds the contacts for which a condition changes at midnight",
    ("contacts", "events"),
    ("dirty",),
    mark_dirty_at_midnight)  # fmt: skip

# -- after the windows, and again for each level of segments to refresh ------------------------------------------------

EMPTY = Step("empty", "empties deleted segments",
    (), ("members", "recent_changes", "segment_sizes", "membership_snapshots", "inclusions", "exclusions"),
    empty_deleted)  # fmt: skip
REFRESH = Step("refresh", "evaluates the rules of new and edited segments for all contacts",
    ("contacts", "inclusions", "exclusions", "members", "recent_changes", "membership_snapshots",
     "changed_contacts", "changed_inclusions", "events"),
    ("target_recipients", "current_recipients", "pending_changes", "members", "segment_sizes",
     "membership_snapshots", "externals_changed_since"),
    refresh)  # fmt: skip
LOG = Step("log", "appends the pending changes to the log, numbered",
    ("pending_changes", "new_entries"), ("membership_changes",), log)  # fmt: skip
ROLL_UP = Step("roll up", "updates members and sizes from the logged changes",
    ("pending_changes", "new_entries", "membership_changes"),
    ("recent_changes", "members", "segment_sizes", "pending_changes", "new_entries"),
    roll_up)  # fmt: skip
ADVANCE_CLOCK = Step("advance the clock", "stores when time alone will next change a membership",
    ("contacts", "staged_contacts", "events"),
    ("clocks",),
    advance_clock)  # fmt: skip

# -- once for a batch, after its contact types -------------------------------------------------------------------------

ROLL_UP_DAYS = Step("roll up days", "writes the changed days to the daily rollup",
    (), ("daily_sizes",), write_daily_rollup)  # fmt: skip
MERGE = Step("merge", "merges recent changes into the large table of members when there are very many",
    ("recent_changes",), ("members", "recent_changes"), merge_recent)  # fmt: skip

BATCH_START: Sequence[Step[BatchContext]] = (LOAD, LOAD_EVENTS)
TYPE_START: Sequence[Step[TypeContext]] = (ENSURE_TABLE, STAGE, STAGE_EVENTS)
DAY_WINDOW: Sequence[Step[TypeContext]] = (
    MARK_DIRTY, LOAD_VERSIONS, EVALUATE, COMPARE, APPLY, APPLY_EVENTS, COMPARE_EXTERNALS,
)  # fmt: skip
MIDNIGHT_WINDOW: Sequence[Step[TypeContext]] = (MARK_DIRTY_AT_MIDNIGHT, LOAD_VERSIONS, EVALUATE, COMPARE)
LONG_WINDOW: Sequence[Step[TypeContext]] = (MARK_DIRTY, APPLY, APPLY_EVENTS)
"""For a time so long that going through its days would take too long; all segments are refreshed after it."""
IN_MEMORY: Sequence[Step[TypeContext]] = (TAKE_OUT, COMPARE_VERSIONS, PUT_BACK, ADD_EVENTS, RECORD_DIFFERENCES)
LOG_CHANGES: Sequence[Step[TypeContext]] = (LOG, ROLL_UP, EMPTY)
REFRESH_LEVEL: Sequence[Step[TypeContext]] = (REFRESH, LOG, ROLL_UP)
TYPE_END: Sequence[Step[TypeContext]] = (ADVANCE_CLOCK,)
BATCH_END: Sequence[Step[BatchContext]] = (ROLL_UP_DAYS, MERGE)


def project(con: Connection, state: State, batch: ChangeBatch) -> State:
    """Apply a batch of changes to the projection, within a transaction; return the new state."""
    context = _run(con, BATCH_START, BatchContext(batch, state, state.number))
    for changes in batch.types:
        apply_type = _restore_type if batch.purpose is Purpose.RESTORE else _project_type
        type_context = make_context(context.state, batch.purpose, changes)
        context = replace(context, state=apply_type(con, type_context))
    return _run(con, BATCH_END, context).state


def _project_type(con: Connection, context: TypeContext) -> State:
    if context.strategy is Strategy.IN_MEMORY:
        (window,) = windows_of(context)
        return _run(con, (*IN_MEMORY, *TYPE_END), replace(context, window=window)).state
    context = _run(con, TYPE_START, context)
    for window in windows_of(context):
        context = _run(con, steps_of(window, context.strategy), replace(context, window=window))
    context = _run(con, LOG_CHANGES, context)
    for level in levels_to_refresh(context):
        context = _run(con, REFRESH_LEVEL, replace(context, refresh=level))
    return _run(con, TYPE_END, context).state


def _restore_type(con: Connection, context: TypeContext) -> State:
    """Apply the elapsed time to contacts that have not changed since the history was kept; then compare all segments
    with their rules."""
    state, changes, as_of = context.state, context.changes, context.changes.since.as_of
    if as_of and as_of < context.now:
        elapsed = elapsed_time_part(changes, state.sizes)
        context = run_step(con, DETACH_CHANGED, context)
        at_start = replace(make_context(state, Purpose.RESTORE, elapsed), now=as_of)
        state = _run(con, TYPE_END, at_start).state
        advancing = make_context(state, Purpose.ADVANCE, elapsed)
        if advancing.strategy is not Strategy.FULL_REFRESH:
            state = _project_type(con, advancing)
        run_step(con, REATTACH_CHANGED, context)
    return _project_type(con, make_context(state, Purpose.RESTORE, comparison_part(changes)))


def make_context(state: State, purpose: Purpose, changes: TypeChanges) -> TypeContext:
    """Return the context for the changes of a contact type, with the strategy chosen for them."""
    clock = state.clocks.get(changes.type_id) if purpose is Purpose.ADVANCE else None
    now = max(changes.now, clock.as_of) if clock else changes.now
    overrides, segments, events = changes.overrides, changes.segments, changes.events
    has_overrides = bool(state.has_overrides or overrides.changed or overrides.included or overrides.excluded)
    profile = BatchProfile(
        restoring=purpose is Purpose.RESTORE,
        midnights=len(midnights_since(clock, changes.segments.zone, now)),
        changed=sum(len(group.ids) for group in (*changes.changed, *events.changed)),
        rules=sum(map(len, segments.unchanged)),
        contacts_only=purpose is Purpose.ADVANCE
        and not (changes.fields_changed or segments.refreshed or segments.deleted)
        and not (overrides.changed or overrides.included)
        and not (events.removed or events.has_new_kinds)
        and bool(events.of_contacts or not (events.catalogue.names or used_events(segments.unchanged)))
        and not (clock and clock.due and clock.due <= now),
    )
    chosen = choose(profile, strategy.THRESHOLDS)
    in_steps = clock is not None and chosen is not Strategy.FULL_REFRESH
    return TypeContext(
        changes=changes,
        purpose=purpose,
        state=replace(state, has_overrides=has_overrides),
        strategy=chosen,
        now=now,
        clock=clock,
        breakpoints=breakpoints_of(segments.unchanged) if in_steps else [],
        event_breakpoints=event_breakpoints_of(segments.unchanged) if in_steps else [],
        has_overrides=has_overrides,
        overrides_changed=bool(overrides.changed or (segments.deleted and has_overrides)),
    )


def windows_of(context: TypeContext) -> list[Window]:
    """List the windows of time to go through: none if all segments are refreshed as of now anyway."""
    if context.purpose is not Purpose.ADVANCE:
        return []
    start = context.clock.as_of if context.clock else context.now
    by_day = context.unchanged and context.strategy is not Strategy.FULL_REFRESH
    midnights = midnights_since(context.clock, context.changes.segments.zone, context.now) if by_day else []
    return windows(start, midnights, context.now)


def steps_of(window: Window, chosen: Strategy) -> Sequence[Step[TypeContext]]:
    """Return the steps for a window."""
    if chosen is Strategy.FULL_REFRESH:
        return LONG_WINDOW
    return MIDNIGHT_WINDOW if window.is_midnight else DAY_WINDOW


def all_steps() -> list[Step[BatchContext] | Step[TypeContext]]:
    """List every step once, in order."""
    restoring = (DETACH_CHANGED, REATTACH_CHANGED)
    of_type = chain(restoring, IN_MEMORY, TYPE_START, DAY_WINDOW, MIDNIGHT_WINDOW, LOG_CHANGES, REFRESH_LEVEL, TYPE_END)
    return [*BATCH_START, *dict.fromkeys(of_type), *BATCH_END]


def _run(con: Connection, steps: Sequence[Step[T]], context: T) -> T:
    for step in steps:
        context = run_step(con, step, context)
    return context


def run_step(con: Connection, step: Step[T], context: T) -> T:
    """Run one step."""
    return step.run(con, context)
