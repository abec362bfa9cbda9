"""Who looks at a page: cookies, the token against forged requests, and what is said once."""

import hashlib
import secrets
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from tamis.actions.accounts.devices import KNOWN_FOR
from tamis.actions.accounts.sessions import find_session, note_session, to_be_noted
from tamis.actions.services import Services
from tamis.domain.accounts import Account, Session
from tamis.web.monitoring.traffic import request_record

WebRequest = Request[Any, Any, Any]

SESSION, GUEST, DEVICE = "tamis_session", "tamis_guest", "tamis_device"
MAX_NOTICES = 1_000


class SignInRequired(Exception):
    """A page was asked for that only somebody who is signed in may see."""


class Notices:
    """Sentences that are to be shown once, on the next page of a session."""

    def __init__(self) -> None:
        self._said: dict[bytes, list[str]] = {}
        self._lock = threading.Lock()

    def add(self, session: Session, sentence: str) -> None:
        """Keep a sentence for the next page."""
        with self._lock:
            self._said.setdefault(session.token_hash, []).append(sentence)
            while len(self._said) > MAX_NOTICES:
                del self._said[next(iter(self._said))]

    def take(self, session: Session) -> list[str]:
        """Return what was said, once."""
        with self._lock:
            return self._said.pop(session.token_hash, [])


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in."""

    session: Session
    csrf: str
    notices: Notices = field(repr=False)
    damaged: bool = False
    """Whether the records are known to be damaged, which every page says."""
    is_form_response: bool = False
    """Whether this request sent a form, so that a page which answers it must not be asked for like that again."""

    @property
    def account(self) -> Account:
        """Whose contacts and segments these are; every look-up is scoped to it."""
        return self.session.account


def csrf_token(token: str) -> str:
    """Derive what proves that a form came from our page: whoever does not know the cookie cannot know it."""
    return hashlib.sha256(b"csrf:" + token.encode()).hexdigest()


def cookie_token(request: WebRequest) -> str:
    """Return the token of a request's cookie: that of a session, else that of a guest, else an empty text."""
    return session_token(request) or request.cookies.get(_name(request, GUEST), "")


def session_token(request: WebRequest) -> str:
    """Return the token of the cookie of a session, which may be none."""
    return request.cookies.get(_name(request, SESSION), "")


def client_host(request: WebRequest) -> str:
    """Tell from which address of the network a request comes."""
    return request.client.host if request.client else ""


def find_visitor(services: Services, notices: Notices, request: WebRequest) -> Visitor:
    """Find out who asks; raises SignInNeeded."""
    token = session_token(request)
    session = find_session(services, token)
    if session is None:
        raise SignInRequired
    if to_be_noted(session, services.clock(), services.settings):
        services.submit(note_session, session)
    damaged = services.records.health.damage is not None
    visitor = Visitor(session, csrf_token(token), notices, damaged, request.method not in ("GET", "HEAD"))
    request.state.visitor = visitor
    request_record(request.scope).account_id = visitor.account.id
    return visitor


def device_cookie_value(request: WebRequest, account: Account) -> str:
    """Return the cookie by which a browser shows that an account was signed in to with it before, if it has one."""
    return request.cookies.get(_name(request, f"{DEVICE}_{account.id}"), "")


def session_cookie(request: WebRequest, token: str, lifetime: timedelta) -> Cookie:
    """Make the cookie of a session; no script can read it, no other site can make the browser send it."""
    return _cookie(request, SESSION, token, int(lifetime.total_seconds()))


def device_cookie(request: WebRequest, account: Account, value: str) -> Cookie:
    """Make the cookie of a device, of which a browser has one for each account."""
    return _cookie(request, f"{DEVICE}_{account.id}", value, int(KNOWN_FOR.total_seconds()))


def guest_cookie(request: WebRequest) -> Cookie:
    """Make the cookie to which the form of the sign-in is bound."""
    known = request.cookies.get(_name(request, GUEST))  # another tab may show the form, too
    return _cookie(request, GUEST, known or secrets.token_urlsafe(32), None)


def ended_session_cookie(request: WebRequest) -> Cookie:
    """Make the cookie that removes that of a session."""
    return _cookie(request, SESSION, "", 0)


def ended_guest_cookie(request: WebRequest) -> Cookie:
    """Make the cookie that removes that of a guest: whoever planted it knows nothing of the session."""
    return _cookie(request, GUEST, "", 0)


def _cookie(request: WebRequest, name: str, value: str, max_age: int | None) -> Cookie:
    secure = _is_secure(request)
    return Cookie(
        _name(request, name), value=value, max_age=max_age, path="/", httponly=True, samesite="lax", secure=secure
    )


def _is_secure(request: WebRequest) -> bool:
    return bool(request.scope["scheme"] == "https")


def _name(request: WebRequest, name: str) -> str:
    # Under TLS, a cookie with this prefix can come from this host alone.
    return f"__Host-{name}" if _is_secure(request) else name
