"""A contact by its id alone, and everything that is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tamis.actions.consent.subscriptions import TopicState, consent_records_of_contact, states_of_contact
from tamis.actions.contacts.contacts import ContactInSegments, contact_by_id, contact_of_email, show_contact
from tamis.actions.events.timeline import ShownEvent, events_of_contact
from tamis.actions.fields.types import type_by_id
from tamis.actions.segments.explanations import Explanation, explain_contact
from tamis.actions.segments.history import ContactChange, contact_history
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.consent.topics import ConsentRecord
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.contacts.emails import email_key
from tamis.domain.errors import NotFound
from tamis.domain.values.fields import FieldSet
from tamis.domain.values.text import shorten
from tamis.records import contacts, types
from tamis.records.handles import Reader, snapshot
from tamis.records.importing import journal
from tamis.records.importing.journal import PriorValues


@dataclass(frozen=True, slots=True)
class TypedContact:
    """A contact with its type and the fields of that."""

    contact: Contact
    contact_type: ContactType
    fields: FieldSet


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """Everything that is known of a contact: its values, segments and manual overrides; what it did, and its entries
    and exits, newest first; what it had before imports that can still be undone; its subscriptions, and what it has
    said about topics."""

    contact_type: ContactType
    present: ContactInSegments
    events: Sequence[ShownEvent]
    history: Sequence[ContactChange]
    before_imports: Sequence[PriorValues]
    subscriptions: Sequence[TopicState]
    consent_records: Sequence[ConsentRecord]


def contact_of_account(db: Reader, account: Account, contact_id: int) -> TypedContact:
    """Find a contact by its id; raises NotFound."""
    type_id = contacts.type_id_of(db, account.id, contact_id)
    if type_id is None:
        raise NotFound("contact_id_not_in_account", contact=contact_id)
    contact_type, fields = type_by_id(db, account, type_id), types.fields_of_type(db, type_id)
    return TypedContact(contact_by_id(db, contact_type, contact_id, fields), contact_type, fields)


def contact_by_email(db: Reader, account: Account, type_id: int, email: str) -> TypedContact:
    """Find a contact of a type by its email, in any spelling; raises NotFound."""
    contact_type, fields = type_by_id(db, account, type_id), types.fields_of_type(db, type_id)
    contact = contact_of_email(db, type_id, email, fields)
    if contact is None:
        raise NotFound("contact_unknown", contact_type=contact_type.name, email=shorten(email), advice=None)
    return TypedContact(contact, contact_type, fields)


def history_of_contact(services: Services, account: Account, contact_id: int) -> list[ContactChange]:
    """List the entries and exits of a contact, newest first; raises NotFound."""
    found = contact_of_account(services.records.reader(), account, contact_id)
    key = email_key(found.contact.email) or ""
    return contact_history(services, account.id, found.contact_type.id, contact_id, key)


def explain_segments(services: Services, account: Account, contact_id: int) -> list[Explanation]:
    """Explain every segment of a contact's type, by id; raises NotFound."""
    db = services.records.reader()
    with snapshot(db):
        found = contact_of_account(db, account, contact_id)
        explained = explain_contact(db, services.clock(), account, found.contact_type, contact_id)
    return sorted(explained, key=lambda explanation: explanation.segment.id)


def record_of_contact(services: Services, account: Account, contact_id: int) -> ContactRecord:
    """Collect everything that is known of a contact; raises NotFound."""
    history = history_of_contact(services, account, contact_id)
    db = services.records.reader()
    with snapshot(db):
        found = contact_of_account(db, account, contact_id)
        present = show_contact(db, services.clock(), account, found.contact_type, found.contact.email)
        events = events_of_contact(db, found.contact_type, contact_id)
        before = journal.prior_values_of(db, contact_id, found.fields)
        states = states_of_contact(db, found.contact_type, contact_id)
        records = consent_records_of_contact(db, found.contact)
    return ContactRecord(found.contact_type, present, events, history, before, states, records)
