"""Requests of the five services as they document them: each kind of event, with what it is to become, and signed."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID

from tamis.actions.webhooks.sender import Fetched
from tamis.domain.providers import ReportKind, Service

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
AT = NOW - timedelta(minutes=5)
EMAIL = "ann@example.org"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:tamis"
CERTIFICATE_URL = f"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-{'0a' * 16}.pem"
CONFIRMATION_URL = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37"
SIGNING_KEY = "key-of-mailgun-0123456789"
PASSWORD = "tamis:a password with spaces"
Event = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """An event of a service, and what it is to become: no kind for one that does not concern Tamis."""

    service: Service
    name: str
    kind: ReportKind | None
    event: Event = field(repr=False)
    properties: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.service}-{self.name}"


@dataclass(frozen=True)
class Sent:
    """A request that a service sends."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def seconds(at: datetime = AT) -> int:
    """Return an instant in seconds since 1970."""
    return int(at.timestamp())


def iso(at: datetime = AT) -> str:
    """Return an instant as Amazon writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def encode(content: object) -> bytes:
    """Return JSON."""
    return json.dumps(content).encode()


# SendGrid


@cache
def elliptic_key() -> ec.EllipticCurvePrivateKey:
    """Return the private key of a SendGrid of our own."""
    return ec.generate_private_key(ec.SECP256R1())


def verification_key() -> str:
    """Return the public key as SendGrid shows it."""
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(elliptic_key().public_key().public_bytes(encoding, form)).decode()


def send_sendgrid(body: bytes, at: datetime = NOW) -> Sent:
    """Sign a request of SendGrid."""
    timestamp = str(seconds(at))
    signature = elliptic_key().sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return Sent(
        body,
        {
            "content-type": "application/json",
            "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
            "x-twilio-email-event-webhook-timestamp": timestamp,
        },
    )


def sendgrid_event(event: str, **more: object) -> Event:
    """Return an event of SendGrid."""
    return {
        "email": EMAIL,
        "timestamp": seconds(),
        "event": event,
        "category": ["news", "november"],
        "sg_event_id": f"{event}-Zm9v",
        "sg_message_id": "14c5d75ce93.filter0001.16648.5515E0B88.0",
        "smtp-id": "<14c5d75ce93@ismtpd-555>",
        **more,
    }


# Mailgun


def send_mailgun(event: object, at: datetime = NOW, key: str = SIGNING_KEY, token: str = "a1" * 25) -> Sent:
    """Sign a request of Mailgun."""
    timestamp = str(seconds(at))
    signature = hmac.digest(key.encode(), f"{timestamp}{token}".encode(), "sha256").hex()
    signed = {"timestamp": timestamp, "token": token, "signature": signature}
    return Sent(encode({"signature": signed, "event-data": event}), {"content-type": "application/json"})


def mailgun_event(event: str, **more: object) -> Event:
    """Return the data of an event of Mailgun."""
    return {
        "event": event,
        "id": f"{event}-id",
        "timestamp": seconds() + 0.25,
        "recipient": EMAIL,
        "recipient-domain": "example.org",
        "tags": ["news"],
        "campaigns": [{"id": "c1", "name": "November"}],
        "message": {"headers": {"message-id": "20261128@mg.example.com", "to": f"Ann <{EMAIL}>"}, "size": 512},
        "user-variables": {},
        **more,
    }


# Postmark


def send_postmark(event: object, password: str = PASSWORD) -> Sent:
    """Return a request of Postmark with the user and password that were set there."""
    basic = base64.b64encode(password.encode()).decode()
    return Sent(encode(event), {"content-type": "application/json", "authorization": f"Basic {basic}"})


def postmark_event(kind: str, **more: object) -> Event:
    """Return an event of Postmark."""
    return {
        "RecordType": kind,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "MessageStream": "broadcast",
        "ServerID": 23,
        "Tag": "news",
        "Metadata": {"a": "b"},
        **more,
    }


def postmark_bounce(type_: str, **more: object) -> Event:
    """Return a bounce of Postmark."""
    at = AT.strftime("%Y-%m-%dT%H:%M:%S.1234567Z")
    named = {"ID": 42, "Type": type_, "TypeCode": 1, "Name": type_, "Email": EMAIL, "BouncedAt": at, "Inactive": True}
    return postmark_event("Bounce", Description="Mailbox not found.", Details="smtp;550", **named, **more)


# Amazon SES


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Return the private key of an Amazon of our own."""
    return rsa.generate_private_key(65_537, 2_048)


