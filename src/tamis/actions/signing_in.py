"""Who may sign in: passwords are checked with Argon2id, and as long for an address that nobody has."""

import apsw
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tamis.domain.accounts import Account
from tamis.domain.emails import parse_email
from tamis.records import accounts

LONGEST_PASSWORD = 1_000
_hasher = PasswordHasher()
_nobodys = _hasher.hash("the password of nobody")


def check_password(db: apsw.Connection, email: str, password: str) -> Account | None:
    """Find the account that an address and a password open; all that is wrong takes the same time."""
    address = parse_email(email)
    account = accounts.account_by_email(db, address.key) if address else None
    stored = accounts.password_hash(db, account.id) if account else None
    if len(password) > LONGEST_PASSWORD:
        return None
    try:
        _hasher.verify(stored or _nobodys, password)
    except (VerificationError, InvalidHashError):
        return None
    return account if stored else None
