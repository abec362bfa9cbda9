"""What happens around every call: its key, its scope, its limits and its idempotency key."""

import logging
from typing import Self, cast

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Send
from litestar.types import Scope as LitestarScope

from tamis import log
from tamis.domain.accounts.accounts import ApiKey, Scope
from tamis.web.api.local_access import CommandAccess, LocalAccess
from tamis.web.api.problems import INTERFACE, Forbidden, RateLimited, Unauthorized
from tamis.web.api.rate_limit import RateLimits
from tamis.web.http import EXTRA_HEADERS
from tamis.web.http import Scope as Connection
from tamis.web.key_auth import KeyAuth
from tamis.web.monitoring.traffic import UNKNOWN_ROUTE, client_address, request_record

KEY = "tamis.api.key"
"""Where the scope of a request has the key that it was sent with."""
NEEDS = "needs"
"""In the options of a handler: the scope that its key needs; without it, no key is needed."""
ADMITS = "admits"
"""In the options of a handler that itself requires the scope it needs: a smaller scope, enough for some requests."""
STREAMED = "streamed"
"""In the options of a handler that reads bodies of any length by itself: their media types. Such a body is not part of
what identifies an idempotent request."""
ANY_MEDIA_TYPE = "*/*"


class ApiRequests(ASGIMiddleware):
    """Lets requests with a sufficient key pass, as many as the limits allow."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, keys: KeyAuth, local: LocalAccess, limits: RateLimits) -> None:
        self._keys = keys
        self._local = local
        self._limits = limits

    def __deepcopy__(self, _: object) -> Self:
        """Return the same object: Litestar copies routers with their middleware, which all share one state."""
        return self

    async def handle(self, scope: LitestarScope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass a request on; raises Unauthorized, RateLimited and Forbidden."""
        connection: Connection = cast(Connection, scope)
        record = request_record(scope)
        record.interface, record.route = INTERFACE, scope.get("path_template") or UNKNOWN_ROUTE
        options = scope["route_handler"].opt
        needed: Scope | None = options.get(ADMITS, options.get(NEEDS))
        if needed is not None:
            connection[KEY] = self.admit(connection, needed)
        await next_app(scope, receive, send)

    def admit(self, scope: Connection, needed: Scope) -> ApiKey:
        """Return the key of a request that needs a scope; raises Unauthorized, RateLimited and Forbidden."""
        key = self._key(scope)
        if not isinstance(key, CommandAccess):
            self._limit(key, scope)
        require_scope(key, needed)
        return key

    def _limit(self, key: ApiKey, scope: Connection) -> None:
        """Count a request, and note the headers of its response that say what is left; raises RateLimited."""
        usage = self._limits.count(key)
        scope[EXTRA_HEADERS] = usage.headers
        if usage.is_exceeded:
            log.event(
                "requests_limited",
                level=logging.WARNING,
                account=key.account.id,
                key=key.public_key,
                address=client_address(scope),
            )
            raise RateLimited(usage.seconds_left)

    def _key(self, scope: Connection) -> ApiKey:
        """Return the key of a request; raises Unauthorized."""
        headers = {name: value.decode("latin-1").strip() for name, value in scope["headers"]}
        public_key, secret_key = headers.get(b"publickey"), headers.get(b"secretkey")
        kind, _, bearer = headers.get(b"authorization", "").partition(" ")
        if kind.lower() == "bearer" and bearer:
            secret = bearer.strip()
            if command := self._local.find(secret, headers):
                request_record(scope).account_id = command.account.id
                return command
            key = self._keys.by_secret(secret, scope)
        elif public_key and secret_key:
            key = self._keys.by_key_pair(public_key, secret_key, scope)
        else:
            raise Unauthorized("key_missing_in_headers")
        if key is None:
            raise Unauthorized("key_not_valid")
        return key


def require_scope(key: ApiKey, needed: Scope) -> None:
    """Raise Forbidden for a key of a smaller scope."""
    if not key.scope.includes(needed):
        raise Forbidden(
            "key_scope_too_small",
            needed=[scope.value for scope in Scope if scope.includes(needed)],
            scope=key.scope.value,
        )
