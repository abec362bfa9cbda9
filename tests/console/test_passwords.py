"""Passwords in the console: throttling, queues, and confirmation."""

import asyncio
import logging
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from litestar.testing import TestClient

from tamis.actions.accounts import devices, passwords, sessions
from tamis.actions.accounts.accounts import create_account
from tamis.actions.services import Services
from tamis.settings import Settings
from tamis.web.app import application
from tamis.web.console.auth import password_confirmation
from tamis.web.console.auth.hashing import HashingBusy, HashingQueue
from tamis.web.console.auth.passwords import MAX_FAILURES, MAX_NETWORK_FAILURES, QUEUE_CAPACITY
from tamis.web.http import Receive, Scope, Send
from tests.support.console import CSRF, PASSWORD, text_of

OWNER, STRANGER = "owner@example.org", "stranger@example.net"
ELSEWHERE = "203.0.113.9"


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)
    monkeypatch.setattr(passwords, "_DUMMY_HASH", cheap.hash("nobody's"))
    opened = Services(Settings(tmp_path / "data"))
    for email in (OWNER, STRANGER):
        opened.write(create_account, email, "UTC", PASSWORD)
    yield opened
    opened.close()


def test_hashing_has_the_advised_cost_also_for_unknown_users() -> None:
    advised = PasswordHasher()
    for stored in (passwords.hash_password(PASSWORD, OWNER), passwords._DUMMY_HASH):
        assert not advised.check_needs_rehash(stored)
        assert "$m=65536,t=3,p=4$" in stored


