"""Sessions of the console; only the hash of a token is kept."""

from datetime import datetime
from typing import NamedTuple

from tamis.domain.accounts.accounts import Client, KnownSession, Session
from tamis.domain.accounts.users import Role, User
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.accounts.accounts import account_from_row
from tamis.records.engine.sql import exists, run, select, select_one
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("sessions")


class ValidityBounds(NamedTuple):
    """The limits of a live session: opened after, last used after, and both before an instant."""

    opened_after: datetime
    used_after: datetime
    before: datetime


def insert(db: Transaction, token_hash: bytes, account_id: int, user_id: int, client: Client, now: datetime) -> None:
    """Add a session of a user in an account."""
    at = to_micros(now)
    run(db, SQL["insert"], (token_hash, user_id, account_id, at, at, client.address, client.user_agent))


def by_token(db: Reader, token_hash: bytes) -> Session | None:
    """Find a session, however old it is, whose user still has a role in its account."""

    def session(
        created_at: int,
        last_used_at: int,
        address: str,
        user_agent: str,
        user_id: int,
        user_email: str,
        role: str,
        account_count: int,
        account_id: int,
        email: str,
        timezone: str,
        date_order: str,
        name: str,
    ) -> Session:
        return Session(
            User(user_id, user_email),
            account_from_row(account_id, email, timezone, date_order, name),
            Role(role),
            account_count,
            token_hash,
            from_micros(created_at),
            from_micros(last_used_at),
            Client(address, user_agent),
        )

    return select_one(db, session, SQL["by_token"], (token_hash,))


def of_user(db: Reader, user_id: int) -> list[KnownSession]:
    """List the sessions of a user, the most recently used first."""

    def known(token_hash: bytes, created: int, used: int, address: str, user_agent: str) -> KnownSession:
        return KnownSession(token_hash, from_micros(created), from_micros(used), Client(address, user_agent))

    return select(db, known, SQL["of_user"], (user_id,))


def record_use(db: Transaction, token_hash: bytes, now: datetime) -> None:
    """Record that a session was used."""
    run(db, SQL["record_use"], (to_micros(now), token_hash))


def delete(db: Transaction, token_hash: bytes) -> None:
    """End a session."""
    run(db, SQL["delete"], (token_hash,))


def delete_others(db: Transaction, user_id: int, kept: bytes | None) -> None:
    """End all sessions of a user but one; None ends all."""
    run(db, SQL["delete_others"], (user_id, kept))


def delete_of_account(db: Transaction, account_id: int, user_id: int) -> None:
    """End the sessions of a user in an account."""
    run(db, SQL["delete_of_account"], (user_id, account_id))


def has_expired(db: Reader, bounds: ValidityBounds) -> bool:
    """Return whether there are sessions outside the bounds."""
    return exists(db, SQL["has_expired"], _micros(bounds))


def delete_expired(db: Transaction, bounds: ValidityBounds) -> None:
    """Delete the sessions outside the bounds."""
    run(db, SQL["delete_expired"], _micros(bounds))


def _micros(bounds: ValidityBounds) -> dict[str, int]:
    return {name: to_micros(instant) for name, instant in bounds._asdict().items()}
