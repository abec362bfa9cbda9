"""The session of a request: cookies, the CSRF token, and notices."""

import hashlib
import secrets
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from tamis.actions.accounts.devices import MAX_AGE as DEVICE_MAX_AGE
from tamis.actions.accounts.sessions import find_session, is_note_due, note_session
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account, Client, Session
from tamis.domain.accounts.users import Role, User
from tamis.web.monitoring.traffic import request_record

WebRequest = Request[Any, Any, Any]

SESSION, GUEST, DEVICE = "tamis_session", "tamis_guest", "tamis_device"
MAX_NOTICES = 1_000
MAX_USER_AGENT = 300


class SignInRequired(Exception):
    """A page is for signed-in users only."""


class Notices:
    """Sentences that are shown once, on the next page of a session."""

    def __init__(self) -> None:
        self._by_session: dict[bytes, list[str]] = {}
        self._lock = threading.Lock()

    def add(self, session: Session, sentence: str) -> None:
        """Keep a sentence for the next page."""
        with self._lock:
            self._by_session.setdefault(session.token_hash, []).append(sentence)
            while len(self._by_session) > MAX_NOTICES:
                del self._by_session[next(iter(self._by_session))]

    def take(self, session: Session) -> list[str]:
        """Return the kept sentences, once."""
        with self._lock:
            return self._by_session.pop(session.token_hash, [])


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in user."""

    session: Session
    csrf: str
    notices: Notices = field(repr=False)
    damaged: bool = False
    """Whether the records are known to be damaged; every page shows a warning then."""
    is_form_response: bool = False
    """Whether this request submitted a form, so that its response must not be requested again by URL."""

    @property
    def account(self) -> Account:
        """The account that the visitor has open; every look-up is scoped to it."""
        return self.session.account

    @property
    def user(self) -> User:
        """The visitor as a user."""
        return self.session.user

    @property
    def role(self) -> Role:
        """The role of the visitor in the account."""
        return self.session.role

    def may(self, role: str) -> bool:
        """Return whether the visitor has at least a role; templates leave out what it takes to do what they may not."""
        return self.role.includes(Role(role))


def csrf_token(token: str) -> str:
    """Derive the CSRF token of a cookie: it cannot be known without the cookie."""
    return hashlib.sha256(b"csrf:" + token.encode()).hexdigest()


def cookie_token(request: WebRequest) -> str:
    """Return the token of a request's cookie: of a session, else of a guest, else an empty text."""
    return session_token(request) or request.cookies.get(_name(request, GUEST), "")


def session_token(request: WebRequest) -> str:
    """Return the token of the session cookie, or an empty text."""
    return request.cookies.get(_name(request, SESSION), "")


def client_host(request: WebRequest) -> str:
    """Return the network address of the client."""
    return request.client.host if request.client else ""


def client_of(request: WebRequest) -> Client:
    """Return what is known of the browser of a request."""
    return Client(client_host(request), request.headers.get("user-agent", "")[:MAX_USER_AGENT])


def find_visitor(services: Services, notices: Notices, request: WebRequest) -> Visitor:
    """Return the visitor of a request; raises SignInRequired."""
    if known := request.state.get("visitor"):
        visitor: Visitor = known
        return visitor
    token = session_token(request)
    session = find_session(services, token)
    if session is None:
        raise SignInRequired
    if is_note_due(session, services.clock(), services.settings):
        services.submit(note_session, session)
    damaged = services.records.health.damage is not None
    visitor = Visitor(session, csrf_token(token), notices, damaged, request.method not in ("GET", "HEAD"))
    request.state.visitor = visitor
    request_record(request.scope).account_id = visitor.account.id
    return visitor


def device_cookie_value(request: WebRequest, user: User) -> str:
    """Return the cookie that shows that the user was signed in on this browser before, or an empty text."""
    return request.cookies.get(_name(request, f"{DEVICE}_{user.id}"), "")


def session_cookie(request: WebRequest, token: str, lifetime: timedelta) -> Cookie:
    """Make the cookie of a session; scripts cannot read it, other sites cannot make the browser send it."""
    return _cookie(request, SESSION, token, int(lifetime.total_seconds()))


def device_cookie(request: WebRequest, user: User, value: str) -> Cookie:
    """Make the cookie of a device; a browser has one for each user."""
    return _cookie(request, f"{DEVICE}_{user.id}", value, int(DEVICE_MAX_AGE.total_seconds()))


def guest_cookie(request: WebRequest) -> Cookie:
    """Make the cookie to which the sign-in form is bound."""
    known = request.cookies.get(_name(request, GUEST))  # another tab may show the form, too
    return _cookie(request, GUEST, known or secrets.token_urlsafe(32), None)


def ended_session_cookie(request: WebRequest) -> Cookie:
    """Make the cookie that deletes the session cookie."""
    return _cookie(request, SESSION, "", 0)


def ended_guest_cookie(request: WebRequest) -> Cookie:
    """Make the cookie that deletes the guest cookie: somebody who planted it does not know the session."""
    return _cookie(request, GUEST, "", 0)


def _cookie(request: WebRequest, name: str, value: str, max_age: int | None) -> Cookie:
    secure = _is_secure(request)
    return Cookie(
        _name(request, name), value=value, max_age=max_age, path="/", httponly=True, samesite="lax", secure=secure
    )


def _is_secure(request: WebRequest) -> bool:
    return bool(request.scope["scheme"] == "https")


def _name(request: WebRequest, name: str) -> str:
    # Under TLS, only this host can set a cookie with this prefix.
    return f"__Host-{name}" if _is_secure(request) else name
