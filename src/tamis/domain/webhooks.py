"""Webhooks: their state, the signatures of deliveries (standardwebhooks.com), and when deliveries are retried."""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tamis.domain.segments.changes import ChangeType

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
SECRET_OVERLAP = timedelta(hours=24)
"""How long deliveries are signed with the previous secret, too, after a new one was made."""
FIRST_PAUSE, PAUSE_GROWTH, LONGEST_PAUSE = timedelta(seconds=5), 3, timedelta(hours=4)
PAUSE_JITTER = 0.2
"""The part of a pause by which it is shortened or extended at random, so that retries do not come all at once."""
MAX_PAUSE = LONGEST_PAUSE * (1 + PAUSE_JITTER)
RETRIED_FOR = timedelta(days=3)
MAX_WEBHOOKS = 100
"""How many webhooks an account can have."""
MAX_LOGGED = 1_000
LOGGED_FOR = timedelta(days=30)
"""The log of a webhook has at most so many deliveries, and none older than this."""
MAX_URL_LENGTH = 2_000


class DisabledReason(StrEnum):
    """Why a webhook is disabled."""

    FAILING = "failing"
    GONE = "gone"
    MANUAL = "manual"


class DeliveryOutcome(StrEnum):
    """What became of an attempt to deliver."""

    DELIVERED = "delivered"
    WRONG_STATUS = "wrong_status"
    GONE = "gone"
    REDIRECTED = "redirected"
    TIMED_OUT = "timed_out"
    NOT_FOUND = "host_not_found"
    NOT_REACHED = "not_reached"
    ADDRESS_REFUSED = "address_refused"
    HTTP_REFUSED = "http_refused"
    NOT_SECURE = "tls_failed"
    BROKEN = "broken_answer"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook without its secrets. No types are all types, no segment ids are all segments.

    `position` is the number of the last change that was delivered. `failures` counts the failed attempts in a row, the
    first of them at `failing_since`.
    """

    id: int
    account_id: int
    url: str = field(repr=False)
    description: str
    types: tuple[ChangeType, ...]
    segment_ids: tuple[int, ...]
    position: int
    failures: int
    failing_since: datetime | None
    next_attempt_at: datetime | None
    disabled_at: datetime | None
    disabled_reason: DisabledReason | None
    previous_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime
    revision: int
    """Another number after each change that a person or program makes."""

    @property
    def is_enabled(self) -> bool:
        """Whether changes are delivered."""
        return self.disabled_at is None

    def selects(self, type_: ChangeType, segment_id: int) -> bool:
        """Return whether this webhook delivers a change of a type in a segment."""
        return (not self.types or type_ in self.types) and (not self.segment_ids or segment_id in self.segment_ids)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secret that signs the deliveries of a webhook, and the previous one until it expires."""

    current: str = field(repr=False)
    previous: str | None = field(default=None, repr=False)
    previous_until: datetime | None = None

    def valid_at(self, now: datetime) -> list[str]:
        """Return the secrets that sign at an instant, the newest first."""
        if self.previous and self.previous_until and now < self.previous_until:
            return [self.current, self.previous]
        return [self.current]


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A webhook with a secret that was just made, the only time that it is shown."""

    webhook: Webhook
    secret: str = field(repr=False)

    @property
    def id(self) -> int:
        """The id of the webhook."""
        return self.webhook.id


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message that is being delivered: it has the changes after the webhook's position up to `last`."""

    id: str
    last: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to deliver as the log has it: the changes after a number up to another one, or a test.

    `answer` is the beginning of the answer to a failed attempt or a test, or a short reason.
    """

    message_id: str
    is_test: bool
    attempt: int
    started_at: datetime
    duration: timedelta
    outcome: DeliveryOutcome
    status: int | None
    answer: str
    after: int | None
    last: int | None
    changes: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A logged attempt, with its number in the log of its webhook."""

    number: int
    attempt: Attempt


def make_secret() -> str:
    """Make a secret of 256 random bits."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def make_message_id() -> str:
    """Make the id of a message, which stays the same however often it is sent."""
    return "msg_" + secrets.token_urlsafe(18)


def signed_headers(signing: list[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of Standard Webhooks for a body, signed with each of the secrets."""
    timestamp = str(int(now.timestamp()))
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = " ".join(f"v1,{_signature(secret, content)}" for secret in signing)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signatures}


def next_attempt(now: datetime, failures: int, failing_since: datetime, jitter: float) -> datetime | None:
    """Return when to try again after a number of failures in a row, or None when it was tried for long enough.

    `jitter` is a random number from 0 to 1. The last attempt is exactly at the end of the time.
    """
    end = min(failing_since, now) + RETRIED_FOR  # the clock may have been set back
    if now >= end:
        return None
    growth: int = PAUSE_GROWTH ** min(failures - 1, 20)
    pause = min(FIRST_PAUSE * growth, LONGEST_PAUSE) * (1 + PAUSE_JITTER * (2 * jitter - 1))
    return min(now + pause, end)


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.digest(key, content, "sha256")).decode()
