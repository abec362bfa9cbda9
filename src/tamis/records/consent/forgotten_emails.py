"""Forgotten emails, which may not become contacts of a type again; only a keyed hash of each is kept."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.consent.email_hashes import get_or_create_pepper, hash_email, pepper
from tamis.records.engine.sql import each_tuple, exists, run, scalar
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("forgotten_emails")


def add_forgotten(db: Transaction, type_id: int, email_key: str, now: datetime) -> None:
    """Add an email to the forgotten emails of a contact type."""
    run(db, SQL["insert"], (type_id, hash_email(get_or_create_pepper(db), email_key), to_micros(now)))


def remove_forgotten(db: Transaction, type_id: int, email_key: str) -> bool:
    """Remove an email from the forgotten emails; return whether it was one."""
    secret = pepper(db)
    if secret is None:
        return False
    return run(db, SQL["delete"], (type_id, hash_email(secret, email_key))) > 0


def last_forgotten(db: Reader) -> int:
    """Return the number of the email forgotten last, for the `after` of a later `find_forgotten`."""
    return scalar(db, int, SQL["last_id"]) or 0


def find_forgotten(db: Reader, type_id: int, email_keys: Sequence[str], after: int = 0) -> dict[str, datetime]:
    """Return those of many emails that were forgotten in a type, each with the time when.

    Only those with a number above `after` count. Nothing is hashed when there are none.
    """
    if not exists(db, SQL["any_of_type"], (type_id, after)):
        return {}
    secret = pepper(db)
    assert secret is not None
    hashed = {hash_email(secret, key): key for key in email_keys}
    values = (type_id, after, msgspec.json.encode(list(hashed)).decode())
    return {hashed[key]: from_micros(at) for key, at in each_tuple(db, tuple[str, int], SQL["among"], values)}
