"""The change feed: every write that the column store must follow gets the next change number."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import apsw

from tamis.domain.segments import Segment
from tamis.records.database import one
from tamis.records.queries import load

SQL = load("feed")


class Change(NamedTuple):
    """One write: what it was about, and the ids that its subject has."""

    change: int
    subject: str
    contact_type_id: int
    segment_id: int | None
    contact_id: int | None
    added_id: int | None


def tell(
    db: apsw.Connection,
    subject: str,
    type_id: int,
    segment_id: int | None = None,
    contact_id: int | None = None,
    added_id: int | None = None,
) -> None:
    """Add one change."""
    db.execute(SQL["insert"], (subject, type_id, segment_id, contact_id, added_id)).fetchall()


def tell_contacts(db: apsw.Connection, type_id: int, contact_ids: Iterable[int]) -> None:
    """Tell that contacts were changed or deleted."""
    db.executemany(SQL["insert"], (("contact", type_id, None, id_, None) for id_ in contact_ids)).fetchall()


def tell_contact_range(db: apsw.Connection, first_id: int, last_id: int) -> None:
    """Tell that contacts with consecutive ids were added."""
    db.execute(SQL["insert_contact_range"], (first_id, last_id)).fetchall()


def tell_segment(db: apsw.Connection, type_id: int, segment_id: int) -> None:
    """Tell that a segment was made, edited or deleted."""
    tell(db, "segment", type_id, segment_id)


def tell_recipient(db: apsw.Connection, segment: Segment, contact_id: int | None, added_id: int | None) -> None:
    """Tell that a recipient was added or removed by hand, or that this was undone."""
    tell(db, "recipient", segment.contact_type_id, segment.id, contact_id, added_id)


def tell_fields(db: apsw.Connection, type_id: int) -> None:
    """Tell that the fields of a contact type are others than before."""
    tell(db, "fields", type_id)


def last_change(db: apsw.Connection) -> int:
    """Give the newest change number, 0 before the first."""
    return int(_value(db, "last_change"))


def first_kept_change(db: apsw.Connection) -> int | None:
    """Give the oldest change that the feed still has, or None when it has none."""
    value = _value(db, "first_change")
    return None if value is None else int(value)


def touched_contacts(db: apsw.Connection, after: int, up_to: int) -> dict[int, set[int]]:
    """Collect the contacts that any changes in a span were about, by contact type."""
    touched: dict[int, set[int]] = defaultdict(set)
    rows: Any = db.execute(SQL["touched_contacts"], (after, up_to))
    for type_id, contact_id in rows:
        touched[type_id].add(contact_id)
    return touched


def rare_changes(db: apsw.Connection, after: int, up_to: int) -> list[Change]:
    """List the changes in a span that were about more than one contact, in order."""
    rows: Any = db.execute(SQL["rare_changes"], (after, up_to))
    return [Change(*row) for row in rows]


def trim(db: apsw.Connection, up_to: int) -> None:
    """Drop changes that the column store has applied for good."""
    db.execute(SQL["trim"], (up_to,)).fetchall()


def store_id(db: apsw.Connection) -> str:
    """Give the identity of these records, by which the column store knows whose copy it is."""
    return str(_value(db, "store_id"))


def _value(db: apsw.Connection, name: str) -> Any:
    row = one(db, SQL[name])
    return row[0] if row else None