@cache
def certificate(begins: datetime = NOW - timedelta(days=30), days: int = 400) -> bytes:
    """Return a certificate of that key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder(name, name, rsa_key().public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(begins).not_valid_after(begins + timedelta(days=days))
    return dated.sign(rsa_key(), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def send_sns(message: Mapping[str, Any], version: str = "2") -> Sent:
    """Sign a message of SNS."""
    names = ("Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type")
    is_signed = {"Subject"} if message["Type"] != "Notification" else {"SubscribeURL", "Token"}
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message and name not in is_signed)
    algorithm = hashes.SHA256() if version == "2" else hashes.SHA1()
    signature = base64.b64encode(rsa_key().sign(text.encode(), PKCS1v15(), algorithm)).decode()
    signed = {"SigningCertURL": CERTIFICATE_URL, **message, "SignatureVersion": version, "Signature": signature}
    return Sent(
        encode(signed), {"content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": message["Type"]}
    )


def sns_message(text: str, at: datetime = NOW, **more: object) -> Event:
    """Return a notification of SNS, without its signature."""
    return {
        "Type": "Notification",
        "MessageId": "da41e39f-ea4d-435a-b922-c6aae3915ebe",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Event Notification",
        "Message": text,
        "Timestamp": iso(at),
        **more,
    }


def sns_confirmation(at: datetime = NOW, **more: object) -> Event:
    """Return the message with which a subscription begins, without its signature."""
    return {
        "Type": "SubscriptionConfirmation",
        "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "Token": "2336412f37",
        "TopicArn": TOPIC,
        "Message": "You have chosen to subscribe to the topic.",
        "SubscribeURL": CONFIRMATION_URL,
        "Timestamp": iso(at),
        **more,
    }


def ses_event(kind: str, **more: object) -> Event:
    """Return an event of SES."""
    mail = {
        "timestamp": iso(AT - timedelta(minutes=1)),
        "messageId": "0102019-a",
        "source": "news@shop.example.com",
        "destination": [EMAIL],
        "tags": {"ses:configuration-set": ["news-set"], "campaign": ["November"]},
    }
    return {"eventType": kind, "mail": mail, **more}


class Amazon:
    """Answers requests for certificates and confirmations instead of Amazon, and keeps their URLs."""

    def __init__(self, pages: Mapping[str, Fetched] | None = None) -> None:
        self.asked: list[str] = []
        self.pages = pages or {
            CERTIFICATE_URL: Fetched(200, certificate()),
            CONFIRMATION_URL: Fetched(200, b"<ConfirmSubscriptionResponse/>"),
        }

    async def fetch(self, url: str, most: int) -> Fetched:
        """Return a page."""
        self.asked.append(url)
        return self.pages.get(url, Fetched(404, b"<Error/>"))


# Brevo


def send_brevo(content: object, token: str = PASSWORD) -> Sent:
    """Return a request of Brevo with the bearer token that was set there."""
    return Sent(encode(content), {"content-type": "application/json", "authorization": f"Bearer {token}"})


def brevo_event(event: str, **more: object) -> Event:
    """Return a transactional event of Brevo."""
    return {
        "event": event,
        "email": EMAIL,
        "id": 26224,
        "date": "2026-11-28 10:25:00",
        "ts": seconds(),
        "ts_event": seconds(),
        "ts_epoch": seconds(AT - timedelta(minutes=1)) * 1000,
        "message-id": "<202611280925@smtp-relay.mailin.fr>",
        "subject": "News",
        "tags": ["news"],
        **more,
    }


def brevo_campaign_event(event: str, **more: object) -> Event:
    """Return a marketing event of Brevo."""
    return {
        "id": 11,
        "camp_id": 29,
        "email": EMAIL,
        "campaign name": "November",
        "date_sent": "2026-11-28 10:00:00",
        "date_event": "2026-11-28 10:25:00",
        "tag": "",
        "ts_sent": seconds(AT - timedelta(minutes=20)),
        "ts_event": seconds(),
        "event": event,
        **more,
    }


CREDENTIALS: Mapping[Service, Callable[[], str]] = {
    Service.SENDGRID: verification_key,
    Service.MAILGUN: lambda: SIGNING_KEY,
    Service.POSTMARK: lambda: PASSWORD,
    Service.SES: lambda: TOPIC,
    Service.BREVO: lambda: PASSWORD,
}


def send(sample: Sample, at: datetime = NOW) -> Sent:
    """Return the request that brings an event."""
    return send_event(sample.service, sample.event, at)


def send_event(service: Service, event: object, at: datetime = NOW) -> Sent:
    """Return the request of a service that brings an event."""
    match service:
        case Service.SENDGRID:
            return send_sendgrid(encode([event]), at)
        case Service.MAILGUN:
            return send_mailgun(event, at)
        case Service.POSTMARK:
            return send_postmark(event)
        case Service.SES:
            return send_sns(sns_message(json.dumps(event), at))
        case Service.BREVO:
            return send_brevo(event)
