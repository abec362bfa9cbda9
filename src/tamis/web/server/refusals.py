"""What the server itself answers when it refuses a request, and how the log tells of it."""

import logging
from dataclasses import dataclass
from typing import Any

import msgspec

from tamis import log


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that ends a connection."""

    status: bytes
    reason: str
    """The reason as the log names it."""
    message: str
    headers: bytes = b""

    def content(self, *, head_only: bool = False) -> bytes:
        """Return the whole answer, in the form of the Segment API's failures."""
        body = msgspec.json.encode({"status": "failed", "errors": self.message})
        return b"".join(
            [
                b"HTTP/1.1 ",
                self.status,
                b"\r\ncontent-type: application/json\r\ncontent-length: ",
                str(len(body)).encode(),
                b"\r\ncache-control: no-store\r\nvary: PublicKey, SecretKey\r\nx-content-type-options: nosniff\r\n",
                self.headers,
                b"connection: close\r\n\r\n",
                b"" if head_only else body,
            ]
        )


BAD_REQUEST = Refusal(b"400 Bad Request", "malformed", "The request is not valid HTTP.")
HEADERS_LATE = Refusal(b"408 Request Timeout", "headers_late", "The headers of the request did not come in time.")
BODY_LATE = Refusal(b"408 Request Timeout", "body_late", "The body of the request came too slowly.")
LINE_TOO_LONG = Refusal(b"414 URI Too Long", "line_too_long", "The address of the request is too long.")
HEADERS_TOO_LARGE = Refusal(
    b"431 Request Header Fields Too Large", "headers_too_large", "The headers of the request are too large."
)
TOO_MANY = Refusal(
    b"503 Service Unavailable",
    "too_many_connections",
    "There are too many connections: try again in a moment.",
    b"retry-after: 1\r\n",
)
TOO_MANY_OF_ADDRESS = Refusal(
    b"503 Service Unavailable",
    "too_many_of_address",
    "There are too many connections from your address: use fewer, or try again in a moment.",
    b"retry-after: 1\r\n",
)


class Tally:
    """Events that strangers can cause: each is logged at once, then at most once a second with how many there were."""

    def __init__(self) -> None:
        self._pending: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}

    def note(self, event: str, reason: str, **details: Any) -> None:
        """Log an event, or count it for the next `flush`."""
        count, _ = self._pending.get((event, reason), (-1, {}))
        if count < 0:
            log.event(event, level=logging.WARNING, reason=reason, count=1, **details)
        self._pending[event, reason] = (count + 1, details)

    def flush(self) -> None:
        """Log what was counted, with the details of the last one; called once a second."""
        for (event, reason), (count, details) in self._pending.items():
            if count:
                log.event(event, level=logging.WARNING, reason=reason, count=count, **details)
        self._pending = {key: (0, {}) for key, (count, _) in self._pending.items() if count}
