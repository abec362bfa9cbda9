"""Sessions of the console; only the hash of a token is kept."""

from datetime import datetime
from typing import NamedTuple

from tamis.domain.accounts import Account, Session
from tamis.domain.instants import from_micros, to_micros
from tamis.records.accounts import account_from_row
from tamis.records.engine.sql import exists, run, select_one, select_tuples
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("sessions")


class ValidityBounds(NamedTuple):
    """The limits of a live session: opened after, last used after, and both before an instant."""

    opened_after: datetime
    used_after: datetime
    before: datetime


def insert(db: Transaction, token_hash: bytes, account_id: int, now: datetime) -> None:
    """Add a session."""
    run(db, SQL["insert"], (token_hash, account_id, to_micros(now), to_micros(now)))


def by_token(db: Reader, token_hash: bytes) -> Session | None:
    """Find a session, however old it is."""

    def session(
        created_at: int, last_used_at: int, account_id: int, email: str, timezone: str, date_order: str
    ) -> Session:
        account = account_from_row(account_id, email, timezone, date_order)
        return Session(account, token_hash, from_micros(created_at), from_micros(last_used_at))

    return select_one(db, session, SQL["by_token"], (token_hash,))


def of_account(db: Reader, account: Account) -> list[Session]:
    """List the sessions of an account, the most recently used first."""
    rows = select_tuples(db, tuple[bytes, int, int], SQL["of_account"], (account.id,))
    return [Session(account, key, from_micros(created), from_micros(used)) for key, created, used in rows]


def record_use(db: Transaction, token_hash: bytes, now: datetime) -> None:
    """Record that a session was used."""
    run(db, SQL["record_use"], (to_micros(now), token_hash))


def delete(db: Transaction, token_hash: bytes) -> None:
    """End a session."""
    run(db, SQL["delete"], (token_hash,))


def delete_others(db: Transaction, account_id: int, kept: bytes | None) -> None:
    """End all sessions of an account but one; None ends all."""
    run(db, SQL["delete_others"], (account_id, kept))


def has_expired(db: Reader, bounds: ValidityBounds) -> bool:
    """Return whether there are sessions outside the bounds."""
    return exists(db, SQL["has_expired"], _micros(bounds))


def delete_expired(db: Transaction, bounds: ValidityBounds) -> None:
    """Delete the sessions outside the bounds."""
    run(db, SQL["delete_expired"], _micros(bounds))


def _micros(bounds: ValidityBounds) -> dict[str, int]:
    return {name: to_micros(instant) for name, instant in bounds._asdict().items()}
