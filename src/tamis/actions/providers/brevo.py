"""Brevo's webhooks, transactional and marketing ones: an event a request, or a list of them, without a signature; it
sends a user and password, or a bearer token, that are set there.

https://developers.brevo.com/docs/transactional-webhooks, https://developers.brevo.com/docs/marketing-webhooks
"""

from collections.abc import Mapping

from tamis.actions.providers.collecting import ReportCollector, first_text, instant_of_seconds, text_in
from tamis.actions.providers.requests import ProviderRequest, RequestRefused, require_credential
from tamis.domain.providers import RefusalReason, ReportKind, Reports, Service

KINDS: Mapping[str, ReportKind] = {
    "delivered": ReportKind.DELIVERED,
    "opened": ReportKind.OPENED,
    "unique_opened": ReportKind.OPENED,
    "proxy_open": ReportKind.OPENED,
    "unique_proxy_open": ReportKind.OPENED,
    "click": ReportKind.CLICKED,
    "soft_bounce": ReportKind.SOFT_BOUNCED,
    "hard_bounce": ReportKind.BOUNCED,
    "invalid_email": ReportKind.BOUNCED,
    "spam": ReportKind.COMPLAINED,
    "complaint": ReportKind.COMPLAINED,
    "unsubscribe": ReportKind.UNSUBSCRIBED,
    "unsubscribed": ReportKind.UNSUBSCRIBED,
}
MILLISECONDS = 1_000


def verify(request: ProviderRequest, credential: str) -> None:
    """Raise RequestRefused unless a request has the credential, if one is set."""
    require_credential(request, credential)


def read(request: ProviderRequest) -> Reports:
    """Return the reports of a request; raises RequestRefused."""
    content = request.content()
    items = content if isinstance(content, list) else [content]
    if not isinstance(content, list | dict):
        raise RequestRefused(RefusalReason.OTHER_FORMAT)
    collector = ReportCollector(request.at, Service.BREVO)
    for item in collector.events_of(items):
        _add(collector, item)
    return collector.collected()


def _add(collector: ReportCollector, item: Mapping[str, object]) -> None:
    event = text_in(item, "event").lower()
    properties = {
        "message_id": text_in(item, "message-id"),
        "campaign": text_in(item, "campaign name"),
        "tag": first_text(item.get("tags")) or text_in(item, "tag"),
        "url": text_in(item, "link", "URL"),
        "reason": text_in(item, "reason"),
        "machine": "proxy" in event,
    }
    at = instant_of_seconds(item.get("ts_event")) or instant_of_seconds(item.get("ts_epoch"), MILLISECONDS)
    # Its `id` is that of the webhook, so that only the content tells events apart.
    collector.add(KINDS.get(event), item.get("email"), at, "", properties)
