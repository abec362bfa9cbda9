"""Verifying webhooks after the Standard Webhooks specification (https://www.standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import datetime

import msgspec

from tamis.client.models.programs import Change
from tamis.client.request import Model

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300


class ChangesOfMessage(Model, frozen=True, kw_only=True):
    """The changes in a message, in order; `last_id` is the number up to which all have been sent."""

    changes: tuple[Change, ...] = ()
    last_id: int | None = None


class InvalidWebhook(ValueError):
    """A request that is no delivery of this webhook, or is too old; the text says why. Answer it with status 400."""


class WebhookMessage(Model, frozen=True, kw_only=True):
    """A message of a webhook; `id` is the same when it is sent again. Tests have the type `test`, and no changes."""

    id: str = ""
    type: str
    timestamp: datetime
    data: ChangesOfMessage = ChangesOfMessage()


def verify_webhook(
    body: bytes, headers: Mapping[str, str], *secrets: str, tolerance: float = TOLERANCE_SECONDS
) -> WebhookMessage:
    """Check that a request is from the webhook with a secret, and return its message.

    `body` are the bytes as they were received; while the secret is rotated, give the old one, too. Raises
    InvalidWebhook.
    """
    message_id = verify_signature(body, headers, *secrets, tolerance=tolerance)
    try:
        return msgspec.structs.replace(msgspec.json.decode(body, type=WebhookMessage), id=message_id)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidWebhook(f"the body is no message of a webhook: {error}") from None


def verify_signature(
    body: bytes, headers: Mapping[str, str], *secrets: str, tolerance: float = TOLERANCE_SECONDS
) -> str:
    """Check the signature and the age of a request, and return the id of its message; raises InvalidWebhook."""
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
