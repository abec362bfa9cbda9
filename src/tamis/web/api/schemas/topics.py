"""Topics, subscriptions of contacts to them, and records of consent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tamis.actions.consent.double_opt_in import DEFAULT_DAYS, MAX_DAYS
from tamis.actions.consent.subscriptions import TopicState
from tamis.domain.consent.topics import ConsentRecord, SubscriptionState, Topic, TopicCounts
from tamis.web.api.schemas.common import MAX_ID, Body, Name

TopicId = Annotated[int, Meta(ge=1, le=MAX_ID)]
Source = Annotated[str, Meta(description="From where the state is known, such as the name of a form.")]
AgreedText = Annotated[str, Meta(description="What the person read and agreed to; kept with the record of consent.")]
Reason = Annotated[
    str, Meta(description="Why somebody who has unsubscribed is subscribed again; without it, this is refused.")
]


class TopicOut(msgspec.Struct):
    """A topic of a contact type: what mailings can be about."""

    id: int
    contact_type_id: int
    name: str
    description: Annotated[str, Meta(description="For those who decide whether to subscribe.")]
    subscribed: Annotated[int, Meta(description="How many contacts are subscribed.")]
    pending: Annotated[int, Meta(description="How many were asked and have not confirmed yet.")]
    unsubscribed: int
    created_at: datetime
    updated_at: datetime


class NewTopic(Body):
    """A topic to create."""

    name: Name
    description: str = ""


class TopicChanges(Body):
    """The changes to a topic; what is missing stays. Rules follow a new name."""

    name: Name | UnsetType = UNSET
    description: str | UnsetType = UNSET


class SubscriptionOut(msgspec.Struct):
    """The state of a contact for a topic."""

    topic_id: int
    topic: str
    state: Annotated[SubscriptionState | None, Meta(description="Null if the contact was never asked.")]
    since: datetime | None
    source: str | None


class SubscriptionsOut(msgspec.Struct):
    """The states of a contact for all topics of its type."""

    subscriptions: list[SubscriptionOut]


class NewSubscriptionState(Body):
    """The state that a contact is to have for a topic."""

    topic_id: TopicId
    state: SubscriptionState


class SubscriptionsBody(Body):
    """States of a contact; topics that are not named stay as they are."""

    subscriptions: list[NewSubscriptionState]
    text: AgreedText = ""
    source: Source = "api"
    reason: Reason = ""


class ConfirmationRequest(Body):
    """A request to confirm subscriptions by email."""

    topic_ids: list[TopicId]
    text: AgreedText = ""
    source: Source = "api"
    days: Annotated[int, Meta(ge=1, le=MAX_DAYS, description="For how long the token is valid.")] = DEFAULT_DAYS


class ConfirmationRequestOut(msgspec.Struct):
    """The token that confirms subscriptions, and the states of the contact until then."""

    token: Annotated[str, Meta(description="Send it to the email of the contact, as a part of a link to your site.")]
    expires_at: datetime
    subscriptions: list[SubscriptionOut]


class Confirmation(Body):
    """A token that has come back."""

    token: str


class ConfirmationOut(msgspec.Struct):
    """A contact that has confirmed, and its states."""

    contact_id: int
    email: str
    subscriptions: list[SubscriptionOut]


class ConsentRecordOut(msgspec.Struct):
    """A state that a contact got: what was said, when and where. Records are never changed; of the email they keep a
    keyed hash alone, which finds those of a former contact, too."""

    id: int
    contact_id: int
    topic_id: int
    topic: Annotated[str, Meta(description="The name of the topic at the time.")]
    state: SubscriptionState
    at: datetime
    source: str
    text: AgreedText
    reason: Reason


class ConsentRecordOfTypeOut(msgspec.Struct):
    """A record of consent of any contact of a type."""

    email: Annotated[str | None, Meta(description="The present email of the contact; null if it was deleted.")]
    record: ConsentRecordOut


def topic_out(shown: Topic, counts: TopicCounts) -> TopicOut:
    """Return a topic as the API shows it."""
    return TopicOut(
        shown.id, shown.contact_type_id, shown.name, shown.description, *counts, shown.created_at, shown.updated_at
    )


def subscriptions_out(states: Sequence[TopicState]) -> list[SubscriptionOut]:
    """Return the states of a contact as the API shows them."""
    return [
        SubscriptionOut(topic.id, topic.name, found.state, found.since, found.source)
        if found
        else SubscriptionOut(topic.id, topic.name, None, None, None)
        for topic, found in states
    ]


def consent_record_out(shown: ConsentRecord) -> ConsentRecordOut:
    """Return a record of consent as the API shows it."""
    evidence = shown.evidence
    return ConsentRecordOut(
        shown.id,
        shown.contact_id,
        shown.topic_id,
        shown.topic,
        shown.state,
        shown.at,
        evidence.source,
        evidence.agreed_text,
        evidence.reason,
    )
