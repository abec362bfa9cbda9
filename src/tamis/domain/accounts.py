"""Accounts and their key pairs."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tamis.domain.dates import DateOrder


@dataclass(frozen=True, slots=True)
class Account:
    """The owner of contacts and segments; `user_id` in the Segment API."""

    id: int
    email: str
    timezone: str
    date_order: DateOrder | None = None
    """How ambiguous dates in files are read; None asks."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of this account's calendar days."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Session:
    """A console session; only the browser knows its token."""

    account: Account
    token_hash: bytes
    created_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A stored key pair, without its secret."""

    public_key: str
    name: str
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKeyPair:
    """A new key pair with its secret, which is shown only once."""

    public_key: str
    secret_key: str


def generate_key_pair() -> NewKeyPair:
    """Generate a key pair; the secret has 256 random bits."""
    return NewKeyPair("pk_" + secrets.token_hex(12), "sk_" + secrets.token_urlsafe(32))


def hash_secret(secret_key: str) -> bytes:
    """Hash a secret key for storage.

    One round of SHA-256 is enough and costs microseconds: the secret is random, not chosen, so it cannot be guessed.
    """
    return hashlib.sha256(secret_key.encode("utf-8", "surrogatepass")).digest()


def secret_matches(stored_hash: bytes, secret_key: str) -> bool:
    """Compare a secret with a stored hash in constant time."""
    return hmac.compare_digest(stored_hash, hash_secret(secret_key))
