"""Topics of contact types, and the subscriptions of contacts."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET, UnsetType

from tamis.client.calls import Resource, Sender, call, paged
from tamis.client.models.topics import (
    Confirmation,
    ConfirmationRequest,
    ConsentRecord,
    ConsentRecordOfType,
    Subscriptions,
    Topic,
)
from tamis.client.request import Page, Request, json_body, path


class TopicCalls(Resource[Sender]):
    """What mailings of a contact type can be about."""

    @paged
    def list(self, type_id: int, *, page_size: int | None = None, cursor: str | None = None) -> Request[Page[Topic]]:
        """List the topics of a contact type."""
        query = {"limit": page_size, "cursor": cursor}
        return Request("GET", path("contact-types", type_id, "topics"), Page[Topic], query)

    @call
    def get(self, topic_id: int) -> Request[Topic]:
        """Return a topic, and how many contacts are subscribed to it."""
        return Request("GET", path("topics", topic_id), Topic)

    @call
    def create(self, type_id: int, name: str, *, description: str | UnsetType = UNSET) -> Request[Topic]:
        """Create a topic."""
        content = json_body(name=name, description=description)
        return Request("POST", path("contact-types", type_id, "topics"), Topic, content=content)

    @call
    def update(
        self, topic_id: int, *, name: str | UnsetType = UNSET, description: str | UnsetType = UNSET
    ) -> Request[Topic]:
        """Change the name or the description of a topic; rules follow a new name."""
        content = json_body(name=name, description=description)
        return Request("PATCH", path("topics", topic_id), Topic, content=content)

    @call
    def delete(self, topic_id: int) -> Request[None]:
        """Delete a topic and the subscriptions to it; segments must not name it."""
        return Request("DELETE", path("topics", topic_id), type(None))


class SubscriptionCalls(Resource[Sender]):
    """The states of contacts for topics, and the records of what they have agreed to."""

    @call
    def get(self, contact_id: int) -> Request[Subscriptions]:
        """Return the states of a contact for all topics of its type."""
        return Request("GET", path("contacts", contact_id, "subscriptions"), Subscriptions)

    @call
    def set(
        self,
        contact_id: int,
        states: Mapping[int, str],
        *,
        text: str | UnsetType = UNSET,
        source: str | UnsetType = UNSET,
        reason: str | UnsetType = UNSET,
    ) -> Request[Subscriptions]:
        """Set states of a contact, by topic: `pending`, `subscribed` or `unsubscribed`. Somebody who has unsubscribed
        is only subscribed again with a reason."""
        items = [{"topic_id": topic_id, "state": state} for topic_id, state in states.items()]
        content = json_body(subscriptions=items, text=text, source=source, reason=reason)
        return Request("PUT", path("contacts", contact_id, "subscriptions"), Subscriptions, content=content)

    @call
    def request(
        self,
        contact_id: int,
        topic_ids: Sequence[int],
        *,
        text: str | UnsetType = UNSET,
        source: str | UnsetType = UNSET,
        days: int | UnsetType = UNSET,
    ) -> Request[ConfirmationRequest]:
        """Make a contact pending for topics, and return a token to send to its email."""
        content = json_body(topic_ids=topic_ids, text=text, source=source, days=days)
        target = path("contacts", contact_id, "subscriptions", "request")
        return Request("POST", target, ConfirmationRequest, content=content)

    @call
    def confirm(self, token: str) -> Request[Confirmation]:
        """Subscribe the contact of a token that has come back."""
        return Request("POST", "/subscriptions/confirm", Confirmation, content=json_body(token=token))

    @paged
    def records_of_contact(
        self, contact_id: int, *, page_size: int | None = None, cursor: str | None = None
    ) -> Request[Page[ConsentRecord]]:
        """List what a contact has said about topics, oldest first."""
        query = {"limit": page_size, "cursor": cursor}
        return Request("GET", path("contacts", contact_id, "consent-records"), Page[ConsentRecord], query)

    @paged
    def records(
        self, type_id: int, *, email: str | None = None, page_size: int | None = None, cursor: str | None = None
    ) -> Request[Page[ConsentRecordOfType]]:
        """List what the contacts of a type have said about topics, oldest first, or what an email has."""
        query = {"email": email, "limit": page_size, "cursor": cursor}
        target = path("contact-types", type_id, "consent-records")
        return Request("GET", target, Page[ConsentRecordOfType], query)
