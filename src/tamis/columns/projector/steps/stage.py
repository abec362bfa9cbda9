"""Stage: loads the changes of a contact type into temporary tables."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from tamis.columns.layout.contacts import ensure_table, table
from tamis.columns.projector.batch import ChangeGroup, OverrideChanges
from tamis.columns.projector.context import BatchContext, Connection, TypeContext, for_type, naive_utc
from tamis.columns.projector.documents import insert_contacts
from tamis.columns.projector.queries import load
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.instants import from_micros
from tamis.domain.values.text import fold

SQL = load("stage")
MOST_LISTED = 1_000


def load_all(con: Connection, context: BatchContext) -> BatchContext:
    """Fill the tables of an empty projection with all contacts and overrides."""
    full = context.batch.load
    if full is None:
        return context
    for type_id, fields in full.fields.items():
        ensure_table(con, type_id, fields)
    for type_id, documents in full.documents:
        insert_contacts(con, type_id, full.fields[type_id], documents, table(type_id))
    _insert_overrides(con, full.overrides, "inclusions", "exclusions")
    overrides = bool(full.overrides.included or full.overrides.excluded)
    return replace(context, state=replace(context.state, has_overrides=overrides))


def ensure_contact_table(con: Connection, context: TypeContext) -> TypeContext:
    """Create the table of the contact type, or adapt its columns, if the fields have changed."""
    if context.changes.fields_changed:
        ensure_table(con, context.changes.type_id, context.changes.fields)
    return context


def stage(con: Connection, context: TypeContext) -> TypeContext:
    """Load changed contacts and overrides into temporary tables."""
    changes = context.changes
    con.execute(for_type(SQL["staged_contacts"], changes.type_id))
    stage_changed(con, "changed_contacts", changes.changed)
    con.execute(SQL["pending_changes"])
    for documents in changes.documents:
        if documents:
            insert_contacts(con, changes.type_id, changes.fields, documents, "staged_contacts")
    if not context.has_overrides:
        return context
    stage_changed(con, "changed_inclusions", changes.overrides.changed)
    con.execute(SQL["staged_inclusions"])
    con.execute(SQL["staged_exclusions"])
    _insert_overrides(con, changes.overrides, "staged_inclusions", "staged_exclusions")
    if changes.segments.deleted:
        # A person included in several segments has the name of the last inclusion, which may be one of these.
        con.execute(
            SQL["changed_inclusions_of_deleted"],
            {"now": naive_utc(context.now), "cause": Cause.DELETION.value, "deleted": list(changes.segments.deleted)},
        )
    return context


def stage_changed(con: Connection, name: str, changed: Sequence[ChangeGroup]) -> None:
    """Create the table of changed ids, each with its last change; lists of some ids are cheaper to plan than JSON."""
    if sum(len(group.ids) for group in changed) > MOST_LISTED:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {SQL['changed_ids']}", {"groups": groups_of(changed)})
        return
    last = last_changes(changed)
    columns = [
        list(last),
        [naive_utc(from_micros(group.instant)) for group in last.values()],
        [group.cause.value for group in last.values()],
    ]
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {SQL['listed_ids']}", columns)


def last_changes(changed: Sequence[ChangeGroup]) -> dict[int, ChangeGroup]:
    """Return the group with the last change of each id."""
    return {id_: group for group in changed for id_ in group.ids}


def _insert_overrides(con: Connection, overrides: OverrideChanges, inclusions: str, exclusions: str) -> None:
    if overrides.included:
        columns = [list(values) for values in zip(*overrides.included, strict=True)]
        columns += [list(map(fold, texts)) for texts in columns[4:7]]
        con.execute(f"INSERT INTO {inclusions} {SQL['inclusion_rows']}", columns)
    if overrides.excluded:
        columns = [list(values) for values in zip(*overrides.excluded, strict=True)]
        con.execute(f"INSERT INTO {exclusions} {SQL['exclusion_rows']}", columns)


def groups_of(changed: Sequence[ChangeGroup]) -> str:
    """Encode groups of changes as JSON for DuckDB."""
    return msgspec.json.encode([_group(group) for group in changed]).decode()


def _group(group: ChangeGroup) -> dict[str, object]:
    """Return a group as JSON for DuckDB: consecutive ids, as imported contacts get, as their bounds."""
    encoded: dict[str, object] = {"instant": group.instant, "cause": group.cause}
    ids = group.ids
    return encoded | ({"first": ids.start, "end": ids.stop} if isinstance(ids, range) else {"ids": ids})
