"""Store a batch of contacts: add the new, change the changed, leave the rest alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from tamis.actions.importing.read_rows import Good
from tamis.domain.contacts import decode_values, encode_values
from tamis.domain.fields import FieldSet
from tamis.records import contacts
from tamis.records.contacts import ChangedContact, Known, NewContact


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows of a batch were new, changed a contact, or changed nothing."""

    created: int
    updated: int
    unchanged: int


def upsert(
    db: apsw.Connection,
    now: datetime,
    type_id: int,
    fields: FieldSet,
    rows: Sequence[Good],
    *,
    write: bool = True,
) -> Outcome:
    """Store contacts of one type, whose addresses differ from each other; without `write`, only tell the outcome."""
    known = contacts.known(db, type_id, [row.email.key for row in rows])
    new, changed = [], []
    for row in rows:
        present = known.get(row.email.key)
        if present is None:
            new.append(NewContact(row.email.address, row.email.key, encode_values(row.values)))
            continue
        document = _merged(present, row, fields)
        if document != present.document or row.email.address != present.email:
            changed.append(ChangedContact(present.id, row.email.address, document))
    if write:
        contacts.insert_many(db, type_id, new, now)
        contacts.update_many(db, type_id, changed, now)
    return Outcome(len(new), len(changed), len(rows) - len(new) - len(changed))


def _merged(present: Known, row: Good, fields: FieldSet) -> str:
    document = encode_values(row.values)
    if document == present.document:
        return document
    merged = decode_values(present.document, fields)
    merged.update(row.values)
    for field_id in row.blank:
        merged.pop(field_id, None)
    return encode_values(merged)
