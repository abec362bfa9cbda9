"""Topics of contact types."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tamis.domain.consent.topics import SubscriptionState, Topic
from tamis.domain.values.instants import from_micros, to_micros
from tamis.domain.values.text import fold
from tamis.records.engine.sql import insert as insert_row
from tamis.records.engine.sql import run, select, select_one, select_only, select_tuples
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("topics")


def of_type(db: Reader, type_id: int) -> list[Topic]:
    """List the topics of a contact type, oldest first."""
    return select(db, _topic, SQL["of_type"], (type_id,))


def by_id(db: Reader, account_id: int, topic_id: int) -> Topic | None:
    """Find a topic of any contact type of an account."""
    return select_one(db, _topic, SQL["by_id"], (topic_id, account_id))


def by_name(db: Reader, type_id: int, name: str) -> Topic | None:
    """Find a topic of a contact type by its name, as texts are compared."""
    return select_one(db, _topic, SQL["holder"], (type_id, fold(name)))


def count(db: Reader, type_id: int) -> int:
    """Count the topics of a contact type."""
    return select_only(db, int, SQL["count"], (type_id,))


def insert(db: Transaction, type_id: int, name: str, description: str, now: datetime) -> Topic:
    """Add a topic; the caller has checked that its name is free."""
    id_ = insert_row(db, int, SQL["insert"], (type_id, name, fold(name), description, to_micros(now)))
    return Topic(id_, type_id, name, description, now, now)


def update(db: Transaction, topic: Topic, name: str, description: str, now: datetime) -> Topic:
    """Change the name and description of a topic; the caller has checked that the name is free."""
    run(db, SQL["update"], (name, fold(name), description, to_micros(now), topic.id))
    return replace(topic, name=name, description=description, updated_at=now)


def delete(db: Transaction, topic_id: int) -> None:
    """Delete a topic, and the subscriptions to it; records of consent stay."""
    run(db, SQL["delete"], (topic_id,))


def sizes(db: Reader, type_id: int) -> Mapping[int, Mapping[SubscriptionState, int]]:
    """Count the contacts in each state, by topic of a contact type."""
    found: dict[int, dict[SubscriptionState, int]] = {}
    for topic_id, state, number in select_tuples(db, tuple[int, str, int], SQL["sizes"], (type_id,)):
        found.setdefault(topic_id, {})[SubscriptionState(state)] = number
    return found


def _topic(id_: int, type_id: int, name: str, description: str, created_at: int, updated_at: int) -> Topic:
    return Topic(id_, type_id, name, description, from_micros(created_at), from_micros(updated_at))
