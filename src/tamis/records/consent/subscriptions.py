"""Subscriptions of contacts to topics, and records of consent, which are found by the keyed hash of an email."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis.domain.consent.topics import ConsentRecord, Evidence, Subscription, SubscriptionState
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.consent.email_hashes import get_or_create_pepper, hash_email, pepper
from tamis.records.engine.sql import exists, run_many, select, select_tuples
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("subscriptions")
Pair = tuple[int, int]
"""A contact and a topic."""
_RecordRow = tuple[int, int, int, str, str, int, str, str, str]


class StateRow(NamedTuple):
    """A state to store, with the key of the contact's email and the present name of the topic."""

    contact_id: int
    email_key: str
    topic_id: int
    topic: str
    state: SubscriptionState
    since: datetime


def of_contact(db: Reader, contact_id: int) -> list[Subscription]:
    """List the subscriptions of a contact, by topic."""
    return select(db, _subscription, SQL["of_contact"], (contact_id,))


def states_of(db: Reader, contact_ids: Collection[int]) -> dict[Pair, SubscriptionState]:
    """Return the states of some contacts, for each topic about which they were asked."""
    rows = select_tuples(db, tuple[int, int, str], SQL["of_contacts"], (_json(contact_ids),))
    return {(contact_id, topic_id): SubscriptionState(state) for contact_id, topic_id, state in rows}


def email_keys_of(db: Reader, type_id: int, contact_ids: Collection[int]) -> dict[int, str]:
    """Return the email keys of those of some ids that are contacts of a type."""
    return dict(select_tuples(db, tuple[int, str], SQL["email_keys"], (type_id, _json(contact_ids))))


def unsubscribed(db: Reader, topic_id: int) -> list[tuple[str, datetime]]:
    """Return the email keys of the contacts that have unsubscribed from a topic, and when."""
    rows = select_tuples(db, tuple[str, int], SQL["unsubscribed"], (topic_id,))
    return [(email_key, from_micros(since)) for email_key, since in rows]


def have_unsubscribed(db: Reader, type_id: int, email_keys: Mapping[int, str]) -> set[Pair]:
    """Return the contacts, given with the keys of their emails, who have unsubscribed from a topic and not subscribed
    since, with the email that they have now or an earlier one; a contact that had the same email and was deleted counts
    as well."""
    secret = pepper(db)
    if secret is None or not exists(db, SQL["any_record"], (type_id,)):
        return set()
    hashed = {hash_email(secret, key): contact_id for contact_id, key in email_keys.items()}
    by_email = select_tuples(db, tuple[str, int, str, int], SQL["last_said"], (type_id, _json(hashed)))
    of_contacts = SQL["last_said_by_contacts"]
    by_contact = select_tuples(db, tuple[int, int, str, int], of_contacts, (type_id, _json(email_keys)))
    no = SubscriptionState.UNSUBSCRIBED
    return {(hashed[hash_], topic_id) for hash_, topic_id, state, _ in by_email if state == no} | {
        (contact_id, topic_id) for contact_id, topic_id, state, _ in by_contact if state == no
    }


def store(db: Transaction, type_id: int, rows: Sequence[StateRow], evidence: Evidence) -> None:
    """Store states, and add a record of consent for each."""
    secret = get_or_create_pepper(db)
    run_many(
        db,
        SQL["set"],
        ((row.contact_id, row.topic_id, row.state.value, to_micros(row.since), evidence.source) for row in rows),
    )
    run_many(
        db,
        SQL["insert_record"],
        (
            (
                type_id,
                row.contact_id,
                hash_email(secret, row.email_key),
                row.topic_id,
                row.topic,
                row.state.value,
                to_micros(row.since),
                evidence.source,
                evidence.agreed_text,
                evidence.reason,
            )
            for row in rows
        ),
    )


def records_of(db: Reader, type_id: int, contact_id: int | None, email_key: str) -> list[ConsentRecord]:
    """List the records of consent of a contact, or of an email that may be that of a former contact, oldest first."""
    secret = pepper(db)
    hash_ = hash_email(secret, email_key) if secret else ""
    return select(db, _record, SQL["records_of_email"], (type_id, hash_, contact_id))


def page_of_records(db: Reader, type_id: int, after: int, limit: int) -> list[tuple[ConsentRecord, str | None]]:
    """Return the records of consent of a contact type with ids above `after`, oldest first, each with the present email
    of its contact, if that was not deleted."""
    return select(db, _record_and_email, SQL["page_of_records"], (type_id, after, limit))


def _subscription(topic_id: int, state: str, since: int, source: str) -> Subscription:
    return Subscription(topic_id, SubscriptionState(state), from_micros(since), source)


def _record_and_email(email: str | None, *row: *_RecordRow) -> tuple[ConsentRecord, str | None]:
    return _record(*row), email


def _record(
    id_: int,
    contact_id: int,
    topic_id: int,
    topic: str,
    state: str,
    at: int,
    source: str,
    agreed_text: str,
    reason: str,
) -> ConsentRecord:
    evidence = Evidence(source, agreed_text, reason)
    return ConsentRecord(id_, contact_id, topic_id, topic, SubscriptionState(state), from_micros(at), evidence)


def _json(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()
