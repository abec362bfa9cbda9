"""Sessions of the console: they begin with a sign-in, and end with a sign-out, a new password, or in time."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from tamis.actions.accounts.devices import make_device
from tamis.actions.services import Services
from tamis.domain.accounts import Account, Session, hash_secret
from tamis.records import sessions
from tamis.records.handles import Transaction
from tamis.settings import Settings

NOTE_INTERVAL = timedelta(minutes=10)
CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far in the future the instants of a session may be, for clocks with small corrections."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The result of a sign-in for the browser: the token of the session, and the cookie of the device."""

    token: str
    device: str


def sign_in(db: Transaction, now: datetime, account: Account, replaced: str) -> SignedIn:
    """Open a session, and end the one whose token the browser had before, whoever it belonged to."""
    sessions.delete(db, hash_secret(replaced))
    return SignedIn(open_session(db, now, account), make_device(db, now, account))


def open_session(db: Transaction, now: datetime, account: Account) -> str:
    """Open a session and return its token, 256 random bits that are stored only as a hash."""
    token = secrets.token_urlsafe(32)
    sessions.insert(db, hash_secret(token), account.id, now)
    return token


def find_session(services: Services, token: str) -> Session | None:
    """Return the live session of a token, or None."""
    session = sessions.by_token(services.records.reader(), hash_secret(token)) if token else None
    return session if session and is_live(session, services.clock(), services.settings) else None


def is_live(session: Session, now: datetime, settings: Settings) -> bool:
    """Return whether a session is still valid.

    A session from the future is not: it was opened or used while the clock was ahead, and would last longer by that.
    """
    age, idle = now - session.created_at, now - session.last_used_at
    return -CLOCK_TOLERANCE <= age <= settings.session_lifetime and -CLOCK_TOLERANCE <= idle <= settings.session_idle


def is_note_due(session: Session, now: datetime, settings: Settings) -> bool:
    """Return whether `note_session` is due: only every few minutes, so that reading a page rarely writes anything."""
    return now - session.last_used_at > min(NOTE_INTERVAL, settings.session_idle / 10)


def note_session(db: Transaction, now: datetime, session: Session) -> None:
    """Note that a session is in use."""
    sessions.record_use(db, session.token_hash, now)


def list_sessions(services: Services, account: Account) -> list[Session]:
    """List the valid sessions of an account, last used first."""
    now = services.clock()
    return [s for s in sessions.of_account(services.records.reader(), account) if is_live(s, now, services.settings)]


def end_session(db: Transaction, _now: datetime, session: Session) -> None:
    """End a session; does nothing if it has already ended."""
    sessions.delete(db, session.token_hash)


def end_other_sessions(db: Transaction, _now: datetime, account: Account, kept: Session | None) -> None:
    """End all sessions of an account except one, or all for None."""
    sessions.delete_others(db, account.id, kept.token_hash if kept else None)


def delete_expired_sessions(services: Services) -> None:
    """Delete expired sessions, so that setting the clock back cannot revive them."""
    now = services.clock()
    bounds = sessions.ValidityBounds(
        now - services.settings.session_lifetime, now - services.settings.session_idle, now + CLOCK_TOLERANCE
    )
    if sessions.has_expired(services.records.reader(), bounds):
        services.write(lambda db, _: sessions.delete_expired(db, bounds))
