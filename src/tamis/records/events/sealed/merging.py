"""Merging: moving the events of several runs into one, some contacts in each transaction.

Each event is in exactly one run after every transaction, so a merge can be left at any point and continued.
"""

from collections.abc import Sequence
from itertools import accumulate, groupby
from math import log
from operator import attrgetter

from tamis.records.engine.sql import run, scalar, select, select_only
from tamis.records.events.sealed.filters import SMALL
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
"""Runs with fewer events are all of the lowest level, or small."""
MOST_OF_LOWEST = 16
MOST_SMALL_RUNS = 32
EVENTS_OF_SMALL_RUNS = 32_000
"""Small runs are merged when there are so many, or when they have so many events, which one step can merge."""
BLOCKS_PER_STEP = 100


def level_of(events: int) -> int:
    """Return the size class of a run."""
    return max(0, int(log(max(events, 1) / SMALLEST_RUN, RUNS_PER_MERGE)))


def runs_to_merge(runs: Sequence[Run], applied: int) -> Sequence[Run]:
    """Return runs of one level that should be merged, oldest first; none if there are too few of each level."""
    free = [run for run in runs if run.level is not None and run.target_id is None and run.change <= applied]
    for level, group in groupby(sorted(free, key=attrgetter("level", "id")), key=attrgetter("level")):
        found = list(group)
        if level == SMALL:
            found = _due_small_runs(found)
        elif level == 0:
            events = sum(run.events for run in found)
            is_due = len(found) >= MOST_OF_LOWEST or events >= RUNS_PER_MERGE * SMALLEST_RUN
            found = found[:MOST_OF_LOWEST] if is_due else []
        else:
            found = found[: 2 * RUNS_PER_MERGE]
        if len(found) >= RUNS_PER_MERGE:
            return found
    return ()


def _due_small_runs(runs: Sequence[Run]) -> list[Run]:
    """Return the oldest small runs, as many as one step can merge, if there are many or they have many events."""
    totals = list(accumulate(run.events for run in runs))
    if len(runs) < MOST_SMALL_RUNS and totals[-1] < EVENTS_OF_SMALL_RUNS:
        return []
    return [run for run, total in zip(runs, totals, strict=True) if total - run.events < EVENTS_OF_SMALL_RUNS]


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
    if sum(source.events for source in sources) <= 2 * EVENTS_OF_SMALL_RUNS:
        return max(select_only(db, int, SQL["last_contact"], (source.id,)) for source in sources)
    share = max(1, BLOCKS_PER_STEP // len(sources)) - 1
    ends = [scalar(db, int, SQL["contact_of_block"], (source.id, share)) for source in sources]
    lasts = [select_only(db, int, SQL["last_contact"], (source.id,)) for source in sources]
    return min((end for end in ends if end is not None), default=max(lasts))
