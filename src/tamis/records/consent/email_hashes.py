"""Keyed hashes of emails, to recognise an email that is itself no longer kept."""

import hmac
import secrets

import apsw

from tamis.records.engine.sql import run, scalar
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("email_hashes")
PEPPER_BYTES = 32


def pepper(db: Reader) -> bytes | None:
    """Return the secret key for hashing emails, or None when no email was hashed yet."""
    return scalar(db, bytes, SQL["pepper"])


def get_or_create_pepper(db: Transaction) -> bytes:
    """Return the secret key for hashing emails, generated at its first use."""
    found = pepper(db)
    if found is None:
        found = secrets.token_bytes(PEPPER_BYTES)
        run(db, SQL["set_pepper"], (found,))
    return found


def get_or_set_pepper(db: Transaction, secret: bytes) -> bytes:
    """Return the secret key for hashing emails, which is set if there is none yet."""
    found = pepper(db)
    if found is None:
        run(db, SQL["set_pepper"], (secret,))
    return found or secret


def hash_email(secret: bytes, email_key: str) -> str:
    """Return the keyed hash (HMAC-SHA-256) of an email key, as hex digits."""
    return hmac.digest(secret, email_key.encode(), "sha256").hex()


def register_email_hash(db: apsw.Connection) -> None:
    """Make `email_hash(pepper, email_key)` available to queries; it is null without a pepper."""
    db.create_scalar_function("email_hash", _hash_in_sql, 2, deterministic=True)


def _hash_in_sql(*values: object) -> str | None:
    secret, email_key = values
    return hash_email(secret, str(email_key)) if isinstance(secret, bytes) else None
