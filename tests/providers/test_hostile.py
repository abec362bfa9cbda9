"""Whatever a verified request contains, it is read or refused; what was read is applied as a whole or not at all."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.actions.accounts.accounts import create_account
from tamis.actions.consent.suppressions import suppression_of
from tamis.actions.events.accept import accept_events
from tamis.actions.events.catalogue import list_events
from tamis.actions.events.stated_events import parse_event
from tamis.actions.fields.types import create_type
from tamis.actions.maintenance.retention import Retention
from tamis.actions.providers import effects
from tamis.actions.providers.effects import apply_reports, record_refusal
from tamis.actions.providers.reading import read_request
from tamis.actions.providers.registration import (
    ProviderEdit,
    create_provider,
    delete_provider,
    list_activity,
    provider_of_token,
)
from tamis.actions.providers.requests import ProviderRequest, RequestRefused
from tamis.actions.providers.sns import AmazonCertificates
from tamis.actions.services import Services
from tamis.actions.webhooks.sender import Fetched
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import NotFound
from tamis.domain.providers import ReceivingProvider, RefusalReason, Report, ReportKind, Reports, Service
from tamis.settings import Settings
from tests.providers.conftest import at_once
from tests.providers.payloads import (
    AT,
    CERTIFICATE_URL,
    CREDENTIALS,
    NOW,
    TOPIC,
    Amazon,
    send,
    send_event,
    send_sns,
    sns_confirmation,
)
from tests.providers.posting import post_all
from tests.providers.samples import SAMPLES
from tests.support.effort import examples
from tests.support.event_loop import run_coroutine
from tests.support.templates import copy_of

PARTS: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e300,
    2**70,
    "",
    "x",
    "ann@example.org",
    "\x00",
    "\ud800",
    "x" * 5_000,
    [],
    {},
    [[]],
)
"""What may stand anywhere instead of what belongs there."""


class Clock:
    """A clock that tests set."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    """Open the stores of a directory in which they are made and empty."""
    copy_of(_make, tmp_path / "data")
    opened = Services(Settings(tmp_path / "data", columns_threads=2), clock)
    yield opened
    opened.close()


def _make(directory: Path) -> None:
    Services(Settings(directory)).close()


@pytest.fixture
def account(services: Services) -> Account:
    made: Account = services.write(create_account, "owner@example.org", "UTC", None)[0]
    return made


def provider(services: Services, account: Account, service: Service) -> ReceivingProvider:
    """Add a provider."""
    made = services.write(create_provider, account, service, ProviderEdit(credential=CREDENTIALS[service]()))
    found = provider_of_token(services.records.reader(), services.clock(), service, made.token)
    assert found
    return found


def report(kind: ReportKind, email: str, id_: str = "1") -> Report:
    """Return a report."""
    parsed = parse_email(email)
    assert parsed
    return Report(parsed, kind, AT, id_)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Service, Any]:
    """Draw an event in which anything may be something else."""
    sample = draw(st.sampled_from(SAMPLES))

    def damage(value: Any) -> Any:
        if draw(st.integers(0, 9)) == 0:
            return draw(st.sampled_from(PARTS))
        if isinstance(value, dict):
            return {name: damage(part) for name, part in value.items() if draw(st.integers(0, 19))}
        return [damage(part) for part in value] if isinstance(value, list) else value

    return sample.service, damage(sample.event)


@settings(max_examples=examples(2_000, 150), deadline=None)
@given(damaged())
def test_a_damaged_event_is_read_or_refused(case: tuple[Service, Any]) -> None:
    service, event = case
    receiving = ReceivingProvider(1, 1, service, "", CREDENTIALS[service](), False)
    request = ProviderRequest((sent := send_event(service, event)).body, NOW, sent.headers)
    found, reason = Reports(), None
    try:
        found = run_coroutine(read_request(receiving, request, AmazonCertificates(Amazon().fetch), at_once))
    except RequestRefused as refused:
        reason = refused.reason.value
    assert reason in (None, "other_format", "not_json")
    for each in found.reports:
        assert each.email.key
        assert each.at or each.kind in (ReportKind.BOUNCED, ReportKind.COMPLAINED, ReportKind.UNSUBSCRIBED)


def test_a_request_is_applied_as_a_whole_or_not_at_all(services: Services, account: Account) -> None:
    receiving = provider(services, account, Service.BREVO)
    contact_type = services.write(create_type, account, "People")
    found = Reports((report(ReportKind.UNSUBSCRIBED, "ann@example.org"), report(ReportKind.OPENED, "bob@example.org")))
    for broken in ("accept_events", "types.types_of_account", "providers.record_activity"):
        with patch.object(*_place(broken), side_effect=RuntimeError("broken")), pytest.raises(RuntimeError):
            services.write(_with_contact, contact_type.id, account, receiving, found)
        db = services.records.reader()
        assert suppression_of(db, account, "ann@example.org") is None
        assert list_events(db, account, contact_type.id).catalogue.names == ()
        assert list_activity(db, account, receiving.id, 10) == []
    counts = services.write(apply_reports, receiving, found)
    assert counts.effects == {"suppressed": 1, "not_a_contact": 1}


def _place(name: str) -> tuple[Any, str]:
    module, _, attribute = name.rpartition(".")
    return (getattr(effects, module) if module else effects), attribute


def _with_contact(
    db: Any, now: datetime, type_id: int, account: Account, receiving: ReceivingProvider, found: Reports
) -> None:
    """Make the email of a report a contact, and apply the reports."""
    stated = {"email": "bob@example.org", "event": "order"}
    accept_events(db, now, account, type_id, [parse_event(stated, account.zone)], create_contacts=True)
    apply_reports(db, now, receiving, found)


def test_a_provider_that_was_deleted_meanwhile_changes_nothing(services: Services, account: Account) -> None:
    receiving = provider(services, account, Service.BREVO)
    services.write(delete_provider, account, receiving.id)
    with pytest.raises(NotFound):
        services.write(apply_reports, receiving, Reports((report(ReportKind.BOUNCED, "ann@example.org"),)))
    services.write(record_refusal, receiving, RefusalReason.NOT_JSON)
    assert suppression_of(services.records.reader(), account, "ann@example.org") is None


def test_what_came_is_kept_for_thirty_days(services: Services, account: Account, clock: Clock) -> None:
    receiving = provider(services, account, Service.BREVO)
    bounced = Reports((report(ReportKind.BOUNCED, "ann@example.org"),))
    services.write(apply_reports, receiving, bounced)
    services.write(record_refusal, receiving, RefusalReason.NOT_JSON)
    for days, kept in ((29, 2), (31, 0)):
        clock.now = NOW + timedelta(days=days)
        Retention(services).run_if_due()
        assert len(list_activity(services.records.reader(), account, receiving.id, 10)) == kept
    assert services.write(apply_reports, receiving, bounced).effects == {"already_suppressed": 1}


# Through the route, with an Amazon of our own: a server of the tests reaches no other.


def test_amazon_confirms_reports_and_repeats(services: Services, account: Account) -> None:
    made = services.write(create_provider, account, Service.SES, ProviderEdit(credential=TOPIC))
    bounce = next(sample for sample in SAMPLES if str(sample) == "ses-Bounce")
    amazon = Amazon()
    answers = post_all(
        services, made.path, amazon, send_sns(sns_confirmation()), send(bounce), send(bounce), send(SAMPLES[0])
    )
    assert [(status, answer.get("reports", answer.get("reason"))) for status, answer in answers] == [
        (200, {}),
        (200, {"suppressed": 1}),
        (200, {"repeated": 1}),
        (400, "other_format"),
    ]
    found = suppression_of(services.records.reader(), account, "ann@example.org")
    assert found
    assert (found.reason, found.source, found.since) == ("bounced", "ses", AT)
    assert len(amazon.asked) == 2


@pytest.mark.parametrize(
    ("fetched", "status", "reason"),
    [
        (Fetched(None), 503, "certificate_not_fetched"),
        (Fetched(404), 403, "certificate_not_trusted"),
    ],
)
def test_amazon_tries_again_only_if_it_was_not_reached(
    services: Services, account: Account, fetched: Fetched, status: int, reason: str
) -> None:
    made = services.write(create_provider, account, Service.SES, ProviderEdit(credential=TOPIC))
    amazon = Amazon({CERTIFICATE_URL: fetched})
    ((found, answer),) = post_all(services, made.path, amazon, send_sns(sns_confirmation()))
    assert (found, answer["reason"]) == (status, reason)
    (entry,) = list_activity(services.records.reader(), account, made.id, 10)
    assert (entry.outcome, entry.requests) == (reason, 1)


def test_a_failure_of_ours_lets_each_service_try_again(services: Services, account: Account) -> None:
    for service, status in ((Service.BREVO, 429), (Service.POSTMARK, 500)):
        made = services.write(create_provider, account, service, ProviderEdit(credential=CREDENTIALS[service]()))
        sample = next(each for each in SAMPLES if each.service is service and each.kind is ReportKind.BOUNCED)
        with patch.object(effects, "suppress_all", side_effect=RuntimeError("broken")):
            ((found, answer),) = post_all(services, made.path, Amazon(), send(sample))
        assert (found, answer) == (status, {"status": "failed"})
        ((found, answer),) = post_all(services, made.path, Amazon(), send(sample))
        assert found == 200
