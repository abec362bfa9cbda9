"""The role that each route needs, declared beside it: `opt=EDITOR`. A guard of all routes checks it; a route that
declares none can only be read."""

from collections.abc import Mapping
from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from tamis.domain.accounts.users import Role
from tamis.web.console.requests.csrf import SAFE_METHODS
from tamis.web.console.requests.session import Visitor, WebRequest

ROLE = "role"
"""In the options of a handler: the role that it needs, or None if it is for guests, too."""
PUBLIC: Mapping[str, Any] = {ROLE: None}
VIEWER: Mapping[str, Any] = {ROLE: Role.VIEWER}
EDITOR: Mapping[str, Any] = {ROLE: Role.EDITOR}
ADMIN: Mapping[str, Any] = {ROLE: Role.ADMIN}
OWNER: Mapping[str, Any] = {ROLE: Role.OWNER}


class RoleRequired(Exception):
    """A user asks for what their role does not allow."""

    def __init__(self, needed: Role) -> None:
        super().__init__(needed)
        self.needed = needed


def needed_role(options: Mapping[str, Any], method: str) -> Role | None:
    """Return the role that a route with some options needs, or None if it is for guests, too: viewers read, and what is
    not declared only owners may change."""
    if ROLE in options:
        declared: Role | None = options[ROLE]
        return declared
    return Role.VIEWER if method in SAFE_METHODS else Role.OWNER


def require_role(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Pass a request on if its user has the role that its route needs, now; raises SignInRequired and RoleRequired."""
    request = cast(WebRequest, connection)
    needed = needed_role(handler.opt, request.method)
    if needed is None:
        return
    visitor: Visitor = request.app.state.find_visitor(request)
    if not visitor.role.includes(needed):
        raise RoleRequired(needed)
