"""Recipients added and removed by hand, in the records; every write is told to the feed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import apsw
import msgspec

from tamis.domain.emails import Email
from tamis.domain.errors import Refused
from tamis.domain.instants import from_micros, to_micros
from tamis.domain.segments import (
    STRANGER,
    AddedByHand,
    Segment,
    recipient_id_of_contact,
    recipient_id_of_stranger,
)
from tamis.domain.transitions import Cause
from tamis.records import exclusions, feed
from tamis.records.database import one
from tamis.records.queries import load

SQL = load("recipients")


def contact_with_email(db: apsw.Connection, type_id: int, email_key: str) -> int | None:
    """Tell which contact of a type has an address, if any."""
    row: Any = one(db, SQL["contact_with_email"], (type_id, email_key))
    return row[0] if row else None


def is_added(db: apsw.Connection, segment_id: int, email_key: str) -> bool:
    """Tell whether an address was added to a segment by hand."""
    return one(db, SQL["added_by_email"], (segment_id, email_key)) is not None


def is_removed(db: apsw.Connection, segment_id: int, contact_id: int) -> bool:
    """Tell whether a contact was removed from a segment by hand."""
    return one(db, SQL["is_removed"], (segment_id, contact_id)) is not None


def add(
    db: apsw.Connection,
    segment: Segment,
    email: Email,
    first_name: str,
    last_name: str,
    contact_id: int | None,
    now: datetime,
) -> None:
    """Add an address by hand; its number follows from the contact that it is, or from the row of an address that is
    no contact, and stays when that changes."""
    last: Any = one(db, SQL["last_added_id"])
    following = (last[0] if last else 0) + 1
    if following >= STRANGER:
        raise Refused("this store has numbered two thousand million added addresses and has no numbers left")
    recipient_id = (
        recipient_id_of_stranger(segment.id, following)
        if contact_id is None
        else recipient_id_of_contact(segment.id, contact_id)
    )
    person = _person(db, segment.contact_type_id, email.key) or following
    row: Any = one(
        db,
        SQL["insert_added"],
        (segment.id, email.address, email.key, first_name, last_name, recipient_id, to_micros(now), person),
    )
    feed.tell_recipient(db, segment, contact_id, row[0], now)


def _person(db: apsw.Connection, type_id: int, email_key: str) -> int | None:
    row: Any = one(db, SQL["person"], (email_key, type_id))
    return row[0] if row else None


class AddedAs(NamedTuple):
    """An addition by hand: its number, the key of the address, and the number of the person."""

    id: int
    email_key: str
    person_id: int


def find_added(db: apsw.Connection, recipient_id: int) -> AddedAs | None:
    """Find an address added by hand by its recipient's number."""
    row: Any = one(db, SQL["added_by_recipient"], (recipient_id,))
    return AddedAs(*row) if row else None


def undo_add(db: apsw.Connection, segment: Segment, added: AddedAs, contact_id: int | None, now: datetime) -> None:
    """Take an addition by hand back."""
    db.execute(SQL["delete_added"], (added.id,)).fetchall()
    feed.tell_recipient(db, segment, contact_id, added.id, now)
    if added.person_id != added.id:
        feed.tell_recipient(db, segment, None, added.person_id, now)


def remove(db: apsw.Connection, segment: Segment, contact_id: int, now: datetime) -> None:
    """Remove a contact by hand: it stays out whatever the rule says."""
    db.execute(SQL["insert_removed"], (segment.id, contact_id, to_micros(now))).fetchall()
    feed.tell_recipient(db, segment, contact_id, None, now)


def undo_remove(db: apsw.Connection, segment: Segment, contact_id: int, now: datetime) -> None:
    """Take a removal by hand back."""
    db.execute(SQL["delete_removed"], (segment.id, contact_id)).fetchall()
    feed.tell_recipient(db, segment, contact_id, None, now)


def forget_contact(db: apsw.Connection, type_id: int, contact_id: int | None, email_key: str, now: datetime) -> None:
    """Drop the additions by hand of a contact that is being deleted, or of an address that is no contact; exclusions
    outlive it."""
    rows: Any = db.execute(SQL["added_with_email"], (email_key, type_id)).fetchall()
    for added_id, segment_id in rows:
        db.execute(SQL["delete_added"], (added_id,)).fetchall()
        feed.tell(db, "recipient", type_id, now, Cause.DELETION, segment_id, contact_id, added_id)
    if contact_id is not None:
        exclusions.outlive_contacts(db, [contact_id])


