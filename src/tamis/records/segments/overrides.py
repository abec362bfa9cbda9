"""Manual overrides: recipients included in and excluded from segments; writes are recorded in the change log."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

import msgspec

from tamis.domain.contacts.emails import Email
from tamis.domain.errors import Refused
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import (
    EXTERNAL_BIT,
    Inclusion,
    Segment,
    recipient_id_of_contact,
    recipient_id_of_external,
)
from tamis.domain.values.fields import FIRST_NAME, LAST_NAME
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records import change_log
from tamis.records.consent import email_exclusions
from tamis.records.engine.sql import exists, insert, run, scalar, select, select_one, select_only, select_tuples
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("overrides")
T = TypeVar("T")


def contact_id_by_email(db: Reader, type_id: int, email_key: str) -> int | None:
    """Return the id of the contact of a type with an email, or None."""
    return scalar(db, int, SQL["contact_id_by_email"], (type_id, email_key))


def is_included(db: Reader, segment_id: int, email_key: str) -> bool:
    """Return whether an email is manually included in a segment."""
    return exists(db, SQL["inclusion_by_email"], (segment_id, email_key))


def is_excluded(db: Reader, segment_id: int, contact_id: int) -> bool:
    """Return whether a contact is manually excluded from a segment."""
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
    """Include an email in a segment.

    The recipient id is derived from the contact with the email, or from the new row when there is none, and never
    changes. Raises Refused when no ids are left.
    """
    next_id = (scalar(db, int, SQL["last_inclusion_id"]) or 0) + 1
    if next_id >= EXTERNAL_BIT:
        raise Refused("no_recipient_numbers_left")
    recipient_id = (
        recipient_id_of_external(segment.id, next_id)
        if contact_id is None
        else recipient_id_of_contact(segment.id, contact_id)
    )
    person = _person_id(db, segment.contact_type_id, email.key) or next_id
    values = (segment.id, email.address, email.key, first_name, last_name, recipient_id, to_micros(now), person)
    inclusion_id = insert(db, int, SQL["insert_inclusion"], values)
    change_log.record_recipient_change(db, segment, contact_id, inclusion_id, now)


def _person_id(db: Reader, type_id: int, email_key: str) -> int | None:
    return scalar(db, int, SQL["person_id"], (email_key, type_id))


class InclusionRef(NamedTuple):
    """An inclusion: its id, the email key, and the person id."""

    id: int
    email_key: str
    person_id: int


def find_inclusion(db: Reader, recipient_id: int) -> InclusionRef | None:
    """Find an inclusion by its recipient id."""
    return select_one(db, InclusionRef, SQL["inclusion_by_recipient"], (recipient_id,))


def undo_inclusion(
    db: Transaction, segment: Segment, inclusion: InclusionRef, contact_id: int | None, now: datetime
) -> None:
    """Undo an inclusion."""
    run(db, SQL["delete_inclusion"], (inclusion.id,))
    change_log.record_recipient_change(db, segment, contact_id, inclusion.id, now)
    if inclusion.person_id != inclusion.id:
        change_log.record_recipient_change(db, segment, None, inclusion.person_id, now)


def exclude(db: Transaction, segment: Segment, contact_id: int, now: datetime) -> None:
    """Exclude a contact: it stays out whatever the rule says."""
    run(db, SQL["insert_exclusion"], (segment.id, contact_id, to_micros(now)))
    change_log.record_recipient_change(db, segment, contact_id, None, now)


def undo_exclusion(db: Transaction, segment: Segment, contact_id: int, now: datetime) -> None:
    """Undo an exclusion."""
    run(db, SQL["delete_exclusion"], (segment.id, contact_id))
    change_log.record_recipient_change(db, segment, contact_id, None, now)


def forget_contact(db: Transaction, type_id: int, contact_id: int | None, email_key: str, now: datetime) -> None:
    """Delete the inclusions of a contact that is being deleted, or of an email that is not a contact; exclusions are
    kept as hashes."""
    rows = select_tuples(db, tuple[int, int], SQL["inclusions_with_email"], (email_key, type_id))
    for inclusion_id, segment_id in rows:
        run(db, SQL["delete_inclusion"], (inclusion_id,))
        change_log.record_change(db, "recipient", type_id, now, Cause.DELETION, segment_id, contact_id, inclusion_id)
    if contact_id is not None:
        email_exclusions.keep_after_deletion(db, [contact_id])


def change_email(db: Transaction, type_id: int, contact_id: int, old_key: str, new: Email, now: datetime) -> bool:
    """Move the overrides of a contact to its new email; return whether the old email had inclusions.

    Exclusions of the new email become those of the contact. Where the new email was already included in a segment,
    that inclusion stays. An inclusion wins over an exclusion under the other email.
    """
    rows = select_tuples(db, tuple[int, int], SQL["inclusions_with_email"], (new.key, type_id))
    present = {segment_id: inclusion_id for inclusion_id, segment_id in rows}
    for segment_id, inclusion_id in present.items():
        change_log.record_change(db, "recipient", type_id, now, Cause.CONTACT, segment_id, contact_id, inclusion_id)
    moved = select_tuples(db, tuple[int, int], SQL["inclusions_with_email"], (old_key, type_id))
    person = _person_id(db, type_id, new.key) or _person_id(db, type_id, old_key)
    for inclusion_id, segment_id in moved:
        if segment_id in present:
            run(db, SQL["delete_inclusion"], (inclusion_id,))
        else:
            run(db, SQL["change_email"], (new.address, new.key, person or inclusion_id, inclusion_id))
        change_log.record_change(db, "recipient", type_id, now, Cause.CONTACT, segment_id, contact_id, inclusion_id)
    email_exclusions.transfer_to_contacts(db, type_id, [(contact_id, new.key)])
    run(db, SQL["delete_exclusions_where_included"], (contact_id, new.key))
    return bool(moved)


def inclusions_for_columns(db: Reader, ids: Sequence[int] | None) -> list[Inclusion]:
    """Fetch those of many inclusions that exist in live segments, or all of them when `ids` is None."""
    if ids is None:
        return select(db, Inclusion, SQL["all_inclusions_for_columns"])
    return select(db, Inclusion, SQL["inclusions_for_columns"], (msgspec.json.encode(ids).decode(),))


def inclusions_of_contacts(db: Reader, contact_ids: Sequence[int]) -> dict[int, int]:
    """Return the inclusions of the emails of some contacts of the segment's type, each with its contact id."""
    values = (msgspec.json.encode(contact_ids).decode(),)
    return dict(select_tuples(db, tuple[int, int], SQL["inclusions_of_contacts"], values))


