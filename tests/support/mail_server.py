"""A mail server that keeps what it gets: real SMTP on loopback, in a thread of the tests."""

import email
import email.policy
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    said: list[str] = field(default_factory=list)
    """The commands of the client that were not encrypted."""

    def link(self) -> str:
        """Return the link of the latest message."""
        (found,) = LINK.findall(self.messages[-1].get_content())
        assert isinstance(found, str)
        return found


@dataclass(frozen=True)
class Behaviour:
    """How a server behaves: with which certificate it encrypts, from the first byte or after STARTTLS; whether it, or
    somebody in between, leaves STARTTLS out; whether it refuses logins; and after which command it falls silent."""

    certificate: ssl.SSLContext | None = None
    is_encrypted_at_once: bool = False
    strips_starttls: bool = False
    refuses_login: bool = False
    silent_after: str = ""


@contextmanager
def mail_server(behaviour: Behaviour = Behaviour()) -> Iterator[Mailbox]:
    """Serve for a block."""
    box, is_over = Mailbox(), threading.Event()

    class Handler(socketserver.StreamRequestHandler):
        is_encrypted = False

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def encrypt(self) -> None:
            assert behaviour.certificate
            self.request = behaviour.certificate.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
            self.is_encrypted = True

        def handle(self) -> None:
            with suppress(OSError):  # the client does not trust the certificate, or gives up
                self.talk()
            self.rfile.close()
            self.request.close()

        def talk(self) -> None:
            if behaviour.is_encrypted_at_once:
                self.encrypt()
            if behaviour.silent_after != "connecting":
                self.say("220 ready")
            while line := self.rfile.readline():
                words = line.decode().split()
                if not self.is_encrypted:
                    box.said.append(words[0].upper())
                if behaviour.silent_after in ("connecting", words[0].upper()):
                    is_over.wait()
                    return
                match words[0].upper():
                    case "EHLO":
                        self.say("250-here")
                        if behaviour.certificate and not self.is_encrypted and not behaviour.strips_starttls:
                            self.say("250-STARTTLS")
                        self.say("250 AUTH PLAIN")
                    case "STARTTLS":
                        self.say("220 go on")
                        self.encrypt()
                    case "AUTH":
                        box.login = words[2]
                        self.say(f"535 no such user: {words[2]}" if behaviour.refuses_login else "235 welcome")
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
            is_over.set()
            server.shutdown()
            thread.join()
