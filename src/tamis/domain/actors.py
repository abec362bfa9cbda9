"""Actors: who makes a change, as the audit log names them."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of actors."""

    KEY = "key"
    PERSON = "person"
    COMMAND = "command"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Actor:
    """A key by its public key, a person by the id of their account, the user of the machine who runs a command, or the
    server itself."""

    kind: ActorKind
    id: str
    name: str


SERVER = Actor(ActorKind.SERVER, "", "Tamis")
"""What the server does by itself, such as resuming an import after a restart."""
