"""What is kept of an import so that it can be undone: which contacts it made, and what those were that it changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import apsw
import msgspec

from tamis.domain.instants import to_micros
from tamis.records.queries import load

SQL = load("journal")
DROPPED = "journal_dropped"


def note_created(db: apsw.Connection, import_id: int, first_id: int, last_id: int) -> None:
    """Remember that an import has made the contacts with some consecutive ids."""
    db.execute(SQL["note_created"], (import_id, first_id, last_id)).fetchall()


def note_changed(db: apsw.Connection, import_id: int, contact_ids: Sequence[int]) -> None:
    """Remember what contacts are that an import is about to change, but for those that it has made or changed
    before."""
    if contact_ids:
        db.execute(SQL["note_changed"], (import_id, msgspec.json.encode(contact_ids).decode())).fetchall()


def forget_contact(db: apsw.Connection, contact_id: int) -> None:
    """Drop what a contact was before any import."""
    db.execute(SQL["forget_contact"], (contact_id,)).fetchall()


def move_contact(db: apsw.Connection, contact_id: int, email: str) -> None:
    """Let a contact have had its new address before all imports, too: undoing one must not bring the old one back,
    which may be somebody else's by then."""
    db.execute(SQL["move_contact"], (email, contact_id)).fetchall()


def forget_field(db: apsw.Connection, path: str) -> None:
    """Drop the values of a field from what contacts were; `path` is where it stands in their documents."""
    db.execute(SQL["forget_field"], (path,)).fetchall()


def expired(db: apsw.Connection, before: datetime) -> list[int]:
    """List the imports that came to their end before an instant and could still be undone, or partly so."""
    rows: Any = db.execute(SQL["expired"], (to_micros(before),)).fetchall()
    return [row[0] for row in rows]


def mark_dropped(db: apsw.Connection, import_id: int) -> None:
    """Say in the report of an import that what is needed to undo it is no longer kept."""
    db.execute(SQL["mark_dropped"], (import_id,)).fetchall()


def drop_some(db: apsw.Connection, import_id: int, most: int) -> int:
    """Drop what is kept of an import, of `most` contacts that it changed; gives of how many it has been."""
    db.execute(SQL["drop_ranges"], (import_id,)).fetchall()
    db.execute(SQL["drop_some_befores"], (import_id, most)).fetchall()
    return db.changes()


def is_dropped(report: Mapping[str, Any]) -> bool:
    """Tell from the report of an import whether what is needed to undo it is no longer kept."""
    return bool(report.get(DROPPED))
