"""Each kind of event of each service, one by one."""

from collections.abc import Mapping
from typing import Any

from tamis.domain.providers import ReportKind, Service
from tests.providers.payloads import (
    AT,
    EMAIL,
    Event,
    Sample,
    brevo_campaign_event,
    brevo_event,
    iso,
    mailgun_event,
    postmark_bounce,
    postmark_event,
    sendgrid_event,
    ses_event,
)

DELIVERED, OPENED, CLICKED = ReportKind.DELIVERED, ReportKind.OPENED, ReportKind.CLICKED
SOFT, BOUNCED = ReportKind.SOFT_BOUNCED, ReportKind.BOUNCED
COMPLAINED, UNSUBSCRIBED = ReportKind.COMPLAINED, ReportKind.UNSUBSCRIBED
URL = "https://shop.example.com/sale?x=1"
SENDGRID_MESSAGE = "14c5d75ce93.filter0001.16648.5515E0B88.0"


def _sendgrid(name: str, kind: ReportKind | None, event: Event, **properties: object) -> Sample:
    common = {"provider": "sendgrid", "message_id": SENDGRID_MESSAGE, "tag": "news"}
    return Sample(Service.SENDGRID, name, kind, event, {**common, **properties})


def _mailgun(name: str, kind: ReportKind | None, event: Event, **properties: object) -> Sample:
    common = {"provider": "mailgun", "message_id": "20261128@mg.example.com", "tag": "news", "campaign": "November"}
    return Sample(Service.MAILGUN, name, kind, event, {**common, **properties})


def _postmark(name: str, kind: ReportKind | None, event: Event, **properties: object) -> Sample:
    common = {"provider": "postmark", "message_id": "883953f4-6105-42a2-a16a-77a8eac79483", "tag": "news"}
    return Sample(Service.POSTMARK, name, kind, event, {**common, **properties})


def _ses(name: str, kind: ReportKind | None, event: Event, **properties: object) -> Sample:
    common = {"provider": "ses", "message_id": "0102019-a", "campaign": "November", "tag": "news-set"}
    return Sample(Service.SES, name, kind, event, {**common, **properties})


def _brevo(name: str, kind: ReportKind | None, event: Event, **properties: object) -> Sample:
    common = {"provider": "brevo", "message_id": "<202611280925@smtp-relay.mailin.fr>", "tag": "news"}
    return Sample(Service.BREVO, name, kind, event, {**common, **properties})


def _brevo_campaign(name: str, kind: ReportKind | None, event: Event, **properties: object) -> Sample:
    return Sample(Service.BREVO, name, kind, event, {"provider": "brevo", "campaign": "November", **properties})


def _ses_bounce(type_: str, sub_type: str) -> Event:
    recipient = {"emailAddress": EMAIL, "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 unknown"}
    bounce = {"bounceType": type_, "bounceSubType": sub_type, "bouncedRecipients": [recipient], "timestamp": iso()}
    return ses_event("Bounce", bounce={**bounce, "feedbackId": "f-1"})


def _ses_complaint(**more: object) -> Event:
    complained: dict[str, Any] = {"complainedRecipients": [{"emailAddress": EMAIL}], "timestamp": iso()}
    return ses_event("Complaint", complaint={**complained, "feedbackId": "f-2", **more})


def _ses_subscription(**preferences: object) -> Event:
    change = {"contactList": "all", "timestamp": iso(), "source": "UnsubscribeHeader"}
    return ses_event("Subscription", subscription={**change, "newTopicPreferences": preferences})


POSTMARK_AT: Mapping[str, str] = {
    name: AT.strftime("%Y-%m-%dT%H:%M:%S.0000000+00:00")
    for name in ("DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt")
}
PROTECTED = {"client-type": "robot", "client-name": "proxy", "bot": ""}

