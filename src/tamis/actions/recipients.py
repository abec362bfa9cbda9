"""List the recipients of a segment, and add and delete them by hand."""

from datetime import datetime

import apsw

from tamis.actions.forgetting import refuse_forgotten
from tamis.actions.house import House
from tamis.actions.membership import is_member
from tamis.actions.segments import segment_by_id
from tamis.columns import read
from tamis.domain.accounts import Account
from tamis.domain.contacts import Contact
from tamis.domain.emails import Email, email_key
from tamis.domain.errors import Invalid, NotFound, Problem
from tamis.domain.segments import Segment, contact_of_recipient, segment_of_recipient
from tamis.records import contacts, erasure, exclusions, recipients, segments, types
from tamis.rules.moment import Moment

TAKEN = "the email has already been taken"


def recipient_page(house: House, account_id: int, segment_id: int, after: int, limit: int) -> list[tuple[int, str]]:
    """Give a page of recipients in order of their ids, each as its id and the JSON document of a `Recipient`; a
    segment that is gone has none."""
    segment = segments.live_by_id(house.records.reader(), account_id, segment_id)
    if segment is None:
        return []
    with house.columns().reading() as con:
        return read.recipients(con, account_id, segment.contact_type_id, segment_id, after, limit)


def add_recipient(
    db: apsw.Connection,
    now: datetime,
    account: Account,
    segment_id: int,
    email: Email,
    first_name: str,
    last_name: str,
) -> None:
    """Add an address to a segment, or bring a removed member back; raises NotFound, and Invalid when it is in it
    already (§ Once).

    Whether it is in it is decided here, inside the transaction, by the reference evaluator: no copy is asked.
    """
    segment = segment_by_id(db, account, segment_id)
    refuse_forgotten(db, account, segment.contact_type_id, email.key)
    contact = _contact_with(db, segment.contact_type_id, email.key)
    taken = Invalid([Problem("email", TAKEN)])
    if recipients.is_added(db, segment.id, email.key):
        raise taken
    if contact is None:
        exclusions.lift(db, segment.id, email.key)
    else:
        if _is_member(db, now, account, segment, contact):
            raise taken
        recipients.undo_remove(db, segment, contact.id, now)
        if _is_member(db, now, account, segment, contact):
            return
    recipients.add(db, segment, email, first_name, last_name, contact.id if contact else None, now)


def delete_recipient(db: apsw.Connection, now: datetime, account: Account, recipient_id: int) -> None:
    """Delete a recipient by its id: an addition by hand is undone, and the contact or the address stays out, whatever
    becomes of it and of the rule, until somebody adds the address again; raises NotFound."""
    missing = NotFound(f"there is no recipient {recipient_id}")
    try:
        segment = segment_by_id(db, account, segment_of_recipient(recipient_id))
    except NotFound:
        raise missing from None
    fields = types.fields_of_type(db, segment.contact_type_id)
    added = recipients.find_added(db, recipient_id)
    contact: Contact | None = None
    if added:
        contact = contacts.by_email(db, segment.contact_type_id, added[1], fields)
        recipients.undo_add(db, segment, added[0], contact.id if contact else None, now)
        erasure.note(db, now)
    elif (number := contact_of_recipient(recipient_id)) is not None:
        contact = contacts.by_id(db, segment.contact_type_id, number, fields)
        if contact and recipients.is_added(db, segment.id, email_key(contact.email) or ""):
            raise missing  # this contact is in the segment under the number that it got when it was added
    if not added and not (contact and _is_member(db, now, account, segment, contact)):
        raise missing
    if contact:
        recipients.remove(db, segment, contact.id, now)
    elif added:
        exclusions.exclude_address(db, segment.id, added[1], now)


def _contact_with(db: apsw.Connection, type_id: int, email_key: str) -> Contact | None:
    # Most addresses that are added are no contacts; reading the fields for them would cost as much as adding them.
    contact_id = recipients.contact_with_email(db, type_id, email_key)
    return None if contact_id is None else contacts.by_id(db, type_id, contact_id, types.fields_of_type(db, type_id))


def _is_member(db: apsw.Connection, now: datetime, account: Account, segment: Segment, contact: Contact) -> bool:
    fields = types.fields_of_type(db, segment.contact_type_id)
    return is_member(db, segment, contact, fields, Moment(now, account.zone))
