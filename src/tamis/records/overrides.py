"""Recipients added and removed by hand, in the records; every write is recorded in the change log."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

import msgspec

from tamis.domain.emails import Email
from tamis.domain.errors import Refused
from tamis.domain.instants import from_micros, to_micros
from tamis.domain.membership_changes import Cause
from tamis.domain.segments import (
    EXTERNAL_BIT,
    Inclusion,
    Segment,
    recipient_id_of_contact,
    recipient_id_of_external,
)
from tamis.records import change_log, email_exclusions
from tamis.records.engine.sql import exists, insert, run, scalar, select, select_one, select_only, select_tuples
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("overrides")
T = TypeVar("T")


def contact_id_by_email(db: Reader, type_id: int, email_key: str) -> int | None:
    """Tell which contact of a type has an address, if any."""
    return scalar(db, int, SQL["contact_id_by_email"], (type_id, email_key))


def is_included(db: Reader, segment_id: int, email_key: str) -> bool:
    """Return whether an address was added to a segment by hand."""
    return exists(db, SQL["inclusion_by_email"], (segment_id, email_key))


def is_excluded(db: Reader, segment_id: int, contact_id: int) -> bool:
    """Return whether a contact was removed from a segment by hand."""
    return exists(db, SQL["is_excluded"], (segment_id, contact_id))


def include(
    db: Transaction,
    segment: Segment,
    email: Email,
    first_name: str,
    last_name: str,
    contact_id: int | None,
    now: datetime,
) -> None:
    """Add an address by hand; its number follows from the contact that it is, or from the row of an address that is
    no contact, and stays when that changes."""
    following = (scalar(db, int, SQL["last_inclusion_id"]) or 0) + 1
    if following >= EXTERNAL_BIT:
        raise Refused("no_recipient_numbers_left")
    recipient_id = (
        recipient_id_of_external(segment.id, following)
        if contact_id is None
        else recipient_id_of_contact(segment.id, contact_id)
    )
    person = _person_id(db, segment.contact_type_id, email.key) or following
    values = (segment.id, email.address, email.key, first_name, last_name, recipient_id, to_micros(now), person)
    added_id = insert(db, int, SQL["insert_inclusion"], values)
    change_log.record_recipient_change(db, segment, contact_id, added_id, now)


def _person_id(db: Reader, type_id: int, email_key: str) -> int | None:
    return scalar(db, int, SQL["person_id"], (email_key, type_id))


class InclusionRef(NamedTuple):
    """An addition by hand: its number, the key of the address, and the number of the person."""

    id: int
    email_key: str
    person_id: int


def find_inclusion(db: Reader, recipient_id: int) -> InclusionRef | None:
    """Find an address added by hand by its recipient's number."""
    return select_one(db, InclusionRef, SQL["inclusion_by_recipient"], (recipient_id,))


def undo_inclusion(
    db: Transaction, segment: Segment, added: InclusionRef, contact_id: int | None, now: datetime
) -> None:
    """Take an addition by hand back."""
    run(db, SQL["delete_inclusion"], (added.id,))
    change_log.record_recipient_change(db, segment, contact_id, added.id, now)
    if added.person_id != added.id:
        change_log.record_recipient_change(db, segment, None, added.person_id, now)


def exclude(db: Transaction, segment: Segment, contact_id: int, now: datetime) -> None:
    """Remove a contact by hand: it stays out whatever the rule says."""
    run(db, SQL["insert_exclusion"], (segment.id, contact_id, to_micros(now)))
    change_log.record_recipient_change(db, segment, contact_id, None, now)


def undo_exclusion(db: Transaction, segment: Segment, contact_id: int, now: datetime) -> None:
    """Take a removal by hand back."""
    run(db, SQL["delete_exclusion"], (segment.id, contact_id))
    change_log.record_recipient_change(db, segment, contact_id, None, now)


def forget_contact(db: Transaction, type_id: int, contact_id: int | None, email_key: str, now: datetime) -> None:
    """Drop the additions by hand of a contact that is being deleted, or of an address that is no contact; exclusions
    outlive it."""
    rows = select_tuples(db, tuple[int, int], SQL["inclusions_with_email"], (email_key, type_id))
    for added_id, segment_id in rows:
        run(db, SQL["delete_inclusion"], (added_id,))
        change_log.record_change(db, "recipient", type_id, now, Cause.DELETION, segment_id, contact_id, added_id)
    if contact_id is not None:
        email_exclusions.keep_after_deletion(db, [contact_id])


