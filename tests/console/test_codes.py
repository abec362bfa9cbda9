"""Two-step sign-in: codes are accepted once, guesses are limited, and recovery codes replace a lost device."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest

from tamis.actions.accounts import passwords
from tamis.actions.accounts.accounts import choose_account
from tamis.actions.services import Services
from tamis.actions.team.codes import count_recovery_codes, use_code
from tamis.actions.team.users import list_users
from tamis.web.console.auth.pending_codes import MAX_WRONG, PendingCodes
from tests.console.test_passwords import OWNER, Browser, browser, services  # noqa: F401  fixtures
from tests.support import in_process
from tests.support.console import text_of

PENDING = re.compile(r'name="pending" value="([\w-]+)"')
SECRET = re.compile(r'name="secret" value="([A-Z2-7]{32})"')
RECOVERY = re.compile(r"\b(?:[a-z2-9]{5}-){4}[a-z2-9]{5}\b")


@pytest.fixture(autouse=True)
def pending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tamis.web.console.pages.accounts.sign_in.pending_codes", PendingCodes())


class Phone:
    """The app of somebody who has turned two-step sign-in on; its clock is that of the services."""

    def __init__(self, used: Services, owner: Browser) -> None:
        self._services = used
        owner.sign_in()
        page = owner.post("/account/codes/start").text
        (secret,) = set(SECRET.findall(page))
        assert "<svg" in page
        assert f"otpauth://totp/Tamis:owner%40example.org?secret={secret}" in html.unescape(page)
        self._totp = pyotp.TOTP(secret)
        assert "code is wrong" in text_of(owner.post("/account/codes", secret=secret, code="000000x").text)
        shown = owner.post("/account/codes", secret=secret, code=self.code)
        self.recovery = list(dict.fromkeys(RECOVERY.findall(shown.text)))
        assert len(self.recovery) == 10

    @property
    def code(self) -> str:
        return self._totp.at(self._services.clock())

    def wait(self) -> None:
        """Let the next code come."""
        now = self._services.clock()
        self._services.clock = lambda: now + timedelta(seconds=30)


@pytest.fixture
def phone(services: Services, browser: Callable[..., Browser]) -> Phone:  # noqa: F811
    now = services.clock()
    services.clock = lambda: now
    return Phone(services, browser())


def enter(person: Browser, code: str) -> int:
    """Sign in with the password and a code; returns the status of the last step."""
    assert person.sign_in() == 200
    return answer(person, code)


def answer(person: Browser, code: str) -> int:
    """Enter a code in the second form of a sign-in."""
    page = person.post("/sign-in", email=OWNER, password="grain by grain 42").text
    return person.post("/sign-in/code", pending=PENDING.findall(page)[0], code=code).status_code


def test_signing_in_takes_a_code_and_none_is_accepted_twice(phone: Phone, browser: Callable[..., Browser]) -> None:  # noqa: F811
    first, second = browser(), browser()
    assert enter(first, phone.code) == 422  # it turned the codes on, so it was used
    phone.wait()
    assert enter(first, phone.code) == 303
    assert first.ask("GET", "/segments").status_code == 200
    assert enter(second, phone.code) == 422
    assert second.ask("GET", "/segments").status_code == 303
    phone.wait()
    assert enter(second, f" {phone.code[:3]} {phone.code[3:]} ") == 303


def test_a_password_alone_opens_nothing_and_the_second_form_is_of_one_browser(
    phone: Phone,
    browser: Callable[..., Browser],  # noqa: F811
) -> None:
    thief, owner = browser("203.0.113.9"), browser()
    phone.wait()
    assert thief.sign_in() == 200
    assert thief.ask("GET", "/segments").status_code == 303
    pending = PENDING.findall(thief.post("/sign-in", email=OWNER, password="grain by grain 42").text)[0]
    owner.ask("GET", "/sign-in")
    assert owner.post("/sign-in/code", pending=pending, code=phone.code).status_code == 422
    assert owner.post("/sign-in/code", pending="", code=phone.code).status_code == 422


def test_guesses_of_codes_are_limited(
    phone: Phone,
    services: Services,  # noqa: F811
    browser: Callable[..., Browser],  # noqa: F811
) -> None:
    thief = browser("203.0.113.9")
    thief.sign_in()
    phone.wait()
    assert [answer(thief, "000000") for _ in range(MAX_WRONG)] == [422] * MAX_WRONG
    assert answer(thief, phone.code) == 429
    user = passwords.find_user(services.records.reader(), OWNER)
    assert user
    assert services.write(use_code, user, phone.code)  # which the refused attempt has not used up


def test_each_recovery_code_works_once(
    phone: Phone,
    services: Services,  # noqa: F811
    browser: Callable[..., Browser],  # noqa: F811
) -> None:
    owner = browser()
    first, second, *_ = phone.recovery
    assert enter(owner, first.upper().replace("-", " ")) == 303
    assert enter(browser(), first) == 422
    owner.ask("GET", "/account/codes")
    assert "9 recovery codes left" in text_of(owner.ask("GET", "/account/codes").text)
    replaced = RECOVERY.findall(owner.post("/account/codes/recovery").text)
    assert enter(browser(), second) == 422
    assert enter(browser(), replaced[0]) == 303
    owner.post("/account/codes/off")
    assert browser().sign_in() == 303
    user = list_users(services.records.reader(), choose_account(services.records.reader(), OWNER))[0]
    assert (user.asks_for_code, count_recovery_codes(services.records.reader(), user.user)) == (False, 0)


def test_an_operator_turns_codes_off_for_who_has_lost_everything(
    phone: Phone,
    services: Services,  # noqa: F811
    browser: Callable[..., Browser],  # noqa: F811
) -> None:
    data = ["--data", str(services.settings.data), "--account", OWNER]
    assert in_process.run_text(["user", "reset", OWNER, *data]).returncode == 0
    assert browser().sign_in() == 200  # a new password is one step only
    assert in_process.run_text(["user", "reset", OWNER, "--codes", *data]).returncode == 0
    assert browser().sign_in() == 303
