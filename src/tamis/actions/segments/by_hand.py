"""What was done by hand with a segment, and how a removal is undone (decision 0005)."""

from dataclasses import dataclass
from datetime import datetime

from tamis.actions.segments.membership import is_member
from tamis.actions.segments.segments import segment_by_id
from tamis.domain.accounts import Account
from tamis.domain.errors import NotFound
from tamis.records import contacts, exclusions, recipients, types
from tamis.records.handles import Reader, Transaction, snapshot
from tamis.records.recipients import Added, Removed
from tamis.rules.time.evaluation_time import EvaluationTime


@dataclass(frozen=True, slots=True)
class Hands:
    """Some of those who were added to a segment and removed from it by hand, latest first, and how many there are;
    `excluded_addresses` counts those who are excluded and are no contacts, of whom no address is kept."""

    added: list[Added]
    added_in_all: int
    removed: list[Removed]
    removed_in_all: int
    excluded_addresses: int


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """Whose removal was undone, and whether that put them into the segment: the rule may not select them now."""

    email: str
    is_in: bool


def hands_of_segment(
    db: Reader, account: Account, segment_id: int, limit: int, added_skipped: int = 0, removed_skipped: int = 0
) -> Hands:
    """List what was done by hand with a segment; raises NotFound."""
    with snapshot(db):
        segment = segment_by_id(db, account, segment_id)
        added, added_in_all = recipients.added_to(db, segment, limit, added_skipped)
        removed, removed_in_all = recipients.removed_from(db, segment.id, limit, removed_skipped)
        excluded = exclusions.count_of_segment(db, segment.id)
    return Hands(added, added_in_all, removed, removed_in_all, excluded)


def bring_back(db: Transaction, now: datetime, account: Account, segment_id: int, contact_id: int) -> BroughtBack:
    """Undo the removal of a contact from a segment: from then on the rule decides again. Raises NotFound for one that
    was not removed."""
    segment = segment_by_id(db, account, segment_id)
    fields = types.fields_of_type(db, segment.contact_type_id)
    contact = contacts.by_id(db, segment.contact_type_id, contact_id, fields)
    if contact is None or not recipients.is_removed(db, segment.id, contact.id):
        raise NotFound("exclusion_unknown", contact=contact_id, segment=segment.name)
    recipients.undo_remove(db, segment, contact.id, now)
    is_in = is_member(db, segment, contact, fields, EvaluationTime(now, account.zone))
    return BroughtBack(contact.email, is_in)