def change_email(db: Transaction, type_id: int, contact_id: int, old_key: str, new: Email, now: datetime) -> bool:
    """Let what was done by hand under the address of a contact follow to its new one; tells whether anything was added
    under the old one. Exclusions of the new address become those of the contact.

    In a segment to which the new address was added before, that addition stays (§ Once). Being added lets the contact
    in, though it may have been excluded under the other address."""
    rows = select_tuples(db, tuple[int, int], SQL["inclusions_with_email"], (new.key, type_id))
    there = {segment_id: added_id for added_id, segment_id in rows}
    for segment_id, added_id in there.items():
        change_log.record_change(db, "recipient", type_id, now, Cause.CONTACT, segment_id, contact_id, added_id)
    moved = select_tuples(db, tuple[int, int], SQL["inclusions_with_email"], (old_key, type_id))
    person = _person_id(db, type_id, new.key) or _person_id(db, type_id, old_key)
    for added_id, segment_id in moved:
        if segment_id in there:
            run(db, SQL["delete_inclusion"], (added_id,))
        else:
            run(db, SQL["change_email"], (new.address, new.key, person or added_id, added_id))
        change_log.record_change(db, "recipient", type_id, now, Cause.CONTACT, segment_id, contact_id, added_id)
    email_exclusions.transfer_to_contacts(db, type_id, [(contact_id, new.key)])
    run(db, SQL["delete_exclusions_where_included"], (contact_id, new.key))
    return bool(moved)


def inclusions_for_columns(db: Reader, ids: Sequence[int] | None) -> list[Inclusion]:
    """Fetch those of many additions that exist in live segments, or all of them."""
    if ids is None:
        return select(db, Inclusion, SQL["all_inclusions_for_columns"])
    return select(db, Inclusion, SQL["inclusions_for_columns"], (msgspec.json.encode(ids).decode(),))


def inclusions_of_contacts(db: Reader, contact_ids: Sequence[int]) -> dict[int, int]:
    """Return the additions whose addresses are those of some contacts of the segment's type, each with its contact."""
    values = (msgspec.json.encode(contact_ids).decode(),)
    return dict(select_tuples(db, tuple[int, int], SQL["inclusions_of_contacts"], values))


def recipient_ids_of_email(db: Reader, type_id: int, email_key: str) -> list[int]:
    """List the numbers of the recipients that an address is where it was added by hand to segments over a type."""
    return select(db, int, SQL["recipient_ids_of_email"], (email_key, type_id))


def exclusions_for_columns(db: Reader, contact_ids: Sequence[int] | None) -> list[tuple[int, int]]:
    """Fetch segment and contact of the removals of many contacts from live segments, or of all."""
    if contact_ids is None:
        return select_tuples(db, tuple[int, int], SQL["all_exclusions"])
    values = (msgspec.json.encode(contact_ids).decode(),)
    return select_tuples(db, tuple[int, int], SQL["exclusions_of_contacts"], values)


class SegmentInclusion(NamedTuple):
    """That an address was added to a segment by hand, as what, and when; the segment may be deleted since."""

    segment_id: int
    segment_name: str
    email: str
    first_name: str
    last_name: str
    since: datetime


class SegmentExclusion(NamedTuple):
    """That a contact was removed from a segment by hand, and when; the segment may be deleted since."""

    segment_id: int
    segment_name: str
    since: datetime


def inclusions_of_address(db: Reader, type_id: int, email_key: str) -> list[SegmentInclusion]:
    """List all that is kept of an address having been added by hand to segments over a type."""
    return select(db, _dated(SegmentInclusion), SQL["inclusions_of_address"], (email_key, type_id))


def exclusions_of_contact(db: Reader, contact_id: int) -> list[SegmentExclusion]:
    """List all that is kept of a contact having been removed by hand."""
    return select(db, _dated(SegmentExclusion), SQL["exclusions_of_contact"], (contact_id,))


class ExcludedContact(NamedTuple):
    """A contact that was removed from a segment by hand, and when."""

    contact_id: int
    email: str
    since: datetime


class IncludedRecipient(NamedTuple):
    """An address that was added to a segment by hand, the contact that has it now, if any, and when."""

    recipient_id: int
    contact_id: int | None
    email: str
    first_name: str
    last_name: str
    since: datetime


def list_excluded(db: Reader, segment_id: int, limit: int, skipped: int) -> tuple[list[ExcludedContact], int]:
    """List those who were removed from a segment by hand, latest first, and count all of them."""
    count = select_only(db, int, SQL["count_exclusions"], (segment_id,))
    return select(db, _dated(ExcludedContact), SQL["exclusions_of_segment"], (segment_id, limit, skipped)), count


def list_included(db: Reader, segment: Segment, limit: int, skipped: int) -> tuple[list[IncludedRecipient], int]:
    """List the addresses that were added to a segment by hand, latest first, and count all of them."""
    count = select_only(db, int, SQL["count_inclusions"], (segment.id,))
    values = (segment.contact_type_id, segment.id, limit, skipped)
    return select(db, _dated(IncludedRecipient), SQL["inclusions_of_segment"], values), count


def _dated(make: Callable[..., T]) -> Callable[..., T]:
    """Return what makes a record of a row whose last column is an instant."""
    return lambda *row: make(*row[:-1], from_micros(row[-1]))