def move(db: apsw.Connection, type_id: int, contact_id: int, old_key: str, new: Email, now: datetime) -> bool:
    """Let what was done by hand under the address of a contact follow to its new one; tells whether anything was added
    under the old one. Exclusions of the new address become those of the contact.

    In a segment to which the new address was added before, that addition stays (§ Once). Being added lets the contact
    in, though it may have been excluded under the other address."""
    rows: Any = db.execute(SQL["added_with_email"], (new.key, type_id)).fetchall()
    there = {segment_id: added_id for added_id, segment_id in rows}
    for segment_id, added_id in there.items():
        feed.tell(db, "recipient", type_id, now, Cause.CONTACT, segment_id, contact_id, added_id)
    moved: Any = db.execute(SQL["added_with_email"], (old_key, type_id)).fetchall()
    person = _person(db, type_id, new.key) or _person(db, type_id, old_key)
    for added_id, segment_id in moved:
        if segment_id in there:
            db.execute(SQL["delete_added"], (added_id,)).fetchall()
        else:
            db.execute(SQL["move_added"], (new.address, new.key, person or added_id, added_id)).fetchall()
        feed.tell(db, "recipient", type_id, now, Cause.CONTACT, segment_id, contact_id, added_id)
    exclusions.pass_to_contacts(db, type_id, [(contact_id, new.key)])
    db.execute(SQL["delete_removed_where_added"], (contact_id, new.key)).fetchall()
    return bool(moved)


def added_for_columns(db: apsw.Connection, ids: Sequence[int] | None) -> list[AddedByHand]:
    """Fetch those of many additions that exist in live segments, or all of them."""
    rows: Any = (
        db.execute(SQL["all_added_for_columns"])
        if ids is None
        else db.execute(SQL["added_for_columns"], (msgspec.json.encode(ids).decode(),))
    )
    return [AddedByHand(*row) for row in rows]


def added_of_contacts(db: apsw.Connection, contact_ids: Sequence[int]) -> dict[int, int]:
    """Return the additions whose addresses are those of some contacts of the segment's type, each with its contact."""
    rows: Any = db.execute(SQL["added_of_contacts"], (msgspec.json.encode(contact_ids).decode(),))
    return dict(rows)


def numbers_with_email(db: apsw.Connection, type_id: int, email_key: str) -> list[int]:
    """List the numbers of the recipients that an address is where it was added by hand to segments over a type."""
    rows: Any = db.execute(SQL["numbers_with_email"], (email_key, type_id))
    return [row[0] for row in rows]


def removed_for_columns(db: apsw.Connection, contact_ids: Sequence[int] | None) -> list[tuple[int, int]]:
    """Fetch segment and contact of the removals of many contacts from live segments, or of all."""
    rows: Any = (
        db.execute(SQL["all_removed"])
        if contact_ids is None
        else db.execute(SQL["removed_of_contacts"], (msgspec.json.encode(contact_ids).decode(),))
    )
    return rows.fetchall()  # type: ignore[no-any-return]


class AdditionOfAddress(NamedTuple):
    """That an address was added to a segment by hand, as what, and when; the segment may be deleted since."""

    segment_id: int
    segment_name: str
    email: str
    first_name: str
    last_name: str
    since: datetime


class RemovalOfContact(NamedTuple):
    """That a contact was removed from a segment by hand, and when; the segment may be deleted since."""

    segment_id: int
    segment_name: str
    since: datetime


def additions_of_address(db: apsw.Connection, type_id: int, email_key: str) -> list[AdditionOfAddress]:
    """List all that is kept of an address having been added by hand to segments over a type."""
    rows: Any = db.execute(SQL["hands_added"], (email_key, type_id)).fetchall()
    return [AdditionOfAddress._make((*row[:-1], from_micros(row[-1]))) for row in rows]


def removals_of_contact(db: apsw.Connection, contact_id: int) -> list[RemovalOfContact]:
    """List all that is kept of a contact having been removed by hand."""
    rows: Any = db.execute(SQL["hands_removed"], (contact_id,)).fetchall()
    return [RemovalOfContact._make((*row[:-1], from_micros(row[-1]))) for row in rows]


class Removed(NamedTuple):
    """A contact that was removed from a segment by hand, and when."""

    contact_id: int
    email: str
    since: datetime


class Added(NamedTuple):
    """An address that was added to a segment by hand, the contact that has it now, if any, and when."""

    recipient_id: int
    contact_id: int | None
    email: str
    first_name: str
    last_name: str
    since: datetime


def removed_from(db: apsw.Connection, segment_id: int, limit: int, skipped: int) -> tuple[list[Removed], int]:
    """List those who were removed from a segment by hand, latest first, and count all of them."""
    count: Any = one(db, SQL["count_removed"], (segment_id,))
    rows: Any = db.execute(SQL["removed_from_segment"], (segment_id, limit, skipped)).fetchall()
    return [Removed._make((*row[:-1], from_micros(row[-1]))) for row in rows], count[0]


def added_to(db: apsw.Connection, segment: Segment, limit: int, skipped: int) -> tuple[list[Added], int]:
    """List the addresses that were added to a segment by hand, latest first, and count all of them."""
    count: Any = one(db, SQL["count_added"], (segment.id,))
    values = (segment.contact_type_id, segment.id, limit, skipped)
    rows: Any = db.execute(SQL["added_to_segment"], values).fetchall()
    return [Added._make((*row[:-1], from_micros(row[-1]))) for row in rows], count[0]
