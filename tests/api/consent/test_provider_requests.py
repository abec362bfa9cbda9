"""Requests of providers to a real server: what becomes of them, and what is refused without a trace in the data."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tamis.domain.providers import Service
from tests.providers.payloads import (
    CREDENTIALS,
    PASSWORD,
    Sent,
    brevo_event,
    encode,
    mailgun_event,
    postmark_bounce,
    send_brevo,
    send_mailgun,
    send_postmark,
    send_sendgrid,
    sendgrid_event,
)
from tests.support.programs import Program, program_of
from tests.support.users import Person, fresh, fresh_address, new_account


@pytest.fixture(scope="module")
def person(owner: Person) -> Person:
    """A user with an account of their own."""
    return new_account(owner.data, owner.base.removesuffix("/api/"), fresh_address())


@pytest.fixture(scope="module")
def api(person: Person) -> Program:
    return program_of(person)


class Sender:
    """A service that reports to an account."""

    def __init__(self, api: Program, service: Service, **more: object) -> None:
        body = {"service": service.value, "credential": CREDENTIALS[service](), **more}
        made = api.create("providers", body)
        self.api, self.id, self.service = api, made["id"], service
        self.url = f"{api.base}/in/{service.value}/{made['secret']}"

    def send(self, sent: Sent) -> requests.Response:
        """Send a request."""
        return requests.post(self.url, data=sent.body, headers=dict(sent.headers), timeout=60)

    def effects(self, sent: Sent) -> dict[str, int]:
        """Send a request that must be accepted, and return its effects."""
        answer = self.send(sent)
        assert answer.status_code == 200, answer.text
        found: dict[str, int] = answer.json()["reports"]
        return found

    def activity(self) -> list[dict[str, Any]]:
        """Return what came."""
        return self.api.pages(f"providers/{self.id}/activity")


def now() -> datetime:
    return datetime.now(UTC)


def sendgrid(*events: object, at: datetime | None = None) -> Sent:
    return send_sendgrid(encode(list(events)), at or now())


def contact(api: Program, email: str, *type_ids: int) -> None:
    for type_id in type_ids:
        api.put(f"contact-types/{type_id}/contacts/{email}", {"fields": {}})


def events_of(api: Program, type_id: int, email: str) -> list[tuple[str, Mapping[str, object]]]:
    contact_id = api.result(api.get(f"contact-types/{type_id}/contacts/{email}"))["id"]
    return [(event["event"], event["properties"]) for event in api.pages(f"contacts/{contact_id}/events")]


def suppression(api: Program, email: str) -> dict[str, str] | None:
    answer = api.get(f"suppressions/{email}")
    return answer.json() if answer.status_code == 200 else None


@pytest.fixture
def types(api: Program) -> tuple[int, int]:
    """Two contact types."""
    one, two = (api.create("contact-types", {"name": fresh("Type")})["id"] for _ in range(2))
    return one, two


def test_events_go_to_the_contacts_of_all_types_with_the_email(api: Program, types: tuple[int, int]) -> None:
    sender, both, one, nobody = Sender(api, Service.SENDGRID), fresh_address(), fresh_address(), fresh_address()
    contact(api, both, *types)
    contact(api, one, types[0])
    events = [
        sendgrid_event("open", email=both.upper(), sg_event_id="1"),
        sendgrid_event("click", email=both, url="https://shop.example.com/", sg_event_id="2"),
        sendgrid_event("delivered", email=one, sg_event_id="3"),
        sendgrid_event("bounce", email=one, type="blocked", reason="busy", sg_event_id="4"),
        sendgrid_event("open", email=nobody, sg_event_id="5"),
        sendgrid_event("processed", email=one, sg_event_id="6"),
        {"email": one},
    ]
    expected = {"event_stored": 4, "not_a_contact": 1, "ignored": 1, "rejected": 1}
    assert sender.effects(sendgrid(*events)) == expected
    for type_id in types:
        assert sorted(name for name, _ in events_of(api, type_id, both)) == ["email clicked", "email opened"]
    found = dict(events_of(api, types[0], one))
    assert found.keys() == {"email delivered", "email soft bounced"}
    shown = found["email soft bounced"]
    assert (shown["provider"], shown["reason"], shown["tag"]) == ("sendgrid", "busy", "news")
    again = sender.effects(sendgrid(*events))
    assert again == {"repeated": 4, "not_a_contact": 1, "ignored": 1, "rejected": 1}
    assert len(events_of(api, types[0], both)) == 2


def test_rules_ask_for_what_providers_report(api: Program, types: tuple[int, int]) -> None:
    sender, email = Sender(api, Service.POSTMARK), fresh_address()
    contact(api, email, types[0])
    contact(api, fresh_address(), types[0])
    at = (now() - timedelta(hours=1)).isoformat()
    opened = {"RecordType": "Open", "MessageID": "m1", "Recipient": email, "ReceivedAt": at}
    assert sender.effects(send_postmark(opened)) == {"event_stored": 1}
    assert sender.effects(send_postmark(opened)) == {"repeated": 1}
    rule = 'did "email opened" within 1 day where (provider = "postmark")'
    preview = api.create("segments/preview", {"contact_type_id": types[0], "rule": rule})
    assert (preview["count"], preview["total"]) == (1, 2)


@pytest.mark.parametrize(
    ("event", "reason"),
    [("spamreport", "complained"), ("unsubscribe", "unsubscribed"), ("bounce", "bounced")],
)
def test_people_are_suppressed_whether_they_are_contacts_or_not(
    api: Program, types: tuple[int, int], event: str, reason: str
) -> None:
    sender, known, unknown = Sender(api, Service.SENDGRID), fresh_address(), fresh_address()
    contact(api, known, types[0])
    sent = sendgrid(*(sendgrid_event(event, email=email, sg_event_id=email) for email in (known, unknown)))
    assert sender.effects(sent) == {"suppressed": 2}
    for email in (known, unknown):
        found = suppression(api, email)
        assert found
        assert (found["reason"], found["source"]) == (reason, "sendgrid")
        assert found["since"].startswith(("2026-11-28T09:25:00", f"{now():%Y-%m-%dT}"))
    assert not events_of(api, types[0], known)
    assert sender.effects(sent) == {"repeated": 2}


def test_a_repeated_report_does_not_undo_that_a_suppression_was_lifted(api: Program) -> None:
    makers: dict[Service, Callable[[str], Sent]] = {
        Service.SENDGRID: lambda email: sendgrid(sendgrid_event("unsubscribe", email=email)),
        Service.MAILGUN: lambda email: send_mailgun(mailgun_event("complained", recipient=email), now()),
        Service.POSTMARK: lambda email: send_postmark({**postmark_bounce("HardBounce"), "Email": email}),
        Service.BREVO: lambda email: send_brevo(brevo_event("spam", email=email)),
    }
    for service, make in makers.items():
        sender = Sender(api, service)
        email = fresh_address()
        assert sender.effects(make(email)) == {"suppressed": 1}
        api.delete(f"suppressions/{email}")
        assert sender.effects(make(email)) == {"repeated": 1}
        assert suppression(api, email) is None
    again = sendgrid(sendgrid_event("unsubscribe", email=email, sg_event_id="another"))
    assert Sender(api, Service.SENDGRID).effects(again) == {"suppressed": 1}


def test_a_report_that_cannot_be_told_from_others_suppresses_again(api: Program) -> None:
    sender, email = Sender(api, Service.BREVO), fresh_address()
    for text in ({"message-id": "<1@example.org>"}, {}):
        sent = send_brevo({"event": "unsubscribe", "email": email, **text})
        assert sender.effects(sent) == {"suppressed": 1}
        api.delete(f"suppressions/{email}")
        assert sender.effects(sent) == ({"repeated": 1} if text else {"suppressed": 1})
    assert suppression(api, email)


def test_a_graver_report_replaces_the_reason(api: Program) -> None:
    sender, email = Sender(api, Service.SENDGRID), fresh_address()
    for event, reason in (("bounce", "bounced"), ("spamreport", "complained"), ("unsubscribe", "complained")):
        sender.send(sendgrid(sendgrid_event(event, email=email, sg_event_id=event)))
        found = suppression(api, email)
        assert found
        assert found["reason"] == reason


def test_suppressed_members_are_not_given_to_be_mailed_from_the_next_read_on(
    api: Program, types: tuple[int, int]
) -> None:
    sender, emails = Sender(api, Service.BREVO), [fresh_address() for _ in range(3)]
    for email in emails:
        contact(api, email, types[0])
    segment = api.create("segments", {"contact_type_id": types[0], "name": fresh("All"), "rule": 'email is not "x"'})
    events = [brevo_event("hard_bounce", email=email) for email in emails[:2]]
    assert sender.effects(send_brevo(events)) == {"suppressed": 2}
    members = api.pages(f"segments/{segment['id']}/members", mailable="true")
    assert [member["email"] for member in members] == emails[2:]


def data_of(person: Person) -> list[Any]:
    """Return what reports can change."""
    tables = ("suppressions", "suppressing_reports", "events", "event_names", "contacts")
    with closing(sqlite3.connect(person.data / "tamis.sqlite")) as db:
        return [db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


def test_a_hostile_batch_is_refused_without_a_trace(api: Program, person: Person) -> None:
    email = fresh_address()
    unsubscribe = sendgrid_event("unsubscribe", email=email)
    two_days = timedelta(days=2)
    forged = Sent(encode([unsubscribe]), sendgrid(unsubscribe, unsubscribe).headers)
    deep = b'[{"event": "unsubscribe", "email": ' + b"[" * 50_000 + b"]" * 50_000 + b"}]"
    complained = mailgun_event("complained", recipient=email)
    bounced, spam = {**postmark_bounce("HardBounce"), "Email": email}, brevo_event("spam", email=email)
    hostile: dict[Service, list[tuple[Sent, int, str]]] = {
        Service.SENDGRID: [
            (forged, 401, "signature_wrong"),
            (Sent(encode([unsubscribe])), 401, "signature_missing"),
            (sendgrid(unsubscribe, at=now() - two_days), 403, "timestamp_old"),
            (send_sendgrid(b" " * 5_000_000 + encode([unsubscribe]), now()), 413, "too_large"),
            (send_sendgrid(deep, now()), 400, "not_json"),
            (send_sendgrid(b'[{"email": "\xff"}]', now()), 400, "not_json"),
            (send_sendgrid(encode(unsubscribe), now()), 400, "other_format"),
        ],
        Service.MAILGUN: [
            (send_mailgun(complained, now(), "another key"), 401, "signature_wrong"),
            (Sent(encode({"event-data": complained})), 401, "signature_missing"),
            (send_mailgun(complained, now() - two_days), 406, "timestamp_old"),
            (Sent(b"[" * 100_000), 406, "not_json"),
            (Sent(b" " * 5_000_000), 406, "too_large"),
            (send_mailgun([complained], now()), 406, "other_format"),
        ],
        Service.POSTMARK: [
            (send_postmark(bounced, "another:password"), 401, "credential_wrong"),
            (Sent(encode(bounced)), 401, "credential_wrong"),
            (send_postmark([bounced]), 403, "other_format"),
            (Sent(b"\xff", send_postmark({}).headers), 403, "not_json"),
            (Sent(b" " * 5_000_000, send_postmark({}).headers), 403, "too_large"),
        ],
        Service.SES: [
            (Sent(encode({"Type": "Notification"})), 400, "other_format"),
            (Sent(encode(bounced), {"x-amz-sns-rawdelivery": "true"}), 400, "other_format"),
            (Sent(b"\xff"), 400, "not_json"),
        ],
        Service.BREVO: [
            (send_brevo([spam], "another"), 401, "credential_wrong"),
            (send_brevo("spam"), 400, "other_format"),
            (Sent(b"{", send_brevo({}).headers), 400, "not_json"),
        ],
    }
    senders = {service: Sender(api, service) for service in Service}
    before = data_of(person)
    for service, cases in hostile.items():
        for sent, status, reason in cases:
            answer = senders[service].send(sent)
            assert (answer.status_code, answer.json()["reason"]) == (status, reason), (service, sent.headers)
    assert data_of(person) == before
    for service, cases in hostile.items():
        refused: dict[str, int] = {}
        for entry in senders[service].activity():
            refused[entry["outcome"]] = refused.get(entry["outcome"], 0) + entry["requests"]
            assert (entry["kinds"], entry["effects"], entry["rejected"]) == ({}, {}, {})
        expected = [reason for _, _, reason in cases]
        assert refused == {reason: expected.count(reason) for reason in expected}
    assert email not in json.dumps([sender.activity() for sender in senders.values()])


def test_the_url_is_the_only_way_in(api: Program) -> None:
    sender, sent = Sender(api, Service.BREVO), send_brevo(brevo_event("spam", email=fresh_address()))
    token = sender.url.rpartition("/")[2]
    for path in ("/in", "/in/", "/in/brevo", "/in/brevo/", f"/in/brevo/{token}x", f"/in/brevo/{token}/x"):
        assert requests.post(api.base + path, data=sent.body, headers=dict(sent.headers), timeout=60).status_code == 404
    for service in ("postmark", "Brevo", "mailchimp", "%00"):
        answer = requests.post(f"{api.base}/in/{service}/{token}", data=sent.body, timeout=60)
        assert answer.status_code == 404
    got = requests.get(sender.url, timeout=60)
    assert (got.status_code, got.headers["allow"]) == (405, "POST")
    assert sender.activity() == []


def test_a_rotated_url_works_for_a_day_and_a_removed_one_not_at_all(api: Program) -> None:
    sender, sent = Sender(api, Service.BREVO), send_brevo(brevo_event("request"))
    rotated = api.result(api.post(f"providers/{sender.id}/rotate"))
    assert rotated["previous_token_until"] is not None
    new = f"{api.base}/in/brevo/{rotated['secret']}"
    for url in (sender.url, new):
        assert requests.post(url, data=sent.body, headers=dict(sent.headers), timeout=60).status_code == 200
    assert api.delete(f"providers/{sender.id}").status_code == 204
    for url in (sender.url, new):
        assert requests.post(url, data=sent.body, headers=dict(sent.headers), timeout=60).status_code == 404


def test_brevo_is_held_to_its_addresses(api: Program) -> None:
    sender = Sender(api, Service.BREVO, checks_address=True)
    answer = sender.send(send_brevo(brevo_event("spam", email=fresh_address())))
    assert (answer.status_code, answer.json()["reason"]) == (403, "address_other")


def test_nothing_can_be_verified_before_a_key_is_set(api: Program) -> None:
    sender, sent = Sender(api, Service.SENDGRID, credential=""), sendgrid(sendgrid_event("processed"))
    answer = sender.send(sent)
    assert (answer.status_code, answer.json()["reason"]) == (401, "credential_not_set")
    api.patch(f"providers/{sender.id}", {"credential": CREDENTIALS[Service.SENDGRID]()})
    assert sender.effects(sent) == {"ignored": 1}


def test_a_batch_of_thousands_is_one_entry_of_the_audit_log(api: Program, types: tuple[int, int]) -> None:
    sender = Sender(api, Service.SENDGRID, description="Newsletter")
    emails = [f"p{number}-{fresh_address()}" for number in range(1_500)]
    api.create(f"contact-types/{types[0]}/contacts/batch", {"contacts": [{"email": email} for email in emails[:500]]})
    opened = [sendgrid_event("open", email=email, sg_event_id=f"o{email}") for email in emails]
    bounced = [sendgrid_event("bounce", email=email, sg_event_id=f"b{email}") for email in emails]
    effects = sender.effects(sendgrid(*opened, *bounced))
    assert effects == {"event_stored": 500, "not_a_contact": 1_000, "suppressed": 1_500}
    entries = api.pages("audit", action="suppression.added")
    (entry,) = [each for each in entries if each["actor"]["id"] == str(sender.id)]
    assert (entry["actor"]["kind"], entry["actor"]["name"]) == ("provider", "Newsletter")
    assert (entry["subject"]["name"], entry["details"]) == ("sendgrid", {"bounced": 1_500})
    (minute,) = sender.activity()
    assert minute["kinds"] == {"opened": 1_500, "bounced": 1_500}


def test_credentials_and_tokens_are_in_no_answer(api: Program) -> None:
    sender = Sender(api, Service.POSTMARK)
    answers = [
        api.get("providers").text,
        api.get(f"providers/{sender.id}").text,
        api.patch(f"providers/{sender.id}", {"description": "x"}).text,
        api.get("audit").text,
    ]
    for secret in (PASSWORD, sender.url.rpartition("/")[2]):
        assert not [answer for answer in answers if secret in answer]
