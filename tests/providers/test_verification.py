"""Only what a service has sent itself is read: signatures, credentials, addresses, and how old requests may be."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tamis.actions.providers.requests import MAX_BODY, MAX_REPORTS
from tamis.actions.webhooks.sender import Fetched
from tamis.domain.providers import RefusalReason, Reports, Service
from tests.providers.conftest import Read
from tests.providers.payloads import (
    CERTIFICATE_URL,
    CONFIRMATION_URL,
    NOW,
    TOPIC,
    Amazon,
    Sent,
    brevo_event,
    certificate,
    encode,
    iso,
    mailgun_event,
    postmark_event,
    send_brevo,
    send_mailgun,
    send_postmark,
    send_sendgrid,
    send_sns,
    sendgrid_event,
    ses_event,
    sns_confirmation,
    sns_message,
)

SES_TEXT = json.dumps(ses_event("Open", open={"timestamp": iso()}))


def is_read(found: Reports | str) -> bool:
    return isinstance(found, Reports)


def altered(sent: Sent, **headers: str) -> Sent:
    return Sent(sent.body, {**sent.headers, **{name.replace("_", "-"): value for name, value in headers.items()}})


# SendGrid


def test_sendgrid_signs_the_bytes_of_the_body(read: Read) -> None:
    sent = send_sendgrid(encode([sendgrid_event("open")]))
    assert is_read(read(Service.SENDGRID, sent))
    for body in (sent.body + b" ", sent.body.replace(b"ann@", b"eve@"), b"[]"):
        assert read(Service.SENDGRID, Sent(body, sent.headers)) == RefusalReason.SIGNATURE_WRONG
    later = str(int(NOW.timestamp()) + 1)
    assert (
        read(Service.SENDGRID, altered(sent, x_twilio_email_event_webhook_timestamp=later))
        == RefusalReason.SIGNATURE_WRONG
    )


@pytest.mark.parametrize("signature", ["x", "é", "MEUCIQ==", "A" * 10_000, base64.b64encode(b"\x30\x00").decode()])
def test_sendgrid_signatures_of_other_forms_are_wrong(signature: str, read: Read) -> None:
    sent = send_sendgrid(encode([sendgrid_event("open")]))
    found = read(Service.SENDGRID, altered(sent, x_twilio_email_event_webhook_signature=signature))
    assert found == RefusalReason.SIGNATURE_WRONG


def test_sendgrid_without_signature_or_with_another_key(read: Read) -> None:
    sent = send_sendgrid(encode([sendgrid_event("open")]))
    assert read(Service.SENDGRID, Sent(sent.body)) == RefusalReason.SIGNATURE_MISSING
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = other.public_bytes(serialization.Encoding.PEM, form).decode()
    assert read(Service.SENDGRID, sent, credential=pem) == RefusalReason.SIGNATURE_WRONG
    assert read(Service.SENDGRID, sent, credential="") == RefusalReason.CREDENTIAL_NOT_SET


# Mailgun


def test_mailgun_signs_timestamp_and_token(read: Read) -> None:
    event = mailgun_event("opened")
    assert is_read(read(Service.MAILGUN, send_mailgun(event)))
    assert read(Service.MAILGUN, send_mailgun(event, key="another")) == RefusalReason.SIGNATURE_WRONG
    content = json.loads(send_mailgun(event).body)
    for name in ("timestamp", "token", "signature"):
        changed = {**content, "signature": {**content["signature"], name: "1770920772"}}
        assert read(Service.MAILGUN, Sent(encode(changed))) == RefusalReason.SIGNATURE_WRONG
        others: list[object] = [None, [], {}]
        for value in others:
            changed = {**content, "signature": {**content["signature"], name: value}}
            assert read(Service.MAILGUN, Sent(encode(changed))) == RefusalReason.SIGNATURE_MISSING
    for signature in [*others, "x"]:
        assert read(Service.MAILGUN, Sent(encode({**content, "signature": signature}))) == "signature_missing"


def test_mailgun_signs_for_subaccounts_with_the_key_of_the_parent(read: Read) -> None:
    content = json.loads(send_mailgun(mailgun_event("opened")).body)
    signature = content["signature"]
    content["signature"] = {**signature, "signature": "0" * 64, "parent-signature": signature["signature"]}
    assert is_read(read(Service.MAILGUN, Sent(encode(content))))


# Postmark and Brevo


@pytest.mark.parametrize("service", [Service.POSTMARK, Service.BREVO])
def test_a_credential_is_sent_in_any_of_its_forms(service: Service, read: Read) -> None:
    sent = send_postmark(postmark_event("Delivery")) if service is Service.POSTMARK else send_brevo(brevo_event("spam"))
    bare = {"content-type": "application/json"}
    basic = base64.b64encode(b"user:secret").decode()
    for headers in (
        {"authorization": f"Basic {basic}"},
        {"authorization": f"basic  {basic}"},
        {"authorization": "Bearer user:secret"},
        {"x-tamis-credential": "user:secret"},
    ):
        assert is_read(read(service, Sent(sent.body, {**bare, **headers}), credential="user:secret")), headers
    for headers in (
        {},
        {"authorization": "Basic"},
        {"authorization": "Bearer user:secre"},
        {"authorization": f"Bearer {basic}"},
        {"authorization": "Basic user:secret"},
        {"authorization": "Bearer é"},
        {"x-tamis-credential": "é"},
    ):
        found = read(service, Sent(sent.body, {**bare, **headers}), credential="user:secret")
        assert found == RefusalReason.CREDENTIAL_WRONG, headers
    assert is_read(read(service, Sent(sent.body, bare), credential=""))


def test_brevo_can_be_held_to_its_addresses(read: Read) -> None:
    sent = send_brevo(brevo_event("spam"))
    for address in ("1.179.112.0", "1.179.127.255", "172.246.240.9", "::ffff:1.179.112.1"):
        assert is_read(read(Service.BREVO, sent, address=address, checks_address=True))
    for address in ("1.179.128.0", "172.246.239.255", "2001:db8::1", "", "brevo"):
        assert read(Service.BREVO, sent, address=address, checks_address=True) == RefusalReason.ADDRESS_OTHER


# Amazon


@pytest.mark.parametrize("version", ["1", "2"])
def test_sns_signs_what_it_documents(version: str, read: Read, amazon: Amazon) -> None:
    for message in (sns_message(SES_TEXT), {**sns_message(SES_TEXT), "Subject": "ünï\ncode"}):
        assert is_read(read(Service.SES, send_sns(message, version)))
    no_subject = sns_message(SES_TEXT)
    del no_subject["Subject"]
    assert is_read(read(Service.SES, send_sns(no_subject, version)))
    assert amazon.asked == [CERTIFICATE_URL]
    content = json.loads(send_sns(sns_message(SES_TEXT), version).body)
    for name in ("Message", "MessageId", "Subject", "Timestamp"):
        assert read(Service.SES, Sent(encode({**content, name: "x"}))) == RefusalReason.SIGNATURE_WRONG
    swapped = {**content, "SignatureVersion": {"1": "2", "2": "1"}[version]}
    assert read(Service.SES, Sent(encode(swapped))) == RefusalReason.SIGNATURE_WRONG
    for signature in ("x", "é", "AAAA"):
        assert read(Service.SES, Sent(encode({**content, "Signature": signature}))) == RefusalReason.SIGNATURE_WRONG


def test_sns_of_other_topics_versions_and_forms(read: Read, amazon: Amazon) -> None:
    content = json.loads(send_sns(sns_message(SES_TEXT)).body)

    def refused(**changes: object) -> Reports | str:
        return read(Service.SES, Sent(encode({**content, **changes})))

    assert refused(TopicArn=TOPIC.replace("tamis", "other")) == RefusalReason.TOPIC_OTHER
    assert refused(SignatureVersion="3") == RefusalReason.SIGNATURE_MISSING
    assert refused(Signature=None) == RefusalReason.SIGNATURE_MISSING
    assert refused(Type="Other") == RefusalReason.OTHER_FORMAT
    assert refused(Message={"a": 1}) == RefusalReason.OTHER_FORMAT
    raw = Sent(SES_TEXT.encode(), {"x-amz-sns-rawdelivery": "true"})
    assert read(Service.SES, raw) == RefusalReason.OTHER_FORMAT
    assert amazon.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-" + "a" * 32 + ".pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-" + "a" * 32 + ".pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-" + "a" * 32 + ".pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/SimpleNotificationService-" + "a" * 32 + ".pem",
        "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-" + "a" * 32 + ".pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-" + "a" * 32 + ".pem",
        "https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-" + "a" * 32 + ".pem",
        "https://sns.eu-west-1.amazonaws.com/bucket/SimpleNotificationService-" + "a" * 32 + ".pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-" + "a" * 32 + ".pem\n",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-" + "a" * 32 + ".pem?x=1",
        "https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-" + "a" * 32 + ".pem",
        "https://sns.eu-west-1\u3002amazonaws.com/SimpleNotificationService-" + "a" * 32 + ".pem",
        "https://SNS.eu-west-1.amazonaws.com/SimpleNotificationService-" + "A" * 32 + ".pem",
        "file:///etc/passwd",
        "",
    ],
)
def test_certificates_come_from_the_hosts_of_amazon_only(url: str, read: Read, amazon: Amazon) -> None:
    sent = send_sns({**sns_message(SES_TEXT), "SigningCertURL": url})
    assert read(Service.SES, sent) == RefusalReason.CERTIFICATE_NOT_TRUSTED
    assert amazon.asked == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Fetched(None), RefusalReason.CERTIFICATE_NOT_FETCHED),
        (Fetched(503), RefusalReason.CERTIFICATE_NOT_FETCHED),
        (Fetched(403, b"<Error/>"), RefusalReason.CERTIFICATE_NOT_TRUSTED),
        (Fetched(302, b""), RefusalReason.CERTIFICATE_NOT_TRUSTED),
        (Fetched(200), RefusalReason.CERTIFICATE_NOT_TRUSTED),
        (Fetched(200, b"no certificate"), RefusalReason.CERTIFICATE_NOT_TRUSTED),
        (Fetched(200, certificate(NOW - timedelta(days=30), 29)), RefusalReason.CERTIFICATE_NOT_TRUSTED),
        (Fetched(200, certificate(NOW + timedelta(days=1))), RefusalReason.CERTIFICATE_NOT_TRUSTED),
    ],
    ids=["down", "fails", "not there", "moved", "empty", "no certificate", "expired", "not yet valid"],
)
def test_certificates_that_are_not_there_or_not_valid(
    answer: Fetched, reason: RefusalReason, read: Read, amazon: Amazon
) -> None:
    amazon.pages = {CERTIFICATE_URL: answer}
    assert read(Service.SES, send_sns(sns_message(SES_TEXT))) == reason


def test_a_certificate_with_another_kind_of_key_is_not_trusted(read: Read, amazon: Amazon) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    amazon.pages = {
        CERTIFICATE_URL: Fetched(200, dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    }
    assert read(Service.SES, send_sns(sns_message(SES_TEXT))) == RefusalReason.CERTIFICATE_NOT_TRUSTED


def test_a_subscription_is_confirmed_when_its_message_is_verified(read: Read, amazon: Amazon) -> None:
    assert read(Service.SES, send_sns(sns_confirmation())) == Reports()
    assert amazon.asked == [CERTIFICATE_URL, CONFIRMATION_URL]
    amazon.asked.clear()
    content = json.loads(send_sns(sns_confirmation()).body)
    for name in ("Token", "SubscribeURL", "TopicArn"):
        found = read(Service.SES, Sent(encode({**content, name: content[name] + "1"})))
        assert found in (RefusalReason.SIGNATURE_WRONG, RefusalReason.TOPIC_OTHER)
    assert amazon.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription&Token=1",
        "http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1",
        "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=1",
        "https://sns.eu-west-1.amazonaws.com/x?Action=ConfirmSubscription",
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription#x",
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription\r\nHost: evil.example",
        "",
    ],
)
def test_subscriptions_are_confirmed_at_the_hosts_of_amazon_only(url: str, read: Read, amazon: Amazon) -> None:
    sent = send_sns(sns_confirmation(SubscribeURL=url))
    assert read(Service.SES, sent) == RefusalReason.CERTIFICATE_NOT_TRUSTED
    assert amazon.asked == [CERTIFICATE_URL]


def test_a_subscription_that_amazon_does_not_confirm_is_refused(read: Read, amazon: Amazon) -> None:
    for answer in (Fetched(None), Fetched(400), Fetched(500)):
        amazon.pages = {CERTIFICATE_URL: Fetched(200, certificate()), CONFIRMATION_URL: answer}
        assert read(Service.SES, send_sns(sns_confirmation())) == RefusalReason.SUBSCRIPTION_NOT_CONFIRMED


def test_the_end_of_a_subscription_fetches_nothing_but_the_certificate(read: Read, amazon: Amazon) -> None:
    assert read(Service.SES, send_sns(sns_confirmation(Type="UnsubscribeConfirmation"))) == Reports()
    assert amazon.asked == [CERTIFICATE_URL]


# All


def test_requests_are_accepted_for_as_long_as_a_service_tries_again(read: Read) -> None:
    for service, hours in ((Service.SENDGRID, 24), (Service.MAILGUN, 8), (Service.SES, 1)):
        for past, is_accepted in ((timedelta(hours=hours), True), (timedelta(hours=hours + 2), False)):
            sent = {
                Service.SENDGRID: send_sendgrid(encode([sendgrid_event("open")]), NOW - past),
                Service.MAILGUN: send_mailgun(mailgun_event("opened"), NOW - past),
                Service.SES: send_sns(sns_message(SES_TEXT, NOW - past)),
            }[service]
            found = read(service, sent)
            assert is_read(found) is is_accepted
            assert is_accepted or found == RefusalReason.TIMESTAMP_OLD
    assert read(Service.SENDGRID, send_sendgrid(b"[]", NOW + timedelta(hours=1))) == RefusalReason.TIMESTAMP_OLD
    assert read(Service.MAILGUN, send_mailgun({}, NOW + timedelta(hours=1))) == RefusalReason.TIMESTAMP_OLD
    assert read(Service.SES, send_sns(sns_message("x", NOW + timedelta(hours=1)))) == RefusalReason.TIMESTAMP_OLD


@pytest.mark.parametrize("service", list(Service))
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe[",
        b'[{"email": "\xff"}]',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"nonsense",
        b"[NaN]",
        b"[" + b"9" * 5_000 + b"e9999]",
    ],
    ids=["empty", "bytes", "not UTF-8", "deep lists", "deep objects", "text", "NaN", "huge number"],
)
def test_bodies_that_are_not_json_are_refused(service: Service, body: bytes, read: Read) -> None:
    sent = send_sendgrid(body) if service is Service.SENDGRID else Sent(body, send_postmark({}).headers)
    assert read(service, sent) == RefusalReason.NOT_JSON


def test_more_reports_than_are_stored_at_once_are_refused(read: Read) -> None:
    events = [brevo_event("spam")] * MAX_REPORTS
    assert is_read(read(Service.BREVO, send_brevo(events)))
    assert read(Service.BREVO, send_brevo([*events, events[0]])) == RefusalReason.TOO_LARGE


@pytest.mark.parametrize("service", list(Service))
def test_bodies_that_are_too_large_are_refused(service: Service, read: Read) -> None:
    assert read(service, Sent(b" " * (MAX_BODY + 1))) == RefusalReason.TOO_LARGE
