"""Two-step sign-in: time-based one-time codes (RFC 6238), each accepted once, and recovery codes for a lost device."""

import hmac
import re
import secrets
from datetime import datetime

from tamis.actions.audit import record_entry_of_user
from tamis.domain.accounts.accounts import hash_secret
from tamis.domain.accounts.audit import AuditAction
from tamis.domain.accounts.users import User
from tamis.domain.errors import Invalid, Problem, Refused
from tamis.domain.values.instants import to_micros
from tamis.records.accounts import sessions
from tamis.records.handles import Reader, Transaction
from tamis.records.team import users

STEP_MICROS = 30_000_000
TOLERANCE = 1
"""How many steps the clock of a device may be off."""
SECRET = re.compile("[A-Z2-7]{32}")
RECOVERY_CODES = 10
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 characters that are not mistaken for each other."""
GROUPS, GROUP_LENGTH = 5, 5
"""25 characters have 125 random bits, so that a hash without salt is enough."""


def generate_secret() -> str:
    """Generate the secret that the user's device and Tamis share: 160 random bits in base 32."""
    import pyotp  # only who uses codes waits for it

    return pyotp.random_base32()


def enrolment_uri(user: User, secret: str) -> str:
    """Return the address that apps for one-time codes read, as a link or QR code."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="Tamis")


def asks_for_code(db: Reader, user: User) -> bool:
    """Return whether signing in as a user takes a code."""
    return users.code_secret(db, user.id) is not None


def count_recovery_codes(db: Reader, user: User) -> int:
    """Return how many unused recovery codes a user has."""
    return users.count_recovery_codes(db, user.id)


def enable_codes(db: Transaction, now: datetime, user: User, secret: str, code: str, kept: bytes | None) -> list[str]:
    """Require codes of a secret from now on, end all sessions of the user except the one with the token hash `kept`,
    and return the recovery codes. Raises Invalid if a code shows that the user's device does not have the secret."""
    step = _step_of(secret, code, now) if SECRET.fullmatch(secret) else None
    if step is None:
        raise Invalid([Problem("code", "code_wrong")])
    users.set_code_secret(db, user.id, secret, step)
    sessions.delete_others(db, user.id, kept)
    record_entry_of_user(db, now, user, AuditAction.CODES_ENABLED)
    return _new_recovery_codes(db, user)


def disable_codes(db: Transaction, now: datetime, user: User) -> None:
    """Require no codes any more; raises Refused if none are required."""
    _require_codes(db, user)
    users.set_code_secret(db, user.id, None)
    users.replace_recovery_codes(db, user.id, [])
    record_entry_of_user(db, now, user, AuditAction.CODES_DISABLED)


def replace_recovery_codes(db: Transaction, now: datetime, user: User) -> list[str]:
    """Return new recovery codes; the earlier ones become invalid. Raises Refused if no codes are required."""
    _require_codes(db, user)
    record_entry_of_user(db, now, user, AuditAction.RECOVERY_CODES_REPLACED)
    return _new_recovery_codes(db, user)


def use_code(db: Transaction, now: datetime, user: User, text: str) -> bool:
    """Return whether a text is a code of the user's device that was not used before, nor a later one, or one of their
    recovery codes; it cannot be used again."""
    known = users.code_secret(db, user.id)
    if known is None:
        return False
    if re.sub(r"\s", "", text).isdigit():
        step = _step_of(known[0], text, now)
        return step is not None and users.use_code_step(db, user.id, step)
    if not users.use_recovery_code(db, user.id, _recovery_hash(text)):
        return False
    record_entry_of_user(db, now, user, AuditAction.RECOVERY_CODE_USED)
    return True


def _step_of(secret: str, text: str, now: datetime) -> int | None:
    """Return the time step whose code a text is, near now, or None."""
    import pyotp

    totp, tried = pyotp.TOTP(secret), re.sub(r"\s", "", text)
    current = to_micros(now) // STEP_MICROS
    found = None
    for step in range(current - TOLERANCE, current + TOLERANCE + 1):  # all of them, whichever fits
        if hmac.compare_digest(totp.generate_otp(step).encode(), tried.encode("utf-8", "replace")):
            found = step
    return found


def _require_codes(db: Reader, user: User) -> None:
    if not asks_for_code(db, user):
        raise Refused("codes_off")


def _new_recovery_codes(db: Transaction, user: User) -> list[str]:
    codes = [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
        for _ in range(RECOVERY_CODES)
    ]
    users.replace_recovery_codes(db, user.id, [_recovery_hash(code) for code in codes])
    return codes


def _recovery_hash(text: str) -> bytes:
    return hash_secret(re.sub(r"[\s-]", "", text).lower())
