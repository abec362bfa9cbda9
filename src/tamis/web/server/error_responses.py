"""Error responses of the server itself."""

import logging
from dataclasses import dataclass, replace

import msgspec

from tamis import log
from tamis.web.http import JSON_HEADERS
from tamis.web.monitoring.traffic import make_request_id


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """A response that ends a connection."""

    status: bytes
    reason: str
    """The reason in the log."""
    message: str
    headers: bytes = b""
    request_id: str = ""

    def to_request(self, host: str) -> "ErrorResponse":
        """Log that a request is refused, and return the response with the id that the log has."""
        id_ = make_request_id()
        log.event("request_refused", level=logging.WARNING, reason=self.reason, address=host, request=id_)
        return replace(self, request_id=id_)

    def to_connection(self, host: str) -> "ErrorResponse":
        """Log that a connection is refused, and return the response with the id that the log has."""
        id_ = make_request_id()
        log.event("connection_refused", level=logging.WARNING, reason=self.reason, address=host, request=id_)
        return replace(self, request_id=id_)

    def encode(self, *, head_only: bool = False) -> bytes:
        """Encode the response, in the form of the Segment API's failures."""
        body = msgspec.json.encode({"status": "failed", "errors": self.message})
        request = (b"x-request-id", self.request_id.encode())
        length = (b"content-length", str(len(body)).encode())
        lines = [b"%s: %s\r\n" % header for header in (request, *JSON_HEADERS[:1], length, *JSON_HEADERS[1:])]
        head = b"HTTP/1.1 " + self.status + b"\r\n" + b"".join(lines) + self.headers + b"connection: close\r\n\r\n"
        return head if head_only else head + body


BAD_REQUEST = ErrorResponse(b"400 Bad Request", "malformed", "The request is not valid HTTP.")
HEADERS_TIMEOUT = ErrorResponse(
    b"408 Request Timeout", "headers_late", "The headers of the request did not come in time."
)
BODY_TIMEOUT = ErrorResponse(b"408 Request Timeout", "body_late", "The body of the request came too slowly.")
URL_TOO_LONG = ErrorResponse(b"414 URI Too Long", "line_too_long", "The address of the request is too long.")
HEADERS_TOO_LARGE = ErrorResponse(
    b"431 Request Header Fields Too Large", "headers_too_large", "The headers of the request are too large."
)
TOO_MANY_CONNECTIONS = ErrorResponse(
    b"503 Service Unavailable",
    "too_many_connections",
    "There are too many connections: try again in a moment.",
    b"retry-after: 1\r\n",
)
TOO_MANY_PER_ADDRESS = ErrorResponse(
    b"503 Service Unavailable",
    "too_many_of_address",
    "There are too many connections from your address: use fewer, or try again in a moment.",
    b"retry-after: 1\r\n",
)
