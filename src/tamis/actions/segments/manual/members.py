"""Add and remove members by email, so that repeating it changes nothing."""

from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.contacts.contacts import contact_of_email
from tamis.actions.contacts.forgotten_emails import refuse_forgotten
from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.actions.segments.segments import segment_by_id
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, segment_subject
from tamis.domain.contacts.emails import Email, parse_email, parse_email_for_lookup
from tamis.domain.errors import Invalid, NotFound, Problem
from tamis.domain.segments.segments import (
    Segment,
    recipient_id_of_contact,
    recipient_id_of_external,
    segment_of_recipient,
)
from tamis.domain.values.text import MAX_LINE, line_problem, shorten
from tamis.records import types
from tamis.records.consent import email_exclusions
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import externals, overrides


def put_member(
    db: Transaction, now: datetime, account: Account, segment_id: int, email: str, first_name: str, last_name: str
) -> bool:
    """Add an email to a segment, so that it is a member whatever the rule says; return whether it was added now.

    An email that is no contact and is a member through another segment stays as it is; names are for new members that
    are no contacts. Raises NotFound, and Invalid with every problem.
    """
    segment = segment_by_id(db, account, segment_id)
    address = _checked(email, first_name, last_name)
    refuse_forgotten(db, account, segment.contact_type_id, address.key)
    if overrides.is_included(db, segment.id, address.key):
        return False
    contact_id = overrides.contact_id_by_email(db, segment.contact_type_id, address.key)
    if contact_id is not None:
        if overrides.is_excluded(db, segment.id, contact_id):
            overrides.undo_exclusion(db, segment, contact_id, now)
        overrides.include(db, segment, address, first_name, last_name, contact_id, now)
        record_entry(db, now, account.id, AuditAction.MEMBER_ADDED, segment_subject(segment), contact=contact_id)
        return True
    try:
        add_recipient(db, now, account, segment.id, address, first_name, last_name)
    except Invalid as refused:
        if [problem.code for problem in refused.problems] != ["email_taken"]:
            raise
        return False
    return True


def remove_member(db: Transaction, now: datetime, account: Account, segment_id: int, email: str) -> None:
    """Exclude an email from a segment, whatever the rule says, until somebody adds it; nothing changes if it is
    excluded already. Raises NotFound for the segment, and for an email that is neither a contact nor was ever a
    member."""
    segment = segment_by_id(db, account, segment_id)
    type_id = segment.contact_type_id
    address = parse_email_for_lookup(email)
    if address is None:
        raise NotFound("contact_never_in_segment", email=shorten(email), segment=segment.name)
    for recipient_id in recipient_ids(db, segment, address):
        try:
            delete_recipient(db, now, account, recipient_id)
        except NotFound:  # not a member under this id
            continue
        return
    contact = contact_of_email(db, type_id, address.key, types.fields_of_type(db, type_id))
    if contact:
        if not overrides.is_excluded(db, segment.id, contact.id):
            overrides.exclude(db, segment, contact.id, now)
            excluded, subject = recipient_id_of_contact(segment.id, contact.id), segment_subject(segment)
            record_entry(db, now, account.id, AuditAction.MEMBER_EXCLUDED, subject, recipient=excluded)
    elif segment.id not in email_exclusions.email_exclusions_of(db, type_id, address.key):
        raise NotFound("contact_never_in_segment", email=address.address, segment=segment.name)


def recipient_ids(db: Reader, segment: Segment, address: Email) -> list[int]:
    """List the ids that a recipient of a segment with an email can have, the id of its inclusion first."""
    type_id = segment.contact_type_id
    included = overrides.recipient_ids_of_email(db, type_id, address.key)
    found = [id_ for id_ in included if segment_of_recipient(id_) == segment.id]
    contact_id = overrides.contact_id_by_email(db, type_id, address.key)
    if contact_id is not None:
        found.append(recipient_id_of_contact(segment.id, contact_id))
    else:
        persons = externals.person_ids_of_email(db, type_id, address.key)
        found += [recipient_id_of_external(segment.id, person) for person in persons]
    return list(dict.fromkeys(found))


def _checked(email: str, first_name: str, last_name: str) -> Email:
    problems = [
        Problem.of(path, wrong)
        for path, text in (("first_name", first_name), ("last_name", last_name))
        if (wrong := line_problem(text))
    ]
    address = parse_email(email) if len(email) <= MAX_LINE else None
    if address is None:
        problems.append(Problem("email", "email_not_read", text=shorten(email)))
    if problems or address is None:
        raise Invalid(problems)
    return address
