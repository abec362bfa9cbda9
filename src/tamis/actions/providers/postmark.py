"""Postmark's webhooks: one event a request, without a signature; it sends a user and password, or headers, that are set
there.

https://postmarkapp.com/developer/webhooks/webhooks-overview
"""

from collections.abc import Mapping

from tamis.actions.providers.collecting import ReportCollector, instant_of_text, text_in
from tamis.actions.providers.requests import ProviderRequest, require_credential, require_object
from tamis.domain.providers import RejectionReason, ReportKind, Reports, Service

KINDS: Mapping[str, ReportKind] = {
    "Delivery": ReportKind.DELIVERED,
    "Open": ReportKind.OPENED,
    "Click": ReportKind.CLICKED,
    "SpamComplaint": ReportKind.COMPLAINED,
}
BOUNCES: Mapping[str, ReportKind] = {
    "HardBounce": ReportKind.BOUNCED,
    "BadEmailAddress": ReportKind.BOUNCED,
    "SpamNotification": ReportKind.COMPLAINED,
    "SpamComplaint": ReportKind.COMPLAINED,
    "Unsubscribe": ReportKind.UNSUBSCRIBED,
    "Transient": ReportKind.SOFT_BOUNCED,
    "SoftBounce": ReportKind.SOFT_BOUNCED,
    "DnsError": ReportKind.SOFT_BOUNCED,
    "Blocked": ReportKind.SOFT_BOUNCED,
    "DMARCPolicy": ReportKind.SOFT_BOUNCED,
    "VirusNotification": ReportKind.SOFT_BOUNCED,
}
"""The types of bounces; others, such as automatic answers, say nothing about the email."""
SUPPRESSED_BY_POSTMARK: Mapping[str, ReportKind] = {
    "HardBounce": ReportKind.BOUNCED,
    "SpamComplaint": ReportKind.COMPLAINED,
    "ManualSuppression": ReportKind.UNSUBSCRIBED,
}


def verify(request: ProviderRequest, credential: str) -> None:
    """Raise RequestRefused unless a request has the credential, if one is set."""
    require_credential(request, credential)


def read(request: ProviderRequest) -> Reports:
    """Return the report of a request; raises RequestRefused."""
    event = require_object(request.content())
    collector = ReportCollector(request.at, Service.POSTMARK)
    if not text_in(event, "RecordType"):
        collector.reject(RejectionReason.KIND_MISSING)
        return collector.collected()
    properties = {
        "message_id": text_in(event, "MessageID"),
        "tag": text_in(event, "Tag"),
        "url": text_in(event, "OriginalLink"),
        "reason": text_in(event, "Description", "Details"),
    }
    at = instant_of_text(text_in(event, "DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt"))
    email = text_in(event, "Email", "Recipient")
    collector.add(_kind(event), email, at, event.get("ID"), properties)
    return collector.collected()


def _kind(event: Mapping[str, object]) -> ReportKind | None:
    kind = text_in(event, "RecordType")
    if kind == "Bounce":
        return BOUNCES.get(text_in(event, "Type"))
    if kind == "SubscriptionChange":
        is_suppressed = event.get("SuppressSending") is True  # being allowed again lifts nothing
        return SUPPRESSED_BY_POSTMARK.get(text_in(event, "SuppressionReason")) if is_suppressed else None
    return KINDS.get(kind)
