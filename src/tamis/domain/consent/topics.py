"""Topics of a contact type, to which contacts are subscribed or not, and records of what people have agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from tamis.domain.values.fields import FIRST_TOPIC_FIELD, Field, FieldSet, Kind
from tamis.domain.values.text import fold

COLUMN_PREFIX = "topic:"
MAX_TOPICS = 100
"""The most topics of a contact type."""
MAX_CONSENT_TEXT = 10_000


class SubscriptionState(StrEnum):
    """What a contact has said about a topic. A contact who was never asked has no subscription to it."""

    PENDING = "pending"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Topic:
    """What mailings of a contact type can be about."""

    id: int
    contact_type_id: int
    name: str
    description: str
    created_at: datetime
    updated_at: datetime


class TopicCounts(NamedTuple):
    """How many contacts are in each state for a topic."""

    subscribed: int
    pending: int
    unsubscribed: int

    @classmethod
    def of(cls, sizes: Mapping[SubscriptionState, int]) -> "TopicCounts":
        """Return counts by state as one value."""
        return cls(*(sizes.get(SubscriptionState(name), 0) for name in cls._fields))


@dataclass(frozen=True, slots=True)
class Subscription:
    """The state of a contact for a topic: since when, and where this was said."""

    topic_id: int
    state: SubscriptionState
    since: datetime
    source: str


def is_subscribed(subscription: Subscription | None) -> bool:
    """Return whether a contact is subscribed, which it is not without a subscription."""
    return subscription is not None and subscription.state is SubscriptionState.SUBSCRIBED


class NewState(NamedTuple):
    """The state that a contact is to have for a topic, and since when; None is now."""

    contact_id: int
    topic_id: int
    state: SubscriptionState
    since: datetime | None = None


StateStatus = Literal["changed", "unchanged", "refused"]
"""What became of a new state. Without a reason, nothing but unsubscribing again is possible for those who have
unsubscribed."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """From where Tamis knows a state, such as `console`; what the person agreed to, and why somebody who has
    unsubscribed is subscribed again, if that is said."""

    source: str
    agreed_text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """A state that a contact got: for which topic, by its name at the time, when, and on which evidence. Only a keyed
    hash of the email is kept with it."""

    id: int
    contact_id: int
    topic_id: int
    topic: str
    state: SubscriptionState
    at: datetime
    evidence: Evidence


def topic_field(topic_id: int, name: str) -> Field:
    """Return a topic as if it were a field, whose value is the state of a contact; it is missing if the contact was
    never asked. No rule or person names it as a field."""
    return Field(FIRST_TOPIC_FIELD + topic_id, f"{COLUMN_PREFIX}{name}", name, Kind.TEXT)


def topic_id_of(field: Field) -> int:
    """Return the id of the topic that a field stands for."""
    return field.id - FIRST_TOPIC_FIELD


def find_topic_column(reference: str, fields: FieldSet) -> Field | None:
    """Find the topic of a column of a file with a name such as `topic:News`. Exports write names: so names that are
    digits come before ids here."""
    prefix, colon, name = reference.strip().partition(":")
    is_topic = f"{prefix.strip().lower()}{colon}" == COLUMN_PREFIX
    if not is_topic:
        return None
    return _topics_by_name(fields).get(name.strip()) or find_topic(name, fields)


def find_topic(reference: str | int, fields: FieldSet) -> Field | None:
    """Find a topic of a contact type by its id or name: exact names come before folded ones, and digits are tried as an
    id first."""
    named = str(reference).strip()
    by_id, by_name = {str(topic_id_of(topic)): topic for topic in fields.topics}, _topics_by_name(fields)
    return by_id.get(named) or by_name.get(named) or by_name.get(fold(named))


def _topics_by_name(fields: FieldSet) -> Mapping[str, Field]:
    return {fold(topic.name): topic for topic in fields.topics} | {topic.name: topic for topic in fields.topics}
