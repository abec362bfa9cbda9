"""Accounts and their key pairs."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from tamis.domain.accounts.actors import Actor, ActorKind
from tamis.domain.accounts.users import Role, User
from tamis.domain.values.dates import DateOrder


@dataclass(frozen=True, slots=True)
class Account:
    """The owner of contacts and segments; `user_id` in the Segment API."""

    id: int
    email: str
    timezone: str
    date_order: DateOrder | None = None
    """How ambiguous dates in files are read; None asks."""
    name: str = ""
    """How it is called on pages that its recipients see; empty is none."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of this account's calendar days."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Client:
    """What is known of a browser: its network address, and what it says it is."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class KnownSession:
    """A console session as its user sees it among the others."""

    token_hash: bytes
    created_at: datetime
    last_used_at: datetime
    client: Client


@dataclass(frozen=True, slots=True)
class Session:
    """A console session of a user in one of their accounts; only the browser knows its token."""

    user: User
    account: Account
    role: Role
    account_count: int
    """How many accounts the user has."""
    token_hash: bytes
    created_at: datetime
    last_used_at: datetime
    client: Client

    @property
    def actor(self) -> Actor:
        """The user of the session as an actor."""
        return self.user.actor


class Scope(StrEnum):
    """What a key may do; each scope includes those before it."""

    READ = "read"
    WRITE = "write"
    """Also writes contacts, and manual overrides of members."""
    ADMIN = "admin"
    """Everything."""

    def includes(self, other: "Scope") -> bool:
        """Return whether this scope allows what another one allows."""
        return _RANKS[self] >= _RANKS[other]


_RANKS = {scope: rank for rank, scope in enumerate(Scope)}


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A stored key pair, without its secret."""

    public_key: str
    name: str
    scope: Scope
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None

    def has_expired(self, now: datetime) -> bool:
        """Return whether the key pair is past its expiry."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A valid key whose secret a program has shown: the account that it opens, and what it may do there."""

    public_key: str
    name: str
    account: Account
    scope: Scope
    expires_at: datetime | None

    def has_expired(self, now: datetime) -> bool:
        """Return whether the key is past its expiry; to be asked again whenever a cached key is used."""
        return self.expires_at is not None and self.expires_at <= now

    @property
    def actor(self) -> Actor:
        """The key as an actor."""
        return Actor(ActorKind.KEY, self.public_key, self.name)


@dataclass(frozen=True, slots=True)
class KeyRefusal:
    """Why a key opens nothing, for the log; programs only learn that it is invalid."""

    reason: Literal["unknown", "wrong_secret", "revoked", "expired"]
    public_key: str | None
    """None when unknown: it may be a secret in the wrong place."""


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