def recipient_ids_of_email(db: Reader, type_id: int, email_key: str) -> list[int]:
    """List the recipient ids of an email in the segments over a type in which it is included."""
    return select(db, int, SQL["recipient_ids_of_email"], (email_key, type_id))


def exclusions_for_columns(db: Reader, contact_ids: Sequence[int] | None) -> list[tuple[int, int]]:
    """Fetch segment id and contact id of the exclusions of many contacts from live segments, or of all."""
    if contact_ids is None:
        return select_tuples(db, tuple[int, int], SQL["all_exclusions"])
    values = (msgspec.json.encode(contact_ids).decode(),)
    return select_tuples(db, tuple[int, int], SQL["exclusions_of_contacts"], values)


class SegmentInclusion(NamedTuple):
    """An inclusion of an email as a person sees it; the segment may since be deleted."""

    segment_id: int
    segment_name: str
    email: str
    first_name: str
    last_name: str
    since: datetime


class SegmentExclusion(NamedTuple):
    """An exclusion of a contact as a person sees it; the segment may since be deleted."""

    segment_id: int
    segment_name: str
    since: datetime


def inclusions_of_address(db: Reader, type_id: int, email_key: str) -> list[SegmentInclusion]:
    """List the inclusions of an email in segments over a type."""
    return select(db, _dated(SegmentInclusion), SQL["inclusions_of_address"], (email_key, type_id))


def exclusions_of_contact(db: Reader, contact_id: int) -> list[SegmentExclusion]:
    """List the exclusions of a contact."""
    return select(db, _dated(SegmentExclusion), SQL["exclusions_of_contact"], (contact_id,))


class ExcludedContact(NamedTuple):
    """A contact excluded from a segment, and since when."""

    contact_id: int
    email: str
    since: datetime


class IncludedRecipient(NamedTuple):
    """An email included in a segment, the contact that has it now, if any, and since when.

    The email and the name are those of the contact, or else as added.
    """

    recipient_id: int
    contact_id: int | None
    email: str
    first_name: str
    last_name: str
    since: datetime


def list_excluded(db: Reader, segment_id: int, limit: int, skipped: int) -> tuple[list[ExcludedContact], int]:
    """Return a page of the contacts excluded from a segment, latest first, and the count of all."""
    count = select_only(db, int, SQL["count_exclusions"], (segment_id,))
    return select(db, _dated(ExcludedContact), SQL["exclusions_of_segment"], (segment_id, limit, skipped)), count


def list_included(db: Reader, segment: Segment, limit: int, skipped: int) -> tuple[list[IncludedRecipient], int]:
    """Return a page of the emails included in a segment, latest first, and the count of all."""
    count = select_only(db, int, SQL["count_inclusions"], (segment.id,))
    names = (str(FIRST_NAME.id), str(LAST_NAME.id))
    values = (segment.contact_type_id, segment.id, limit, skipped, *names)
    return select(db, _dated(IncludedRecipient), SQL["inclusions_of_segment"], values), count


def _dated(make: Callable[..., T]) -> Callable[..., T]:
    """Return a function that makes a record of a row whose last column is an instant."""
    return lambda *row: make(*row[:-1], from_micros(row[-1]))
