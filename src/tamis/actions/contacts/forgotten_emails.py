"""Forgotten emails: delete them, keep them from coming back, and allow them again."""

import shlex
from collections.abc import Callable, Sequence
from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.contacts.contacts import erase_contact
from tamis.actions.idempotency import forget_answers
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, Subject, type_subject
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.contacts.emails import Email, parse_email_for_lookup
from tamis.domain.errors import Invalid, Message, NotFound, Problem
from tamis.domain.messages.catalog import MessageCatalog
from tamis.domain.values.dates import format_day
from tamis.domain.values.instants import day_of
from tamis.records import contacts, types
from tamis.records.consent import forgotten_emails, suppressions
from tamis.records.handles import Reader, Transaction
from tamis.records.maintenance import erasure
from tamis.records.segments import overrides

EmailCheck = Callable[[Sequence[str]], dict[str, str]]
"""Takes the keys of emails, and returns those that are refused, with the reason."""


def forget_email(
    db: Transaction, now: datetime, account: Account, contact_type: ContactType, email: str
) -> Contact | None:
    """Delete everything known about an email in a contact type, and keep the email from coming back; returns its
    contact, if it had one. Raises Invalid."""
    address = _parse(email)
    fields = types.fields_of_type(db, contact_type.id)
    contact = contacts.by_email(db, contact_type.id, address.key, fields)
    if contact:
        erase_contact(db, now, account, contact_type, email)
    else:
        overrides.forget_contact(db, contact_type.id, None, address.key, now)
        forget_answers(db, account, address.address, address.key)
        erasure.request_erasure(db, now)
    forgotten_emails.add_forgotten(db, contact_type.id, address.key, now)
    suppressions.clear_email(db, contact_type.id, address.key)
    subject = Subject("contact", contact.id) if contact else type_subject(contact_type)
    record_entry(db, now, account.id, AuditAction.CONTACT_FORGOTTEN, subject, contact_type=contact_type.id)
    return contact


def allow_email(db: Transaction, now: datetime, account: Account, contact_type: ContactType, email: str) -> Email:
    """Allow a forgotten email again; raises Invalid and NotFound."""
    address = _parse(email)
    if not forgotten_emails.remove_forgotten(db, contact_type.id, address.key):
        raise NotFound("email_not_forgotten", email=address.address, contact_type=contact_type.name)
    record_entry(db, now, account.id, AuditAction.EMAIL_ALLOWED, type_subject(contact_type))
    return address


def email_check(db: Reader, account: Account, contact_type: ContactType, words: MessageCatalog) -> EmailCheck:
    """Return the check of emails that are about to become contacts of a type; its reasons are written by `words`."""

    def check(email_keys: Sequence[str]) -> dict[str, str]:
        found = forgotten_emails.find_forgotten(db, contact_type.id, email_keys)
        return {
            key: words.render(
                Message(
                    "row_was_forgotten",
                    day=format_day(day_of(at, account.zone)),
                    email=shlex.quote(key),
                    contact_type=shlex.quote(contact_type.name),
                )
            )
            for key, at in found.items()
        }

    return check


def refuse_forgotten(db: Reader, account: Account, type_id: int, email_key: str) -> None:
    """Raise Invalid if an email was forgotten in a contact type."""
    found = forgotten_emails.find_forgotten(db, type_id, [email_key])
    if found:
        day = format_day(day_of(found[email_key], account.zone))
        raise Invalid([Problem("email", "email_was_forgotten", day=day)])


def _parse(email: str) -> Email:
    address = parse_email_for_lookup(email)
    if address is None:
        raise Invalid([Problem("email", "email_not_valid", email=email)])
    return address
