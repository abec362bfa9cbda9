"""Passwords of accounts: hashed with Argon2id, checked as long for an address that nobody has."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from tamis.domain.accounts import Account
from tamis.domain.emails import parse_email
from tamis.domain.errors import Invalid, Problem
from tamis.domain.passwords.rules import MAX_LENGTH, password_problem
from tamis.records import accounts, sessions
from tamis.records.handles import Reader, Transaction

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$okz72Xr8yfUvs/Lu5HiXQQ$NFuQeZuZP7dxZonLMGagymuBxfnmFabh47uyqbQaoXQ"
"""A hash that no password has, of the same cost as all others."""


@cache
def _hasher() -> "PasswordHasher":
    """Load the library when the first password comes: most commands see none, and start sooner without it."""
    from argon2 import PasswordHasher

    return PasswordHasher()


def problems_with_password(password: str, email: str) -> list[Problem]:
    """Return what is wrong with a new password of the account with an email."""
    problem = password_problem(password, email)
    return [Problem.of("password", problem)] if problem else []


def hash_password(password: str, email: str) -> str:
    """Hash a new password of the account with an email, which takes a moment by design; raises Invalid."""
    problems = problems_with_password(password, email)
    if problems:
        raise Invalid(problems)
    return _hasher().hash(password.encode("utf-8", "surrogatepass"))


def find_account(db: Reader, email: str) -> Account | None:
    """Return the account that an email belongs to, however it is spelled."""
    address = parse_email(email)
    return accounts.account_by_email(db, address.key) if address else None


def check_password(db: Reader, account: Account | None, password: str) -> bool:
    """Return whether a password is that of an account; for none, and for one without a password, it takes as long."""
    from argon2.exceptions import InvalidHashError, VerificationError

    stored = accounts.password_hash(db, account.id) if account else None
    tried = password[: MAX_LENGTH + 1].encode("utf-8", "surrogatepass")
    try:
        _hasher().verify(stored or _NOBODYS, tried)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def set_password(
    db: Transaction, _now: datetime, account: Account, password_hash: str, kept: bytes | None = None
) -> None:
    """Give an account the password that `hash_password` hashed; all of its sessions end, but that of the token hash
    `kept`."""
    accounts.set_password_hash(db, account.id, password_hash)
    sessions.delete_others(db, account.id, kept)
