"""Providers, and what came from them."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tamis.domain.providers import Activity, Provider, Service
from tamis.web.api.schemas.common import Body

Credential = Annotated[
    str,
    Meta(
        description="What requests are verified with: the verification key of SendGrid's signed event webhook, the "
        "webhook signing key of Mailgun, the ARN of the SNS topic of Amazon SES, or, for Postmark and Brevo, what you "
        "set there: `user:password`, or a bearer token. It is not shown again."
    ),
]
Counts = dict[str, int]


class ProviderOut(msgspec.Struct, kw_only=True):
    """A service that sends email and reports what became of it."""

    id: int
    service: Service
    description: str
    has_credential: Annotated[bool, Meta(description="Whether Tamis knows what to verify its requests with.")]
    checks_address: Annotated[
        bool, Meta(description="Whether requests must come from the addresses that the service documents.")
    ]
    previous_token_until: Annotated[datetime | None, Meta(description="Until then, the previous URL works, too.")]
    last_request_at: Annotated[datetime | None, Meta(description="The minute of the last request in 30 days.")]
    created_at: datetime
    updated_at: datetime


class ProviderWithToken(ProviderOut, kw_only=True):
    """A provider with the new token of its URL, which is not shown again."""

    secret: Annotated[
        str,
        Meta(
            description="The token: enter `https://…/in/SERVICE/TOKEN` at the service. Empty in the response to a "
            "repeated request, because only a hash is kept."
        ),
    ]


class NewProvider(Body):
    """A provider to add."""

    service: Service
    description: Annotated[str, Meta(description="A single line of at most 255 characters.")] = ""
    credential: Credential = ""
    checks_address: Annotated[bool, Meta(description="Only for Brevo.")] = False


class ProviderChanges(Body):
    """The changes to a provider; what is missing stays."""

    description: str | UnsetType = UNSET
    credential: Credential | UnsetType = UNSET
    checks_address: bool | UnsetType = UNSET


class ProviderActivityOut(msgspec.Struct):
    """The requests of a provider in one minute with the same outcome."""

    at: Annotated[datetime, Meta(description="The minute.")]
    outcome: Annotated[str, Meta(description="`accepted`, or why the requests were refused.")]
    requests: int
    kinds: Annotated[Counts, Meta(description="How many reports there were of each kind.")]
    effects: Annotated[Counts, Meta(description="What became of how many reports.")]
    rejected: Annotated[Counts, Meta(description="Why how many reports were rejected.")]


def provider_out(shown: Provider) -> ProviderOut:
    """Return a provider as the API shows it."""
    return ProviderOut(
        id=shown.id,
        service=shown.service,
        description=shown.description,
        has_credential=shown.has_credential,
        checks_address=shown.checks_address,
        previous_token_until=shown.previous_token_until,
        last_request_at=shown.last_request_at,
        created_at=shown.created_at,
        updated_at=shown.updated_at,
    )


def provider_with_token(shown: Provider, token: str) -> ProviderWithToken:
    """Return a provider with its new token."""
    return ProviderWithToken(**msgspec.structs.asdict(provider_out(shown)), secret=token)


def activity_out(shown: Activity) -> ProviderActivityOut:
    """Return what came in a minute as the API shows it."""
    counts = shown.counts
    return ProviderActivityOut(
        shown.minute, shown.outcome, shown.requests, dict(counts.kinds), dict(counts.effects), dict(counts.rejected)
    )
