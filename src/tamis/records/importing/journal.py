"""What is kept of an import so that it can be undone: which contacts it made, and what those were that it changed."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tamis.domain.instants import to_micros
from tamis.records.engine.sql import run, select
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("journal")


def note_created(db: Transaction, import_id: int, first_id: int, last_id: int) -> None:
    """Remember that an import has made the contacts with some consecutive ids."""
    run(db, SQL["note_created"], (import_id, first_id, last_id))


def note_changed(db: Transaction, import_id: int, contact_ids: Sequence[int]) -> None:
    """Remember what contacts are that an import is about to change, but for those that it has made or changed
    before."""
    if contact_ids:
        run(db, SQL["note_changed"], (import_id, msgspec.json.encode(contact_ids).decode()))


def forget_contact(db: Transaction, contact_id: int) -> None:
    """Drop what a contact was before any import."""
    run(db, SQL["forget_contact"], (contact_id,))


def move_contact(db: Transaction, contact_id: int, email: str) -> None:
    """Let a contact have had its new address before all imports, too: undoing one must not bring the old one back,
    which may be somebody else's by then."""
    run(db, SQL["move_contact"], (email, contact_id))


def forget_field(db: Transaction, path: str) -> None:
    """Drop the values of a field from what contacts were; `path` is where it stands in their documents."""
    run(db, SQL["forget_field"], (path,))


def expired(db: Reader, before: datetime) -> list[int]:
    """List the imports that came to their end before an instant and could still be undone, or partly so."""
    return select(db, int, SQL["expired"], (to_micros(before),))


def mark_dropped(db: Transaction, import_id: int) -> None:
    """Say in the report of an import that what is needed to undo it is no longer kept."""
    run(db, SQL["mark_dropped"], (import_id,))


def drop_some(db: Transaction, import_id: int, most: int) -> int:
    """Drop what is kept of an import, of `most` contacts that it changed; gives of how many it has been."""
    run(db, SQL["drop_ranges"], (import_id,))
    return run(db, SQL["drop_some_befores"], (import_id, most))
