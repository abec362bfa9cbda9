"""Finish: what is done once, for the batch as a whole."""

from tamis.columns.history.daily_rollup import write_days
from tamis.columns.layout.membership import MOST_RECENT, merge
from tamis.columns.projector.queries import load
from tamis.columns.projector.work import Connection, Whole

SQL = load("finish")


def merge_recent(con: Connection, whole: Whole) -> Whole:
    """Merge the recent changes into the large table, where they have become very many."""
    merge(con, MOST_RECENT)
    return whole


def count_days(con: Connection, whole: Whole) -> Whole:
    """Put the days of segments in the daily rollup that are others now."""
    write_days(con, whole.state.days)
    return whole


def acknowledge(con: Connection, whole: Whole) -> Whole:
    """Note up to which change number the projection follows the records."""
    con.execute(SQL["acknowledge"], [whole.batch.reached])
    return whole
