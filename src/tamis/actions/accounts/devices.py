"""Known devices, where a user has signed in before: failed attempts are counted separately for each.

This is the "device cookies" scheme of OWASP: guessing elsewhere cannot lock out a known device, because only attempts
without a valid cookie are counted together. A cookie alone grants no access.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from tamis.domain.accounts.users import User
from tamis.records.consent.email_hashes import get_or_create_pepper, pepper
from tamis.records.handles import Reader, Transaction

MAX_AGE = timedelta(days=365)


def make_device(db: Transaction, now: datetime, user: User) -> str:
    """Return a new cookie for a device of a user: a random id, the time in seconds, and their signature."""
    signed = f"{secrets.token_urlsafe(16)}.{int(now.timestamp())}"
    return f"{signed}.{_signature(get_or_create_pepper(db), user, signed)}"


def device_of(db: Reader, now: datetime, user: User, cookie: str) -> str | None:
    """Return the id of a device on which a user signed in within the last year, or None."""
    secret = pepper(db)
    signed, _, signature = cookie.rpartition(".")
    device_id, _, issued = signed.partition(".")
    if secret is None or not hmac.compare_digest(signature.encode(), _signature(secret, user, signed).encode()):
        return None
    return device_id if abs(now.timestamp() - int(issued)) <= MAX_AGE.total_seconds() else None


def _signature(secret: bytes, user: User, signed: str) -> str:
    return hmac.digest(secret, f"device {user.id} {signed}".encode("utf-8", "replace"), "sha256").hex()
