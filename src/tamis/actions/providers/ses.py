"""Amazon SES: notifications and published events, which come as messages of SNS.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from tamis.actions.providers.collecting import ReportCollector, first_text, instant_of_text, object_in, text_in
from tamis.actions.providers.requests import RequestRefused, decode_json, require_object
from tamis.actions.providers.sns import SnsMessage
from tamis.domain.providers import RefusalReason, RejectionReason, ReportKind, Reports, Service

GREETING = "Successfully validated SNS topic"
"""How the message begins that SES publishes once, when a topic is set."""
NOT_SPAM = "not-spam"
OPTED_OUT = frozenset({"optout", "opt_out"})


def read(message: SnsMessage, now: datetime) -> Reports:
    """Return the reports of a verified message; raises RequestRefused."""
    if message.text.startswith(GREETING):
        return Reports(ignored=1)
    event = require_object(decode_json(message.text))
    type_ = text_in(event, "eventType", "notificationType")
    if not type_ or not isinstance(event.get("mail"), dict):
        raise RequestRefused(RefusalReason.OTHER_FORMAT)
    collector = ReportCollector(now, Service.SES)
    _Reader(event, message.id, collector).read(type_)
    return collector.collected()


class _Reader:
    def __init__(self, event: Mapping[str, object], message_id: str, collector: ReportCollector) -> None:
        self._event = event
        self._mail = object_in(event, "mail")
        self._message_id = message_id
        self._collector = collector

    def read(self, type_: str) -> None:
        match type_:
            case "Bounce":
                self._bounce(object_in(self._event, "bounce"))
            case "Complaint":
                complaint = object_in(self._event, "complaint")
                is_spam = text_in(complaint, "complaintFeedbackType") != NOT_SPAM
                emails = _emails(complaint.get("complainedRecipients"))
                self._add_all(ReportKind.COMPLAINED if is_spam else None, emails, complaint)
            case "Delivery":
                delivery = object_in(self._event, "delivery")
                self._add_all(ReportKind.DELIVERED, _list(delivery.get("recipients")), delivery)
            case "Open":
                self._add_of_recipient(ReportKind.OPENED, object_in(self._event, "open"))
            case "Click":
                self._add_of_recipient(ReportKind.CLICKED, object_in(self._event, "click"))
            case "Subscription":
                change = object_in(self._event, "subscription")
                has_left = _has_left(object_in(change, "newTopicPreferences"))
                self._add_of_recipient(ReportKind.UNSUBSCRIBED if has_left else None, change)
            case _:
                self._collector.add(None, None, None)

    def _bounce(self, bounce: Mapping[str, object]) -> None:
        is_permanent = text_in(bounce, "bounceType") == "Permanent"
        kind = ReportKind.BOUNCED if is_permanent else ReportKind.SOFT_BOUNCED
        recipients = _list(bounce.get("bouncedRecipients"))
        if not recipients:
            self._collector.reject(RejectionReason.EMAIL_NOT_VALID)
        for recipient in recipients:
            found = recipient if isinstance(recipient, dict) else {}
            reason = text_in(found, "diagnosticCode") or text_in(bounce, "bounceSubType")
            self._add(kind, found.get("emailAddress"), bounce, reason)

    def _add_all(self, kind: ReportKind | None, emails: Iterable[object], about: Mapping[str, object]) -> None:
        found = list(emails)
        if not found:
            self._collector.reject(RejectionReason.EMAIL_NOT_VALID)
        for email in found:
            self._add(kind, email, about)

    def _add_of_recipient(self, kind: ReportKind | None, about: Mapping[str, object]) -> None:
        """Add a report that names no email: it is about the recipient of the message, if there is only one."""
        emails = _list(self._mail.get("destination"))
        if len(emails) == 1:
            self._add(kind, emails[0], about)
        else:
            self._collector.reject(RejectionReason.RECIPIENT_NOT_KNOWN)

    def _add(self, kind: ReportKind | None, email: object, about: Mapping[str, object], reason: str = "") -> None:
        tags = object_in(self._mail, "tags")
        properties = {
            "message_id": text_in(self._mail, "messageId"),
            "campaign": first_text(tags.get("campaign")),
            "tag": first_text(tags.get("ses:configuration-set")),
            "url": text_in(about, "link"),
            "reason": reason,
        }
        self._collector.add(kind, email, instant_of_text(about.get("timestamp")), self._message_id, properties)


def _has_left(preferences: Mapping[str, object]) -> bool:
    """Return whether somebody has left all topics, or one of them."""
    topics = [topic for topic in _list(preferences.get("topicSubscriptionStatus")) if isinstance(topic, dict)]
    has_left_one = any(text_in(topic, "subscriptionStatus").lower() in OPTED_OUT for topic in topics)
    return preferences.get("unsubscribeAll") is True or has_left_one


def _emails(value: object) -> list[object]:
    return [item.get("emailAddress") if isinstance(item, dict) else None for item in _list(value)]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
