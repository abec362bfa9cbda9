"""The line to a client: what is written, what is not read, and how it ends."""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import cast

from tamis.web.server.limits import LINGER_BYTES

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset, by which a client knows that an answer is not whole."""

Address = tuple[str, int]


class FlowControl(asyncio.Protocol):
    """The transport of a connection, with both directions paused and resumed."""

    transport: asyncio.Transport
    server: Address | None = None
    client: Address | None = None

    def __init__(self) -> None:
        self.deaf = False
        """Whether what the client sends is dropped."""
        self.lingering = False
        """Whether all is said, and the client is given time to read it."""
        self.read_paused = self.write_paused = False
        self.written = self.dropped = 0
        self._writable = asyncio.Event()

    def connect(self, transport: asyncio.BaseTransport) -> None:
        """Begin with a transport."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's, which is no subclass
        self.server, self.client = _address(transport, "sockname"), _address(transport, "peername")

    @property
    def host(self) -> str:
        """The client's address, or nothing for a socket of the machine."""
        return self.client[0] if self.client else ""

    @property
    def buffered(self) -> int:
        """How many of the bytes that were written the client has not taken."""
        return self.transport.get_write_buffer_size()

    def write(self, *pieces: bytes) -> None:
        """Write to the client, or keep for it."""
        if not self.transport.is_closing():
            for piece in pieces:
                if piece:
                    self.written += len(piece)
                    self.transport.write(piece)

    async def drain(self) -> None:
        """Wait until the client has taken enough of what was written, or is gone."""
        await self._writable.wait()

    def pause_writing(self) -> None:
        """Take note that the client is slow."""
        self.write_paused = True
        self._writable.clear()

    def resume_writing(self) -> None:
        """Take note that the client has taken what there was, or never will."""
        self.write_paused = False
        self._writable.set()

    def pause_reading(self) -> None:
        """Leave what the client sends where it is."""
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Take again what the client sends."""
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    def drop(self, size: int) -> None:
        """Take no notice of so many bytes; a client that sends very many is not waited for."""
        self.dropped += size
        if self.dropped > LINGER_BYTES:
            if self.lingering:
                self.transport.abort()
            else:
                self.pause_reading()

    def finish(self, *, linger: bool) -> None:
        """Close when all that was written is taken; while the client still sends, wait until it has read."""
        self.deaf = True
        if self.transport.is_closing():
            return
        if linger:
            self.lingering = True
            self.transport.write_eof()
            self.resume_reading()
        else:
            self.transport.close()

    def reset(self) -> None:
        """Break the connection, so that no client takes what it has for a whole answer."""
        with suppress(OSError):  # it may be broken already
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.transport.abort()


def _address(transport: asyncio.BaseTransport, which: str) -> Address | None:
    found = transport.get_extra_info(which)
    return (str(found[0]), int(found[1])) if isinstance(found, tuple) and len(found) >= 2 else None
