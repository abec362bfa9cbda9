"""The undo journal of imports: the contacts that an import created, and the previous state of those that it changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis.domain.contacts.contacts import decode_values
from tamis.domain.values.fields import FieldSet, Value
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.engine.sql import run, select
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("journal")


class PriorValues(NamedTuple):
    """What a contact had before an import changed it, kept to undo the import."""

    import_id: int
    email: str
    values: dict[int, Value]
    updated_at: datetime


def record_created(db: Transaction, import_id: int, first_id: int, last_id: int) -> None:
    """Record that an import has created the contacts with some consecutive IDs."""
    run(db, SQL["record_created"], (import_id, first_id, last_id))


def record_changed(db: Transaction, import_id: int, contact_ids: Sequence[int]) -> None:
    """Record the state of contacts before an import changes them, except those that it created or changed before."""
    if contact_ids:
        run(db, SQL["record_changed"], (import_id, msgspec.json.encode(contact_ids).decode()))


def prior_values_of(db: Reader, contact_id: int, fields: FieldSet) -> list[PriorValues]:
    """List what a contact had before imports that can still be undone, oldest import first."""

    def prior_values(import_id: int, email: str, document: str, updated_at: int) -> PriorValues:
        return PriorValues(import_id, email, decode_values(document, fields), from_micros(updated_at))

    return select(db, prior_values, SQL["prior_values_of_contact"], (contact_id,))


def drop_contact(db: Transaction, contact_id: int) -> None:
    """Drop the previous states of a contact."""
    run(db, SQL["drop_contact"], (contact_id,))


def change_email(db: Transaction, contact_id: int, email: str) -> None:
    """Change the email of a contact in its previous states too.

    Undoing an import must not restore the old email, which may belong to another contact by then."""
    run(db, SQL["change_email"], (email, contact_id))


def drop_field(db: Transaction, path: str) -> None:
    """Drop the values of a field from previous states; `path` is its JSON path in documents."""
    run(db, SQL["drop_field"], (path,))


def expired(db: Reader, before: datetime) -> list[int]:
    """List the imports that finished before an instant and can still be undone, at least in part."""
    return select(db, int, SQL["expired"], (to_micros(before),))


def mark_dropped(db: Transaction, import_id: int) -> None:
    """Mark in the report of an import that its undo data is no longer kept."""
    run(db, SQL["mark_dropped"], (import_id,))


def drop_batch(db: Transaction, import_id: int, most: int) -> int:
    """Drop the undo data of an import for at most `most` changed contacts; return for how many."""
    run(db, SQL["drop_ranges"], (import_id,))
    return run(db, SQL["drop_some_previous"], (import_id, most))
