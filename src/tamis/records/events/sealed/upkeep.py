"""The upkeep of runs: sealing, merging and deleting, one short transaction at a time."""

from collections.abc import Sequence

from tamis.records.engine.sql import select_only
from tamis.records.events.sealed.filters import SMALL
from tamis.records.events.sealed.lines import contact_of
from tamis.records.events.sealed.merging import begin_merge, level_of, merge_some, runs_to_merge
from tamis.records.events.sealed.removals import delete_some
from tamis.records.events.sealed.runs import append_lines, insert_run, list_runs
from tamis.records.events.sealed.sealing import has_rows_to_seal, seal_some
from tamis.records.events.sealed.small_runs import remember
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("event_runs")
SMALL_RUN = 20_000
"""Runs of fewer events than these are small: they are merged soon, and looked up in memory until then."""


def take_step(db: Transaction, applied: int) -> bool:
    """Do the next step that is due, if any, and return whether there may be more.

    `applied` is the last change that the projection has for good: events of later changes stay as they are.
    """
    if delete_some(db):  # first, as merging would move what is to be deleted
        return True
    runs = list_runs(db)
    current = next((run for run in runs if run.level is None), None)
    if current or has_rows_to_seal(db, applied):
        return seal_some(db, current, applied) or bool(runs_to_merge(list_runs(db), applied))
    merged = [run for run in runs if run.target_id is not None]
    if not merged and (sources := runs_to_merge(runs, applied)):
        begin_merge(db, sources)
        return True
    if merged and merged[0].target_id:
        merge_some(db, merged, merged[0].target_id)
    return bool(merged)


def insert_as_run(db: Transaction, lines: Sequence[str], fingerprints: Sequence[int], change: int) -> None:
    """Store the lines of many events of one change, given in order with their fingerprints, as a run."""
    is_small = len(lines) < SMALL_RUN
    run_id = insert_run(db, change, SMALL if is_small else level_of(len(lines)))
    append_lines(db, run_id, lines, fingerprints)
    if is_small:
        filter_id = select_only(db, int, SQL["filter_of_run"], (run_id,))
        remember(filter_id, fingerprints, map(contact_of, lines))


def sealed_change(db: Reader) -> int:
    """Return the last change whose events may no longer be read by their change."""
    return select_only(db, int, SQL["sealed_change"])
