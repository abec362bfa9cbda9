"""The two clients: `Tamis`, which blocks, and `AsyncTamis` for event loops."""

from collections.abc import AsyncIterator, Iterator, Mapping
from types import TracebackType
from typing import Any, Generic, Literal, Self

import httpx

from tamis import __version__
from tamis.client.calls import Sender
from tamis.client.changes import ChangeReader
from tamis.client.models.programs import Change
from tamis.client.resources.account import AccountCalls, AuditCalls
from tamis.client.resources.contact_types import ContactTypeCalls, FieldCalls
from tamis.client.resources.contacts import ContactCalls
from tamis.client.resources.events import EventCalls
from tamis.client.resources.programs import ImportCalls, WebhookCalls
from tamis.client.resources.providers import ProviderCalls
from tamis.client.resources.segments import SegmentCalls
from tamis.client.resources.suppressions import SuppressionCalls
from tamis.client.resources.topics import SubscriptionCalls, TopicCalls
from tamis.client.retries import RetryPolicy
from tamis.client.senders import AsyncSender, SyncSender

TIMEOUT_SECONDS = 60.0
DEFAULT_RETRIES = RetryPolicy()
NO_HEADERS: Mapping[str, str] = {}


class _Client(Generic[Sender]):
    """What both clients have: the resources of the API."""

    def __init__(self, url: httpx.URL, sender: Sender) -> None:
        self._url = url
        self._sender = sender
        self.account = AccountCalls(sender)
        self.contact_types = ContactTypeCalls(sender)
        self.fields = FieldCalls(sender)
        self.contacts = ContactCalls(sender)
        self.events = EventCalls(sender)
        self.segments = SegmentCalls(sender)
        self.imports = ImportCalls(sender)
        self.webhooks = WebhookCalls(sender)
        self.suppressions = SuppressionCalls(sender)
        self.topics = TopicCalls(sender)
        self.subscriptions = SubscriptionCalls(sender)
        self.providers = ProviderCalls(sender)
        self.audit = AuditCalls(sender)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._url)!r})"


class Tamis(_Client[SyncSender]):
    """A client of the API that blocks; it may be used by several threads at once.

    `url` is the address of the server, such as `https://tamis.example.com`, and `secret_key` the secret of a key pair.
    Use it as a context manager, or close it.
    """

    def __init__(
        self,
        url: str,
        secret_key: str,
        *,
        retries: RetryPolicy = DEFAULT_RETRIES,
        timeout: float = TIMEOUT_SECONDS,
        headers: Mapping[str, str] = NO_HEADERS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        base = _server_url(url)
        self._http = httpx.Client(transport=transport, **_settings(base, secret_key, timeout, headers))
        super().__init__(base, SyncSender(self._http, retries))

    def changes(
        self, after: int | Literal["now"] = 0, *, segment_id: int | None = None, live: bool = True, wait: int = 30
    ) -> Iterator[Change]:
        """Yield the changes after a number, each once and in order, and wait for new ones, whatever interrupts the
        connection or the server meanwhile; without `live` end with the newest.

        To go on in another process, start after the `id` of the last change that you have dealt with; start after
        `now` for none of those that there are. Raises ApiError with the status 410 if changes after that number are not
        kept any more.
        """
        reader = ChangeReader(after, segment_id, wait, live)
        while reader.goes_on:
            yield from reader.take(self._sender.send(reader.request(), forever=live))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncTamis(_Client[AsyncSender]):
    """A client of the API for event loops, with the calls of `Tamis`; use it as an asynchronous context manager, or
    close it."""

    def __init__(
        self,
        url: str,
        secret_key: str,
        *,
        retries: RetryPolicy = DEFAULT_RETRIES,
        timeout: float = TIMEOUT_SECONDS,
        headers: Mapping[str, str] = NO_HEADERS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        base = _server_url(url)
        self._http = httpx.AsyncClient(transport=transport, **_settings(base, secret_key, timeout, headers))
        super().__init__(base, AsyncSender(self._http, retries))

    async def changes(
        self, after: int | Literal["now"] = 0, *, segment_id: int | None = None, live: bool = True, wait: int = 30
    ) -> AsyncIterator[Change]:
        """Yield the changes after a number; see `Tamis.changes`."""
        reader = ChangeReader(after, segment_id, wait, live)
        while reader.goes_on:
            for change in reader.take(await self._sender.send(reader.request(), forever=live)):
                yield change

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


def _server_url(url: str) -> httpx.URL:
    """Return the URL of a server; raises ValueError, without what the text might contain of a secret."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.userinfo or parsed.query or parsed.fragment:
        raise ValueError("the url must be like https://tamis.example.com, without a user and without a query")
    return parsed


def _settings(url: httpx.URL, secret_key: str, timeout: float, headers: Mapping[str, str]) -> dict[str, Any]:
    if not secret_key or not secret_key.isascii() or not secret_key.isprintable() or " " in secret_key:
        raise ValueError("the secret key must be a text like sk_…")
    sent = {"User-Agent": f"tamis-client/{__version__}", "Authorization": f"Bearer {secret_key}", **headers}
    return {"base_url": url, "timeout": timeout, "headers": sent}
