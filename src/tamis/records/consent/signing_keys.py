"""The keys of signed tokens."""

from tamis.domain.consent.signing_keys import SigningKey
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.engine.sql import run, select
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("signing_keys")


def all_keys(db: Reader) -> list[SigningKey]:
    """List the keys in the order in which they begin to sign."""
    return select(db, _signing_key, SQL["all"])


def insert(db: Transaction, key: SigningKey) -> None:
    """Add a key."""
    run(db, SQL["insert"], (key.id, key.secret, to_micros(key.created_at), to_micros(key.signs_from)))


def delete(db: Transaction, key: SigningKey) -> None:
    """Delete a key: no token that it has signed is valid any more."""
    run(db, SQL["delete"], (key.id,))


def _signing_key(id_: int, secret: bytes, created_at: int, signs_from: int) -> SigningKey:
    return SigningKey(id_, secret, from_micros(created_at), from_micros(signs_from))
