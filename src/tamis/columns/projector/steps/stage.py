"""Stage: what the batch brings of a contact type comes into temporary tables, beside what there is."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from tamis.columns.layout.contacts import arrange, table
from tamis.columns.projector.batch import OverrideChanges, Touched
from tamis.columns.projector.documents import insert_contacts
from tamis.columns.projector.queries import load
from tamis.columns.projector.work import Connection, Whole, Work, of_type, plain
from tamis.domain.membership_changes import Cause
from tamis.domain.text import fold

SQL = load("stage")


def load_everything(con: Connection, whole: Whole) -> Whole:
    """Fill the tables of an empty projection with all contacts and overrides."""
    full = whole.batch.load
    if full is None:
        return whole
    for type_id, fields in full.fields.items():
        arrange(con, type_id, fields)
    for type_id, documents in full.documents:
        insert_contacts(con, type_id, full.fields[type_id], documents, table(type_id))
    _insert_overrides(con, full.overrides, "added", "removed")
    overrides = bool(full.overrides.included or full.overrides.excluded)
    return replace(whole, state=replace(whole.state, has_overrides=overrides))


def arrange_columns(con: Connection, work: Work) -> Work:
    """Bring the table of the contact type in line with its fields, where they have changed."""
    if work.changes.fields_changed:
        arrange(con, work.changes.type_id, work.changes.fields)
    return work


def stage(con: Connection, work: Work) -> Work:
    """Bring touched contacts and overrides into temporary tables."""
    changes = work.changes
    con.execute(of_type(SQL["staged_contacts"], changes.type_id))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE touched_contacts AS {SQL['touched']}", {"groups": groups_of(changes.touched)}
    )
    con.execute(SQL["membership_changes"])
    for documents in changes.documents:
        if documents:
            insert_contacts(con, changes.type_id, changes.fields, documents, "staged_contacts")
    if not work.overrides:
        return work
    additions = {"groups": groups_of(changes.overrides.touched)}
    con.execute(f"CREATE OR REPLACE TEMP TABLE touched_additions AS {SQL['touched']}", additions)
    con.execute(SQL["staged_added"])
    con.execute(SQL["staged_excluded"])
    _insert_overrides(con, changes.overrides, "staged_added", "staged_excluded")
    if changes.segments.deleted:
        # Who was added to them and elsewhere, too, may have another name now.
        con.execute(
            SQL["touched_additions_to_deleted"],
            {"now": plain(work.now), "cause": Cause.DELETION.value, "deleted": list(changes.segments.deleted)},
        )
    return work


def _insert_overrides(con: Connection, overrides: OverrideChanges, added_to: str, excluded_to: str) -> None:
    if overrides.included:
        columns = [list(values) for values in zip(*overrides.included, strict=True)]
        columns += [list(map(fold, texts)) for texts in columns[4:7]]
        con.execute(f"INSERT INTO {added_to} {SQL['added_rows']}", columns)
    if overrides.excluded:
        columns = [list(values) for values in zip(*overrides.excluded, strict=True)]
        con.execute(f"INSERT INTO {excluded_to} {SQL['excluded_rows']}", columns)


def groups_of(touched: Sequence[Touched]) -> str:
    """Write what was touched for DuckDB, as JSON."""
    return msgspec.json.encode([_group(group) for group in touched]).decode()


def _group(group: Touched) -> dict[str, object]:
    """Write a group for DuckDB: numbers without a gap, as an import gives to new contacts, by the first and last."""
    written: dict[str, object] = {"instant": group.instant, "cause": group.cause}
    ids = group.ids
    return written | ({"first": ids.start, "end": ids.stop} if isinstance(ids, range) else {"ids": ids})
