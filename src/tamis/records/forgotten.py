"""Addresses that were forgotten and are not taken back: of each, only a keyed hash is kept."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import apsw
import msgspec

from tamis.domain.instants import from_micros, to_micros
from tamis.records.database import one
from tamis.records.queries import load

SQL = load("forgotten")
PEPPER_BYTES = 32


def remember(db: apsw.Connection, type_id: int, email_key: str, now: datetime) -> None:
    """Note that an address is not to come back among the contacts of a type."""
    pepper = _pepper(db)
    if pepper is None:
        pepper = secrets.token_bytes(PEPPER_BYTES)
        db.execute(SQL["set_pepper"], (pepper,)).fetchall()
    db.execute(SQL["insert"], (type_id, _hash(pepper, email_key), to_micros(now))).fetchall()


def allow(db: apsw.Connection, type_id: int, email_key: str) -> bool:
    """Let an address come back; tells whether it was kept out."""
    pepper = _pepper(db)
    if pepper is None:
        return False
    db.execute(SQL["delete"], (type_id, _hash(pepper, email_key))).fetchall()
    return db.changes() > 0


def last_number(db: apsw.Connection) -> int:
    """Give the number of the address that was forgotten last, by which `among` can be told what was looked at."""
    row: Any = one(db, SQL["last_id"])
    return row[0] if row else 0


def among(db: apsw.Connection, type_id: int, email_keys: Sequence[str], after: int = 0) -> dict[str, datetime]:
    """Find those of many addresses that were forgotten in a type, each with the instant of that; only those that were
    forgotten later than the number `after`. Where there are none, nothing is hashed."""
    if one(db, SQL["any_of_type"], (type_id, after)) is None:
        return {}
    pepper = _pepper(db)
    assert pepper is not None
    hashed = {_hash(pepper, key): key for key in email_keys}
    rows: Any = db.execute(SQL["among"], (type_id, after, msgspec.json.encode(list(hashed)).decode()))
    return {hashed[email_hash]: from_micros(at) for email_hash, at in rows}


def _pepper(db: apsw.Connection) -> bytes | None:
    row: Any = one(db, SQL["pepper"])
    return row[0] if row else None


def _hash(pepper: bytes, email_key: str) -> str:
    return hmac.digest(pepper, email_key.encode(), "sha256").hex()
