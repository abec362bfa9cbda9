"""List the recipients of a segment, and add and delete them manually."""

from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.consent.mailing import withholds_suppressed
from tamis.actions.contacts.forgotten_emails import refuse_forgotten
from tamis.actions.segments.membership import external_membership, is_member
from tamis.actions.segments.segments import segment_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, segment_subject
from tamis.domain.contacts.contacts import Contact
from tamis.domain.contacts.emails import Email, email_key
from tamis.domain.errors import Invalid, NotFound, Problem
from tamis.domain.segments.segments import Segment, contact_of_recipient, person_of_recipient, segment_of_recipient
from tamis.records import change_log, contacts, types
from tamis.records.consent import email_exclusions
from tamis.records.handles import Reader, Transaction
from tamis.records.maintenance import erasure
from tamis.records.segments import externals, overrides, segments
from tamis.rules.time.evaluation_time import EvaluationTime


def recipient_page(
    services: Services, account_id: int, segment_id: int, after: int, limit: int
) -> list[tuple[int, str]]:
    """Return a page of recipients by id, each as its id and the JSON document of a `Recipient`, from one consistent
    view; raises NotFound for a segment that does not exist then. Suppressed ones are left out (§ Never mailed against
    their will)."""
    with services.view(account_id) as view:
        segment = segments.live_by_id(view.records, account_id, segment_id)
        if segment is None:
            raise NotFound("segment_unknown", segment=segment_id)
        mailable = withholds_suppressed(view.records, account_id)
        of_type = segment.contact_type_id
        return view.columns.recipients.page(account_id, of_type, segment_id, after, limit, mailable=mailable)


def add_recipient(
    db: Transaction,
    now: datetime,
    account: Account,
    segment_id: int,
    email: Email,
    first_name: str,
    last_name: str,
) -> None:
    """Add an email to a segment, or undo its exclusion; raises NotFound, and Invalid if it is a member already (§
    Once).

    Membership is decided inside the transaction by the reference evaluator, not read from the projection.
    """
    segment = segment_by_id(db, account, segment_id)
    refuse_forgotten(db, account, segment.contact_type_id, email.key)
    contact = _contact_by_email(db, segment.contact_type_id, email.key)
    taken = Invalid([Problem("email", "email_taken")])
    if overrides.is_included(db, segment.id, email.key):
        raise taken
    if contact is None:
        is_readmitted = _readmit_external(db, now, account, segment, email)
    else:
        if _is_member(db, now, account, segment, contact):
            raise taken
        overrides.undo_exclusion(db, segment, contact.id, now)
        is_readmitted = _is_member(db, now, account, segment, contact)
    contact_id = contact.id if contact else None
    if not is_readmitted:
        overrides.include(db, segment, email, first_name, last_name, contact_id, now)
    record_entry(db, now, account.id, AuditAction.MEMBER_ADDED, segment_subject(segment), contact=contact_id)


def delete_recipient(db: Transaction, now: datetime, account: Account, recipient_id: int) -> None:
    """Delete a recipient by its id: its manual addition is undone, and the contact or email stays excluded, however the
    contact and the rule change, until somebody adds it again. Raises NotFound."""
    missing = NotFound("recipient_unknown", recipient=recipient_id)
    try:
        segment = segment_by_id(db, account, segment_of_recipient(recipient_id))
    except NotFound:
        raise missing from None
    _exclude(db, now, account, segment, recipient_id, missing)
    record_entry(db, now, account.id, AuditAction.MEMBER_EXCLUDED, segment_subject(segment), recipient=recipient_id)


def _exclude(
    db: Transaction, now: datetime, account: Account, segment: Segment, recipient_id: int, missing: NotFound
) -> None:
    fields = types.fields_of_type(db, segment.contact_type_id)
    inclusion = overrides.find_inclusion(db, recipient_id)
    contact_id = contact_of_recipient(recipient_id)
    contact: Contact | None = None
    if inclusion:
        contact = contacts.by_email(db, segment.contact_type_id, inclusion.email_key, fields)
        overrides.undo_inclusion(db, segment, inclusion, contact.id if contact else None, now)
        erasure.request_erasure(db, now)
    elif contact_id is None:
        _exclude_external(db, now, account, segment, recipient_id, missing)
        return
    else:
        contact = contacts.by_id(db, segment.contact_type_id, contact_id, fields)
        if contact and overrides.is_included(db, segment.id, email_key(contact.email) or ""):
            raise missing  # the contact is a member under the id that it got when it was added
    if not inclusion and not (contact and _is_member(db, now, account, segment, contact)):
        raise missing
    if contact:
        overrides.exclude(db, segment, contact.id, now)
    elif inclusion:
        email_exclusions.exclude_email(db, segment.id, inclusion.email_key, now)


def _readmit_external(db: Transaction, now: datetime, account: Account, segment: Segment, email: Email) -> bool:
    """Undo the exclusion of an email that is not a contact; return whether the rule selects it then. Raises Invalid if
    it was a member already."""
    if _external_is_in(db, now, account, segment, email.key):
        raise Invalid([Problem("email", "email_taken")])
    if not email_exclusions.undo_email_exclusion(db, segment.id, email.key):
        return False
    external = externals.external_by_email(db, segment.contact_type_id, email.key)
    if external:
        change_log.record_recipient_change(db, segment, None, external.person_id, now)
    return _external_is_in(db, now, account, segment, email.key)


def _exclude_external(
    db: Transaction, now: datetime, account: Account, segment: Segment, recipient_id: int, missing: NotFound
) -> None:
    """Exclude an external recipient that is a member through other segments."""
    external = externals.external_by_person(db, segment.contact_type_id, person_of_recipient(recipient_id))
    key = email_key(external.email) if external else None
    if external is None or key is None or segment.id in external.included:
        raise missing
    if not _external_is_in(db, now, account, segment, key):
        raise missing
    email_exclusions.exclude_email(db, segment.id, key, now)
    change_log.record_recipient_change(db, segment, None, external.person_id, now)


def _external_is_in(db: Reader, now: datetime, account: Account, segment: Segment, email_key: str) -> bool:
    external = externals.external_by_email(db, segment.contact_type_id, email_key)
    if external is None:
        return False
    fields = types.fields_of_type(db, segment.contact_type_id)
    return external_membership(db, external, fields, EvaluationTime(now, account.zone))(segment.id)


def _contact_by_email(db: Reader, type_id: int, email_key: str) -> Contact | None:
    # Most added emails are not contacts; reading the fields for them would cost as much as adding them.
    contact_id = overrides.contact_id_by_email(db, type_id, email_key)
    return None if contact_id is None else contacts.by_id(db, type_id, contact_id, types.fields_of_type(db, type_id))


def _is_member(db: Reader, now: datetime, account: Account, segment: Segment, contact: Contact) -> bool:
    fields = types.fields_of_type(db, segment.contact_type_id)
    return is_member(db, segment, contact, fields, EvaluationTime(now, account.zone))
