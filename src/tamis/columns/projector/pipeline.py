"""The projector, top to bottom: how a batch of changes, and the passing of time, come into the projection.

All of it is one transaction: `project` walks over the steps below, and either all that they have written is there
afterwards, with the change number of the batch, or nothing. Between steps go frozen records (`work`) and temporary
tables (`tables`), of which each is made by one step. Stored tables are in `layout.schema`; `contacts` stands for the
table of a contact type.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Generic, TypeVar

from tamis.columns.engine.state import State
from tamis.columns.layout.clocks import midnights_since
from tamis.columns.projector import strategy
from tamis.columns.projector.batch import ChangeBatch, Purpose, TypeChanges
from tamis.columns.projector.steps.apply import apply
from tamis.columns.projector.steps.clock import advance_clock
from tamis.columns.projector.steps.compare import compare
from tamis.columns.projector.steps.dirty import mark_dirty, mark_dirty_at_midnight
from tamis.columns.projector.steps.evaluate import evaluate, look_up
from tamis.columns.projector.steps.externals import compare_externals
from tamis.columns.projector.steps.finish import acknowledge, count_days, merge_recent
from tamis.columns.projector.steps.log import log
from tamis.columns.projector.steps.refill import empty_deleted, refill, refills
from tamis.columns.projector.steps.restore import hold_back, of_comparison, of_passed_time, put_back
from tamis.columns.projector.steps.roll_up import roll_up
from tamis.columns.projector.steps.stage import arrange_columns, load_everything, stage
from tamis.columns.projector.strategy import Description, Strategy, choose
from tamis.columns.projector.timed import edges_of
from tamis.columns.projector.windows import Window, windows
from tamis.columns.projector.work import Connection, Whole, Work

T = TypeVar("T", Whole, Work)


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """One step: what it does, which tables it reads and writes, and the function that does it."""

    name: str
    does: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[[Connection, T], T]


# -- once for a batch, before its contact types ------------------------------------------------------------------------

LOAD = Step("load", "fills an empty projection with all contacts and overrides",
    (), ("contacts", "added", "removed"), load_everything)  # fmt: skip

# -- for each contact type of a projection that is restored, around the time that passes for untouched contacts --------

HOLD_BACK = Step("hold back", "takes the contacts that were touched since the history was kept out of their table",
    ("contacts",), ("touched_since", "held_back", "contacts"), hold_back)  # fmt: skip
PUT_BACK = Step("put back", "puts them back, to be compared as they are now",
    ("held_back",), ("contacts",), put_back)  # fmt: skip

# -- once for each contact type ----------------------------------------------------------------------------------------

ARRANGE = Step("arrange", "gives the contact type's table a column for each field",
    (), ("contacts",), arrange_columns)  # fmt: skip
STAGE = Step("stage", "brings touched contacts and overrides into temporary tables",
    ("contacts", "added", "removed"),
    ("touched_contacts", "staged_contacts", "touched_additions", "staged_added", "staged_excluded",
     "membership_changes"),
    stage)  # fmt: skip

# -- for each window of time: the stretch of each calendar day ---------------------------------------------------------

MARK_DIRTY = Step("mark dirty", "finds whose answers may change: the touched, and those whose clock runs out",
    ("contacts", "touched_contacts", "staged_contacts", "touched_additions", "added", "removed", "staged_added",
     "staged_excluded"),
    ("dirty", "new_contacts", "dirty_externals"),
    mark_dirty)  # fmt: skip
LOOK_UP = Step("look up", "brings their values and overrides before and after together, and the evaluation instants",
    ("contacts", "staged_contacts", "dirty", "added", "removed", "staged_added", "staged_excluded"),
    ("versions", "overrides", "instants"),
    look_up)  # fmt: skip
EVALUATE = Step("evaluate", "answers all rules at each instant; in Python for a small batch, once for new contacts",
    ("dirty", "versions", "overrides", "instants", "staged_contacts", "new_contacts", "added", "removed",
     "dirty_externals"),
    ("answers", "named_segments", "new_answers", "externals_before"),
    evaluate)  # fmt: skip
COMPARE = Step("compare", "collects the differences between answers as membership changes",
    ("answers", "overrides", "new_answers"), ("membership_changes", "new_entries"), compare)  # fmt: skip
APPLY = Step("apply", "puts what was staged in the place of what there was",
    ("dirty", "staged_contacts", "new_contacts", "touched_additions", "staged_added", "staged_excluded",
     "dirty_externals"),
    ("contacts", "added", "removed"),
    apply)  # fmt: skip
COMPARE_EXTERNALS = Step("compare externals", "collects what that has changed for external recipients",
    ("added", "removed", "dirty_externals", "touched_additions", "externals_before"),
    ("externals_after", "membership_changes"),
    compare_externals)  # fmt: skip

# -- and each midnight between two of them -----------------------------------------------------------------------------

MARK_DIRTY_AT_MIDNIGHT = Step("mark dirty at midnight", "finds for whom a condition changes as a calendar day begins",
    ("contacts",), ("dirty",), mark_dirty_at_midnight)  # fmt: skip

# -- once the windows are gone through, and for each level of segments to refill ---------------------------------------

EMPTY = Step("empty", "empties the segments that were deleted",
    (), ("members", "recent", "sizes", "fillings", "added", "removed"), empty_deleted)  # fmt: skip
REFILL = Step("refill", "evaluates the rules of new and edited segments about all contacts",
    ("contacts", "added", "removed", "members", "recent", "fillings", "touched_contacts", "touched_additions"),
    ("recipients_wanted", "recipients_present", "membership_changes", "members", "sizes", "fillings",
     "externals_since"),
    refill)  # fmt: skip
LOG = Step("log", "gives each membership change its number in the log",
    ("membership_changes", "new_entries"), ("transitions",), log)  # fmt: skip
ROLL_UP = Step("roll up", "lets recipients and sizes follow from the logged changes",
    ("membership_changes", "new_entries", "transitions"),
    ("recent", "members", "sizes", "membership_changes", "new_entries"),
    roll_up)  # fmt: skip
ADVANCE_CLOCK = Step("advance the clock", "notes when time alone will next change a membership",
    ("contacts", "staged_contacts"), ("clocks",), advance_clock)  # fmt: skip

# -- once for a batch, after its contact types -------------------------------------------------------------------------

COUNT_DAYS = Step("count days", "puts the days of segments in the daily rollup that are others now",
    (), ("daily_sizes",), count_days)  # fmt: skip
MERGE = Step("merge", "merges very many recent changes into the large table of members",
    ("recent",), ("members", "recent"), merge_recent)  # fmt: skip
ACKNOWLEDGE = Step("acknowledge", "notes the change number that the projection has reached",
    (), ("meta",), acknowledge)  # fmt: skip

PASS_TIME: Sequence[Step[Work]] = (HOLD_BACK,)
TIME_PASSED: Sequence[Step[Work]] = (PUT_BACK,)
BEGIN: Sequence[Step[Whole]] = (LOAD,)
PREPARE: Sequence[Step[Work]] = (ARRANGE, STAGE)
STRETCH: Sequence[Step[Work]] = (MARK_DIRTY, LOOK_UP, EVALUATE, COMPARE, APPLY, COMPARE_EXTERNALS)
MIDNIGHT: Sequence[Step[Work]] = (MARK_DIRTY_AT_MIDNIGHT, LOOK_UP, EVALUATE, COMPARE)
LONG_ABSENCE: Sequence[Step[Work]] = (MARK_DIRTY, APPLY)
"""Of a time so long that going through its days would keep everybody waiting; all segments are refilled after it."""
KEEP: Sequence[Step[Work]] = (LOG, ROLL_UP, EMPTY)
REFILL_LEVEL: Sequence[Step[Work]] = (REFILL, LOG, ROLL_UP)
CLOSE: Sequence[Step[Work]] = (ADVANCE_CLOCK,)
END: Sequence[Step[Whole]] = (COUNT_DAYS, MERGE, ACKNOWLEDGE)


def project(con: Connection, state: State, batch: ChangeBatch) -> State:
    """Take a batch of changes into the projection, within a transaction of it; return the state that it comes to."""
    whole = _walk(con, BEGIN, Whole(batch, state))
    for changes in batch.types:
        way = _restore_type if batch.purpose is Purpose.RESTORE else _project_type
        whole = replace(whole, state=way(con, begin(whole.state, batch.purpose, changes)))
    return _walk(con, END, whole).state


def _project_type(con: Connection, work: Work) -> State:
    work = _walk(con, PREPARE, work)
    for window in windows_of(work):
        work = _walk(con, steps_of(window, work.strategy), replace(work, window=window))
    work = _walk(con, KEEP, work)
    for level in refills(work):
        work = _walk(con, REFILL_LEVEL, replace(work, refill=level))
    return _walk(con, CLOSE, work).state


def _restore_type(con: Connection, work: Work) -> State:
    """Let time pass for the contacts that were not touched since the history was kept; then compare all segments."""
    state, changes, as_of = work.state, work.changes, work.changes.since.as_of
    if as_of and as_of < work.now:
        passed = of_passed_time(changes, state.sizes)
        work = _walk(con, PASS_TIME, work)
        state = _walk(con, CLOSE, replace(begin(state, Purpose.RESTORE, passed), now=as_of)).state
        passing = begin(state, Purpose.FOLLOW, passed)
        if passing.strategy is not Strategy.FULL_REFRESH:
            state = _project_type(con, passing)
        _walk(con, TIME_PASSED, work)
    return _project_type(con, begin(state, Purpose.RESTORE, of_comparison(changes)))


def begin(state: State, purpose: Purpose, changes: TypeChanges) -> Work:
    """Describe the changes of a contact type, and choose the strategy for them."""
    clock = state.clocks.get(changes.type_id) if purpose is Purpose.FOLLOW else None
    now = max(changes.now, clock.as_of) if clock else changes.now
    brought = changes.overrides
    overrides = bool(state.has_overrides or brought.touched or brought.included or brought.excluded)
    described = Description(
        restoring=purpose is Purpose.RESTORE,
        midnights=len(midnights_since(clock, changes.segments.zone, now)),
        touched=sum(len(group.ids) for group in changes.touched),
    )
    chosen = choose(described, strategy.LIMITS)
    return Work(
        changes=changes,
        purpose=purpose,
        state=replace(state, has_overrides=overrides),
        strategy=chosen,
        now=now,
        clock=clock,
        edges=edges_of(changes.segments.kept) if clock and chosen is not Strategy.FULL_REFRESH else [],
        overrides=overrides,
        overrides_touched=bool(brought.touched or (changes.segments.deleted and overrides)),
    )


def windows_of(work: Work) -> list[Window]:
    """List the windows of time to go through: none where all segments are filled as of now anyhow."""
    if work.purpose is not Purpose.FOLLOW:
        return []
    start = work.clock.as_of if work.clock else work.now
    each = work.kept and work.strategy is not Strategy.FULL_REFRESH
    return windows(start, midnights_since(work.clock, work.changes.segments.zone, work.now) if each else [], work.now)


def steps_of(window: Window, chosen: Strategy) -> Sequence[Step[Work]]:
    """Return the steps through which a window goes."""
    if chosen is Strategy.FULL_REFRESH:
        return LONG_ABSENCE
    return MIDNIGHT if window.is_midnight else STRETCH


def all_steps() -> list[Step[Whole] | Step[Work]]:
    """List every step once, in order."""
    of_type = chain(PASS_TIME, TIME_PASSED, PREPARE, STRETCH, MIDNIGHT, KEEP, REFILL_LEVEL, CLOSE)
    return [*BEGIN, *dict.fromkeys(of_type), *END]


def _walk(con: Connection, steps: Sequence[Step[T]], work: T) -> T:
    for step in steps:
        work = run_step(con, step, work)
    return work


def run_step(con: Connection, step: Step[T], work: T) -> T:
    """Run one step."""
    return step.run(con, work)
