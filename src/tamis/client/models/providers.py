"""Providers, and what came from them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tamis.client.request import Model


class Provider(Model, frozen=True, kw_only=True):
    """A service that sends email and reports what became of it: `sendgrid`, `mailgun`, `postmark`, `ses` or `brevo`."""

    id: int
    service: str
    description: str
    has_credential: bool
    checks_address: bool
    previous_token_until: datetime | None = None
    last_request_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class ProviderWithToken(Provider, frozen=True, kw_only=True):
    """A provider with the new token of its URL, which is not shown again, nor in the text of this object."""

    secret: str

    @property
    def path(self) -> str:
        """The path of the URL to enter at the service."""
        return f"/in/{self.service}/{self.secret}"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, getattr(self, name)) for name in self.__struct_fields__ if name != "secret"]

    def __repr__(self) -> str:
        return f"ProviderWithToken({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


class ProviderActivity(Model, frozen=True, kw_only=True):
    """The requests of a provider in one minute with the same outcome: `accepted`, or why they were refused."""

    at: datetime
    outcome: str
    requests: int
    kinds: Mapping[str, int]
    effects: Mapping[str, int]
    rejected: Mapping[str, int]
