"""Each event of each service, one by one, becomes what it says; several of a request are read each by itself."""

import json
from datetime import timedelta

import pytest

from tamis.domain.providers import RejectionReason, Report, ReportKind, Reports, Service
from tests.providers.conftest import Read
from tests.providers.payloads import (
    AT,
    EMAIL,
    NOW,
    Sample,
    brevo_event,
    encode,
    iso,
    postmark_event,
    seconds,
    send,
    send_brevo,
    send_event,
    send_postmark,
    send_sendgrid,
    send_sns,
    sendgrid_event,
    ses_event,
    sns_message,
)
from tests.providers.samples import SAMPLES


def reports_of(found: Reports | str) -> Reports:
    assert isinstance(found, Reports), found
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_an_event_becomes_what_it_says(sample: Sample, read: Read) -> None:
    found = reports_of(read(sample.service, send(sample)))
    assert not found.rejected
    if sample.kind is None:
        assert (found.reports, found.ignored) == ((), 1)
        return
    (report,) = found.reports
    assert (report.kind, report.email.address, found.ignored) == (sample.kind, EMAIL, 0)
    assert report.at
    assert abs(report.at - AT) < timedelta(seconds=1)
    assert {**report.properties, **sample.properties} == report.properties


def test_every_service_is_sampled_with_every_kind() -> None:
    for service in Service:
        assert {sample.kind for sample in SAMPLES if sample.service is service} == {*ReportKind, None}


def test_a_batch_of_thousands_is_read(read: Read) -> None:
    events = [
        sendgrid_event("open", email=f"p{number}@example.org", sg_event_id=str(number)) for number in range(3_000)
    ]
    found = reports_of(read(Service.SENDGRID, send_sendgrid(encode(events))))
    assert len(found.reports) == 3_000
    batch = [brevo_event("delivered", email=f"p{number}@example.org") for number in range(500)]
    assert len(reports_of(read(Service.BREVO, send_brevo(batch))).reports) == 500


def test_what_is_not_usable_in_a_batch_does_not_stop_the_others(read: Read) -> None:
    events: list[object] = [
        sendgrid_event("open"),
        "open",
        7,
        None,
        ["open"],
        {},
        sendgrid_event("open", email=7),
        sendgrid_event("open", email={"address": EMAIL}),
        sendgrid_event("open", email="nobody"),
        sendgrid_event("open", email="x" * 100_000 + "@example.org"),
        sendgrid_event("open", timestamp="soon"),
        sendgrid_event("open", timestamp=1e300),
        sendgrid_event("open", timestamp=10**400),
        sendgrid_event("open", timestamp=True),
        sendgrid_event("open", timestamp=-5),
        sendgrid_event("open", timestamp=seconds(NOW + timedelta(days=2))),
        {**sendgrid_event("open"), "event": {"a": 1}},
        sendgrid_event("bounce", type="bounce"),
    ]
    found = reports_of(read(Service.SENDGRID, send_sendgrid(encode(events))))
    assert [report.kind for report in found.reports] == [ReportKind.OPENED, ReportKind.BOUNCED]
    assert found.rejected == {
        RejectionReason.NOT_AN_OBJECT: 4,
        RejectionReason.KIND_MISSING: 2,
        RejectionReason.EMAIL_NOT_VALID: 4,
        RejectionReason.INSTANT_NOT_VALID: 6,
    }


def test_a_report_that_suppresses_needs_no_instant(read: Read) -> None:
    for timestamp in ("soon", seconds(NOW + timedelta(days=400)), None):
        event = sendgrid_event("spamreport", timestamp=timestamp)
        (report,) = reports_of(read(Service.SENDGRID, send_sendgrid(encode([event])))).reports
        assert (report.kind, report.at) == (ReportKind.COMPLAINED, None)


@pytest.mark.parametrize("key", ["tag", "category", "url", "reason", "sg_message_id", "sg_event_id"])
def test_properties_of_other_types_are_left_out(key: str, read: Read) -> None:
    for value in (7, None, {"a": {"b": 1}}, [], [[["x"]]], "a\x00b", "x" * 100_000):
        event = sendgrid_event("click", **{key: value})
        (report,) = reports_of(read(Service.SENDGRID, send_sendgrid(encode([event])))).reports
        assert all(isinstance(found, str) and len(found) < 1_000 for found in report.properties.values())


