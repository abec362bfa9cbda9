"""Suppressions: emails that may not be mailed."""

from collections.abc import AsyncIterable, Iterable, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from tamis.client.calls import Resource, Sender, call, paged, streamed
from tamis.client.models.suppressions import NewSuppression, Suppression, SuppressionsResult
from tamis.client.ndjson import Stream
from tamis.client.request import Page, Request, json_body, path


class SuppressionCalls(Resource[Sender]):
    """Emails that may not be mailed, whether they are contacts or not."""

    @paged
    def list(
        self,
        *,
        reason: str | None = None,
        source: str | None = None,
        search: str | None = None,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[Suppression]]:
        """List the suppressions, newest first: for a reason, from a source, or with a part of an email."""
        query = {"reason": reason, "source": source, "search": search, "limit": page_size, "cursor": cursor}
        return Request("GET", "/suppressions", Page[Suppression], query)

    @call
    def get(self, email: str) -> Request[Suppression]:
        """Return why an email may not be mailed; the status of the error is 404 if it may."""
        return Request("GET", path("suppressions", email), Suppression)

    @call
    def add(self, email: str, *, reason: str | UnsetType = UNSET) -> Request[Suppression]:
        """Suppress an email for a reason: `unsubscribed`, `complained`, `bounced` or `manual`, the default."""
        return Request("PUT", path("suppressions", email), Suppression, content=json_body(reason=reason))

    @call
    def remove(self, email: str) -> Request[None]:
        """Let an email be mailed again."""
        return Request("DELETE", path("suppressions", email), type(None))

    @call
    def batch(self, suppressions: Sequence[NewSuppression]) -> Request[SuppressionsResult]:
        """Suppress up to 10,000 emails."""
        return Request("POST", "/suppressions", SuppressionsResult, content=json_body(suppressions=suppressions))

    @streamed
    def stream(
        self, suppressions: Iterable[NewSuppression] | AsyncIterable[NewSuppression]
    ) -> Stream[SuppressionsResult]:
        """Suppress emails of any number from an iterator, in several requests; the answer has the results of rejected
        ones only, by their index in the whole."""
        return Stream(suppressions, "/suppressions", SuppressionsResult, msgspec.json.encode)
