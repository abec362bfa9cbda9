"""Twilio SendGrid's Event Webhook: batches, signed by an elliptic curve (ECDSA P-256) over timestamp and body.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from tamis.actions.providers.collecting import ReportCollector, first_text, instant_of_seconds, text_in
from tamis.actions.providers.requests import ProviderRequest, RequestRefused, require_recent
from tamis.domain.providers import RefusalReason, ReportKind, Reports, Service

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
MAX_AGE = timedelta(hours=25)
"""SendGrid tries for 24 hours."""
KINDS: Mapping[str, ReportKind] = {
    "delivered": ReportKind.DELIVERED,
    "open": ReportKind.OPENED,
    "click": ReportKind.CLICKED,
    "bounce": ReportKind.BOUNCED,
    "spamreport": ReportKind.COMPLAINED,
    "unsubscribe": ReportKind.UNSUBSCRIBED,
    "group_unsubscribe": ReportKind.UNSUBSCRIBED,
}
DROPPED: Mapping[str, ReportKind] = {
    "bounced address": ReportKind.BOUNCED,
    "invalid": ReportKind.BOUNCED,
    "spam reporting address": ReportKind.COMPLAINED,
    "unsubscribed address": ReportKind.UNSUBSCRIBED,
}
"""Why SendGrid did not send a message at all; other reasons say nothing about the email."""


def verify(request: ProviderRequest, credential: str) -> None:
    """Raise RequestRefused unless a request is signed with the key pair whose public key is the credential."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    signature, timestamp = request.header(SIGNATURE), request.header(TIMESTAMP)
    if not signature or not timestamp:
        raise RequestRefused(RefusalReason.SIGNATURE_MISSING)
    try:
        signed = timestamp.encode() + request.body
        read_public_key(credential).verify(base64.b64decode(signature, validate=True), signed, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        raise RequestRefused(RefusalReason.SIGNATURE_WRONG) from None
    require_recent(instant_of_seconds(timestamp), request.at, MAX_AGE)


def read_public_key(text: str) -> "EllipticCurvePublicKey":
    """Read a verification key as SendGrid shows it, or in PEM; raises ValueError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    lines = [line for line in text.split() if line]
    encoded = "".join(lines).removeprefix("-----BEGINPUBLICKEY-----").removesuffix("-----ENDPUBLICKEY-----")
    try:
        key = load_der_public_key(base64.b64decode(encoded, validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("not a key of the curve P-256")
    return key


def read(request: ProviderRequest) -> Reports:
    """Return the reports of a request; raises RequestRefused."""
    content = request.content()
    if not isinstance(content, list):
        raise RequestRefused(RefusalReason.OTHER_FORMAT)
    collector = ReportCollector(request.at, Service.SENDGRID)
    for item in collector.events_of(content):
        properties = {
            "message_id": text_in(item, "sg_message_id", "smtp-id"),
            "campaign": text_in(item, "singlesend_name", "marketing_campaign_name"),
            "tag": first_text(item.get("category")),
            "url": text_in(item, "url"),
            "reason": text_in(item, "reason"),
            "machine": item.get("sg_machine_open") is True,
        }
        at = instant_of_seconds(item.get("timestamp"))
        collector.add(_kind(item), item.get("email"), at, item.get("sg_event_id"), properties)
    return collector.collected()


def _kind(item: Mapping[str, object]) -> ReportKind | None:
    event = text_in(item, "event")
    if event == "dropped":
        return DROPPED.get(text_in(item, "reason").lower())
    if event == "bounce" and text_in(item, "type") == "blocked":
        return ReportKind.SOFT_BOUNCED
    return KINDS.get(event)
