"""The transport of a connection: writing with back-pressure, pausing reads, and closing."""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import cast

from tamis.web.server.limits import LINGER_BYTES

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset, which tells a client that a response is incomplete."""

Address = tuple[str, int]


class FlowControl(asyncio.Protocol):
    """The transport of a connection, with both directions paused and resumed."""

    transport: asyncio.Transport
    server: Address | None = None
    client: Address | None = None

    def __init__(self) -> None:
        self.discards_input = False
        """Whether input of the client is discarded."""
        self.is_lingering = False
        """Whether everything is sent, and the client has time to read it."""
        self.read_paused = self.write_paused = False
        self.written = self.dropped = 0
        self._writable = asyncio.Event()

    def connect(self, transport: asyncio.BaseTransport) -> None:
        """Set the transport."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's, which is no subclass
        self.server, self.client = _address(transport, "sockname"), _address(transport, "peername")

    @property
    def host(self) -> str:
        """The client's address; empty for a local socket."""
        return self.client[0] if self.client else ""

    @property
    def buffered(self) -> int:
        """The number of written bytes that the client has not received."""
        return self.transport.get_write_buffer_size()

    def write(self, *chunks: bytes) -> None:
        """Write to the client, or buffer."""
        if not self.transport.is_closing():
            for chunk in chunks:
                if chunk:
                    self.written += len(chunk)
                    self.transport.write(chunk)

    async def drain(self) -> None:
        """Wait until the client has received enough, or has disconnected."""
        await self._writable.wait()

    def pause_writing(self) -> None:
        """Note that the write buffer is full."""
        self.write_paused = True
        self._writable.clear()

    def resume_writing(self) -> None:
        """Note that the write buffer has room, or that the client has disconnected."""
        self.write_paused = False
        self._writable.set()

    def pause_reading(self) -> None:
        """Leave further input in the socket."""
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read input again."""
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    def drop(self, size: int) -> None:
        """Discard a number of bytes; a client that sends very many is disconnected."""
        self.dropped += size
        if self.dropped > LINGER_BYTES:
            if self.is_lingering:
                self.transport.abort()
            else:
                self.pause_reading()

    def finish(self, *, linger: bool) -> None:
        """Close once all output is delivered; while the client still sends, wait until it has read the response."""
        self.discards_input = True
        if self.transport.is_closing():
            return
        if linger:
            self.is_lingering = True
            self.transport.write_eof()
            self.resume_reading()
        else:
            self.transport.close()

    def reset(self) -> None:
        """Reset the connection, so that no client takes a partial response for a complete one."""
        with suppress(OSError):  # it may be broken already
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.transport.abort()


def _address(transport: asyncio.BaseTransport, which: str) -> Address | None:
    found = transport.get_extra_info(which)
    return (str(found[0]), int(found[1])) if isinstance(found, tuple) and len(found) >= 2 else None
