"""How programs write single contacts: put, patch and delete by email (decision 0040)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from tamis.actions.contacts.contact_storage import insert_contact, update_contact
from tamis.actions.contacts.contacts import contact_of_email, delete_contact
from tamis.actions.contacts.forgotten_emails import forget_email, refuse_forgotten
from tamis.actions.contacts.stated_values import StatedContact, StatedValues, parse_stated_email, parse_values
from tamis.actions.fields.types import type_by_id
from tamis.actions.segments.membership import membership
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact, encode_values
from tamis.domain.contacts.emails import Email, email_key, parse_email_for_lookup
from tamis.domain.errors import Invalid, NotFound, Problem
from tamis.domain.preconditions import NO_PRECONDITION, Precondition, entity_tag
from tamis.domain.segments.membership_changes import SegmentChanges
from tamis.domain.segments.segments import EXTERNAL_BIT, SEGMENT_SHIFT
from tamis.domain.values.fields import FieldSet
from tamis.domain.values.text import shorten
from tamis.records import change_log, types
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import externals, overrides
from tamis.rules.time.evaluation_time import EvaluationTime

PERSON_MASK = (1 << SEGMENT_SHIFT) - 1

Outcome = Literal["created", "updated", "unchanged", "deleted"]


@dataclass(frozen=True, slots=True)
class WrittenContact:
    """A contact after a write, or before its deletion, with the fields of its type.

    A reader that has followed the change log to `change` sees the write. `contact` is None where an email was forgotten
    that no contact had. `person_ids` are the lower 32 bits of the recipient ids that the contact has in segments, and
    that its emails before and after the write have without it.
    """

    contact: Contact | None
    fields: FieldSet
    outcome: Outcome
    change: int
    person_ids: Sequence[int] = ()
    has_joined: bool = False
    """Whether the contact has got an email that was in segments already."""


def put_contact(
    db: Transaction,
    now: datetime,
    account: Account,
    type_id: int,
    email: str,
    stated: StatedContact,
    precondition: Precondition = NO_PRECONDITION,
) -> WrittenContact:
    """Create the contact with an email, or replace all its values: fields that are not stated are cleared. A stated
    email may only spell the same one differently.

    Raises NotFound for the type, Invalid with every problem, and Outdated.
    """
    fields, contact = _find(db, account, type_id, email, precondition)
    problems: list[Problem] = []
    values = parse_values(stated.fields, fields, problems)
    written = None
    if stated.email is not None:
        written = parse_stated_email(stated.email, problems)
        addressed = parse_email_for_lookup(email)
        if written and (addressed is None or written.key != addressed.key):
            problems.append(Problem("email", "email_differs_from_path", email=shorten(email)))
    elif contact is None:
        written = parse_stated_email(email, problems)
    if contact is None and written:
        _check_forgotten(db, account, type_id, written, problems)
    _require_none(problems)
    if contact is None:
        assert written
        created = insert_contact(db, now, type_id, written, values)
        return _written(db, created, fields, "created", written.key)
    return _update(db, now, contact, fields, written, values)


def patch_contact(
    db: Transaction,
    now: datetime,
    account: Account,
    type_id: int,
    email: str,
    stated: StatedContact,
    precondition: Precondition = NO_PRECONDITION,
) -> WrittenContact:
    """Change the stated values of the contact with an email, and its email if one is stated; None clears a value.
    Manual overrides follow to a new email.

    Raises NotFound, Invalid with every problem, and Outdated.
    """
    fields, contact = _find(db, account, type_id, email, precondition)
    if contact is None:
        raise _unknown(db, account, type_id, email)
    problems: list[Problem] = []
    values = parse_values(stated.fields, fields, problems)
    written = parse_stated_email(stated.email, problems) if stated.email is not None else None
    if written:
        owner = overrides.contact_id_by_email(db, type_id, written.key)
        if owner is None:
            _check_forgotten(db, account, type_id, written, problems)
        elif owner != contact.id:
            name = type_by_id(db, account, type_id).name
            problems.append(Problem("email", "email_of_another_contact", contact_type=name))
    _require_none(problems)
    return _update(db, now, contact, fields, written, {**contact.values, **values})


def remove_contact_of_email(
    db: Transaction,
    now: datetime,
    account: Account,
    type_id: int,
    email: str,
    precondition: Precondition = NO_PRECONDITION,
    *,
    forget: bool = False,
) -> WrittenContact:
    """Delete the contact with an email; `forget` also keeps the email from coming back, whether or not a contact has
    it. Raises NotFound, Invalid for an email that cannot be forgotten, and Outdated."""
    fields, contact = _find(db, account, type_id, email, precondition)
    contact_type = type_by_id(db, account, type_id)
    address = parse_email_for_lookup(email)
    persons = _persons(db, type_id, address.key) if address else []  # read while they are known
    if forget:
        forget_email(db, now, account, contact_type, email)
    elif contact is None:
        raise _unknown(db, account, type_id, email)
    else:
        delete_contact(db, now, account, contact_type, email)
    person_ids = [contact.id, *persons] if contact else persons
    return WrittenContact(contact, fields, "deleted", change_log.last_change(db), person_ids)


def without_merged(
    services: Services, account: Account, written: WrittenContact, changes: SegmentChanges
) -> SegmentChanges:
    """Return changes without the exits of an email from segments that the contact which has it now is in: where both
    were recipients, one of them has left."""
    contact = written.contact
    if contact is None or not written.has_joined or not changes.left:
        return changes
    db = services.records.reader()
    is_in = membership(db, contact, written.fields, EvaluationTime(services.clock(), account.zone))
    return changes._replace(left=tuple(segment_id for segment_id in changes.left if not is_in(segment_id)))


def contact_tag(contact: Contact, fields: FieldSet) -> str:
    """Return the entity tag of a contact: another one whenever anything of it that a program is shown has changed."""
    keys = [field.key for field in fields.fields]
    return entity_tag(contact.id, contact.email, encode_values(contact.values), contact.updated_at, keys)


def _find(
    db: Transaction, account: Account, type_id: int, email: str, precondition: Precondition
) -> tuple[FieldSet, Contact | None]:
    """Find the fields of a type and the contact with an email; raises NotFound for the type, and Outdated."""
    fields = types.fields_of_live_type(db, account.id, type_id)
    if fields is None:
        raise NotFound("contact_type_id_unknown", contact_type=type_id)
    contact = contact_of_email(db, type_id, email, fields)
    if precondition is not NO_PRECONDITION:
        precondition.require(contact_tag(contact, fields) if contact else None)
    return fields, contact


def _update(
    db: Transaction, now: datetime, contact: Contact, fields: FieldSet, email: Email | None, values: StatedValues
) -> WrittenContact:
    updated = update_contact(db, now, contact, email, values)
    if updated is contact:
        return WrittenContact(contact, fields, "unchanged", change_log.last_change(db))
    old = email_key(contact.email) or ""
    if email is None or email.key == old:
        return _written(db, updated, fields, "updated")
    joined = _persons(db, contact.contact_type_id, email.key)
    persons = [contact.id, *joined, *_persons(db, contact.contact_type_id, old)]
    return replace(_written(db, updated, fields, "updated"), person_ids=persons, has_joined=bool(joined))


def _written(db: Transaction, contact: Contact, fields: FieldSet, outcome: Outcome, *email_keys: str) -> WrittenContact:
    """Return a stored contact that may have taken the place of external recipients with some emails."""
    persons = [person for key in email_keys for person in _persons(db, contact.contact_type_id, key)]
    return WrittenContact(contact, fields, outcome, change_log.last_change(db), [contact.id, *persons])


def _persons(db: Reader, type_id: int, email_key: str) -> list[int]:
    """Return the lower 32 bits of the recipient ids of an email in segments that it came to without a contact."""
    added = {id_ & PERSON_MASK for id_ in overrides.recipient_ids_of_email(db, type_id, email_key)}
    return sorted(added | {EXTERNAL_BIT | person for person in externals.person_ids_of_email(db, type_id, email_key)})


def _check_forgotten(db: Reader, account: Account, type_id: int, email: Email, problems: list[Problem]) -> None:
    try:
        refuse_forgotten(db, account, type_id, email.key)
    except Invalid as refused:
        problems += refused.problems


def _require_none(problems: list[Problem]) -> None:
    if problems:
        raise Invalid(problems)


def _unknown(db: Reader, account: Account, type_id: int, email: str) -> NotFound:
    contact_type = type_by_id(db, account, type_id)
    return NotFound("contact_unknown", contact_type=contact_type.name, email=shorten(email), advice=None)
