"""The manual overrides of a segment: recipients added or excluded by a person (decision 0005)."""

from dataclasses import dataclass
from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.segments.membership import is_member
from tamis.actions.segments.segments import segment_by_id
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, segment_subject
from tamis.domain.errors import NotFound
from tamis.records import contacts, types
from tamis.records.consent import email_exclusions
from tamis.records.handles import Reader, Transaction, snapshot
from tamis.records.segments import overrides
from tamis.records.segments.overrides import ExcludedContact, IncludedRecipient
from tamis.rules.time.evaluation_time import EvaluationTime


@dataclass(frozen=True, slots=True)
class Overrides:
    """A page of a segment's manual overrides, latest first, with their totals.

    `excluded_addresses` counts the excluded addresses that are not contacts: only a hash of each is kept.
    """

    included: list[IncludedRecipient]
    included_total: int
    excluded: list[ExcludedContact]
    excluded_total: int
    excluded_addresses: int


@dataclass(frozen=True, slots=True)
class UndoneExclusion:
    """The address of a contact that is no longer excluded, and whether the rule selects it now."""

    email: str
    is_in: bool


def list_overrides(
    db: Reader, account: Account, segment_id: int, limit: int, included_skipped: int = 0, excluded_skipped: int = 0
) -> Overrides:
    """List the manual overrides of a segment; raises NotFound."""
    with snapshot(db):
        segment = segment_by_id(db, account, segment_id)
        included, included_total = overrides.list_included(db, segment, limit, included_skipped)
        excluded, excluded_total = overrides.list_excluded(db, segment.id, limit, excluded_skipped)
        excluded_addresses = email_exclusions.count_email_exclusions(db, segment.id)
    return Overrides(included, included_total, excluded, excluded_total, excluded_addresses)


def undo_exclusion(
    db: Transaction, now: datetime, account: Account, segment_id: int, contact_id: int
) -> UndoneExclusion:
    """Undo the exclusion of a contact from a segment, so that the rule decides again; raises NotFound for a contact
    that is not excluded."""
    segment = segment_by_id(db, account, segment_id)
    fields = types.fields_of_type(db, segment.contact_type_id)
    contact = contacts.by_id(db, segment.contact_type_id, contact_id, fields)
    if contact is None or not overrides.is_excluded(db, segment.id, contact.id):
        raise NotFound("exclusion_unknown", contact=contact_id, segment=segment.name)
    overrides.undo_exclusion(db, segment, contact.id, now)
    record_entry(db, now, account.id, AuditAction.MEMBER_RESTORED, segment_subject(segment), contact=contact.id)
    is_in = is_member(db, segment, contact, fields, EvaluationTime(now, account.zone))
    return UndoneExclusion(contact.email, is_in)
