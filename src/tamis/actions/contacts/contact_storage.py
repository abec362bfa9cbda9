"""Storing a single contact: the one way for forms, commands and programs."""

from collections.abc import Mapping
from datetime import datetime

from tamis.domain.contacts.contacts import Contact, encode_values
from tamis.domain.contacts.emails import Email, parse_email
from tamis.domain.values.fields import Value
from tamis.records import contacts
from tamis.records.consent import suppressions
from tamis.records.contacts import ChangedContact, NewContact
from tamis.records.handles import Transaction
from tamis.records.importing import journal
from tamis.records.maintenance import erasure
from tamis.records.segments import overrides


def insert_contact(
    db: Transaction, now: datetime, type_id: int, email: Email, values: Mapping[int, Value | None]
) -> Contact:
    """Add a contact to a type; the caller has checked that its email is free and was not forgotten. Raises Refused when
    IDs have run out."""
    known = {field_id: value for field_id, value in sorted(values.items()) if value is not None}
    id_ = contacts.insert(db, type_id, NewContact(email.address, email.key, encode_values(known)), now)
    suppressed = suppressions.is_suppressed(db, type_id, email.key)
    return Contact(id_, type_id, email.address, known, now, now, suppressed)


def update_contact(
    db: Transaction, now: datetime, contact: Contact, email: Email | None, values: Mapping[int, Value | None]
) -> Contact:
    """Set the values of a contact, all that it has from now on, and its email, if given; the caller has checked that
    the email is free and was not forgotten. A contact that is so already is left alone, and returned itself.

    Manual overrides of the old email follow to the new one. Undoing an earlier import leaves the contact alone from now
    on.
    """
    known = {field_id: value for field_id, value in sorted(values.items()) if value is not None}
    address = email.address if email else contact.email
    if known == contact.values and address == contact.email:
        return contact
    if email:
        _change_email(db, now, contact, email)
    changed = ChangedContact(contact.id, address, encode_values(known))
    contacts.update_many(db, contact.contact_type_id, [changed], now)
    type_id, suppressed = contact.contact_type_id, contact.suppressed
    if email:
        suppressed = suppressions.is_suppressed(db, type_id, email.key)
    return Contact(contact.id, type_id, address, known, contact.created_at, now, suppressed, contact.states)


def _change_email(db: Transaction, now: datetime, contact: Contact, email: Email) -> None:
    old = parse_email(contact.email)
    if old is None or old.key == email.key:
        return
    contacts.set_email_key(db, contact.id, email.key)
    journal.change_email(db, contact.id, email.address)
    if overrides.change_email(db, contact.contact_type_id, contact.id, old.key, email, now):
        erasure.request_erasure(db, now)
