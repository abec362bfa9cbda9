"""Sessions of the console: opened by a sign-in, ended by a sign-out, by a new password, or by time."""

import secrets
from datetime import datetime, timedelta

import apsw

from tamis.domain.accounts import Account, Session, hash_secret
from tamis.records import sessions

LONGEST = timedelta(days=30)
LONGEST_UNSEEN = timedelta(days=7)
NOTED_EVERY = timedelta(minutes=10)


def open_session(db: apsw.Connection, now: datetime, account: Account) -> str:
    """Open a session and give its token, 256 random bits that are stored only as a hash."""
    sessions.delete_old(db, now - LONGEST, now - LONGEST_UNSEEN)
    token = secrets.token_urlsafe(32)
    sessions.insert(db, hash_secret(token), account.id, now)
    return token


def find_session(db: apsw.Connection, now: datetime, token: str) -> Session | None:
    """Find the live session of a token."""
    session = sessions.by_token(db, hash_secret(token))
    if session is None or now - session.created_at > LONGEST or now - session.seen_at > LONGEST_UNSEEN:
        return None
    return session


def to_be_noted(session: Session, now: datetime) -> bool:
    """Tell whether `note_session` is due; seconds do not matter, so that reading a page writes nothing as a rule."""
    return now - session.seen_at > NOTED_EVERY


def note_session(db: apsw.Connection, now: datetime, session: Session) -> None:
    """Note that a session is in use."""
    sessions.see(db, session.token_hash, now)


def list_sessions(db: apsw.Connection, now: datetime, account: Account) -> list[Session]:
    """List the live sessions of an account, the last seen first."""
    oldest, unseen = now - LONGEST, now - LONGEST_UNSEEN
    return [s for s in sessions.of_account(db, account) if s.created_at >= oldest and s.seen_at >= unseen]


def end_session(db: apsw.Connection, _now: datetime, session: Session) -> None:
    """End a session; what has ended already may be ended again."""
    sessions.delete(db, session.token_hash)


def end_other_sessions(db: apsw.Connection, _now: datetime, account: Account, kept: Session | None) -> None:
    """End all sessions of an account but one; None ends all."""
    sessions.delete_others(db, account.id, kept.token_hash if kept else None)
