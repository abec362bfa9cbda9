"""Compare: where two answers about a contact that follow each other differ, somebody enters or leaves."""

from dataclasses import replace

from tamis.columns.projector.queries import load
from tamis.columns.projector.steps import insert_only, small_batch
from tamis.columns.projector.strategy import Strategy
from tamis.columns.projector.work import Connection, Work, changed

SQL = load("compare")


def compare(con: Connection, work: Work) -> Work:
    """Collect the differences between the answers as membership changes."""
    entries = insert_only.compare(con, work) if work.new else 0
    found = _compare(con, work) if work.dirty and work.kept else 0
    found_new = work.found_new or bool(work.new and work.kept)
    return replace(work, found=work.found + found + entries, found_new=found_new)


def _compare(con: Connection, work: Work) -> int:
    if work.strategy_of_dirty is Strategy.SMALL_BATCH:
        return small_batch.compare(con, work)
    name = "changes_with_overrides" if work.overrides else "changes"
    return changed(con, SQL[name], {"window_number": work.this_window.number, "asked": list(work.asked)})
