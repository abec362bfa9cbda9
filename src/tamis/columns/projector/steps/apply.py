"""Apply: what was staged and belongs to the window takes the place of what there was."""

from tamis.columns.projector.queries import load
from tamis.columns.projector.steps import insert_only
from tamis.columns.projector.work import Connection, Work, of_type, values_of

SQL = load("apply")


def apply(con: Connection, work: Work) -> Work:
    """Replace the contacts and the overrides that were touched in the window."""
    if work.dirty:
        con.execute(of_type(SQL["delete_contacts"], work.changes.type_id))
        con.execute(of_type(SQL["insert_contacts"], work.changes.type_id))
    if work.new:
        insert_only.apply(con, work)
    if work.overrides and work.dirty:
        con.execute(SQL["delete_excluded"])
        con.execute(SQL["insert_excluded"])
    if work.overrides_touched:
        con.execute(SQL["delete_added"], values_of(work.this_window))
        con.execute(SQL["insert_added"], values_of(work.this_window))
        con.execute(SQL["delete_excluded_externals"])
        con.execute(SQL["insert_excluded_externals"])
    return work
