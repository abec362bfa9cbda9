"""Sending one request to a webhook: to an address that is allowed, without following redirects, for a limited time. The
certificates of providers are fetched in the same way.

Each attempt has a connection of its own. Its host is looked up and checked when it connects, and the connection goes to
the very address that was checked, so a name that changes its address in between (DNS rebinding) gains nothing. TLS
still verifies the name. Proxies of the environment are not used: they would look up names themselves.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from time import monotonic
from typing import NamedTuple

import httpcore

from tamis import __version__
from tamis.actions.webhooks.addresses import Address, AddressPolicy
from tamis.actions.webhooks.urls import WebhookUrl, parse_url
from tamis.domain.errors import ValueProblem
from tamis.domain.webhooks import DeliveryOutcome

ATTEMPT_SECONDS = 15.0
"""How long an attempt may take in all: looking up the name, connecting, sending, and the answer."""
MAX_ANSWER = 1_000
"""So many bytes of an answer are read."""
GONE = 410

Resolve = Callable[[str], Awaitable[Sequence[Address]]]
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: `text` is the beginning of the answer, or a short reason."""

    outcome: DeliveryOutcome
    status: int | None
    text: str
    seconds: float


class Fetched(NamedTuple):
    """What a host answered: no status if it did not, and no content if it has too much."""

    status: int | None
    content: bytes = b""


class AddressRefused(Exception):
    """The host has an address to which nothing may be sent."""


class PlainRefused(Exception):
    """The address is allowed only with encryption."""


class HostNotFound(Exception):
    """The host has no address."""


async def resolve_host(host: str) -> Sequence[Address]:
    """Return the addresses of a host name, from the resolver of the machine; raises HostNotFound.

    Each look-up has a thread of its own that nobody waits for at the end: some take long, and cannot be interrupted.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Sequence[Address]] = loop.create_future()

    def finish(addresses: Sequence[Address]) -> None:
        if not found.done():
            found.set_result(addresses)

    def run() -> None:
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses = [ip_address(row[4][0]) for row in rows]
        except (OSError, ValueError):
            addresses = []
        if not loop.is_closed():
            loop.call_soon_threadsafe(finish, addresses)

    threading.Thread(target=run, daemon=True, name="webhook-host").start()
    return await found


class Sender:
    """Sends requests; `resolve` looks up names, and `seconds` is how long an attempt may take."""

    def __init__(
        self,
        policy: AddressPolicy,
        resolve: Resolve = resolve_host,
        seconds: float = ATTEMPT_SECONDS,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._seconds = seconds
        self._policy, self._resolve, self._ssl_context = policy, resolve, ssl_context

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a request, and return what became of it; never raises but when it is cancelled."""
        started = monotonic()
        try:
            outcome, status, text = await self._send(parse_url(url), headers, body)
        except Exception as error:
            outcome, status, text = _outcome_of(error), None, _reason(error)
        return Answer(outcome, status, text, monotonic() - started)

    async def fetch(self, url: str, most: int) -> Fetched:
        """Get the content of a URL; never raises but when it is cancelled."""
        until = asyncio.get_running_loop().time() + self._seconds
        try:
            async with AsyncExitStack() as stack:
                response = await self._open(stack, until, "GET", parse_url(url), {}, None)
                content = b""
                async with asyncio.timeout_at(until):
                    async for part in response.aiter_stream():
                        content += part
                        if len(content) > most:
                            return Fetched(response.status)
                return Fetched(response.status, content)
        except Exception:
            return Fetched(None)

    async def _send(self, url: WebhookUrl, headers: Mapping[str, str], body: bytes) -> tuple[DeliveryOutcome, int, str]:
        until = asyncio.get_running_loop().time() + self._seconds
        described = {"content-type": "application/json", "content-length": str(len(body)), **headers}
        async with AsyncExitStack() as stack:
            response = await self._open(stack, until, "POST", url, described, body)
            found = dict(response.headers)
            if 200 <= response.status < 300:
                outcome = DeliveryOutcome.DELIVERED
            elif 300 <= response.status < 400:
                location = found.get(b"location", b"").decode("latin-1")[:MAX_ANSWER]
                return DeliveryOutcome.REDIRECTED, response.status, location
            else:
                outcome = DeliveryOutcome.GONE if response.status == GONE else DeliveryOutcome.WRONG_STATUS
            return outcome, response.status, await _read_beginning(response, until)

    async def _open(
        self,
        stack: AsyncExitStack,
        until: float,
        method: str,
        url: WebhookUrl,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> httpcore.Response:
        """Send a request, and return the response, whose body is yet to be read; `stack` closes the connection."""
        request_headers = {
            "host": url.host_header,
            "user-agent": f"Tamis/{__version__}",
            "connection": "close",
            **headers,
        }
        target = httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target)
        backend = _CheckedBackend(self._policy, self._resolve, plain=not url.is_secure)
        context = (self._ssl_context or _ssl_context()) if url.is_secure else None
        async with asyncio.timeout_at(until):
            pool = httpcore.AsyncConnectionPool(ssl_context=context, network_backend=backend)
            await stack.enter_async_context(pool)
            sending = pool.stream(method, target, headers=list(request_headers.items()), content=body)
            return await stack.enter_async_context(sending)


