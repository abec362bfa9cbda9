"""Accounts and key pairs in the records."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tamis.domain.accounts import Account, KeyPair, NewKeyPair, hash_secret, same_secret
from tamis.domain.dates import DateOrder
from tamis.domain.emails import Email
from tamis.domain.instants import from_micros, to_micros
from tamis.records.engine.sql import each, one, run
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("accounts")
ASK = "ask"


def insert_account(db: Reader, email: Email, timezone: str, password_hash: str | None, now: datetime) -> Account:
    """Add an account; the caller has checked that the address is free."""
    row = one(db, SQL["insert"], (email.address, email.key, timezone, password_hash, to_micros(now)))
    assert row
    return account_of((row[0], email.address, timezone, ASK))


def all_accounts(db: Reader) -> list[Account]:
    """List all accounts, oldest first."""
    return [account_of(row) for row in each(db, SQL["all"])]


def account_by_id(db: Reader, account_id: int) -> Account | None:
    """Find an account by its number."""
    row = one(db, SQL["by_id"], (account_id,))
    return account_of(row) if row else None


def account_by_email(db: Reader, email_key: str) -> Account | None:
    """Find an account by the key of its address."""
    row = one(db, SQL["by_email"], (email_key,))
    return account_of(row) if row else None


def password_hash(db: Reader, account_id: int) -> str | None:
    """Give the hash of an account's password, or None when it has no password."""
    row: Any = one(db, SQL["password_hash"], (account_id,))
    return row[0] if row else None


def set_password_hash(db: Transaction, account_id: int, password_hash: str) -> None:
    """Give an account another password."""
    run(db, SQL["set_password_hash"], (password_hash, account_id))


def set_timezone(db: Transaction, account_id: int, timezone: str) -> None:
    """Give an account another time zone; the caller has checked it."""
    run(db, SQL["set_timezone"], (timezone, account_id))


def set_date_order(db: Transaction, account_id: int, order: DateOrder | None) -> None:
    """Set how an account reads dates in files that can be read in two ways; None asks."""
    run(db, SQL["set_date_order"], (order or ASK, account_id))


def zone_of_type(db: Reader, type_id: int) -> ZoneInfo:
    """Give the time zone of the account that has a contact type; the type must exist."""
    row = one(db, SQL["timezone_of_type"], (type_id,))
    assert row
    return ZoneInfo(str(row[0]))


def insert_key_pair(db: Transaction, account_id: int, pair: NewKeyPair, name: str, now: datetime) -> None:
    """Add a key pair; only the hash of its secret is kept."""
    bindings = (pair.public_key, account_id, hash_secret(pair.secret_key), name, to_micros(now))
    run(db, SQL["insert_key_pair"], bindings)


def account_of_key_pair(db: Reader, public_key: str, secret_key: str) -> Account | None:
    """Find the account of a key pair that is known, not revoked, and has this secret."""
    row: Any = one(db, SQL["live_key_pair"], (public_key,))
    stored = row[0] if row else b""
    return account_of(row[1:]) if same_secret(stored, secret_key) and row else None


def is_public_key(db: Reader, public_key: str) -> bool:
    """Return whether there is or was a key pair with a public key."""
    return one(db, SQL["is_public_key"], (public_key,)) is not None


def key_pairs(db: Reader, account_id: int) -> list[KeyPair]:
    """List the key pairs of an account, oldest first."""
    rows: Any = each(db, SQL["key_pairs"], (account_id,))
    return [
        KeyPair(key, name, from_micros(made), *(from_micros(at) if at else None for at in (used, gone)))
        for key, name, made, used, gone in rows
    ]


def note_key_use(db: Transaction, public_key: str, now: datetime) -> None:
    """Note that a key pair was used."""
    run(db, SQL["note_key_use"], (to_micros(now), public_key))


def revoke_key_pair(db: Transaction, account_id: int, public_key: str, now: datetime) -> bool:
    """Revoke a live key pair of an account; tells whether there was one."""
    return run(db, SQL["revoke_key_pair"], (to_micros(now), public_key, account_id)) > 0


def account_of(row: Any) -> Account:
    """Make an account of a row: its id, email, time zone and order of dates."""
    id_, email, timezone, date_order = row
    return Account(id_, email, timezone, None if date_order == ASK else DateOrder(date_order))
