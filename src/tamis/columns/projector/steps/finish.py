"""Finish: the steps that run once, for the whole batch."""

from tamis.columns.history.daily_rollup import write_days
from tamis.columns.layout.membership import MERGE_ALWAYS, merge
from tamis.columns.projector.context import BatchContext, Connection

MERGE_CHECKED_EVERY = 1_000
"""The recent changes are counted when the log passes a multiple of so many entries: counting takes a statement."""


def merge_recent(con: Connection, context: BatchContext) -> BatchContext:
    """Merge the recent changes into the large table if there are very many."""
    if context.state.number // MERGE_CHECKED_EVERY != context.number_before // MERGE_CHECKED_EVERY:
        merge(con, MERGE_ALWAYS)
    return context


def write_daily_rollup(con: Connection, context: BatchContext) -> BatchContext:
    """Write the changed days to the daily rollup."""
    write_days(con, context.state.days)
    return context