async def _read_beginning(response: httpcore.Response, until: float) -> str:
    """Read the beginning of an answer, up to a time of the loop. The status decides: whether the rest arrives does not
    matter."""
    content = b""
    try:
        async with asyncio.timeout_at(until):
            async for part in response.aiter_stream():
                content += part[: MAX_ANSWER - len(content)]
                if len(content) >= MAX_ANSWER:
                    break
    except (TimeoutError, httpcore.NetworkError, httpcore.ProtocolError):
        pass
    return content.decode("utf-8", "replace")


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to a host only if all of its addresses are allowed."""

    def __init__(self, policy: AddressPolicy, resolve: Resolve, *, plain: bool) -> None:
        self._policy, self._resolve, self._plain = policy, resolve, plain
        self._tcp = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that answers."""
        addresses = await self._addresses(host)
        if not addresses:
            raise HostNotFound
        if not self._policy.allows_all(addresses):
            raise AddressRefused
        if self._plain and not self._policy.allows_all(addresses, plain=True):
            raise PlainRefused
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._tcp.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failure = failure or error
        raise failure or HostNotFound

    async def _addresses(self, host: str) -> Sequence[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            return list(dict.fromkeys(await self._resolve(host)))

    async def sleep(self, seconds: float) -> None:
        """Sleep between attempts to connect, of which there is only one."""
        await asyncio.sleep(seconds)


@cache
def _ssl_context() -> ssl.SSLContext:
    """Make the context that verifies receivers once, because it reads all certificates; SSL_CERT_FILE adds own ones."""
    import httpx

    return httpx.create_ssl_context()


def _outcome_of(error: Exception) -> DeliveryOutcome:
    match error:
        case TimeoutError() | httpcore.TimeoutException():
            return DeliveryOutcome.TIMED_OUT
        case HostNotFound():
            return DeliveryOutcome.NOT_FOUND
        case AddressRefused() | ValueProblem():
            return DeliveryOutcome.ADDRESS_REFUSED
        case PlainRefused():
            return DeliveryOutcome.HTTP_REFUSED
        case httpcore.ConnectError() if _tls_error(error):
            return DeliveryOutcome.NOT_SECURE
        case httpcore.ConnectError() | OSError():
            return DeliveryOutcome.NOT_REACHED
        case _:
            return DeliveryOutcome.BROKEN


def _reason(error: Exception) -> str:
    """Return the reason that TLS gives, which has no URL and no address."""
    cause = _tls_error(error)
    return getattr(cause, "verify_message", "") or (cause.reason if cause else "") or ""


def _tls_error(error: BaseException | None) -> ssl.SSLError | None:
    """Find the error of TLS behind another one."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error