@dataclass
class Browser:
    """A user's browser: its cookies, its address, and the token of the page that it shows."""

    http: TestClient[Any]
    address: str = "192.0.2.1"
    csrf: str = ""

    def __post_init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        """Send a request as the browser would; redirects are not followed."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"x-from": self.address, "accept": "text/html", "cookie": cookies}
        answer = self.http.request(method, path, data=data, headers=headers, follow_redirects=False)
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0].strip('"')
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        found = CSRF.search(answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def post(self, path: str, **data: str) -> httpx.Response:
        """Send a form of the page that is shown."""
        return self.ask("POST", path, {"csrf": self.csrf, "idempotency_key": secrets.token_hex(8), **data})

    def sign_in(self, email: str = OWNER, password: str = PASSWORD) -> int:
        """Fill in the form of the sign-in; returns the status."""
        self.ask("GET", "/sign-in")
        status = self.post("/sign-in", email=email, password=password).status_code
        if status == 303:
            self.ask("GET", "/account")
        return status


@pytest.fixture
def browser(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Browser]]:
    """What opens browsers; the one server that they all ask sees their addresses."""
    app = application(services, "")
    monkeypatch.setattr("tamis.web.console.pages.accounts.sign_in.REFUSED_SECONDS", 0)

    async def seen(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["client"] = (dict(scope["headers"])[b"x-from"].decode(), 1)
        await app(scope, receive, send)

    with TestClient(seen) as http:  # type: ignore[type-var]
        yield lambda address="192.0.2.1": Browser(http, address)


def events(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, Any]]]:
    found = [
        (record.getMessage(), getattr(record, "details", {})) for record in caplog.records if record.name == "tamis"
    ]
    caplog.clear()
    return found


def test_guesses_from_elsewhere_do_not_lock_out_a_known_device(browser: Callable[..., Browser]) -> None:
    owner, guesser, colleague = browser(), browser(ELSEWHERE), browser()
    assert owner.sign_in() == 303
    assert owner.post("/sign-out").status_code == 303
    assert [guesser.sign_in(password="a guess") for _ in range(MAX_FAILURES)] == [422] * MAX_FAILURES
    assert guesser.sign_in() == 429
    assert owner.sign_in() == 303
    assert guesser.sign_in() == 429  # that the owner came in opens nothing for others
    assert colleague.sign_in() == 429  # a new device has to wait, as the guesser has


def test_a_known_device_has_its_own_counter(browser: Callable[..., Browser]) -> None:
    owner, colleague = browser(), browser()
    assert (owner.sign_in(), colleague.sign_in()) == (303, 303)
    owner.post("/sign-out")
    assert [owner.sign_in(password="a guess") for _ in range(MAX_FAILURES)] == [422] * MAX_FAILURES
    assert owner.sign_in() == 429
    colleague.post("/sign-out")
    assert colleague.sign_in() == 303
    assert browser().sign_in() == 303


def test_a_device_cookie_is_bound_to_its_account_and_cannot_be_forged(
    browser: Callable[..., Browser],
) -> None:
    owner, stranger = browser(), browser()
    owner.sign_in()
    stranger.sign_in(STRANGER)
    mark, made, signature = owner.cookies["tamis_device_1"].split(".")
    borrowed = stranger.cookies["tamis_device_2"]
    forged = [
        borrowed,
        f"{mark}x.{made}.{signature}",
        f"{mark}.{int(made) + 1}.{signature}",
        f"{mark}.{made}.",
        "..",
        "",
    ]
    guesser = browser(ELSEWHERE)
    for attempt in range(MAX_FAILURES):
        guesser.cookies["tamis_device_1"] = forged[attempt % len(forged)]
        assert guesser.sign_in(password="a guess") == 422
    assert guesser.sign_in() == 429
    guesser.cookies["tamis_device_1"] = f"{mark}.{made}.{signature}"  # lets nobody in, but is counted apart
    assert guesser.sign_in(password="a guess") == 422
    assert guesser.sign_in() == 303


def test_a_device_is_remembered_for_a_year(services: Services) -> None:
    user = passwords.find_user(services.records.reader(), OWNER)
    assert user
    cookie = services.write(devices.make_device, user)
    mark, now = cookie.partition(".")[0], datetime.now(UTC)
    for days, known in ((0, mark), (364, mark), (366, None), (-366, None)):
        assert devices.device_of(services.records.reader(), now + timedelta(days=days), user, cookie) == known


def test_addresses_of_a_network_share_one_counter(browser: Callable[..., Browser]) -> None:
    addresses = (f"2001:db8:1:2:{number:x}::7" for number in range(1000))
    tries = [browser(next(addresses)).sign_in(f"{n}@example.org", "a guess") for n in range(MAX_NETWORK_FAILURES)]
    assert set(tries) == {422}
    assert browser(next(addresses)).sign_in() == 429
    assert browser("2001:db8:1:3::7").sign_in() == 303


def test_suspicious_sign_ins_wait_in_a_separate_bounded_queue(
    browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tamis")
    owner, known = browser(), browser()
    assert (owner.sign_in(), known.sign_in()) == (303, 303)
    known.post("/sign-out")
    goes_on, waiting, check, submit = (
        threading.Event(),
        threading.Semaphore(0),
        passwords.check_password,
        HashingQueue.submit,
    )

    def slow(db: Any, account: Any, password: str) -> bool:
        return (goes_on.wait() and False) if password == "a guess" else check(db, account, password)

    def count(queue: HashingQueue, client: str, *work: Any) -> Any:
        future = submit(queue, client, *work)
        waiting.release()
        return future

    monkeypatch.setattr("tamis.web.console.auth.passwords.check_password", slow)
    monkeypatch.setattr(HashingQueue, "submit", count)
    late = browser("10.0.1.1")
    with ThreadPoolExecutor(QUEUE_CAPACITY) as threads, ExitStack() as ending:
        ending.callback(goes_on.set)  # also where an assertion fails: whoever waits would wait for ever
        guesses = [
            threads.submit(browser(f"10.0.0.{n}").sign_in, f"{n}@example.org", "a guess") for n in range(QUEUE_CAPACITY)
        ]
        for _ in guesses:
            waiting.acquire()
        late.ask("GET", "/sign-in")
        for _ in range(2):
            answer = late.post("/sign-in", email=OWNER, password=PASSWORD)
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
            assert "Try again in a few seconds" in text_of(answer.text)
        assert owner.ask("GET", "/account").status_code == 200
        assert known.sign_in() == 303
    assert [guess.result() for guess in guesses] == [422] * QUEUE_CAPACITY
    assert late.sign_in() == 303
    assert [name for name, _ in events(caplog)].count("password_queue_full") == 2


def test_no_client_takes_all_places_in_a_queue() -> None:
    goes_on = threading.Event()

    async def ask() -> tuple[int, int]:
        queue, taken = HashingQueue("test", 4, 3), []
        for client in ("a", "a", "a", "a", "b", "c"):
            with suppress(HashingBusy):
                taken.append(queue.submit(client, goes_on.wait))
        before = len(taken)
        goes_on.set()
        await asyncio.gather(*taken)
        return before, len([queue.submit("a", goes_on.wait) for _ in range(3)])

    with ThreadPoolExecutor(1) as thread:  # this one may have the loop of a browser
        assert thread.submit(lambda: asyncio.run(ask())).result() == (4, 3)


def test_signing_in_ends_the_guest_and_the_previous_session(
    browser: Callable[..., Browser], services: Services
) -> None:
    owner, planted = browser(), browser()
    owner.sign_in(STRANGER)
    first = owner.cookies["tamis_session"]
    page = browser()
    page.cookies, page.csrf = {"tamis_session": first}, owner.csrf
    assert page.post("/sign-in", email=OWNER, password=PASSWORD).status_code == 303
    assert page.cookies["tamis_session"] != first
    assert page.ask("GET", "/account").status_code == 200
    assert owner.ask("GET", "/account").status_code == 303  # its session was replaced
    planted.ask("GET", "/sign-in")
    guest, csrf = planted.cookies["tamis_guest"], planted.csrf
    assert planted.sign_in() == 303
    assert "tamis_guest" not in planted.cookies
    assert planted.csrf != csrf
    assert planted.ask("POST", "/sign-out", {"csrf": csrf}).status_code == 403
    planted.post("/sign-out")
    planted.ask("GET", "/sign-in")
    assert planted.cookies["tamis_guest"] != guest


def test_creating_and_revoking_keys_requires_the_password(
    browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tamis")
    owner, colleague, stranger = browser(), browser(), browser()
    assert [owner.sign_in(), colleague.sign_in(), stranger.sign_in(STRANGER)] == [303] * 3
    made = owner.post("/account/keys", name="Newsletter")
    assert "sk_" in made.text  # who has just signed in is not asked again
    public = re.findall(r"pk_\w+", made.text)[0]  # the new one is shown first
    now = monotonic() + password_confirmation.CONFIRMED_SECONDS
    monkeypatch.setattr("tamis.web.console.auth.password_confirmation.monotonic", lambda: now)
    for path, fields in (("/account/keys", {"name": "<b>Mine"}), ("/account/keys/revoke", {"public_key": public})):
        requested = owner.post(path, **fields)
        assert requested.status_code == 403
        assert "Confirm your password" in text_of(requested.text)
        assert "&lt;b&gt;Mine" in requested.text or public in requested.text  # what was sent is in the form that asks
        wrong = owner.post(path, **fields, confirm_password="a guess")
        assert wrong.status_code == 422
        assert password_confirmation.WRONG in text_of(wrong.text)
        assert "a guess" not in wrong.text
    assert "&lt;b&gt;Mine" not in owner.ask("GET", "/account").text
    caplog.clear()
    assert stranger.post("/account/keys/revoke", public_key=public, confirm_password=PASSWORD).status_code == 404
    assert "sk_" in owner.post("/account/keys", name="<b>Mine", confirm_password=PASSWORD).text
    assert owner.post("/account/keys/revoke", public_key=public).status_code == 303
    assert colleague.post("/account/keys", name="Other").status_code == 403  # each session for itself
    reported = events(caplog)
    assert [name for name, _ in reported] == ["key_created", "key_revoked"]
    assert reported[1][1] == {"account": 1, "key": public, "address": "192.0.2.1"}


def test_an_open_session_cannot_guess_the_password_or_lock_the_owner_out(browser: Callable[..., Browser]) -> None:
    owner, found = browser(), browser(ELSEWHERE)
    owner.sign_in()
    found.sign_in()
    new = {"new": "another one than before", "again": "another one than before"}
    for _ in range(MAX_FAILURES):
        assert "Wrong password" in found.post("/account/password", present="a guess", **new).text
    assert "Too many failed attempts." in text_of(found.post("/account/password", present=PASSWORD, **new).text)
    assert owner.post("/account/password", present=PASSWORD, **new).status_code == 303
    assert found.ask("GET", "/account").status_code == 303


def test_sign_in_events_are_logged_without_secrets(
    browser: Callable[..., Browser], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tamis")
    owner, guesser = browser(), browser(ELSEWHERE)
    owner.sign_in()
    owner.post("/account/password", present=PASSWORD, new="Tamis-owner-1", again="Tamis-owner-1")
    owner.post("/account/password", present=PASSWORD, new="rye and spelt flour", again="rye and spelt flour")
    owner.post("/account/sessions/end")
    owner.post("/sign-out")
    for _ in range(MAX_FAILURES + 3):
        guesser.sign_in(password="a guess at it")
    guesser.sign_in("nobody@example.org", "a guess at it")
    here, there = {"user": 1, "address": "192.0.2.1"}, {"user": 1, "address": ELSEWHERE}
    text = caplog.text
    reported = events(caplog)
    assert "rye" not in text + str(reported)
    assert "guess" not in str(reported)
    assert "@" not in str(reported)
    for _, details in reported:  # of a flood in an earlier test
        details.pop("not_logged", None)
        details.pop("addresses", None)
    assert reported == [
        ("signed_in", {**here, "known_device": False}),
        ("password_changed", here),
        ("other_sessions_ended", here),
        ("signed_out", here),
        *[("sign_in_failed", there)] * (MAX_FAILURES - 1),
        ("attempts_locked", {**there, "by": "user"}),
        ("sign_in_failed", there),
        *[("attempt_refused", there)] * 3,
        ("sign_in_failed", {"user": None, "address": ELSEWHERE}),
    ]


def test_sessions_end_although_the_clock_is_wrong(services: Services) -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    services.clock = lambda: now
    user = passwords.find_user(services.records.reader(), OWNER)
    assert user

    def lives(token: str, **passed: float) -> bool:
        services.clock = lambda: now + timedelta(**passed)
        return sessions.find_session(services, token) is not None

    token = services.write(sessions.open_session, user)
    assert lives(token, days=7)
    assert not lives(token, days=7, seconds=1)  # not used for too long
    assert lives(token, minutes=-10)  # a clock that is corrected by a little
    assert not lives(token, minutes=-10, seconds=-1)  # opened while the clock was ahead
    session = sessions.find_session(services, token) if lives(token) else None
    assert session
    for day in range(5, 36, 5):
        if lives(token, days=day):
            services.write(sessions.note_session, session)
    assert lives(token, days=30)
    assert not lives(token, days=30, seconds=1)  # used all the time, but opened too long ago
    services.clock = lambda: now + timedelta(days=365)
    services.write(sessions.note_session, session)  # the clock was a year ahead for a moment
    assert not lives(token, days=1)
    assert sessions.list_sessions(services, user) == []
    sessions.delete_expired_sessions(services)
    assert not lives(token, days=365)  # and is over for good


def test_session_lifetimes_are_configurable(services: Services) -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    services.settings = replace(
        services.settings, session_idle=timedelta(minutes=30), session_lifetime=timedelta(hours=8)
    )
    services.clock = lambda: now
    user = passwords.find_user(services.records.reader(), OWNER)
    assert user
    token = services.write(sessions.open_session, user)
    session = sessions.find_session(services, token)
    assert session
    assert not sessions.is_note_due(session, now + timedelta(minutes=3), services.settings)
    assert sessions.is_note_due(session, now + timedelta(minutes=4), services.settings)
    services.clock = lambda: now + timedelta(minutes=31)
    assert sessions.find_session(services, token) is None
