"""Show, list and delete contacts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.idempotency import forget_answers
from tamis.actions.segments.membership import membership
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, Subject
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.contacts.emails import parse_email_for_lookup
from tamis.domain.errors import Message, NotFound
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import FieldSet
from tamis.records import contacts, types
from tamis.records.handles import Reader, Transaction
from tamis.records.maintenance import erasure
from tamis.records.segments import overrides, segments
from tamis.records.segments.overrides import SegmentExclusion, SegmentInclusion
from tamis.rules.time.evaluation_time import EvaluationTime


@dataclass(frozen=True, slots=True)
class ContactInSegments:
    """A contact with the fields of its type, the segments that it is in, and its manual overrides."""

    contact: Contact
    fields: FieldSet
    segments: tuple[Segment, ...]
    included: tuple[SegmentInclusion, ...]
    excluded: tuple[SegmentExclusion, ...]


def show_contact(
    db: Reader, now: datetime, account: Account, contact_type: ContactType, email: str
) -> ContactInSegments:
    """Find a contact by its email, with its segments and manual overrides as of `now`; raises NotFound."""
    fields = types.fields_of_type(db, contact_type.id)
    address = parse_email_for_lookup(email)
    contact = contacts.by_email(db, contact_type.id, address.key, fields) if address else None
    if contact is None or address is None:
        included = overrides.inclusions_of_address(db, contact_type.id, address.key) if address else []
        raise NotFound(
            "contact_unknown", contact_type=contact_type.name, email=email, advice=_inclusion_advice(included)
        )
    is_in = membership(db, contact, fields, EvaluationTime(now, account.zone))
    found = [segment for segment in segments.live_of_type(db, contact_type.id) if is_in(segment.id)]
    included = overrides.inclusions_of_address(db, contact_type.id, address.key)
    excluded = overrides.exclusions_of_contact(db, contact.id)
    return ContactInSegments(contact, fields, tuple(found), tuple(included), tuple(excluded))


def contact_of_email(db: Reader, type_id: int, email: str, fields: FieldSet) -> Contact | None:
    """Find a contact of a type by its email, in any spelling; None when there is none, or the text is no email."""
    address = parse_email_for_lookup(email)
    return contacts.by_email(db, type_id, address.key, fields) if address else None


def contact_by_id(db: Reader, contact_type: ContactType, contact_id: int, fields: FieldSet) -> Contact:
    """Find a contact of a type; raises NotFound."""
    contact = contacts.by_id(db, contact_type.id, contact_id, fields)
    if contact is None:
        raise NotFound("contact_id_unknown", contact_type=contact_type.name, contact=contact_id)
    return contact


def _inclusion_advice(included: Sequence[SegmentInclusion]) -> Message | None:
    """Name the segments that an email was added to although it is not a contact: it is known all the same."""
    if not included:
        return None
    places = [
        Message("added_as", segment=row.segment_name, first_name=row.first_name, last_name=row.last_name)
        for row in included
    ]
    return Message("but_added_by_hand", places=places)


def delete_contact(db: Transaction, now: datetime, account: Account, contact_type: ContactType, email: str) -> Contact:
    """Delete a contact and the additions of its email to segments; raises NotFound."""
    contact = erase_contact(db, now, account, contact_type, email)
    subject = Subject("contact", contact.id)
    record_entry(db, now, account.id, AuditAction.CONTACT_DELETED, subject, contact_type=contact_type.id)
    return contact


def erase_contact(db: Transaction, now: datetime, account: Account, contact_type: ContactType, email: str) -> Contact:
    """Delete a contact as `delete_contact` does, for an action that records more than this."""
    contact = show_contact(db, now, account, contact_type, email).contact
    erase_rows(db, now, account, contact)
    return contact


def erase_rows(db: Transaction, now: datetime, account: Account, contact: Contact) -> None:
    """Delete a contact that was read in the same transaction, and all that holds its email."""
    address = parse_email_for_lookup(contact.email)
    assert address
    overrides.forget_contact(db, contact.contact_type_id, contact.id, address.key, now)
    contacts.delete(db, contact, now)
    forget_answers(db, account, contact.email, address.key)
    erasure.request_erasure(db, now)


def contact_page(
    services: Services, contact_type: ContactType, after: int, limit: int
) -> tuple[list[Contact], FieldSet]:
    """Return a page of the contacts of a type with ids above `after`, by id, and the fields of the type."""
    with services.view(contact_type.account_id) as view:
        ids = view.columns.contacts.ids(contact_type.id, after, limit)
        fields = types.fields_of_type(view.records, contact_type.id)
        found = contacts.by_ids(view.records, ids, fields)
    if len(found) != len(ids):  # damaged: a page of the file in the place of another
        raise services.records.diagnose(LookupError("the records lack contacts that the projection has"))
    return found, fields
