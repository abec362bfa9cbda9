"""Accounts and their key pairs."""

from datetime import datetime

from tamis.domain.accounts import Account, KeyPair, NewKeyPair, hash_secret, secret_matches
from tamis.domain.dates import DateOrder
from tamis.domain.emails import Email
from tamis.domain.instants import from_micros, to_micros
from tamis.records.engine.sql import exists, insert, run, scalar, select, select_one, select_only
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("accounts")
ASK = "ask"


def insert_account(db: Transaction, email: Email, timezone: str, password_hash: str | None, now: datetime) -> Account:
    """Add an account; the caller has checked that the email is free."""
    values = (email.address, email.key, timezone, password_hash, to_micros(now))
    return account_from_row(insert(db, int, SQL["insert"], values), email.address, timezone, ASK)


def all_accounts(db: Reader) -> list[Account]:
    """List all accounts, oldest first."""
    return select(db, account_from_row, SQL["all"])


def account_by_id(db: Reader, account_id: int) -> Account | None:
    """Find an account by its id."""
    return select_one(db, account_from_row, SQL["by_id"], (account_id,))


def account_by_email(db: Reader, email_key: str) -> Account | None:
    """Find an account by its email key."""
    return select_one(db, account_from_row, SQL["by_email"], (email_key,))


def password_hash(db: Reader, account_id: int) -> str | None:
    """Return the hash of an account's password, or None when it has no password."""
    return scalar(db, str, SQL["password_hash"], (account_id,))


def set_password_hash(db: Transaction, account_id: int, password_hash: str) -> None:
    """Change the password of an account."""
    run(db, SQL["set_password_hash"], (password_hash, account_id))


def set_timezone(db: Transaction, account_id: int, timezone: str) -> None:
    """Change the time zone of an account; the caller has checked it."""
    run(db, SQL["set_timezone"], (timezone, account_id))


def set_date_order(db: Transaction, account_id: int, order: DateOrder | None) -> None:
    """Set how an account reads ambiguous dates in files; None asks."""
    run(db, SQL["set_date_order"], (order or ASK, account_id))


def timezone_of_type(db: Reader, type_id: int) -> str:
    """Return the name of the time zone of the account that has a contact type; the type must exist."""
    return select_only(db, str, SQL["timezone_of_type"], (type_id,))


def insert_key_pair(db: Transaction, account_id: int, pair: NewKeyPair, name: str, now: datetime) -> None:
    """Add a key pair; only the hash of its secret is kept."""
    bindings = (pair.public_key, account_id, hash_secret(pair.secret_key), name, to_micros(now))
    run(db, SQL["insert_key_pair"], bindings)


def account_by_key_pair(db: Reader, public_key: str, secret_key: str) -> Account | None:
    """Find the account of a key pair that exists, is not revoked, and has this secret."""
    found = select_one(db, _secret_and_account, SQL["live_key_pair"], (public_key,))
    stored, account = found or (b"", None)
    return account if secret_matches(stored, secret_key) else None


def is_public_key(db: Reader, public_key: str) -> bool:
    """Return whether a key pair with a public key exists, revoked or not."""
    return exists(db, SQL["is_public_key"], (public_key,))


def key_pairs(db: Reader, account_id: int) -> list[KeyPair]:
    """List the key pairs of an account, oldest first."""
    return select(db, _key_pair, SQL["key_pairs"], (account_id,))


def record_key_use(db: Transaction, public_key: str, now: datetime) -> None:
    """Record that a key pair was used."""
    run(db, SQL["record_key_use"], (to_micros(now), public_key))


def revoke_key_pair(db: Transaction, account_id: int, public_key: str, now: datetime) -> bool:
    """Revoke a live key pair of an account; return whether there was one."""
    return run(db, SQL["revoke_key_pair"], (to_micros(now), public_key, account_id)) > 0


def account_from_row(id_: int, email: str, timezone: str, date_order: str) -> Account:
    """Make an account from a row."""
    return Account(id_, email, timezone, None if date_order == ASK else DateOrder(date_order))


def _secret_and_account(
    secret_hash: bytes, id_: int, email: str, timezone: str, date_order: str
) -> tuple[bytes, Account]:
    return secret_hash, account_from_row(id_, email, timezone, date_order)


def _key_pair(public_key: str, name: str, created_at: int, used_at: int | None, revoked_at: int | None) -> KeyPair:
    used, revoked = (from_micros(at) if at else None for at in (used_at, revoked_at))
    return KeyPair(public_key, name, from_micros(created_at), used, revoked)
