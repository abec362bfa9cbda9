"""Topics, subscriptions and records of consent."""

from datetime import datetime

from tamis.client.request import Model


class Topic(Model, frozen=True, kw_only=True):
    """What mailings of a contact type can be about, and how many contacts are in each state."""

    id: int
    contact_type_id: int
    name: str
    description: str
    subscribed: int
    pending: int
    unsubscribed: int
    created_at: datetime
    updated_at: datetime


class Subscription(Model, frozen=True, kw_only=True):
    """The state of a contact for a topic: `pending`, `subscribed` or `unsubscribed`; None if it was never asked."""

    topic_id: int
    topic: str
    state: str | None = None
    since: datetime | None = None
    source: str | None = None


class Subscriptions(Model, frozen=True, kw_only=True):
    """The states of a contact for all topics of its type."""

    subscriptions: tuple[Subscription, ...]


class ConfirmationRequest(Model, frozen=True, kw_only=True):
    """The token to send to the email of a contact, and the states until it comes back."""

    token: str
    expires_at: datetime
    subscriptions: tuple[Subscription, ...]


class Confirmation(Model, frozen=True, kw_only=True):
    """A contact that has confirmed, and its states."""

    contact_id: int
    email: str
    subscriptions: tuple[Subscription, ...]


class ConsentRecord(Model, frozen=True, kw_only=True):
    """A state that a contact got: what was said, when and where."""

    id: int
    contact_id: int
    topic_id: int
    topic: str
    state: str
    at: datetime
    source: str
    text: str
    reason: str


class ConsentRecordOfType(Model, frozen=True, kw_only=True):
    """A record of consent of any contact of a type; `email` is None if the contact was deleted."""

    email: str | None = None
    record: ConsentRecord
