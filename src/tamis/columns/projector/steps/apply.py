"""Apply: replaces stored contacts and overrides with the staged ones that belong to the window."""

from tamis.columns.projector.context import Connection, TypeContext, bounds, for_type
from tamis.columns.projector.queries import load
from tamis.columns.projector.steps import insert_only

SQL = load("apply")


def apply(con: Connection, context: TypeContext) -> TypeContext:
    """Replace the contacts and overrides that changed in the window."""
    if context.dirty:
        con.execute(for_type(SQL["delete_contacts"], context.changes.type_id))
        con.execute(for_type(SQL["insert_contacts"], context.changes.type_id))
    if context.new_contacts:
        insert_only.apply(con, context)
    if context.has_overrides and context.dirty:
        con.execute(SQL["delete_exclusions"])
        con.execute(SQL["insert_exclusions"])
    if context.overrides_changed:
        con.execute(SQL["delete_inclusions"], bounds(context.this_window))
        con.execute(SQL["insert_inclusions"], bounds(context.this_window))
        con.execute(SQL["delete_external_exclusions"])
        con.execute(SQL["insert_external_exclusions"])
    return context
