"""Merging: moving the events of several runs into one, some contacts in each transaction.

Each event is in exactly one run after every transaction, so a merge can be left at any point and continued.
"""

from collections.abc import Sequence
from itertools import groupby
from math import log
from operator import attrgetter

from tamis.records.engine.sql import run, scalar, select, select_only
from tamis.records.events.sealed.lines import lines_before
from tamis.records.events.sealed.runs import (
    Block,
    Run,
    append_lines,
    drop_empty_runs,
    insert_run,
    open_blocks,
    replace_lines,
)
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("event_runs")
RUNS_PER_MERGE = 4
SMALLEST_RUN = 100_000
"""Runs with fewer events are all of the lowest level."""
BLOCKS_PER_STEP = 100


def level_of(events: int) -> int:
    """Return the size class of a run."""
    return max(0, int(log(max(events, 1) / SMALLEST_RUN, RUNS_PER_MERGE)))


def runs_to_merge(runs: Sequence[Run], applied: int) -> Sequence[Run]:
    """Return runs of one level that should be merged, oldest first; none if there are too few of each level."""
    free = [run for run in runs if run.level is not None and run.target_id is None and run.change <= applied]
    for _, group in groupby(sorted(free, key=attrgetter("level", "id")), key=attrgetter("level")):
        if len(found := list(group)) >= RUNS_PER_MERGE:
            return found[: 2 * RUNS_PER_MERGE]
    return ()


def begin_merge(db: Transaction, sources: Sequence[Run]) -> None:
    """Add a run, and note that others are merged into it."""
    target_id = insert_run(db, level=level_of(sum(source.events for source in sources)))
    for source in sources:
        run(db, SQL["note_sealed"], (source.change,))
        run(db, SQL["set_target"], (target_id, source.id))


def merge_some(db: Transaction, sources: Sequence[Run], target_id: int) -> None:
    """Move the events of the next contacts from their runs into the target; the last step drops the runs."""
    up_to = _end_of_step(db, sources)
    moved: list[str] = []
    for source in sources:
        for opened in list(open_blocks(select(db, Block, SQL["blocks_up_to"], (source.id, up_to)))):
            place = lines_before(opened.lines, up_to + 1)
            if place:
                moved += opened.lines[:place]
                replace_lines(db, opened, opened.lines[place:])
        run(db, SQL["drop_filters_up_to"], (source.id, up_to))
    moved.sort()
    append_lines(db, target_id, moved)
    drop_empty_runs(db)


def _end_of_step(db: Reader, sources: Sequence[Run]) -> int:
    """Return the last contact whose events the next step moves."""
    share = max(1, BLOCKS_PER_STEP // len(sources)) - 1
    ends = [scalar(db, int, SQL["contact_of_block"], (source.id, share)) for source in sources]
    lasts = [select_only(db, int, SQL["last_contact"], (source.id,)) for source in sources]
    return min((end for end in ends if end is not None), default=max(lasts))
