"""Devices on which somebody signed in before: each has a counter of failed attempts of its own.

The scheme is that of OWASP's "device cookies": whoever guesses elsewhere cannot lock out a known device, because only
attempts without a valid cookie are counted together. A cookie lets nobody in.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from tamis.domain.accounts import Account
from tamis.records.email_hashes import get_or_create_pepper, pepper
from tamis.records.handles import Reader, Transaction

KNOWN_FOR = timedelta(days=365)


def make_device(db: Transaction, now: datetime, account: Account) -> str:
    """Return a new cookie for a device of an account: a random mark, the second of its making, and their signature."""
    signed = f"{secrets.token_urlsafe(16)}.{int(now.timestamp())}"
    return f"{signed}.{_signature(get_or_create_pepper(db), account, signed)}"


def device_of(db: Reader, now: datetime, account: Account, cookie: str) -> str | None:
    """Return the mark of a device that an account was signed in to within the last year, or None."""
    secret = pepper(db)
    signed, _, signature = cookie.rpartition(".")
    mark, _, made = signed.partition(".")
    if secret is None or not hmac.compare_digest(signature.encode(), _signature(secret, account, signed).encode()):
        return None
    return mark if abs(now.timestamp() - int(made)) <= KNOWN_FOR.total_seconds() else None


def _signature(secret: bytes, account: Account, signed: str) -> str:
    return hmac.digest(secret, f"device {account.id} {signed}".encode("utf-8", "replace"), "sha256").hex()
