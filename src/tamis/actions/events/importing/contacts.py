"""The contacts of the events of a file: known ones are found by their email, others rejected or created."""

from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.contacts.forgotten_emails import email_check
from tamis.actions.contacts.row_storage import store_rows
from tamis.actions.events.importing.options import EventImportOptions
from tamis.actions.fields.types import type_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, type_subject
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Message
from tamis.domain.values.text import shorten
from tamis.records import contacts, types
from tamis.records.consent import forgotten_emails
from tamis.records.handles import Transaction
from tamis.staging.emails import EmailExpressions
from tamis.staging.events.contacts import add_contact_ids, create_contact_ids, distinct_emails, reject_emails
from tamis.staging.handle import StagingDatabase


def resolve_contacts(
    services: Services,
    account: Account,
    contact_type: ContactType,
    staging: StagingDatabase,
    emails: EmailExpressions,
    options: EventImportOptions,
) -> int:
    """Find the contacts of all rows; return how many were created, or would be. In a dry run these have negative
    ids."""
    db = services.records.reader()
    refused = email_check(db, account, contact_type, options.words)
    create_contact_ids(staging)
    created = 0
    for found in distinct_emails(staging, emails):
        addresses = dict(found)
        ids = contacts.ids_by_email(db, contact_type.id, list(addresses))
        new = {key: address for key, address in addresses.items() if key not in ids}
        if new and options.create_contacts:
            reasons = refused(list(new))
            new = {key: address for key, address in new.items() if key not in reasons}
            if options.dry_run:
                ids |= {key: -created - number for number, key in enumerate(new, 1)}
            elif new:
                ids |= services.write(_create, account, contact_type, new)
            created += len(new)
            reject_emails(staging, emails, reasons)
        elif new:
            reject_emails(
                staging, emails, {key: _unknown(address, contact_type, options) for key, address in new.items()}
            )
        add_contact_ids(staging, ids)
    return created


def _create(
    db: Transaction, now: datetime, account: Account, contact_type: ContactType, new: dict[str, str]
) -> dict[str, int]:
    """Create contacts with some emails, and return their ids by key; those forgotten meanwhile are not created."""
    type_by_id(db, account, contact_type.id)
    forgotten = forgotten_emails.find_forgotten(db, contact_type.id, list(new))
    known = contacts.ids_by_email(db, contact_type.id, list(new))
    rows = [(address, key, "{}") for key, address in new.items() if key not in forgotten and key not in known]
    if rows:
        store_rows(db, now, contact_type.id, types.fields_of_type(db, contact_type.id), rows)
        record_entry(db, now, account.id, AuditAction.BATCH_WRITTEN, type_subject(contact_type), created=len(rows))
    return contacts.ids_by_email(db, contact_type.id, [key for key in new if key not in forgotten])


def _unknown(address: str, contact_type: ContactType, options: EventImportOptions) -> str:
    return options.words.render(Message("row_contact_unknown", contact_type=contact_type.name, email=shorten(address)))
