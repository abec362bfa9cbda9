"""The users of accounts: people who sign in, and the role that each has in an account."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tamis.domain.accounts.actors import Actor, ActorKind


class Role(StrEnum):
    """What a user may do in an account; each role includes those before it."""

    VIEWER = "viewer"
    """Sees and exports everything but the audit log, and changes nothing."""
    EDITOR = "editor"
    """Also changes contacts, segments, imports, contact types and fields."""
    ADMIN = "admin"
    """Also deletes contact types and fields, and manages keys, webhooks, settings, and users except owners."""
    OWNER = "owner"
    """Everything; also manages owners."""

    def includes(self, other: "Role") -> bool:
        """Return whether this role allows what another one allows."""
        return _RANKS[self] >= _RANKS[other]


_RANKS = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in, to one account or several."""

    id: int
    email: str

    @property
    def actor(self) -> Actor:
        """The user as an actor."""
        return Actor(ActorKind.PERSON, str(self.id), self.email)


@dataclass(frozen=True, slots=True)
class AccountUser:
    """A user of an account."""

    user: User
    role: Role
    since: datetime
    last_used_at: datetime | None
    """When the user last used the console, in any account, as far as sessions tell."""
    has_password: bool
    asks_for_code: bool
    """Whether signing in takes a one-time code, too."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation to an account that has not been accepted yet."""

    id: int
    account_id: int
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime
