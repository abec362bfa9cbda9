"""Storing many contacts at once: inserting new ones, updating changed ones, leaving the rest alone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tamis.domain.contacts.contacts import merge_documents
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.fields import FieldSet
from tamis.records import contacts
from tamis.records.contacts import ChangedContact, ContactRow
from tamis.records.handles import Transaction
from tamis.records.importing import batch
from tamis.records.importing.batch import ChangedRow


@dataclass(frozen=True, slots=True)
class StoredRows:
    """How many rows were contacts already, and the numbers, from 1 on, of those that changed one; `known` are the
    numbers of all that were contacts, if requested."""

    known_count: int
    updated: Sequence[int]
    known: Sequence[int] = ()


def store_rows(
    db: Transaction,
    now: datetime,
    type_id: int,
    fields: FieldSet,
    rows: Sequence[ContactRow],
    erasable: Collection[int] = (),
    *,
    write: bool = True,
    cause: Cause = Cause.CONTACT,
    import_id: int | None = None,
    name_known: bool = False,
) -> StoredRows:
    """Store contacts of one type with distinct emails; without `write`, only return what would be stored.

    A known contact keeps values that its row lacks, except of fields in `erasable`; a null in a row clears a value.
    `import_id` is the import that can be undone. The caller has checked that no email was forgotten.
    """
    with batch.staged_rows(db, rows):
        known = batch.known_rows(db, type_id) if name_known else ()
        compared = batch.compare_with_contacts(db, type_id, erasable)
        changed = _changed(batch.changed_rows(db, type_id, compared.differing), fields, erasable)
        if write:
            batch.insert_new(db, type_id, len(rows), compared.known, now, cause, import_id)
            contacts.update_many(db, type_id, changed.values(), now, cause, import_id)
    return StoredRows(compared.known, list(changed), known)


def _changed(rows: Iterable[ChangedRow], fields: FieldSet, erasable: Collection[int]) -> dict[int, ChangedContact]:
    """Merge what rows say into the contacts of which they say something new, by the number of the row."""
    changed = {}
    for row in rows:
        document = merge_documents(row.present_document, row.document, fields, erasable)
        if document != row.present_document or row.email != row.present_email:
            changed[row.number] = ChangedContact(row.id, row.email, document)
    return changed
