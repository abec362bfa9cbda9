"""Verifying webhooks after the Standard Webhooks specification (https://www.standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300


class InvalidWebhook(ValueError):
    """A request that is no delivery of this webhook, or is too old; the text says why. Answer it with status 400."""


def verify_webhook(body: bytes, headers: Mapping[str, str], *secrets: str, tolerance: float = TOLERANCE_SECONDS) -> str:
    """Check that a request is a delivery of Tamis, and return its id, which is the same when it is sent again.

    `body` are the bytes as they were received; `secrets` are the webhook's, while they are rotated also the old one.
    Raises InvalidWebhook.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp = named["webhook-id"], named["webhook-timestamp"]
        signatures = named["webhook-signature"].split()
    except KeyError as missing:
        raise InvalidWebhook(f"the header {missing.args[0]} is missing") from None
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(time.time() - int(timestamp)) > tolerance:
        raise InvalidWebhook("the timestamp is too old, or in the future")
    expected = [sign(secret, message_id, int(timestamp), body).encode() for secret in secrets]
    received = [signature.encode() for signature in signatures]
    if not any(hmac.compare_digest(one, other) for one in expected for other in received):
        raise InvalidWebhook("no signature is of this body and secret")
    return message_id


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a delivery, as in the header `webhook-signature`; raises ValueError for a secret that is
    none."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("the secret is not one of a webhook") from None
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
