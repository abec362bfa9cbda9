"""Actors: who makes a change, as the audit log names them."""

from dataclasses import dataclass, replace
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of actors."""

    KEY = "key"
    PERSON = "person"
    COMMAND = "command"
    PROVIDER = "provider"
    SERVER = "server"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class Actor:
    """A key by its public key, a person by the id of their user, the user of the machine who runs a command, a provider
    that reports, the server itself, or a recipient of mail, who remains unnamed."""

    kind: ActorKind
    id: str
    name: str
    address: str = ""
    """The network address that the request came from, if it is one."""

    def at(self, address: str | None) -> "Actor":
        """Return the actor at a network address."""
        return replace(self, address=address or "")


SERVER = Actor(ActorKind.SERVER, "", "Tamis")
"""What the server does by itself, such as resuming an import after a restart."""
RECIPIENT = Actor(ActorKind.RECIPIENT, "", "Unsubscribe link")
"""Whoever opens an unsubscribe link."""
