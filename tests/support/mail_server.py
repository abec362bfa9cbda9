"""A mail server that keeps what it gets: real SMTP on loopback, in a thread of the tests."""

import email
import email.policy
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

LINK = re.compile(r"https?://\S+")


@dataclass
class Mailbox:
    """The messages that have arrived; `login` is what the client has sent to sign in."""

    address: str = ""
    messages: list[EmailMessage] = field(default_factory=list)
    login: str = ""
    has_arrived: threading.Event = field(default_factory=threading.Event)

    def link(self) -> str:
        """Return the link of the latest message."""
        (found,) = LINK.findall(self.messages[-1].get_content())
        assert isinstance(found, str)
        return found


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Serve for a block."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 ready")
            for line in iter(self.rfile.readline, b""):
                words = line.decode().split()
                match words[0].upper():
                    case "EHLO":
                        self.say("250-here")
                        self.say("250 AUTH PLAIN")
                    case "AUTH":
                        box.login = words[2]
                        self.say("235 welcome")
                    case "DATA":
                        self.say("354 go on")
                        content = b"".join(iter(self.rfile.readline, b".\r\n"))
                        box.messages.append(email.message_from_bytes(content, policy=email.policy.default))
                        self.say("250 taken")
                        box.has_arrived.set()
                    case "QUIT":
                        self.say("221 bye")
                        return
                    case _:
                        self.say("250 fine")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        box.address = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
