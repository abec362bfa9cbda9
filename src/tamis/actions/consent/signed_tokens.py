"""Signed tokens, which only this installation can make and read: the authority of links that need no sign-in.

A token is the id of its key, and its expiry and payload encrypted with AES-SIV (RFC 5297), which authenticates them
together with the purpose. It is deterministic: the same payload has the same token as long as the same key signs.
"""

import base64
import secrets
import struct
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from tamis import log
from tamis.actions.services import Services
from tamis.domain.consent.signing_keys import SigningKey, next_key_begins, signing_key, valid_until
from tamis.records.consent import signing_keys
from tamis.records.handles import Reader, Transaction

SECRET_BITS = 512
MAX_TOKEN_LENGTH = 4_000
"""Enough for a token that names all topics that a contact type can have, and the longest email."""
_KEY_ID, _EXPIRY = struct.Struct(">I"), struct.Struct(">I")
_NO_EXPIRY = 0
_TAG_BYTES = 16


class TokenPurpose(StrEnum):
    """What a token allows; one of another purpose is refused."""

    UNSUBSCRIBE = "unsubscribe"
    CONFIRM_SUBSCRIPTION = "confirm-subscription"


class Signer:
    """Makes tokens with one key."""

    def __init__(self, key: SigningKey) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # takes as long as a short command

        self._key_id = _KEY_ID.pack(key.id)
        self._encrypt = AESSIV(key.secret).encrypt

    def sign(self, purpose: TokenPurpose, payload: bytes, expires_at: datetime | None = None) -> str:
        """Make a token of characters that URLs need not escape; without `expires_at` it is valid as long as its key."""
        expiry = _NO_EXPIRY if expires_at is None else int(expires_at.timestamp())
        sealed = self._encrypt(_EXPIRY.pack(expiry) + payload, [purpose.encode(), self._key_id])
        return base64.urlsafe_b64encode(self._key_id + sealed).rstrip(b"=").decode()


def signer(services: Services) -> Signer:
    """Return a signer for readers; a key that is due is made first."""
    now = services.clock()
    keys = signing_keys.all_keys(services.records.reader())
    current = signing_key(keys, now)
    if current is None or next_key_begins(keys, now) is not None:
        return services.write(signer_of)
    return Signer(current)


def signer_of(db: Transaction, now: datetime) -> Signer:
    """Return a signer for a transaction that makes a token; a key that is due is made first."""
    return Signer(_keep_keys(db, now))


def sign(
    db: Transaction, now: datetime, purpose: TokenPurpose, payload: bytes, expires_at: datetime | None = None
) -> str:
    """Make one token (see `Signer.sign`)."""
    return signer_of(db, now).sign(purpose, payload, expires_at)


def verify(db: Reader, now: datetime, purpose: TokenPurpose, token: str) -> bytes | None:
    """Return the payload of a token, or None if it was not made here for this purpose or is not valid any more; the
    answer does not say which."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    raw = _decode(token)
    if raw is None:
        return None
    key_id, sealed = raw[: _KEY_ID.size], raw[_KEY_ID.size :]
    keys = signing_keys.all_keys(db)
    key = next((key for key in keys if _KEY_ID.pack(key.id) == key_id), None)
    if key is None or ((end := valid_until(keys, key)) is not None and end <= now):
        return None
    try:
        opened = AESSIV(key.secret).decrypt(sealed, [purpose.encode(), key_id])  # compares in constant time
    except InvalidTag:
        return None
    (expiry,) = _EXPIRY.unpack_from(opened)
    return opened[_EXPIRY.size :] if expiry == _NO_EXPIRY or now.timestamp() < expiry else None


def rotate(db: Transaction, now: datetime, *, revoke_earlier: bool = False) -> SigningKey:
    """Let a new key sign from now on. Tokens of earlier keys stay valid as long as they would have, unless
    `revoke_earlier`, for when somebody may know their secrets."""
    revoked = [key for key in signing_keys.all_keys(db) if revoke_earlier or key.signs_from > now]
    for key in revoked:
        signing_keys.delete(db, key)
    made = _make_key(db, now, now)
    log.event("signing_key_rotated", key=made.id, revoked=len(revoked) if revoke_earlier else 0)
    return made


def list_keys(db: Reader) -> list[tuple[SigningKey, datetime | None]]:
    """List the keys in the order in which they begin to sign, each with the end of the validity of its tokens."""
    keys = signing_keys.all_keys(db)
    return [(key, valid_until(keys, key)) for key in keys]


def add_keys(db: Transaction, _now: datetime, keys: Sequence[SigningKey]) -> None:
    """Add the keys of another data directory, so that its tokens are valid here, too."""
    known = {key.id for key in signing_keys.all_keys(db)}
    for key in keys:
        if key.id not in known:
            signing_keys.insert(db, key)


def _keep_keys(db: Transaction, now: datetime) -> SigningKey:
    """Return the key that signs now; make the next one if it is due, and delete those whose tokens are all invalid."""
    keys = signing_keys.all_keys(db)
    for key in keys:
        if (end := valid_until(keys, key)) is not None and end <= now:
            signing_keys.delete(db, key)
    begins = next_key_begins(keys, now)
    made = None if begins is None else _make_key(db, now, begins)
    current = signing_key([*keys, *([made] if made else [])], now)
    assert current
    return current


def _make_key(db: Transaction, now: datetime, signs_from: datetime) -> SigningKey:
    key = SigningKey(secrets.randbits(8 * _KEY_ID.size), secrets.token_bytes(SECRET_BITS // 8), now, signs_from)
    signing_keys.insert(db, key)
    return key


def _decode(token: str) -> bytes | None:
    """Decode the one spelling of a token, or return None."""
    if len(token) > MAX_TOKEN_LENGTH:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (NotBase64, ValueError):
        return None
    is_canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == token
    return raw if is_canonical and len(raw) >= _KEY_ID.size + _TAG_BYTES + _EXPIRY.size else None
