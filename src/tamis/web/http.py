"""ASGI types, and the light request and response classes of the Segment API, for which Litestar's are too slow
(docs/decisions/0030)."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar.utils import normalize_path

from tamis import log
from tamis.domain.errors import TamisError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
FindShortcut = Callable[[Scope], App | None]
"""Returns the application that answers a request in the place of Litestar, if there is one."""

HANDLES_SUBPATHS = "below"
"""In the options of a raw ASGI handler: it also answers the paths below its own that have no handler."""

Headers = tuple[tuple[bytes, bytes], ...]
EXTRA_HEADERS = "tamis.headers"
"""The key in a request's scope of headers that its response gets, whatever it is."""
JSON_HEADERS: Headers = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"vary", b"PublicKey, SecretKey"),
    (b"x-content-type-options", b"nosniff"),
)
"""Headers of all responses to programs."""
SECURITY: list[tuple[bytes, bytes]] = [
    (b"content-security-policy",
     b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
     b"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy",
     b"camera=(), display-capture=(), fullscreen=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]  # fmt: skip
NOT_STORED = (b"cache-control", b"no-store")
"""Browsers load every page anew, also with the back button, so that no outdated number is shown."""
PROBLEM_MEDIA_TYPE = "application/problem+json"
"""The media type of the API's errors (RFC 9457)."""


def is_below(path: str, prefix: str) -> bool:
    """Return whether a path is a prefix or below it, also with doubled slashes."""
    return f"{normalize_path(path)}/".startswith(f"{prefix}/")


class BodyTooLarge(Exception):
    """The body of a request is larger than the interface accepts."""


class ClientDisconnected(Exception):
    """The client closed the connection before its request was complete."""


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A complete response."""

    status: int
    body: bytes
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class StreamedResponse:
    """A response sent in chunks, the first of which is known already."""

    first: bytes
    rest: AsyncIterator[bytes]


def json_response(status: int, content: object, headers: Headers = ()) -> RawResponse:
    """Make a response from any value that msgspec can encode."""
    return RawResponse(status, msgspec.json.encode(content), headers)


@dataclass(frozen=True, slots=True)
class Request:
    """A request with header names in lower case and the last of repeated query parameters."""

    method: str
    headers: dict[bytes, bytes]
    scope: Scope = field(repr=False)
    receive: Receive = field(repr=False)

    @classmethod
    def of(cls, scope: Scope, receive: Receive) -> "Request":
        """Wrap an ASGI scope and its receive function."""
        return cls(scope["method"], dict(scope["headers"]), scope, receive)

    def header(self, name: bytes) -> str:
        """Return a header, trimmed, or an empty text."""
        return self.headers.get(name, b"").decode("latin-1").strip()

    def query(self) -> dict[str, str]:
        """Return the query parameters, trimmed; bytes that are not UTF-8 become replacement characters."""
        pairs = parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace")
        return {name: value.strip() for name, value in pairs}

    def check_content_length(self, limit: int) -> None:
        """Raise BodyTooLarge when the announced length exceeds the limit."""
        announced = self.headers.get(b"content-length", b"")
        if announced.isdigit() and int(announced) > limit:
            raise BodyTooLarge

    async def body(self, limit: int) -> bytes:
        """Read the body; raises BodyTooLarge and ClientDisconnected."""
        self.check_content_length(limit)
        chunks = []
        size = 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > limit:
                raise BodyTooLarge
            if not message.get("more_body"):
                return b"".join(chunks)


async def send_response(response: RawResponse, send: Send) -> None:
    """Send a complete response."""
    length = (b"content-length", str(len(response.body)).encode())
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [*JSON_HEADERS, length, *response.headers],
        }
    )
    await send({"type": "http.response.body", "body": response.body})


async def send_streamed(stream: StreamedResponse, send: Send, scope: Scope) -> None:
    """Send a response in chunks; for HEAD only its headers.

    When a store fails in the middle, the response is left incomplete and the server resets the connection, so that no
    client takes a part for the whole.
    """
    await send({"type": "http.response.start", "status": 200, "headers": JSON_HEADERS})
    if scope["method"] != "HEAD":
        await send({"type": "http.response.body", "body": stream.first, "more_body": True})
        try:
            async for chunk in stream.rest:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except TamisError as error:
            log.event("answer_broken_off", level=logging.ERROR, reason=str(error))
            return
    await send({"type": "http.response.body", "body": b""})
