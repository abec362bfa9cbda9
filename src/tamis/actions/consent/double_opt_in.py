"""Double opt-in: a request makes a contact pending and gives a token, which confirms that the person wants it.

Whoever asks sends the token to the email of the contact; only its owner can send it back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from tamis.actions.consent.signed_tokens import TokenPurpose, sign, verify
from tamis.actions.consent.subscriptions import (
    TopicState,
    consent_records_of_contact,
    set_states,
    set_states_of_contact,
    states_of_contact,
)
from tamis.actions.contacts.contact_record import TypedContact, contact_of_account
from tamis.domain.accounts.accounts import Account
from tamis.domain.consent.topics import Evidence, NewState, SubscriptionState, Topic
from tamis.domain.contacts.contacts import Contact
from tamis.domain.contacts.emails import email_key
from tamis.domain.errors import Invalid, NotFound, Problem, Refused
from tamis.records.handles import Reader, Transaction

DEFAULT_DAYS, MAX_DAYS = 7, 30
REQUESTED = "asked to confirm"
CONFIRMED = "confirmed with a token"
CONFIRMATION_SOURCE = "confirmation"


class _Payload(msgspec.Struct, array_like=True):
    """What a token confirms, and the key of the email to which it is sent."""

    contact_id: int
    email_key: str
    topic_ids: list[int]


class Requested(NamedTuple):
    """A request to confirm: the states of the contact, the token to send to its email, and until when it is valid."""

    states: list[TopicState]
    token: str
    expires_at: datetime


class Confirmed(NamedTuple):
    """A contact that has confirmed, and its states."""

    contact: Contact
    states: list[TopicState]


def request_confirmation(
    db: Transaction,
    now: datetime,
    account: Account,
    found: TypedContact,
    topics: Sequence[Topic],
    evidence: Evidence,
    days: int = DEFAULT_DAYS,
) -> Requested:
    """Make a contact pending for topics, unless it is subscribed already, and return a token to confirm it. Also for
    somebody who has unsubscribed, who stays so until the token comes back. Raises Invalid."""
    if not topics:
        raise Invalid([Problem("topic_ids", "no_topics_named")])
    contact_type, contact_id = found.contact_type, found.contact.id
    pending = [(topic, SubscriptionState.PENDING) for topic in topics]
    asked = Evidence(evidence.source, evidence.agreed_text, evidence.reason or REQUESTED)
    states = set_states_of_contact(db, now, account, contact_type, contact_id, pending, asked)
    payload = msgspec.json.encode(_Payload(contact_id, _key(found.contact), sorted({topic.id for topic in topics})))
    expires_at = (now + timedelta(days=days)).replace(microsecond=0)
    return Requested(states, sign(db, now, TokenPurpose.CONFIRM_SUBSCRIPTION, payload, expires_at), expires_at)


def confirm(db: Transaction, now: datetime, account: Account, token: str) -> Confirmed:
    """Subscribe the contact of a token to the topics for which it is pending; confirming again changes nothing. Raises
    Invalid if the token is not valid, NotFound if the contact was deleted, and Refused if it was given another email or
    the person has unsubscribed in the meantime."""
    payload = verify(db, now, TokenPurpose.CONFIRM_SUBSCRIPTION, token)
    if payload is None:
        raise Invalid([Problem("token", "confirmation_not_valid")])
    asked = msgspec.json.decode(payload, type=_Payload)
    found = _contact(db, account, asked.contact_id)
    if _key(found.contact) != asked.email_key:
        raise Refused("confirmation_of_other_email")
    states = {
        one.topic.id: one.subscription.state
        for one in states_of_contact(db, found.contact_type, asked.contact_id)
        if one.subscription and one.topic.id in asked.topic_ids
    }
    texts = {
        record.topic_id: record.evidence.agreed_text
        for record in consent_records_of_contact(db, found.contact)
        if record.state is SubscriptionState.PENDING
    }
    if not states or SubscriptionState.UNSUBSCRIBED in states.values():
        raise Refused("confirmation_withdrawn")
    for topic_id, state in states.items():
        if state is SubscriptionState.PENDING:
            item = NewState(asked.contact_id, topic_id, SubscriptionState.SUBSCRIBED)
            evidence = Evidence(CONFIRMATION_SOURCE, texts.get(topic_id, ""), CONFIRMED)
            set_states(db, now, account, found.contact_type, [item], evidence)
    return Confirmed(found.contact, states_of_contact(db, found.contact_type, asked.contact_id))


def _contact(db: Reader, account: Account, contact_id: int) -> TypedContact:
    try:
        return contact_of_account(db, account, contact_id)
    except NotFound:
        raise NotFound("confirmation_of_deleted_contact") from None


def _key(contact: Contact) -> str:
    return email_key(contact.email) or contact.email
