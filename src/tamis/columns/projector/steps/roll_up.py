"""Roll up: who is in each segment, and how many, follow from the changes that were logged."""

from dataclasses import replace

from tamis.columns.projector import strategy
from tamis.columns.projector.queries import load
from tamis.columns.projector.work import Connection, Work

SQL = load("roll_up")


def roll_up(con: Connection, work: Work) -> Work:
    """Let the recipients and the sizes of segments follow from the numbered changes, and forget these."""
    numbered = work.numbered
    if numbered is None:
        return work
    con.execute(SQL["forget_recent"])
    if numbered.once:
        con.execute(SQL["recent"])
        if work.found_new:
            _let_new_enter(con)
    else:
        con.execute(SQL["recent_of_several"], {"after": numbered.after})
    con.execute(SQL["sizes"], [list(column) for column in zip(*numbered.growth, strict=True)])
    con.execute(SQL["delete_changes"])
    if work.found_new:
        con.execute(SQL["delete_new_entries"])
    sizes = work.state.sizes
    grown = {segment_id: sizes[segment_id] + growth for segment_id, growth in numbered.growth}
    return replace(work, state=replace(work.state, sizes=sizes | grown), found=0, numbered=None)


def set_size(con: Connection, segment_id: int, size: int | None) -> None:
    """Set how many recipients a segment has; None stands for one that is gone."""
    con.execute(SQL["delete_size"], [segment_id])
    if size is not None:
        con.execute(SQL["insert_size"], [segment_id, size])


def _let_new_enter(con: Connection) -> None:
    """Let those who were never in the segment before be recipients: nothing of them has to be replaced, so many need
    not wait among the recent changes."""
    count = con.execute(SQL["count_new_entries"]).fetchall()[0][0]
    con.execute(SQL["members_of_new" if count > strategy.LIMITS.entries_at_once else "recent_of_new"])
