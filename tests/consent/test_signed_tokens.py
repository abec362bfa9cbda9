"""Signed tokens: only this installation makes them, each for one purpose, and they stay valid while keys rotate."""

import base64
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.actions.consent.signed_tokens import TokenPurpose, list_keys, rotate, sign, signer, verify
from tamis.actions.services import Services
from tamis.domain.consent.signing_keys import LEAD, SIGNING_PERIOD, VALID_AFTERWARDS
from tamis.settings import Settings
from tests.support.empty_stores import make_stores
from tests.support.templates import copy_of

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PAYLOAD = b"\x00\x01ann@example.org"


@dataclass
class Clock:
    """A clock that tests move."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    copy_of(make_stores, tmp_path / "data")
    opened = Services(Settings(tmp_path / "data"), clock)
    yield opened
    opened.close()


def opened(services: Services, token: str, purpose: TokenPurpose = TokenPurpose.UNSUBSCRIBE) -> bytes | None:
    return verify(services.records.reader(), services.clock(), purpose, token)


def key_ids(services: Services) -> list[int]:
    return [key.id for key, _ in list_keys(services.records.reader())]


def test_a_token_opens_for_its_purpose_alone(services: Services) -> None:
    token = services.write(sign, TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    assert opened(services, token) == PAYLOAD
    assert opened(services, token, TokenPurpose.CONFIRM_SUBSCRIPTION) is None


def test_a_token_hides_its_payload_and_needs_no_escape_in_a_url(services: Services) -> None:
    token = signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    assert b"ann" not in base64.urlsafe_b64decode(token + "==")
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_readers_and_transactions_make_the_same_token(services: Services) -> None:
    token = signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    assert services.write(sign, TokenPurpose.UNSUBSCRIBE, PAYLOAD) == token
    assert signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD) == token


def test_no_changed_token_opens(services: Services) -> None:
    token = services.write(sign, TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    alphabet = "AQgw_-"
    for place, own in enumerate(token):
        for other in alphabet:
            if other != own:
                assert opened(services, token[:place] + other + token[place + 1 :]) is None
        assert opened(services, token[:place]) is None
    for wrong in (token + "=", token + "A", "A" + token, token.lower(), "", ".", "é" * 90, "A" * 100_000, token + "\n"):
        assert opened(services, wrong) is None


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    from tamis.actions.consent.signed_tokens import _decode

    raw = _decode(text)
    assert raw is None or base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text


def test_a_token_of_another_installation_does_not_open(services: Services, tmp_path: Path, clock: Clock) -> None:
    copy_of(make_stores, tmp_path / "other")
    other = Services(Settings(tmp_path / "other"), clock)
    token = other.write(sign, TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    other.close()
    services.write(sign, TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    assert opened(services, token) is None


def test_a_token_expires_when_it_says(services: Services, clock: Clock) -> None:
    token = services.write(sign, TokenPurpose.CONFIRM_SUBSCRIPTION, b"", START + 7 * DAY)
    clock.now = START + 7 * DAY - timedelta(seconds=1)
    assert opened(services, token, TokenPurpose.CONFIRM_SUBSCRIPTION) == b""
    clock.now = START + 7 * DAY
    assert opened(services, token, TokenPurpose.CONFIRM_SUBSCRIPTION) is None


def test_keys_rotate_by_themselves_and_old_tokens_stay_valid_for_years(services: Services, clock: Clock) -> None:
    first = signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    tokens = {first}
    for day in range(0, 365, 5):
        clock.now = START + day * DAY
        tokens.add(signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD))
    assert len(tokens) == 365 // SIGNING_PERIOD.days + 1
    assert all(opened(services, token) == PAYLOAD for token in tokens)
    clock.now = START + SIGNING_PERIOD + VALID_AFTERWARDS - DAY
    assert opened(services, first) == PAYLOAD
    clock.now = START + SIGNING_PERIOD + VALID_AFTERWARDS
    assert opened(services, first) is None
    assert clock.now - START > 5 * 365 * DAY
    before = key_ids(services)
    signer(services)
    assert key_ids(services)[0] == before[1]  # the first is deleted, the latest has got a successor


def test_a_key_that_nobody_has_replaced_goes_on_signing(services: Services, clock: Clock) -> None:
    token = services.write(sign, TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    clock.now = START + 20 * 366 * DAY
    assert opened(services, token) == PAYLOAD
    assert signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD) != token
    assert opened(services, token) == PAYLOAD


def test_a_successor_is_made_before_it_signs_so_that_backups_have_it(services: Services, clock: Clock) -> None:
    signer(services)
    assert len(key_ids(services)) == 1
    clock.now = START + SIGNING_PERIOD - LEAD
    early = signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    present = key_ids(services)
    assert len(present) == 2
    clock.now = START + SIGNING_PERIOD
    assert signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD) != early
    assert key_ids(services) == present


def test_a_person_rotates_keys_and_may_revoke_earlier_ones(services: Services, clock: Clock) -> None:
    first = signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    clock.now = START + SIGNING_PERIOD - DAY
    signer(services)  # there is a successor, unused
    services.write(rotate)
    second = signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    assert second != first
    assert len(key_ids(services)) == 2  # the unused one is gone
    assert opened(services, first) == opened(services, second) == PAYLOAD
    services.write(rotate, revoke_earlier=True)
    assert opened(services, first) is opened(services, second) is None
    assert opened(services, signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD)) == PAYLOAD


def test_a_clock_set_back_does_not_stop_signing(services: Services, clock: Clock) -> None:
    token = signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD)
    clock.now = START - DAY
    assert opened(services, signer(services).sign(TokenPurpose.UNSUBSCRIBE, PAYLOAD)) == PAYLOAD
    assert opened(services, token) == PAYLOAD


def test_no_secret_is_shown(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        made = services.write(rotate)
    (key, _), *_ = list_keys(services.records.reader())
    shown = repr(made) + repr(key) + caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    for secret in (repr(key.secret), key.secret.hex(), base64.b64encode(key.secret).decode()):
        assert secret not in shown
