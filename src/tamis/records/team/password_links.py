"""Links with which users set their password; only the hash of a token is kept, and each user has at most one."""

from datetime import datetime

from tamis.domain.accounts.users import User
from tamis.domain.values.instants import to_micros
from tamis.records.engine.sql import run, select_one
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("password_links")


def put(db: Transaction, user_id: int, token_hash: bytes, expires_at: datetime) -> None:
    """Set the link of a user; an earlier one becomes invalid."""
    run(db, SQL["put"], (user_id, token_hash, to_micros(expires_at)))


def user_of(db: Reader, token_hash: bytes, now: datetime) -> User | None:
    """Return the user whose password a link sets, unless it has expired."""
    return select_one(db, User, SQL["user_of"], (token_hash, to_micros(now)))


def delete(db: Transaction, user_id: int) -> None:
    """Delete the link of a user, if there is one."""
    run(db, SQL["delete"], (user_id,))


def delete_expired(db: Transaction, now: datetime) -> None:
    """Delete the links that have expired."""
    run(db, SQL["delete_expired"], (to_micros(now),))
