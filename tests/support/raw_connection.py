"""A raw connection to a server, for requests that no library would send."""

import socket

TIMEOUT_SECONDS = 30


class Client:
    """A raw connection."""

    def __init__(self, port: int, source: str | None = None, receive_buffer: int | None = None) -> None:
        self.was_reset = False
        self.socket = socket.socket()
        self.socket.settimeout(TIMEOUT_SECONDS)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))

    def send(self, content: bytes) -> "Client":
        """Send bytes as they are."""
        self.socket.sendall(content)
        return self

    def until(self, end: bytes) -> bytes:
        """Read until some bytes have come."""
        got = b""
        while end not in got:
            piece = self.socket.recv(65_536)
            assert piece, got
            got += piece
        return got

    def rest(self) -> bytes:
        """Read until the server closes the connection."""
        got = b""
        try:
            while piece := self.socket.recv(65_536):
                got += piece
        except ConnectionResetError:
            self.was_reset = True
        self.socket.close()
        return got
