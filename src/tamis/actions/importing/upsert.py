"""Store a batch of contacts: add the new, change the changed, leave the rest alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from tamis.domain.contacts import merge_documents
from tamis.domain.errors import Refused
from tamis.domain.fields import FieldSet
from tamis.domain.transitions import Cause
from tamis.records import contacts, forgotten
from tamis.records.contacts import ChangedContact, NewContact


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows of a batch were new, changed a contact, or changed nothing."""

    created: int
    updated: int
    unchanged: int

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.created + other.created, self.updated + other.updated, self.unchanged + other.unchanged)


def upsert(
    db: apsw.Connection,
    now: datetime,
    type_id: int,
    fields: FieldSet,
    rows: Sequence[NewContact],
    erasable: Collection[int],
    *,
    write: bool = True,
    cause: Cause = Cause.IMPORT,
    checked: int = 0,
) -> Outcome:
    """Store contacts of one type, whose addresses differ from each other; without `write`, only tell the outcome.

    A known contact keeps the values that its row does not state, but for the fields in `erasable`. Raises Refused when
    an address was forgotten; the caller has looked at those with numbers up to `checked`.
    """
    if kept_out := forgotten.among(db, type_id, [row.email_key for row in rows], checked):
        raise Refused(f"{len(kept_out)} of the addresses were forgotten meanwhile and are not taken back: try again")
    known = contacts.known(db, type_id, [row.email_key for row in rows])
    new, changed = [], []
    for row in rows:
        present = known.get(row.email_key)
        if present is None:
            new.append(row)
            continue
        document = row.document
        if document != present.document:
            document = merge_documents(present.document, document, fields, erasable)
        if document != present.document or row.email != present.email:
            changed.append(ChangedContact(present.id, row.email, document))
    if write:
        contacts.insert_many(db, type_id, new, now, cause)
        contacts.update_many(db, type_id, changed, now, cause)
    return Outcome(len(new), len(changed), len(rows) - len(new) - len(changed))
