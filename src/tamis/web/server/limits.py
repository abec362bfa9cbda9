"""Limits of connections."""

from dataclasses import dataclass

from tamis.settings import Settings

TRAILING_BYTES = 65_536
"""How much of an unread body is still read after the response, so that the connection can be reused."""
LINGER_BYTES, LINGER_SECONDS = 32 * 1_048_576, 5.0
"""How much input is discarded, and for how long, before a connection is closed: a client that still sends would
otherwise lose the response that rejects it (RFC 9112, 9.6)."""
CHUNK_BYTES, CHUNK_FACTOR = 16_384, 8
"""A chunked body may take this many bytes, and this many times its content, for sizes, extensions and trailers."""
RATE_WINDOW_SECONDS = 30.0
"""The rate of a body is measured over periods of this length."""
STOP_QUIET_SECONDS, STOP_BODY_SECONDS, STOP_READER_RATE = 2.0, 5.0, 65_536
"""While the server stops: how long a client may be silent, how long a body may take, and the least bytes a second of a
reader."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the server in bytes and seconds; docs/operations.md explains them."""

    request_line: int
    header_bytes: int
    header_lines: int
    pipelined: int
    header_seconds: float
    body_seconds: float
    body_rate: int
    reader_seconds: float
    idle_seconds: float
    connections: int
    connections_per_address: int

    @classmethod
    def of(cls, settings: Settings, connections: int) -> "Limits":
        """Return the limits from the settings; `connections` is what the file descriptors of the process allow."""
        return cls(
            request_line=settings.max_request_line,
            header_bytes=settings.max_header_bytes,
            header_lines=settings.max_header_lines,
            pipelined=settings.max_pipelined,
            header_seconds=settings.header_timeout.total_seconds(),
            body_seconds=settings.body_timeout.total_seconds(),
            body_rate=settings.min_body_rate,
            reader_seconds=settings.reader_timeout.total_seconds(),
            idle_seconds=settings.idle_timeout.total_seconds(),
            connections=connections,
            connections_per_address=settings.max_connections_per_address,
        )
