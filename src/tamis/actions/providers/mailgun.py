"""Mailgun's webhooks: one event a request, which contains its signature (HMAC-SHA256 of timestamp and token).

https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhooks
"""

import hmac
from collections.abc import Mapping
from datetime import timedelta

from tamis.actions.providers.collecting import (
    ReportCollector,
    first_text,
    instant_of_seconds,
    object_in,
    text_in,
)
from tamis.actions.providers.requests import ProviderRequest, RequestRefused, require_object, require_recent
from tamis.domain.providers import RefusalReason, RejectionReason, ReportKind, Reports, Service

MAX_AGE = timedelta(hours=9)
"""Mailgun tries for 8 hours."""
KINDS: Mapping[str, ReportKind] = {
    "delivered": ReportKind.DELIVERED,
    "opened": ReportKind.OPENED,
    "clicked": ReportKind.CLICKED,
    "unsubscribed": ReportKind.UNSUBSCRIBED,
    "complained": ReportKind.COMPLAINED,
}
SUPPRESSED_BY_MAILGUN: Mapping[str, ReportKind] = {
    "suppress-complaint": ReportKind.COMPLAINED,
    "suppress-unsubscribe": ReportKind.UNSUBSCRIBED,
}
"""Why Mailgun did not send a message at all; all other permanent failures are bounces."""
MACHINES = frozenset({"bot", "robot"})


def verify(request: ProviderRequest, credential: str) -> None:
    """Raise RequestRefused unless a request is signed with the signing key that is the credential; for an event of a
    subaccount, that of the parent account will do."""
    signature = object_in(require_object(request.content()), "signature")
    timestamp, token = signature.get("timestamp"), signature.get("token")
    signatures = [signature.get(name) for name in ("signature", "parent-signature")]
    sent = [each for each in signatures if isinstance(each, str)]
    if not isinstance(timestamp, str | int) or not isinstance(token, str) or not sent:
        raise RequestRefused(RefusalReason.SIGNATURE_MISSING)
    signed = f"{timestamp}{token}".encode("utf-8", "replace")
    expected = hmac.digest(credential.encode(), signed, "sha256").hex().encode()
    if not any(hmac.compare_digest(each.encode("utf-8", "replace"), expected) for each in sent):
        raise RequestRefused(RefusalReason.SIGNATURE_WRONG)
    require_recent(instant_of_seconds(timestamp), request.at, MAX_AGE)


def read(request: ProviderRequest) -> Reports:
    """Return the report of a request; raises RequestRefused."""
    event = object_in(require_object(request.content()), "event-data")
    if not event:
        raise RequestRefused(RefusalReason.OTHER_FORMAT)
    collector = ReportCollector(request.at, Service.MAILGUN)
    if not text_in(event, "event"):
        collector.reject(RejectionReason.KIND_MISSING)
        return collector.collected()
    status = object_in(event, "delivery-status")
    properties = {
        "message_id": text_in(object_in(object_in(event, "message"), "headers"), "message-id"),
        "campaign": first_text([text_in(each, "name") for each in _objects(event.get("campaigns"))]),
        "tag": first_text(event.get("tags")),
        "url": text_in(event, "url"),
        "reason": text_in(status, "message", "description") or text_in(event, "reason"),
        "machine": text_in(object_in(event, "client-info"), "client-type", "bot").lower() in MACHINES,
    }
    at = instant_of_seconds(event.get("timestamp"))
    # The id is unique only within a day.
    id_ = f"{text_in(event, 'id')} {at.isoformat()}" if at and text_in(event, "id") else ""
    collector.add(_kind(event), event.get("recipient"), at, id_, properties)
    return collector.collected()


def _kind(event: Mapping[str, object]) -> ReportKind | None:
    kind = text_in(event, "event")
    if kind != "failed":
        return KINDS.get(kind)
    if text_in(event, "severity") == "temporary":
        return ReportKind.SOFT_BOUNCED
    return SUPPRESSED_BY_MAILGUN.get(text_in(event, "reason"), ReportKind.BOUNCED)


def _objects(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
