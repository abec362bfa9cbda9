"""Sessions of the console: they begin with a sign-in, and end with a sign-out, a new password, or in time."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from tamis.actions.accounts.devices import make_device
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account, Client, KnownSession, Session, hash_secret
from tamis.domain.accounts.users import Role, User
from tamis.domain.errors import NotFound, Refused
from tamis.records.accounts import sessions
from tamis.records.accounts.accounts import account_by_id
from tamis.records.handles import Reader, Transaction
from tamis.records.team import users
from tamis.settings import Settings

NOTE_INTERVAL = timedelta(minutes=10)
CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far in the future the instants of a session may be, for clocks with small corrections."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The result of a sign-in for the browser: the token of the session, and the cookie of the device."""

    token: str
    device: str


def sign_in(db: Transaction, now: datetime, user: User, replaced: str, client: Client) -> SignedIn:
    """Open a session in the account that the user opened last, and end the one whose token the browser had before,
    whoever it belonged to. Raises Refused for a user without an account."""
    sessions.delete(db, hash_secret(replaced))
    return SignedIn(open_session(db, now, user, client), make_device(db, now, user))


def open_session(db: Transaction, now: datetime, user: User, client: Client = Client()) -> str:  # noqa: B008  frozen
    """Open a session in the account that the user opened last, and return its token, 256 random bits that are stored
    only as a hash. Raises Refused for a user without an account."""
    account_ids = users.account_ids(db, user.id)
    if not account_ids:
        raise Refused("user_without_account", email=user.email)
    token = secrets.token_urlsafe(32)
    sessions.insert(db, hash_secret(token), account_ids[0], user.id, client, now)
    return token


def switch_account(db: Transaction, now: datetime, session: Session, account_id: int) -> str:
    """Open another account of the user of a session, and return the token of the session that replaces it: forms of
    pages that show the account before are refused. Raises NotFound."""
    if users.role_of(db, account_id, session.user.id) is None:
        raise NotFound("account_not_of_user")
    token = secrets.token_urlsafe(32)
    sessions.delete(db, session.token_hash)
    sessions.insert(db, hash_secret(token), account_id, session.user.id, session.client, session.created_at)
    sessions.record_use(db, hash_secret(token), now)
    users.note_opened(db, account_id, session.user.id, now)
    return token


def accounts_of_user(db: Reader, user: User) -> list[tuple[Account, Role]]:
    """List the accounts of a user, the one opened last first, with their role in each."""
    found = ((account_by_id(db, id_), users.role_of(db, id_, user.id)) for id_ in users.account_ids(db, user.id))
    return [(account, role) for account, role in found if account is not None and role is not None]


def find_session(services: Services, token: str) -> Session | None:
    """Return the live session of a token, or None."""
    session = sessions.by_token(services.records.reader(), hash_secret(token)) if token else None
    return session if session and is_live(session, services.clock(), services.settings) else None


def is_live(session: Session | KnownSession, now: datetime, settings: Settings) -> bool:
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


def list_sessions(services: Services, user: User) -> list[KnownSession]:
    """List the valid sessions of a user, last used first."""
    now = services.clock()
    return [s for s in sessions.of_user(services.records.reader(), user.id) if is_live(s, now, services.settings)]


def end_session(db: Transaction, _now: datetime, session: Session) -> None:
    """End a session; does nothing if it has already ended."""
    sessions.delete(db, session.token_hash)


def end_session_of_user(db: Transaction, _now: datetime, user: User, session_id: str) -> None:
    """End the session of a user with an id from `session_id_of`; does nothing if it has already ended."""
    for session in sessions.of_user(db, user.id):
        if session_id_of(session) == session_id:
            sessions.delete(db, session.token_hash)


def session_id_of(session: KnownSession) -> str:
    """Return what pages call a session; neither its token nor the hash of it can be found from it."""
    return hash_secret(session.token_hash.hex()).hex()[:32]


def end_other_sessions(db: Transaction, _now: datetime, user: User, kept: bytes | None) -> None:
    """End all sessions of a user except the one with a token hash, or all for None."""
    sessions.delete_others(db, user.id, kept)


def delete_expired_sessions(services: Services) -> None:
    """Delete expired sessions, so that setting the clock back cannot revive them."""
    now = services.clock()
    bounds = sessions.ValidityBounds(
        now - services.settings.session_lifetime, now - services.settings.session_idle, now + CLOCK_TOLERANCE
    )
    if sessions.has_expired(services.records.reader(), bounds):
        services.write(lambda db, _: sessions.delete_expired(db, bounds))
