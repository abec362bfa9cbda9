"""Providers: the services that send the mail of an account and report what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.contacts.emails import Email
from tamis.domain.events.events import RawValue
from tamis.domain.values.instants import to_micros

MAX_PROVIDERS = 50
"""How many providers an account can have."""
MAX_CREDENTIAL_LENGTH = 1_000
TOKEN_BYTES = 24
TOKEN_OVERLAP = timedelta(hours=24)
"""How long the previous URL of a provider still works after it got a new one."""
ACTIVITY_KEPT_FOR = timedelta(days=30)
"""How long Tamis keeps what came from a provider and what became of it, and knows the reports that have suppressed."""


class Service(StrEnum):
    """The services whose reports Tamis reads; the value is the part of the URL that names them."""

    SENDGRID = "sendgrid"
    MAILGUN = "mailgun"
    POSTMARK = "postmark"
    SES = "ses"
    BREVO = "brevo"

    @property
    def label(self) -> str:
        """The name of the service as it writes it itself."""
        return _LABELS[self]


_LABELS = {
    Service.SENDGRID: "SendGrid",
    Service.MAILGUN: "Mailgun",
    Service.POSTMARK: "Postmark",
    Service.SES: "Amazon SES",
    Service.BREVO: "Brevo",
}


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that reports to an account. `has_credential` is whether Tamis knows what its requests are verified
    with, `checks_address` whether they must come from the addresses that the service documents."""

    id: int
    account_id: int
    service: Service
    description: str
    has_credential: bool
    checks_address: bool
    previous_token_until: datetime | None
    created_at: datetime
    updated_at: datetime
    last_request_at: datetime | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """What people call it: its description, or the name of its service."""
        return self.description or self.service.label


@dataclass(frozen=True, slots=True)
class ReceivingProvider:
    """What a request is received with: whose it is, and what it is verified with."""

    id: int
    account_id: int
    service: Service
    description: str
    credential: str = field(repr=False)
    checks_address: bool


@dataclass(frozen=True, slots=True)
class NewToken:
    """A provider with the token of its URL that was just made, the only time that it is shown."""

    provider: Provider
    token: str = field(repr=False)

    @property
    def id(self) -> int:
        """The id of the provider."""
        return self.provider.id

    @property
    def path(self) -> str:
        """The path of the URL to which the service sends its requests."""
        return f"/in/{self.provider.service}/{self.token}"


class ReportKind(StrEnum):
    """What a provider reports about an email."""

    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    SOFT_BOUNCED = "soft_bounced"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


EVENT_NAMES: Final[Mapping[ReportKind, str]] = {
    ReportKind.DELIVERED: "email delivered",
    ReportKind.OPENED: "email opened",
    ReportKind.CLICKED: "email clicked",
    ReportKind.SOFT_BOUNCED: "email soft bounced",
}
"""The names of the events that reports become."""
SUPPRESSION_REASONS: Final[Mapping[ReportKind, SuppressionReason]] = {
    ReportKind.BOUNCED: SuppressionReason.BOUNCED,
    ReportKind.COMPLAINED: SuppressionReason.COMPLAINED,
    ReportKind.UNSUBSCRIBED: SuppressionReason.UNSUBSCRIBED,
}
"""Why the emails of other reports are suppressed."""


@dataclass(frozen=True, slots=True)
class Report:
    """One thing that a provider says about an email, whatever the service. `id` is the provider's, empty if it has
    none; without an instant, a report can only suppress."""

    email: Email
    kind: ReportKind
    at: datetime | None
    id: str = ""
    properties: Mapping[str, RawValue] = field(default_factory=dict)


class RejectionReason(StrEnum):
    """Why one report of a request is not used while the others are."""

    NOT_AN_OBJECT = "not_an_object"
    KIND_MISSING = "kind_missing"
    EMAIL_NOT_VALID = "email_not_valid"
    INSTANT_NOT_VALID = "instant_not_valid"
    RECIPIENT_NOT_KNOWN = "recipient_not_known"
    """Several people got the message, and the provider does not say which of them it is about."""
    EVENT_NOT_STORED = "event_not_stored"
    """The event would exceed a limit, such as the number of event names."""


@dataclass(frozen=True, slots=True)
class Reports:
    """What a request contains: reports, how many others do not concern Tamis, and how many are not usable for each
    reason."""

    reports: tuple[Report, ...] = ()
    ignored: int = 0
    rejected: Mapping[RejectionReason, int] = field(default_factory=dict)


class RefusalReason(StrEnum):
    """Why a request is refused as a whole."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    OTHER_FORMAT = "other_format"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_WRONG = "signature_wrong"
    TIMESTAMP_OLD = "timestamp_old"
    CREDENTIAL_WRONG = "credential_wrong"
    CREDENTIAL_NOT_SET = "credential_not_set"
    ADDRESS_OTHER = "address_other"
    TOPIC_OTHER = "topic_other"
    CERTIFICATE_NOT_TRUSTED = "certificate_not_trusted"
    CERTIFICATE_NOT_FETCHED = "certificate_not_fetched"
    SUBSCRIPTION_NOT_CONFIRMED = "subscription_not_confirmed"


ACCEPTED: Final = "accepted"
"""The outcome of a request that is not refused."""


class ReportEffect(StrEnum):
    """What becomes of a report."""

    EVENT_STORED = "event_stored"
    SUPPRESSED = "suppressed"
    ALREADY_SUPPRESSED = "already_suppressed"
    REPEATED = "repeated"
    NOT_A_CONTACT = "not_a_contact"
    IGNORED = "ignored"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """How many reports were of each kind, had each effect, and were rejected for each reason."""

    kinds: Mapping[str, int] = field(default_factory=dict)
    effects: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)


class ActivityPosition(NamedTuple):
    """The place of an entry in the activity of a provider, which is ordered by both."""

    minute: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Activity:
    """The requests of a provider in one minute with the same outcome: `accepted`, or the reason of a refusal."""

    minute: datetime
    outcome: str
    requests: int
    counts: ReportCounts

    @property
    def position(self) -> ActivityPosition:
        """The place of the entry."""
        return ActivityPosition(to_micros(self.minute), self.outcome)

    @property
    def is_accepted(self) -> bool:
        """Whether the requests were accepted."""
        return self.outcome == ACCEPTED
