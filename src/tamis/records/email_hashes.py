"""Keyed hashes of addresses, for what must be known of an address that is itself no longer kept."""

import hmac
import secrets

from tamis.records.engine.sql import run, scalar
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("email_hashes")
PEPPER_BYTES = 32


def pepper(db: Reader) -> bytes | None:
    """Return the secret of the store with which addresses are hashed, or None where none was hashed yet."""
    return scalar(db, bytes, SQL["pepper"])


def get_or_create_pepper(db: Transaction) -> bytes:
    """Return the secret of the store, made at its first use."""
    found = pepper(db)
    if found is None:
        found = secrets.token_bytes(PEPPER_BYTES)
        run(db, SQL["set_pepper"], (found,))
    return found


def hash_email(secret: bytes, email_key: str) -> str:
    """Return the hash of an address, given by its key."""
    return hmac.digest(secret, email_key.encode(), "sha256").hex()
