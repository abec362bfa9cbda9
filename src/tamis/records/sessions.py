"""Sessions of the console in the records; of a token only its hash is kept."""

from datetime import datetime
from typing import Any, NamedTuple

from tamis.domain.accounts import Account, Session
from tamis.domain.instants import from_micros, to_micros
from tamis.records.accounts import account_of
from tamis.records.engine.sql import each, one, run
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("sessions")


class Bounds(NamedTuple):
    """Between which instants a live session was opened and last used."""

    opened_after: datetime
    used_after: datetime
    before: datetime


def insert(db: Transaction, token_hash: bytes, account_id: int, now: datetime) -> None:
    """Add a session."""
    run(db, SQL["insert"], (token_hash, account_id, to_micros(now), to_micros(now)))


def by_token(db: Reader, token_hash: bytes) -> Session | None:
    """Find a session, however old it is."""
    row: Any = one(db, SQL["by_token"], (token_hash,))
    if row is None:
        return None
    created, seen, *account = row
    return Session(account_of(account), token_hash, from_micros(created), from_micros(seen))


def of_account(db: Reader, account: Account) -> list[Session]:
    """List the sessions of an account, the last seen first."""
    rows: Any = each(db, SQL["of_account"], (account.id,))
    return [Session(account, key, from_micros(created), from_micros(seen)) for key, created, seen in rows]


def see(db: Transaction, token_hash: bytes, now: datetime) -> None:
    """Note that a session is in use."""
    run(db, SQL["see"], (to_micros(now), token_hash))


def delete(db: Transaction, token_hash: bytes) -> None:
    """End a session."""
    run(db, SQL["delete"], (token_hash,))


def delete_others(db: Transaction, account_id: int, kept: bytes | None) -> None:
    """End all sessions of an account but one; None ends all."""
    run(db, SQL["delete_others"], (account_id, kept))


def has_over(db: Reader, bounds: Bounds) -> bool:
    """Tell whether there are sessions beyond the bounds."""
    return one(db, SQL["has_over"], _micros(bounds)) is not None


def delete_over(db: Transaction, bounds: Bounds) -> None:
    """Delete the sessions beyond the bounds."""
    run(db, SQL["delete_over"], _micros(bounds))


def _micros(bounds: Bounds) -> dict[str, int]:
    return {name: to_micros(instant) for name, instant in bounds._asdict().items()}
