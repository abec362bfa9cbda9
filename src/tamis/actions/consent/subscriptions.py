"""The states of contacts for topics. Whatever says that somebody is subscribed or not calls `set_states`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from tamis.actions.audit import record_part
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, Subject
from tamis.domain.consent.topics import (
    MAX_CONSENT_TEXT,
    ConsentRecord,
    Evidence,
    NewState,
    StateStatus,
    Subscription,
    SubscriptionState,
    Topic,
)
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.contacts.emails import email_key, parse_email_for_lookup
from tamis.domain.errors import Invalid, Problem
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.text import line_problem, text_problem
from tamis.records import change_log, contacts
from tamis.records.consent import subscriptions, topics
from tamis.records.handles import Reader, Transaction

RECORDS_PER_READ = 1_000


class TopicState(NamedTuple):
    """A topic, and the subscription of a contact to it; None if the contact was never asked."""

    topic: Topic
    subscription: Subscription | None


def set_states(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    items: Sequence[NewState],
    evidence: Evidence,
    request_id: str = "",
) -> list[StateStatus]:
    """Set the states of contacts for topics, all of one contact type, and return what became of each; raises Invalid.

    Each new state gets a record of consent with the evidence. Somebody who has unsubscribed, also as a former contact
    with the same email, is only subscribed again if the evidence gives a reason. A subscribed contact does not become
    pending.
    """
    check_evidence(evidence)
    ids = {item.contact_id for item in items}
    names = {topic.id: topic.name for topic in topics.of_type(db, contact_type.id)}
    before, keys = subscriptions.states_of(db, ids), subscriptions.email_keys_of(db, contact_type.id, ids)
    protected = set() if evidence.reason else subscriptions.have_unsubscribed(db, contact_type.id, keys)
    rows: list[subscriptions.StateRow] = []
    statuses: list[StateStatus] = []
    for contact_id, topic_id, state, since in items:
        pair = contact_id, topic_id
        status = _status(before.get(pair), state, is_protected=pair in protected)
        statuses.append(status)
        if status == "changed":
            before[pair] = state
            name, at = names[topic_id], min(since or now, now)
            rows.append(subscriptions.StateRow(contact_id, keys[contact_id], topic_id, name, state, at))
            if state is SubscriptionState.UNSUBSCRIBED and not evidence.reason:
                protected.add(pair)
    if rows:
        subscriptions.store(db, contact_type.id, rows, evidence)
        changed = sorted({row.contact_id for row in rows})
        change_log.record_contact_changes(db, contact_type.id, changed, now, Cause.CONSENT)
        counts = Counter(row.state.value for row in rows)
        one = len(changed) == 1 and not request_id
        subject = Subject("contact", changed[0]) if one else Subject("subscriptions", contact_type.id, evidence.source)
        record_part(db, now, account.id, AuditAction.SUBSCRIPTIONS_CHANGED, subject, request_id, counts)
    return statuses


def set_states_of_contact(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    contact_id: int,
    states: Sequence[tuple[Topic, SubscriptionState]],
    evidence: Evidence,
) -> list[TopicState]:
    """Set the states of one contact, and return all of them; raises Invalid if the contact would be subscribed again
    without a reason, and then changes nothing."""
    items = [NewState(contact_id, topic.id, state) for topic, state in states]
    statuses = set_states(db, now, account, contact_type, items, evidence)
    problems = [
        Problem(f"subscriptions[{index}]", "has_unsubscribed", topic=topic.name)
        for index, ((topic, _), status) in enumerate(zip(states, statuses, strict=True))
        if status == "refused"
    ]
    if problems:
        raise Invalid(problems)
    return states_of_contact(db, contact_type, contact_id)


def states_of_contact(db: Reader, contact_type: ContactType, contact_id: int) -> list[TopicState]:
    """List the topics of a contact type, with the subscriptions of a contact."""
    found = {one.topic_id: one for one in subscriptions.of_contact(db, contact_id)}
    return [TopicState(topic, found.get(topic.id)) for topic in topics.of_type(db, contact_type.id)]


def consent_records_of_contact(db: Reader, contact: Contact) -> list[ConsentRecord]:
    """List the records of consent of a contact, oldest first, with those of former contacts with the same email."""
    key = email_key(contact.email) or contact.email
    return subscriptions.records_of(db, contact.contact_type_id, contact.id, key)


def all_consent_records(db: Reader, contact_type: ContactType) -> Iterator[tuple[ConsentRecord, str | None]]:
    """Yield all records of consent of a contact type, oldest first, each with the present email of its contact, if that
    was not deleted."""
    after = 0
    while found := page_of_consent_records(db, contact_type, RECORDS_PER_READ, after):
        yield from found
        after = found[-1][0].id


def page_of_consent_records(
    db: Reader, contact_type: ContactType, limit: int, after: int = 0, email: str | None = None
) -> list[tuple[ConsentRecord, str | None]]:
    """Return records of consent of a contact type with ids above `after`, as `all_consent_records` does; with `email`,
    only those of one that need not be that of a contact any more. Raises Invalid."""
    if email is None:
        return subscriptions.page_of_records(db, contact_type.id, after, limit)
    address = parse_email_for_lookup(email)
    if address is None:
        raise Invalid([Problem("email", "email_not_valid", email=email)])
    contact_id = contacts.ids_by_email(db, contact_type.id, [address.key]).get(address.key)
    found = subscriptions.records_of(db, contact_type.id, contact_id, address.key)
    shown = address.address if contact_id else None
    return [(record, shown) for record in found if record.id > after][:limit]


def check_evidence(evidence: Evidence) -> None:
    """Raise Invalid if evidence cannot be stored."""
    problems = [
        Problem(path, "consent_text_not_valid", problem=wrong)
        for path, wrong in (
            ("source", line_problem(evidence.source)),
            ("text", text_problem(evidence.agreed_text)),
            ("reason", text_problem(evidence.reason)),
        )
        if wrong
    ]
    for path, text in (("text", evidence.agreed_text), ("reason", evidence.reason)):
        if len(text) > MAX_CONSENT_TEXT:
            problems.append(Problem(path, "consent_text_too_long", most=MAX_CONSENT_TEXT))
    if problems:
        raise Invalid(problems)


def _status(before: SubscriptionState | None, state: SubscriptionState, *, is_protected: bool) -> StateStatus:
    if before is state or (before is SubscriptionState.SUBSCRIBED and state is SubscriptionState.PENDING):
        return "unchanged"
    return "refused" if is_protected and state is not SubscriptionState.UNSUBSCRIBED else "changed"
