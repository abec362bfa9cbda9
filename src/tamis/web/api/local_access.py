"""Commands on this machine as callers: they send the token of the server's file instead of a key."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tamis.actions.lookups import account_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import ApiKey, Scope
from tamis.domain.accounts.actors import Actor, ActorKind

ACCOUNT_HEADER, USER_HEADER = b"tamis-account", b"tamis-user"
MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class CommandAccess(ApiKey):
    """The access of a command, which its user may use for everything, without a limit; `name` is the user of the
    machine."""

    @property
    def actor(self) -> Actor:
        """The user as an actor."""
        return Actor(ActorKind.COMMAND, self.name, self.name)


class LocalAccess:
    """Gives commands access to the account that they name: only the owner of the data directory can read the token."""

    def __init__(self, services: Services, token: str) -> None:
        self._services = services
        self._token = token.encode()

    def find(self, bearer: str, headers: Mapping[bytes, str]) -> CommandAccess | None:
        """Return the access of a command, None for any other caller and for an account that does not exist."""
        account_id = headers.get(ACCOUNT_HEADER, "")
        if not hmac.compare_digest(bearer.encode(), self._token) or not (account_id.isascii() and account_id.isdigit()):
            return None
        account = account_by_id(self._services.records.reader(), int(account_id[:18]))
        user = unquote(headers.get(USER_HEADER, ""))[:MAX_NAME] or "command"
        return CommandAccess("", user, account, Scope.ADMIN, None) if account else None
