"""Explain why a contact is, or is not, in a segment, and when time alone will change that."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from tamis.actions.contacts.contacts import contact_by_id
from tamis.actions.events.contact_events import events_of
from tamis.actions.segments.membership import external_membership, membership, membership_source_of_contact
from tamis.actions.segments.stored_rules import rules_of_type
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.contacts.emails import Email, email_key, parse_email_for_lookup
from tamis.domain.errors import NotFound
from tamis.domain.segments.segments import Segment, contact_of_recipient, person_of_recipient, segment_of_recipient
from tamis.domain.values.text import fold
from tamis.records import contacts, types
from tamis.records.consent import email_exclusions
from tamis.records.handles import Reader
from tamis.records.segments import externals, overrides, segments
from tamis.rules.evaluation.aggregates import Events
from tamis.rules.evaluation.dependencies import MembershipSource
from tamis.rules.evaluation.evaluate import Membership
from tamis.rules.evaluation.explain import Explained, explain
from tamis.rules.evaluation.externals import segments_included
from tamis.rules.time.breakpoints import next_change
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

Reason = Literal["rule", "added by hand", "removed by hand"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether an email is in a segment and why; `since` is the instant of its manual override, if any.

    `rule` is the evaluated rule, even where an override decides, and None for an email that is not a contact and to
    which the rule does not apply. `changes_at` is when time alone will change the membership, if it will.
    """

    segment: Segment
    email: str
    contact_id: int | None
    is_in: bool
    because: Reason
    since: datetime | None
    rule: Explained | None
    changes_at: datetime | None


def explain_membership(db: Reader, now: datetime, account: Account, segment: Segment, email: str) -> Explanation:
    """Explain why an email is, or is not, in a segment as of `now`; raises NotFound for one that is not known there."""
    type_id = segment.contact_type_id
    fields = types.fields_of_type(db, type_id)
    address = parse_email_for_lookup(email)
    contact = contacts.by_email(db, type_id, address.key, fields) if address else None
    included_at = _included_since(db, segment, address) if address else None
    if contact is None:
        found = address and _explain_address(db, now, account, segment, address, included_at)
        if not found:
            raise NotFound("contact_never_in_segment", email=email, segment=segment.name)
        return found
    as_of = EvaluationTime(now, account.zone)
    is_in = membership(db, contact, fields, as_of)
    excluded_at = None if included_at else _excluded_since(db, segment, contact)
    decided, rule = membership_source_of_contact(db, contact, fields), rules_of_type(db, type_id, fields)[segment.id]
    events = events_of(db, contact)
    return _explained(segment, rule, contact, as_of, is_in, decided, {}, events, included_at, excluded_at)


def _explain_address(
    db: Reader, now: datetime, account: Account, segment: Segment, address: Email, included_at: datetime | None
) -> Explanation | None:
    """Explain an email that is not a contact; None if it is unknown in the type."""
    type_id = segment.contact_type_id
    excluded = email_exclusions.email_exclusions_of(db, type_id, address.key).get(segment.id)
    external = externals.external_by_email(db, type_id, address.key)
    if external is None and excluded is None:
        return None
    is_in, explained_rule = False, None
    if external:
        as_of = EvaluationTime(now, account.zone)
        in_segment = external_membership(db, external, types.fields_of_type(db, type_id), as_of)
        rule, is_in = (
            rules_of_type(db, type_id, types.fields_of_type(db, type_id)).get(segment.id),
            in_segment(segment.id),
        )
        if any(map(in_segment, segments_included(rule))):
            explained_rule = explain(rule, external, as_of, in_segment, lambda _event_id: ())
    because: Reason = "added by hand" if included_at else "removed by hand" if excluded else "rule"
    return Explanation(segment, address.address, None, is_in, because, included_at or excluded, explained_rule, None)


def explain_contact(
    db: Reader, now: datetime, account: Account, contact_type: ContactType, contact_id: int
) -> list[Explanation]:
    """Explain every segment of a contact's type as of `now`, by name; raises NotFound."""
    fields = types.fields_of_type(db, contact_type.id)
    contact = contact_by_id(db, contact_type, contact_id, fields)
    as_of = EvaluationTime(now, account.zone)
    is_in, decided = membership(db, contact, fields, as_of), _cached(membership_source_of_contact(db, contact, fields))
    rules, known = rules_of_type(db, contact_type.id, fields), dict[datetime, Membership]()
    key, events = email_key(contact.email) or "", events_of(db, contact)
    included_at = {row.segment_id: row.since for row in overrides.inclusions_of_address(db, contact_type.id, key)}
    excluded_at = {row.segment_id: row.since for row in overrides.exclusions_of_contact(db, contact.id)}
    return [
        _explained(
            segment,
            rules.get(segment.id),
            contact,
            as_of,
            is_in,
            decided,
            known,
            events,
            included_at.get(segment.id),
            excluded_at.get(segment.id),
        )
        for segment in sorted(segments.live_of_type(db, contact_type.id), key=lambda segment: fold(segment.name))
    ]


def _cached(decided: MembershipSource) -> MembershipSource:
    """Cache a membership source by segment."""
    return cache(decided)


def _explained(
    segment: Segment,
    rule: Rule,
    contact: Contact,
    as_of: EvaluationTime,
    is_in: Membership,
    decided: MembershipSource,
    known: dict[datetime, Membership],
    events: Events,
    included_at: datetime | None,
    excluded_at: datetime | None,
) -> Explanation:
    """Explain one segment; `included_at` and `excluded_at` are the instants of its manual override."""
    overridden_at = included_at or excluded_at
    return Explanation(
        segment,
        contact.email,
        contact.id,
        is_in(segment.id),
        "added by hand" if included_at else "removed by hand" if excluded_at else "rule",
        overridden_at,
        explain(rule, contact, as_of, is_in, events),
        None if overridden_at else next_change(rule, contact, as_of, decided, known, events),
    )


def explain_recipient(db: Reader, now: datetime, account: Account, recipient_id: int) -> Explanation:
    """Explain why a recipient, by its id, is in its segment or no longer is; raises NotFound."""
    missing = NotFound("recipient_unknown", recipient=recipient_id)
    segment = segments.live_by_id(db, account.id, segment_of_recipient(recipient_id))
    if segment is None:
        raise missing
    contact_id = contact_of_recipient(recipient_id)
    if contact_id is None:
        inclusion = overrides.find_inclusion(db, recipient_id)
        external = externals.external_by_person(db, segment.contact_type_id, person_of_recipient(recipient_id))
        email = inclusion.email_key if inclusion else external.email if external else None
    else:
        contact = contacts.by_id(
            db, segment.contact_type_id, contact_id, types.fields_of_type(db, segment.contact_type_id)
        )
        email = contact.email if contact else None
    if email is None:
        raise missing
    return explain_membership(db, now, account, segment, email)


def _included_since(db: Reader, segment: Segment, address: Email) -> datetime | None:
    found = overrides.inclusions_of_address(db, segment.contact_type_id, address.key)
    return next((addition.since for addition in found if addition.segment_id == segment.id), None)


def _excluded_since(db: Reader, segment: Segment, contact: Contact) -> datetime | None:
    found = overrides.exclusions_of_contact(db, contact.id)
    return next((removal.since for removal in found if removal.segment_id == segment.id), None)
