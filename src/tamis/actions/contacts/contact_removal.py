"""Delete or forget a contact by its id, and everything that holds its email."""

from dataclasses import dataclass
from datetime import datetime

from tamis.actions.contacts.contacts import contact_by_id, delete_contact
from tamis.actions.contacts.forgotten_emails import forget_email
from tamis.actions.importing.rows.rejects import discard_rejects_with
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.contacts.emails import parse_email
from tamis.records import types
from tamis.records.handles import Transaction


@dataclass(frozen=True, slots=True)
class RemovedContact:
    """A removed contact, and the files of rejected rows that were deleted because they held its email."""

    contact: Contact
    rejects: tuple[str, ...]


def remove_contact(
    services: Services, account: Account, contact_type: ContactType, contact_id: int, *, forget: bool
) -> RemovedContact:
    """Delete a contact; `forget` also keeps its email from coming back. Raises NotFound."""
    contact = services.write(_remove, account, contact_type, contact_id, forget=forget)
    return RemovedContact(contact, discard_rejects_of(services, contact.email))


def discard_rejects_of(services: Services, email: str) -> tuple[str, ...]:
    """Delete the files of rejected rows that contain an email; return their names. Raises Unavailable."""
    parsed = parse_email(email)
    return tuple(discard_rejects_with(services.settings.data, parsed)) if parsed else ()


def _remove(
    db: Transaction, now: datetime, account: Account, contact_type: ContactType, contact_id: int, *, forget: bool
) -> Contact:
    contact = contact_by_id(db, contact_type, contact_id, types.fields_of_type(db, contact_type.id))
    action = forget_email if forget else delete_contact
    action(db, now, account, contact_type, contact.email)
    return contact
