"""Passwords of users: hashed with Argon2id, and checked in the same time for unknown emails."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from tamis.actions.audit import record_entry_of_user
from tamis.domain.accounts.audit import AuditAction
from tamis.domain.accounts.users import User
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid, Problem
from tamis.domain.passwords.rules import MAX_LENGTH, password_problem
from tamis.records.accounts import sessions
from tamis.records.handles import Reader, Transaction
from tamis.records.team import password_links, users

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_DUMMY_HASH = "$argon2id$v=19$m=65536,t=3,p=4$okz72Xr8yfUvs/Lu5HiXQQ$NFuQeZuZP7dxZonLMGagymuBxfnmFabh47uyqbQaoXQ"
"""A hash that matches no password, with the same cost as real ones."""


@cache
def _hasher() -> "PasswordHasher":
    """Load the library on first use, because most commands need no passwords and start faster without it."""
    from argon2 import PasswordHasher

    return PasswordHasher()


def problems_with_password(password: str, email: str) -> list[Problem]:
    """Return the problems of a new password for the user with an email."""
    problem = password_problem(password, email)
    return [Problem.of("password", problem)] if problem else []


def hash_password(password: str, email: str) -> str:
    """Hash a new password for the user with an email, which is slow by design; raises Invalid."""
    problems = problems_with_password(password, email)
    if problems:
        raise Invalid(problems)
    return _hasher().hash(password.encode("utf-8", "surrogatepass"))


def find_user(db: Reader, email: str) -> User | None:
    """Return the user with an email, in any spelling."""
    address = parse_email(email)
    return users.user_by_email(db, address.key) if address else None


def check_password(db: Reader, user: User | None, password: str) -> bool:
    """Return whether a password is correct; takes as long without a user, or for one without a password."""
    from argon2.exceptions import InvalidHashError, VerificationError

    stored = users.password_hash(db, user.id) if user else None
    tried = password[: MAX_LENGTH + 1].encode("utf-8", "surrogatepass")
    try:
        _hasher().verify(stored or _DUMMY_HASH, tried)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def set_password(db: Transaction, now: datetime, user: User, password_hash: str, kept: bytes | None = None) -> None:
    """Set the password of a user to a hash from `hash_password`, and end all of their sessions except the one with the
    token hash `kept`, and the validity of a link that sets their password."""
    users.set_password_hash(db, user.id, password_hash)
    password_links.delete(db, user.id)
    sessions.delete_others(db, user.id, kept)
    record_entry_of_user(db, now, user, AuditAction.PASSWORD_CHANGED)
