"""Sessions of the console in the records; of a token only its hash is kept."""

from datetime import datetime
from typing import Any

import apsw

from tamis.domain.accounts import Account, Session
from tamis.domain.instants import from_micros, to_micros
from tamis.records.accounts import account_of
from tamis.records.database import one
from tamis.records.queries import load

SQL = load("sessions")


def insert(db: apsw.Connection, token_hash: bytes, account_id: int, now: datetime) -> None:
    """Add a session."""
    db.execute(SQL["insert"], (token_hash, account_id, to_micros(now), to_micros(now))).fetchall()


def by_token(db: apsw.Connection, token_hash: bytes) -> Session | None:
    """Find a session, however old it is."""
    row: Any = one(db, SQL["by_token"], (token_hash,))
    if row is None:
        return None
    created, seen, *account = row
    return Session(account_of(account), token_hash, from_micros(created), from_micros(seen))


def of_account(db: apsw.Connection, account: Account) -> list[Session]:
    """List the sessions of an account, the last seen first."""
    rows: Any = db.execute(SQL["of_account"], (account.id,))
    return [Session(account, key, from_micros(created), from_micros(seen)) for key, created, seen in rows]


def see(db: apsw.Connection, token_hash: bytes, now: datetime) -> None:
    """Note that a session is in use."""
    db.execute(SQL["see"], (to_micros(now), token_hash)).fetchall()


def delete(db: apsw.Connection, token_hash: bytes) -> None:
    """End a session."""
    db.execute(SQL["delete"], (token_hash,)).fetchall()


def delete_others(db: apsw.Connection, account_id: int, kept: bytes | None) -> None:
    """End all sessions of an account but one; None ends all."""
    db.execute(SQL["delete_others"], (account_id, kept)).fetchall()


def delete_old(db: apsw.Connection, made_before: datetime, seen_before: datetime) -> None:
    """Remove sessions that are too old to be of use."""
    db.execute(SQL["delete_old"], (to_micros(made_before), to_micros(seen_before))).fetchall()
