"""Roll up: updates the members and sizes of segments from the logged changes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tamis.columns.projector import strategy
from tamis.columns.projector.context import Connection, TypeContext
from tamis.columns.projector.queries import load

SQL = load("roll_up")


def roll_up(con: Connection, context: TypeContext) -> TypeContext:
    """Update the members and sizes of segments from the logged changes, and clear the pending ones."""
    logged = context.logged
    if logged is None:
        return context
    con.execute(SQL["delete_recent"])
    if logged.once:
        con.execute(SQL["insert_recent"])
        if context.has_new_entries:
            _insert_new_members(con)
    else:
        con.execute(SQL["insert_last_recent"], {"after": logged.after})
    sizes = update_sizes(con, context.state.sizes, logged.growth)
    con.execute(SQL["delete_changes"])
    if context.has_new_entries:
        con.execute(SQL["delete_new_entries"])
    return replace(context, state=replace(context.state, sizes=sizes), pending=0, differences=None, logged=None)


def update_sizes(con: Connection, sizes: Mapping[int, int], growth: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Let segments grow, each by a number of recipients that may be negative; return all sizes after that."""
    con.execute(SQL["update_sizes"], [list(column) for column in zip(*growth, strict=True)])
    return dict(sizes) | {segment_id: sizes[segment_id] + grown for segment_id, grown in growth}


def set_size(con: Connection, segment_id: int, size: int | None) -> None:
    """Set the size of a segment; None deletes it."""
    con.execute(SQL["delete_size"], [segment_id])
    if size is not None:
        con.execute(SQL["insert_size"], [segment_id, size])


def _insert_new_members(con: Connection) -> None:
    """Insert members that were never in their segment before. They replace no rows, so very many can go directly to the
    large table."""
    count = con.execute(SQL["count_new_entries"]).fetchall()[0][0]
    con.execute(SQL["insert_new_members" if count > strategy.THRESHOLDS.entries_at_once else "insert_new_recent"])
