"""What the handler of a call works with: the services, who calls, and how it reads and writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from litestar import Request
from litestar.di import NamedDependency

from tamis.actions.accounts.keys import is_key_valid
from tamis.actions.consent.unsubscribe_links import LinkMaker, link_maker
from tamis.actions.idempotency import IdempotentRequest, run_once
from tamis.actions.lookups import Reader, Transaction
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account, ApiKey
from tamis.domain.preconditions import Precondition
from tamis.web.api.idempotency import IDEMPOTENT
from tamis.web.api.listening import Listening
from tamis.web.api.local_access import CommandAccess
from tamis.web.api.paging import Identified
from tamis.web.api.preconditions import precondition_of
from tamis.web.api.problems import Unauthorized
from tamis.web.api.requests import KEY
from tamis.web.monitoring.traffic import client_address
from tamis.web.projection_waiters import ProjectionWaiters
from tamis.web.request_tasks import run_in_lane
from tamis.web.write_limit import WriteLimit

P = ParamSpec("P")
T = TypeVar("T")
ApiRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A call by a key; `idempotent` identifies a POST that is to be done only once, `projection` waits for the
    projector, `listening` reads changes for listeners."""

    services: Services
    key: ApiKey
    precondition: Precondition
    idempotent: IdempotentRequest | None
    projection: ProjectionWaiters = field(repr=False)
    listening: Listening = field(repr=False)
    _writes: WriteLimit = field(repr=False)

    @property
    def account(self) -> Account:
        """The account of the key."""
        return self.key.account

    @property
    def records(self) -> Reader:
        """A reader of the records, for short lookups by id on the event loop."""
        return self.services.records.reader()

    @property
    def links(self) -> LinkMaker:
        """The maker of the unsubscribe links of the account's contacts."""
        return link_maker(self.services, self.account)

    def require_valid_key(self) -> None:
        """Raise Unauthorized if the key was revoked or has expired since the call began."""
        if not isinstance(self.key, CommandAccess) and not is_key_valid(
            self.records, self.services.clock(), self.key.public_key
        ):
            raise Unauthorized("key_not_valid")

    async def read(self, function: Callable[[], T]) -> T:
        """Run a function that reads in the lane of short answers."""
        return await run_in_lane(self.services.lanes.short, self.account.id, function)

    async def compute(self, function: Callable[[], T]) -> T:
        """Run a function that reads whole columns in the lane of pages."""
        return await run_in_lane(self.services.lanes.pages, self.account.id, function)

    async def write(
        self,
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run an action that writes, and return its result when it is on disk."""
        return await self._writes.run(self.services.actor, self.account.id, action, *args, **kwargs)

    async def write_once(
        self,
        outcome: type[T],
        action: Callable[Concatenate[Transaction, datetime, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run an action that writes, unless a request with the same idempotency key has run it; return its result,
        which is JSON of the type `outcome`."""
        if self.idempotent is None:
            return await self.write(action, *args, **kwargs)
        return await self.write(run_once, self.idempotent, outcome, lambda db, now: action(db, now, *args, **kwargs))

    async def create(
        self,
        action: Callable[Concatenate[Transaction, datetime, P], Identified],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> int:
        """Run an action that creates an object, at most once for an idempotency key; return the object's id."""

        def create(db: Transaction, now: datetime) -> int:
            return action(db, now, *args, **kwargs).id

        return await self.write_once(int, create)


CallDep = NamedDependency[Call]
"""The parameter `call` of a handler."""


class CallFactory(Protocol):
    """Makes the calls of an application."""

    def __call__(
        self,
        key: ApiKey,
        headers: Mapping[str, str],
        address: str | None,
        idempotent: IdempotentRequest | None = None,
        /,
    ) -> Call:
        """Return the call of a request with a key and some headers from a network address; raises BadRequest for
        malformed preconditions."""


def call_factory(
    services: Services, writes: WriteLimit, projection: ProjectionWaiters, listening: Listening
) -> CallFactory:
    """Return the function that makes the calls of an application."""

    def make_call(
        key: ApiKey, headers: Mapping[str, str], address: str | None, idempotent: IdempotentRequest | None = None, /
    ) -> Call:
        acting = services.acting_as(key.actor.at(None if isinstance(key, CommandAccess) else address))
        return Call(acting, key, precondition_of(headers), idempotent, projection, listening, writes)

    return make_call


def call_provider(make_call: CallFactory) -> Callable[[ApiRequest], Call]:
    """Return the function that makes the `call` of a request."""

    def call_of(request: ApiRequest) -> Call:
        scope: Any = request.scope
        return make_call(scope[KEY], request.headers, client_address(scope), scope.get(IDEMPOTENT))

    return call_of
