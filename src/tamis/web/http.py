"""What the server and the application say to each other (ASGI), and requests and answers of the Segment API, for which
Litestar's cost too much (docs/decisions/0030)."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from tamis import log
from tamis.domain.errors import TamisError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HANDLES_SUBPATHS = "below"
"""In the options of a raw ASGI handler: it also answers the paths below its own that have no handler."""

Headers = tuple[tuple[bytes, bytes], ...]
JSON_HEADERS: Headers = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"vary", b"PublicKey, SecretKey"),
    (b"x-content-type-options", b"nosniff"),
)
"""What all answers to programs carry: they are for whoever asked, and are nothing but JSON."""


class BodyTooLarge(Exception):
    """More bytes came than a door takes."""


class ClientDisconnected(Exception):
    """The client closed the connection before its request was complete."""


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A whole answer."""

    status: int
    body: bytes
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class StreamedResponse:
    """An answer that is sent piece by piece, its first piece being known already."""

    first: bytes
    rest: AsyncIterator[bytes]


def json_response(status: int, content: object, headers: Headers = ()) -> RawResponse:
    """Make an answer from anything that msgspec can encode."""
    return RawResponse(status, msgspec.json.encode(content), headers)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the doors see it: header names in lower case, the last of repeated query parameters."""

    method: str
    headers: dict[bytes, bytes]
    scope: Scope = field(repr=False)
    receive: Receive = field(repr=False)

    @classmethod
    def of(cls, scope: Scope, receive: Receive) -> "Request":
        """Wrap what the server gives."""
        return cls(scope["method"], dict(scope["headers"]), scope, receive)

    def header(self, name: bytes) -> str:
        """Return a header, trimmed, or an empty text."""
        return self.headers.get(name, b"").decode("latin-1").strip()

    def query(self) -> dict[str, str]:
        """Return the query parameters, trimmed; bytes that are not UTF-8 become replacement characters."""
        pairs = parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace")
        return {name: value.strip() for name, value in pairs}

    def check_content_length(self, limit: int) -> None:
        """Raise BodyTooLarge where the length of the body that is to come is known to be too large."""
        declared = self.headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > limit:
            raise BodyTooLarge

    async def body(self, limit: int) -> bytes:
        """Read the body; raises BodyTooLarge and ClientGone."""
        self.check_content_length(limit)
        pieces = []
        size = 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > limit:
                raise BodyTooLarge
            if not message.get("more_body"):
                return b"".join(pieces)


async def send_response(answer: RawResponse, send: Send) -> None:
    """Send a whole answer."""
    length = (b"content-length", str(len(answer.body)).encode())
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": [*JSON_HEADERS, length, *answer.headers]}
    )
    await send({"type": "http.response.body", "body": answer.body})


async def send_streamed(stream: StreamedResponse, send: Send, scope: Scope) -> None:
    """Send an answer piece by piece; for HEAD only that it would begin.

    Where a store fails in the middle, the answer is left without its end, and the server breaks the connection: no
    client takes what it has for the whole.
    """
    await send({"type": "http.response.start", "status": 200, "headers": JSON_HEADERS})
    if scope["method"] != "HEAD":
        await send({"type": "http.response.body", "body": stream.first, "more_body": True})
        try:
            async for piece in stream.rest:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except TamisError as error:
            log.event("answer_broken_off", level=logging.ERROR, reason=str(error))
            return
    await send({"type": "http.response.body", "body": b""})
