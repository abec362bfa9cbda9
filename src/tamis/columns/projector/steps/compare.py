"""Compare: a contact enters or leaves a segment where two consecutive results differ."""

from dataclasses import replace

from tamis.columns.projector.context import Connection, TypeContext, execute_update
from tamis.columns.projector.queries import load
from tamis.columns.projector.steps import insert_only, small_batch
from tamis.columns.projector.strategy import Strategy

SQL = load("compare")


def compare(con: Connection, context: TypeContext) -> TypeContext:
    """Collect the differences between consecutive results as pending membership changes."""
    entries = insert_only.compare(con, context) if context.new_contacts else 0
    changes = _compare(con, context) if context.dirty and context.unchanged else 0
    has_new_entries = context.has_new_entries or bool(context.new_contacts and context.unchanged)
    return replace(context, pending=context.pending + changes + entries, has_new_entries=has_new_entries)


def _compare(con: Connection, context: TypeContext) -> int:
    if context.dirty_strategy is Strategy.SMALL_BATCH:
        return small_batch.insert_differences(con, context)
    name = "changes_with_overrides" if context.has_overrides else "changes"
    return execute_update(
        con, SQL[name], {"window_number": context.this_window.number, "segment_ids": list(context.segment_order)}
    )
