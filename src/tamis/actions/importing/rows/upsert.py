"""Storing a batch of an import, and checking that nothing that it relies on has changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tamis.actions.contacts.row_storage import store_rows
from tamis.domain.errors import Refused
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.fields import FieldSet
from tamis.records import types
from tamis.records.consent import forgotten_emails
from tamis.records.contacts import ContactRow
from tamis.records.handles import Transaction


@dataclass(frozen=True, slots=True)
class Outcome:
    """The number of rows of a batch that were new, changed a contact, or changed nothing."""

    created: int
    updated: int
    unchanged: int

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.created + other.created, self.updated + other.updated, self.unchanged + other.unchanged)


def upsert(
    db: Transaction,
    now: datetime,
    type_id: int,
    fields: FieldSet,
    rows: Sequence[ContactRow],
    erasable: Collection[int],
    *,
    write: bool = True,
    cause: Cause = Cause.IMPORT,
    checked: int = 0,
    import_id: int | None = None,
) -> Outcome:
    """Store contacts of one type with distinct emails; without `write`, only return the outcome.

    A known contact keeps values that its row lacks, except of fields in `erasable`. `import_id` is the import that can
    be undone. Raises Refused when the type was deleted, when an email was forgotten (after the number `checked`), and
    when `fields`, which the rows were parsed for, have changed."""
    if not types.is_live(db, type_id):
        raise Refused("contact_type_deleted_while_importing")
    present = types.fields_of_type(db, type_id)  # includes fields created after the rows were parsed
    if write:
        _check_fields(present, fields)
    if kept_out := forgotten_emails.find_forgotten(db, type_id, [row[1] for row in rows], checked):
        raise Refused("emails_forgotten_meanwhile", count=len(kept_out))
    stored = store_rows(db, now, type_id, present, rows, erasable, write=write, cause=cause, import_id=import_id)
    known, updated = stored.known_count, len(stored.updated)
    return Outcome(len(rows) - known, updated, known - updated)


def _check_fields(present: FieldSet, read: FieldSet) -> None:
    for field in read.fields:
        now = present.by_id.get(field.id)
        if now is None or now.kind is not field.kind or not set(field.options) <= set(now.options):
            raise Refused("field_changed_while_importing", field=field.name)
