"""Key pairs; only the hashes of their secrets are kept."""

from datetime import datetime
from typing import NamedTuple

from tamis.domain.accounts.accounts import ApiKey, KeyPair, KeyRefusal, NewKeyPair, Scope, hash_secret, secret_matches
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.accounts.accounts import account_from_row
from tamis.records.engine.sql import exists, run, select, select_one
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("keys")


class KeyTerms(NamedTuple):
    """What a key is called, what it may do, and until when; None is for ever."""

    name: str
    scope: Scope
    expires_at: datetime | None


class _StoredKey(NamedTuple):
    secret_hash: bytes
    key: ApiKey
    is_revoked: bool


def insert(db: Transaction, account_id: int, pair: NewKeyPair, terms: KeyTerms, now: datetime) -> None:
    """Add a key pair."""
    expires_at = None if terms.expires_at is None else to_micros(terms.expires_at)
    secret_hash = hash_secret(pair.secret_key)
    bindings = (pair.public_key, account_id, secret_hash, terms.name, terms.scope, to_micros(now), expires_at)
    run(db, SQL["insert"], bindings)


def access_by_key_pair(db: Reader, now: datetime, public_key: str, secret_key: str) -> ApiKey | KeyRefusal:
    """Find a key by both of its parts, or return why they open nothing."""
    return _check(select_one(db, _stored_key, SQL["by_public_key"], (public_key,)), now, secret_key)


def access_by_secret(db: Reader, now: datetime, secret_key: str) -> ApiKey | KeyRefusal:
    """Find a key by its secret alone, or return why it opens nothing."""
    return _check(select_one(db, _stored_key, SQL["by_secret"], (hash_secret(secret_key),)), now, secret_key)


def is_valid(db: Reader, public_key: str, now: datetime) -> bool:
    """Return whether a key is neither revoked nor expired."""
    return exists(db, SQL["is_valid"], (public_key, to_micros(now)))


def of_account(db: Reader, account_id: int) -> list[KeyPair]:
    """List the key pairs of an account, oldest first."""
    return select(db, _key_pair, SQL["of_account"], (account_id,))


def record_use(db: Transaction, public_key: str, now: datetime) -> None:
    """Record that a key pair was used."""
    run(db, SQL["record_use"], (to_micros(now), public_key))


def rename(db: Transaction, account_id: int, public_key: str, name: str) -> bool:
    """Rename a key pair of an account that is not revoked; return whether there was one."""
    return run(db, SQL["rename"], (name, public_key, account_id)) > 0


def revoke(db: Transaction, account_id: int, public_key: str, now: datetime) -> str | None:
    """Revoke a key pair of an account; return its name, or None when there was none that was not revoked."""
    return select_one(db, str, SQL["revoke"], (to_micros(now), public_key, account_id))


def _check(found: _StoredKey | None, now: datetime, secret_key: str) -> ApiKey | KeyRefusal:
    is_right = secret_matches(found.secret_hash if found else b"", secret_key)
    if found is None:
        return KeyRefusal("unknown", None)
    if not is_right:
        return KeyRefusal("wrong_secret", found.key.public_key)
    if found.is_revoked:
        return KeyRefusal("revoked", found.key.public_key)
    if found.key.has_expired(now):
        return KeyRefusal("expired", found.key.public_key)
    return found.key


def _stored_key(
    secret_hash: bytes,
    public_key: str,
    name: str,
    scope: str,
    expires_at: int | None,
    revoked_at: int | None,
    id_: int,
    email: str,
    timezone: str,
    date_order: str,
    account_name: str,
) -> _StoredKey:
    account = account_from_row(id_, email, timezone, date_order, account_name)
    key = ApiKey(public_key, name, account, Scope(scope), _instant(expires_at))
    return _StoredKey(secret_hash, key, revoked_at is not None)


def _key_pair(
    public_key: str,
    name: str,
    scope: str,
    created_at: int,
    used_at: int | None,
    expires_at: int | None,
    revoked_at: int | None,
) -> KeyPair:
    created = from_micros(created_at)
    return KeyPair(
        public_key, name, Scope(scope), created, _instant(used_at), _instant(expires_at), _instant(revoked_at)
    )


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
