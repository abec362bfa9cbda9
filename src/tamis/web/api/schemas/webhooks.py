"""Webhooks and the log of their deliveries."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tamis.domain.webhooks import MAX_URL_LENGTH, Attempt, Delivery, DeliveryOutcome, DisabledReason, Webhook
from tamis.web.api.schemas.common import Body

Url = Annotated[
    str,
    Meta(
        description=f"Where messages are sent: `https://…`, at most {MAX_URL_LENGTH:,} characters, of a host with "
        "public addresses."
    ),
]
Types = Annotated[
    list[str],
    Meta(description="The types of changes that are sent: `entered`, `left`, `built`, `deleted`; none for all."),
]
SegmentIds = Annotated[list[int], Meta(description="The segments whose changes are sent; none for all.")]


class WebhookOut(msgspec.Struct, kw_only=True):
    """A URL to which changes are sent."""

    id: int
    url: str
    description: str
    types: Types
    segment_ids: SegmentIds
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: Annotated[
        DisabledReason | None,
        Meta(description="Deliveries were `failing` for three days, the receiver is `gone` (410), or a person did it."),
    ]
    position: Annotated[int, Meta(description="The number of the last change that was delivered, or not selected.")]
    failures: Annotated[int, Meta(description="How many attempts have failed since the last delivery.")]
    failing_since: datetime | None
    next_attempt_at: datetime | None
    previous_secret_until: Annotated[
        datetime | None, Meta(description="Until then, messages are signed with the previous secret, too.")
    ]
    created_at: datetime
    updated_at: datetime


class WebhookWithSecret(WebhookOut, kw_only=True):
    """A webhook with a new secret, which is not shown again."""

    secret: Annotated[str, Meta(description="Verifies messages after Standard Webhooks; store it safely.")]


class NewWebhook(Body):
    """A webhook to create; it gets the changes from now on."""

    url: Url
    description: Annotated[str, Meta(description="A single line of at most 255 characters.")] = ""
    types: Types | None = None
    segment_ids: SegmentIds | None = None
    enabled: bool = True


class WebhookChanges(Body):
    """The changes to a webhook; what is missing stays."""

    url: Url | UnsetType = UNSET
    description: str | UnsetType = UNSET
    types: Types | UnsetType | None = UNSET
    segment_ids: SegmentIds | UnsetType | None = UNSET
    enabled: Annotated[bool | UnsetType, Meta(description="Once enabled again, it continues where it stopped.")] = UNSET


class DeliveryOut(msgspec.Struct):
    """An attempt to deliver a message."""

    id: Annotated[int, Meta(description="Its number in the log of the webhook.")]
    message_id: Annotated[str, Meta(description="The same for all attempts to deliver a message.")]
    type: Literal["memberships.changed", "test"]
    attempt: Annotated[int, Meta(description="1 for the first attempt.")]
    at: datetime
    duration_ms: int
    outcome: DeliveryOutcome
    status: Annotated[int | None, Meta(description="The status of the response, if there was one.")]
    answer: Annotated[
        str, Meta(description="The beginning of the response to a failed message or a test, or a short reason.")
    ]
    after: Annotated[int | None, Meta(description="The message has changes after this number …")]
    last: Annotated[int | None, Meta(description="… up to this one.")]
    changes: Annotated[int, Meta(description="How many changes the message has.")]


def webhook_out(shown: Webhook) -> WebhookOut:
    """Return a webhook as the API shows it."""
    return WebhookOut(
        id=shown.id,
        url=shown.url,
        description=shown.description,
        types=list(shown.types),
        segment_ids=list(shown.segment_ids),
        enabled=shown.is_enabled,
        disabled_at=shown.disabled_at,
        disabled_reason=shown.disabled_reason,
        position=shown.position,
        failures=shown.failures,
        failing_since=shown.failing_since,
        next_attempt_at=shown.next_attempt_at,
        previous_secret_until=shown.previous_secret_until,
        created_at=shown.created_at,
        updated_at=shown.updated_at,
    )


def webhook_with_secret(shown: Webhook, secret: str) -> WebhookWithSecret:
    """Return a webhook with its new secret."""
    return WebhookWithSecret(**msgspec.structs.asdict(webhook_out(shown)), secret=secret)


def delivery_out(shown: Delivery) -> DeliveryOut:
    """Return an attempt as the API shows it."""
    attempt: Attempt = shown.attempt
    return DeliveryOut(
        shown.number,
        attempt.message_id,
        "test" if attempt.is_test else "memberships.changed",
        attempt.attempt,
        attempt.started_at,
        attempt.duration // timedelta(milliseconds=1),
        attempt.outcome,
        attempt.status,
        attempt.answer,
        attempt.after,
        attempt.last,
        attempt.changes,
    )