def test_the_last_of_repeated_keys_counts(read: Read) -> None:
    event = encode(sendgrid_event("open"))[:-1] + b', "event": "click", "email": "bob@example.org"}'
    (report,) = reports_of(read(Service.SENDGRID, send_sendgrid(b"[" + event + b"]"))).reports
    assert (report.kind, report.email.address) == (ReportKind.CLICKED, "bob@example.org")


def test_emails_with_names_and_capitals_are_recognised(read: Read) -> None:
    event = ses_event(
        "Delivery", delivery={"timestamp": iso(), "recipients": [f"Ann B <{EMAIL.upper()}>", "bob@b.org"]}
    )
    found = reports_of(read(Service.SES, send_event(Service.SES, event)))
    assert [report.email.key for report in found.reports] == [EMAIL, "bob@b.org"]


def test_an_open_of_a_message_to_several_people_is_nobodys(read: Read) -> None:
    event = ses_event("Open", open={"timestamp": iso()})
    event["mail"]["destination"] = [EMAIL, "bob@example.org"]
    found = reports_of(read(Service.SES, send_event(Service.SES, event)))
    assert (found.reports, found.rejected) == ((), {RejectionReason.RECIPIENT_NOT_KNOWN: 1})


@pytest.mark.parametrize("recipients", [None, [], "ann@example.org", [None], [[]], [{}], [{"emailAddress": 5}]])
@pytest.mark.parametrize("kind", ["Bounce", "Complaint", "Delivery"])
def test_recipients_of_other_types_are_rejected(kind: str, recipients: object, read: Read) -> None:
    about = {"timestamp": iso(), "bounceType": "Permanent", "bouncedRecipients": recipients}
    event = ses_event(kind, **{kind.lower(): {**about, "complainedRecipients": recipients, "recipients": recipients}})
    found = reports_of(read(Service.SES, send_event(Service.SES, event)))
    assert (found.reports, found.rejected) == ((), {RejectionReason.EMAIL_NOT_VALID: 1})


def test_notifications_of_ses_without_event_publishing_are_read(read: Read) -> None:
    event = ses_event("Delivery", delivery={"timestamp": iso(), "recipients": [EMAIL]})
    event["notificationType"] = event.pop("eventType")
    (report,) = reports_of(read(Service.SES, send_event(Service.SES, event))).reports
    assert report.kind is ReportKind.DELIVERED


def test_the_greeting_of_ses_is_ignored(read: Read) -> None:
    greeting = "Successfully validated SNS topic for Amazon SES event publishing."
    assert read(Service.SES, send_sns(sns_message(greeting))) == Reports(ignored=1)


def test_ids_tell_reports_apart_where_services_have_them(read: Read) -> None:
    def only(found: Reports | str) -> Report:
        (report,) = reports_of(found).reports
        return report

    assert only(read(Service.SENDGRID, send_sendgrid(encode([sendgrid_event("open")])))).id == "open-Zm9v"
    by_message = only(read(Service.SES, send_event(Service.SES, ses_event("Open", open={"timestamp": iso()}))))
    assert by_message.id == "da41e39f-ea4d-435a-b922-c6aae3915ebe"
    assert only(read(Service.BREVO, send_brevo(brevo_event("opened")))).id == ""
    opened = postmark_event("Open", Recipient=EMAIL, ReceivedAt=iso())
    assert only(read(Service.POSTMARK, send_postmark(opened))).id == ""


def test_json_in_other_forms_is_refused(read: Read) -> None:
    others: list[object] = ["open", 7, None]
    for content in [*others, {}, {"event": "open"}]:
        assert read(Service.SENDGRID, send_sendgrid(encode(content))) == "other_format"
    for content in others:
        assert read(Service.BREVO, send_brevo(content)) == "other_format"
    for content in [*others, []]:
        assert read(Service.POSTMARK, send_postmark(content)) == "other_format"
        assert read(Service.MAILGUN, send_event(Service.MAILGUN, content)) == "other_format"
    for text in ("[]", "7", '{"eventType": "Open"}', json.dumps({**ses_event("Open"), "mail": 5})):
        assert read(Service.SES, send_sns(sns_message(text))) == "other_format"
    assert read(Service.SES, send_sns(sns_message("hello"))) == "not_json"
