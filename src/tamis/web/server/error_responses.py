"""Error responses of the server itself, in the form of the interface that the request was for.

That is known by the path: as much of it as was received. Below `/api` a client gets the failure of the Segment API,
below `/v1` a problem (RFC 9457), and anywhere else, or if the path is unknown, a JSON object with the keys of both.
"""

import http
import logging
from dataclasses import dataclass, replace
from urllib.parse import unquote

import httptools
import msgspec

from tamis import log
from tamis.web.http import JSON_HEADERS, PROBLEM_MEDIA_TYPE, Headers, is_below
from tamis.web.monitoring.traffic import make_request_id


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """A response that ends a connection."""

    status: int
    code: str
    """Stable, for programs."""
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

    def encode(self, url: bytes = b"", *, head_only: bool = False) -> bytes:
        """Encode the response to a request, of whose URL only the beginning may be known."""
        headers, body = error_content(self.status, self.code, self.message, self.request_id, _path(url))
        own = [(b"x-request-id", self.request_id.encode()), *headers]
        phrase = http.HTTPStatus(self.status).phrase
        head = f"HTTP/1.1 {self.status} {phrase}\r\n".encode() + b"".join(b"%s: %s\r\n" % header for header in own)
        head += self.headers + b"connection: close\r\n\r\n"
        return head if head_only else head + body


def error_content(status: int, code: str, message: str, request_id: str, path: str) -> tuple[Headers, bytes]:
    """Return the headers and the body of an error response, in the form of the interface that has a path."""
    failure = {"status": "failed", "errors": message}
    explanation = {"detail": message, "code": code, "request_id": request_id}
    media_type = b"application/json"
    content: dict[str, str | int] = {**failure, **explanation}
    if is_below(path, "/v1"):
        media_type = PROBLEM_MEDIA_TYPE.encode()
        content = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status, **explanation}
    elif is_below(path, "/api"):
        content = {**failure}
    body = msgspec.json.encode(content)
    length = (b"content-length", str(len(body)).encode())
    return ((b"content-type", media_type), length, *JSON_HEADERS[1:]), body


def _path(url: bytes) -> str:
    """Return the path of a URL, empty if it is not valid."""
    try:
        return unquote((httptools.parse_url(url).path or b"").decode("ascii"))
    except (httptools.HttpParserError, UnicodeDecodeError):
        return ""


BAD_REQUEST = ErrorResponse(400, "bad_request", "malformed", "The request is not valid HTTP.")
HEADERS_TIMEOUT = ErrorResponse(
    408, "request_timeout", "headers_late", "The headers of the request did not come in time."
)
BODY_TIMEOUT = ErrorResponse(408, "request_timeout", "body_late", "The body of the request came too slowly.")
URL_TOO_LONG = ErrorResponse(414, "uri_too_long", "line_too_long", "The address of the request is too long.")
HEADERS_TOO_LARGE = ErrorResponse(
    431, "headers_too_large", "headers_too_large", "The headers of the request are too large."
)
TOO_MANY_CONNECTIONS = ErrorResponse(
    503,
    "service_unavailable",
    "too_many_connections",
    "There are too many connections: try again in a moment.",
    b"retry-after: 1\r\n",
)
TOO_MANY_PER_ADDRESS = ErrorResponse(
    503,
    "service_unavailable",
    "too_many_of_address",
    "There are too many connections from your address: use fewer, or try again in a moment.",
    b"retry-after: 1\r\n",
)
