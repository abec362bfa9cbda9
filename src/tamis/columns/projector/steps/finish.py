"""Finish: the steps that run once, for the whole batch."""

from tamis.columns.history.daily_rollup import write_days
from tamis.columns.layout.membership import MERGE_ALWAYS, merge
from tamis.columns.projector.context import BatchContext, Connection
from tamis.columns.projector.queries import load

SQL = load("finish")


def merge_recent(con: Connection, context: BatchContext) -> BatchContext:
    """Merge the recent changes into the large table if there are very many."""
    merge(con, MERGE_ALWAYS)
    return context


def write_daily_rollup(con: Connection, context: BatchContext) -> BatchContext:
    """Write the changed days to the daily rollup."""
    write_days(con, context.state.days)
    return context


def acknowledge(con: Connection, context: BatchContext) -> BatchContext:
    """Store the change number that the projection has reached."""
    con.execute(SQL["acknowledge"], [context.batch.reached])
    return context