SAMPLES = (
    _sendgrid("delivered", DELIVERED, sendgrid_event("delivered", response="250 OK")),
    _sendgrid("open", OPENED, sendgrid_event("open", useragent="Mozilla/5.0", ip="192.0.2.1", sg_machine_open=False)),
    _sendgrid("machine open", OPENED, sendgrid_event("open", sg_machine_open=True), machine=True),
    _sendgrid("click", CLICKED, sendgrid_event("click", url=URL, ip="192.0.2.1"), url=URL),
    _sendgrid("blocked", SOFT, sendgrid_event("bounce", type="blocked", reason="450 busy"), reason="450 busy"),
    _sendgrid("bounce", BOUNCED, sendgrid_event("bounce", type="bounce", reason="550 none"), reason="550 none"),
    _sendgrid("dropped", BOUNCED, sendgrid_event("dropped", reason="Bounced Address"), reason="Bounced Address"),
    _sendgrid("dropped invalid", BOUNCED, sendgrid_event("dropped", reason="Invalid"), reason="Invalid"),
    _sendgrid("dropped unsubscribed", UNSUBSCRIBED, sendgrid_event("dropped", reason="Unsubscribed Address")),
    _sendgrid("dropped complained", COMPLAINED, sendgrid_event("dropped", reason="Spam Reporting Address")),
    _sendgrid("spamreport", COMPLAINED, sendgrid_event("spamreport")),
    _sendgrid("unsubscribe", UNSUBSCRIBED, sendgrid_event("unsubscribe")),
    _sendgrid("group_unsubscribe", UNSUBSCRIBED, sendgrid_event("group_unsubscribe", asm_group_id=10)),
    _sendgrid("processed", None, sendgrid_event("processed")),
    _sendgrid("deferred", None, sendgrid_event("deferred", response="400 later", attempt="5")),
    _sendgrid("group_resubscribe", None, sendgrid_event("group_resubscribe", asm_group_id=10)),
    _sendgrid("dropped for its content", None, sendgrid_event("dropped", reason="Spam Content")),
    _mailgun("delivered", DELIVERED, mailgun_event("delivered")),
    _mailgun("opened", OPENED, mailgun_event("opened", **{"client-info": {"client-type": "browser", "bot": ""}})),
    _mailgun("machine opened", OPENED, mailgun_event("opened", **{"client-info": PROTECTED}), machine=True),
    _mailgun("clicked", CLICKED, mailgun_event("clicked", url=URL, ip="192.0.2.1"), url=URL),
    _mailgun(
        "failed for now",
        SOFT,
        mailgun_event("failed", severity="temporary", **{"delivery-status": {"code": 452, "message": "full"}}),
        reason="full",
    ),
    _mailgun(
        "failed",
        BOUNCED,
        mailgun_event("failed", severity="permanent", reason="bounce", **{"delivery-status": {"message": "no user"}}),
        reason="no user",
    ),
    _mailgun(
        "suppressed complaint",
        COMPLAINED,
        mailgun_event("failed", severity="permanent", reason="suppress-complaint"),
        reason="suppress-complaint",
    ),
    _mailgun(
        "suppressed unsubscribe",
        UNSUBSCRIBED,
        mailgun_event("failed", severity="permanent", reason="suppress-unsubscribe"),
        reason="suppress-unsubscribe",
    ),
    _mailgun("complained", COMPLAINED, mailgun_event("complained")),
    _mailgun("unsubscribed", UNSUBSCRIBED, mailgun_event("unsubscribed")),
    _mailgun("accepted", None, mailgun_event("accepted")),
    _mailgun("stored", None, mailgun_event("stored")),
    _postmark("Delivery", DELIVERED, postmark_event("Delivery", Recipient=EMAIL, **POSTMARK_AT)),
    _postmark("Open", OPENED, postmark_event("Open", Recipient=EMAIL, FirstOpen=True, **POSTMARK_AT)),
    _postmark("Click", CLICKED, postmark_event("Click", Recipient=EMAIL, OriginalLink=URL, **POSTMARK_AT), url=URL),
    _postmark("Transient", SOFT, postmark_bounce("Transient"), reason="Mailbox not found."),
    _postmark("SoftBounce", SOFT, postmark_bounce("SoftBounce"), reason="Mailbox not found."),
    _postmark("HardBounce", BOUNCED, postmark_bounce("HardBounce"), reason="Mailbox not found."),
    _postmark("BadEmailAddress", BOUNCED, postmark_bounce("BadEmailAddress"), reason="Mailbox not found."),
    _postmark("SpamNotification", COMPLAINED, postmark_bounce("SpamNotification"), reason="Mailbox not found."),
    _postmark(
        "SpamComplaint",
        COMPLAINED,
        {**postmark_bounce("SpamComplaint"), "RecordType": "SpamComplaint"},
        reason="Mailbox not found.",
    ),
    _postmark("Unsubscribe", UNSUBSCRIBED, postmark_bounce("Unsubscribe"), reason="Mailbox not found."),
    _postmark("AutoResponder", None, postmark_bounce("AutoResponder")),
    *(
        _postmark(
            f"SubscriptionChange {reason}",
            kind,
            postmark_event(
                "SubscriptionChange",
                Recipient=EMAIL,
                SuppressSending=suppressed,
                SuppressionReason=reason,
                Origin="Recipient",
                **POSTMARK_AT,
            ),
        )
        for reason, suppressed, kind in (
            ("ManualSuppression", True, UNSUBSCRIBED),
            ("HardBounce", True, BOUNCED),
            ("SpamComplaint", True, COMPLAINED),
            (None, False, None),
        )
    ),
    _ses("Bounce", BOUNCED, _ses_bounce("Permanent", "General"), reason="smtp; 550 unknown"),
    _ses("Bounce for now", SOFT, _ses_bounce("Transient", "MailboxFull"), reason="smtp; 550 unknown"),
    _ses("Bounce undetermined", SOFT, _ses_bounce("Undetermined", "Undetermined"), reason="smtp; 550 unknown"),
    _ses("Complaint", COMPLAINED, _ses_complaint(complaintFeedbackType="abuse")),
    _ses("Complaint that it is no spam", None, _ses_complaint(complaintFeedbackType="not-spam")),
    _ses("Delivery", DELIVERED, ses_event("Delivery", delivery={"timestamp": iso(), "recipients": [EMAIL]})),
    _ses(
        "Open", OPENED, ses_event("Open", open={"timestamp": iso(), "userAgent": "Mozilla", "ipAddress": "192.0.2.1"})
    ),
    _ses("Click", CLICKED, ses_event("Click", click={"timestamp": iso(), "link": URL}), url=URL),
    _ses("Subscription", UNSUBSCRIBED, _ses_subscription(unsubscribeAll=True)),
    _ses(
        "Subscription to a topic",
        UNSUBSCRIBED,
        _ses_subscription(
            unsubscribeAll=False, topicSubscriptionStatus=[{"topicName": "news", "subscriptionStatus": "OptOut"}]
        ),
    ),
    _ses("Subscription again", None, _ses_subscription(unsubscribeAll=False, topicSubscriptionStatus=[])),
    _ses("Send", None, ses_event("Send", send={})),
    _ses("DeliveryDelay", None, ses_event("DeliveryDelay", deliveryDelay={"timestamp": iso()})),
    _brevo("delivered", DELIVERED, brevo_event("delivered")),
    _brevo("opened", OPENED, brevo_event("opened")),
    _brevo("unique_opened", OPENED, brevo_event("unique_opened")),
    _brevo("proxy_open", OPENED, brevo_event("proxy_open"), machine=True),
    _brevo("click", CLICKED, brevo_event("click", link=URL), url=URL),
    _brevo("soft_bounce", SOFT, brevo_event("soft_bounce", reason="server is down"), reason="server is down"),
    _brevo("hard_bounce", BOUNCED, brevo_event("hard_bounce", reason="no user"), reason="no user"),
    _brevo("invalid_email", BOUNCED, brevo_event("invalid_email")),
    _brevo("spam", COMPLAINED, brevo_event("spam")),
    _brevo("unsubscribed", UNSUBSCRIBED, brevo_event("unsubscribed")),
    _brevo("request", None, brevo_event("request")),
    _brevo("deferred", None, brevo_event("deferred", reason="busy")),
    _brevo("blocked", None, brevo_event("blocked")),
    _brevo_campaign("campaign click", CLICKED, brevo_campaign_event("click", URL=URL), url=URL),
    _brevo_campaign("campaign hard_bounce", BOUNCED, brevo_campaign_event("hard_bounce")),
    _brevo_campaign("campaign unsubscribe", UNSUBSCRIBED, brevo_campaign_event("unsubscribe", list_id=[3])),
    _brevo_campaign("list_addition", None, brevo_campaign_event("list_addition")),
)
