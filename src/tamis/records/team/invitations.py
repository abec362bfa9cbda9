"""Invitations to accounts; only the hash of a token is kept, and an email has at most one in an account."""

from datetime import datetime

from tamis.domain.accounts.users import Invitation, Role
from tamis.domain.contacts.emails import Email
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.engine.sql import exists, insert, run, select, select_one
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("invitations")


def put(
    db: Transaction,
    account_id: int,
    email: Email,
    role: Role,
    token_hash: bytes,
    now: datetime,
    expires_at: datetime,
) -> Invitation:
    """Add an invitation; an earlier one of the same email is replaced."""
    values = (account_id, email.address, email.key, role, token_hash, to_micros(now), to_micros(expires_at))
    return Invitation(insert(db, int, SQL["put"], values), account_id, email.address, role, now, expires_at)


def by_token(db: Reader, token_hash: bytes, now: datetime) -> Invitation | None:
    """Find an invitation by its token, unless it has expired."""
    return select_one(db, _invitation, SQL["by_token"], (token_hash, to_micros(now)))


def of_account(db: Reader, account_id: int) -> list[Invitation]:
    """List the invitations to an account, oldest first."""
    return select(db, _invitation, SQL["of_account"], (account_id,))


def by_email(db: Reader, account_id: int, email_key: str) -> Invitation | None:
    """Find the invitation of an email to an account."""
    return select_one(db, _invitation, SQL["by_email"], (account_id, email_key))


def delete(db: Transaction, invitation_id: int) -> None:
    """Delete an invitation."""
    run(db, SQL["delete"], (invitation_id,))


def has_expired(db: Reader, now: datetime) -> bool:
    """Return whether there are expired invitations or password links."""
    return exists(db, SQL["has_expired"], {"now": to_micros(now)})


def delete_expired(db: Transaction, now: datetime) -> None:
    """Delete the invitations that have expired."""
    run(db, SQL["delete_expired"], (to_micros(now),))


def _invitation(id_: int, account_id: int, email: str, role: str, created_at: int, expires_at: int) -> Invitation:
    return Invitation(id_, account_id, email, Role(role), from_micros(created_at), from_micros(expires_at))
