"""One server and three people at its console, and one Chromium for all tests of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright

from tests.support.clients import installed
from tests.support.console import CHROMIUM_ARGUMENTS, PASSWORD, Visitor, new_console_account
from tests.support.people import Person
from tests.support.process import Server

# Only to end a test that hangs, never to judge speed.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("console") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def data(server: Server) -> Path:
    return server.data


@pytest.fixture(scope="session")
def owner(server: Server) -> Person:
    return new_console_account(server.data, server.address, "owner@example.org", "Asia/Dhaka")


@pytest.fixture(scope="session")
def console(server: Server, owner: Person) -> Visitor:
    """The owner, signed in."""
    visitor = Visitor(server.address)
    visitor.sign_in(owner.email)
    return visitor


@pytest.fixture(scope="session")
def colleague(server: Server, owner: Person) -> Visitor:
    """Somebody else with the account of the owner, signed in."""
    visitor = Visitor(server.address)
    visitor.sign_in(owner.email)
    return visitor


@pytest.fixture(scope="session")
def stranger(server: Server) -> Visitor:
    """Somebody with an account of their own, signed in."""
    person = new_console_account(server.data, server.address, "stranger@example.net")
    visitor = Visitor(server.address)
    visitor.sign_in(person.email)
    return visitor


@pytest.fixture
def guest(server: Server) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(server.address)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed("chromium"), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, server: Server, owner: Person) -> Iterator[BrowserContext]:
    """A window of the owner, signed in, 1,440 pixels wide; what scripts complain about fails the test."""
    with window_of(chromium, server.address) as opened:
        page = opened.new_page()
        sign_in(page, owner.email)
        page.close()
        yield opened


@contextmanager
def window_of(chromium: Browser, address: str, width: int = 1440) -> Iterator[BrowserContext]:
    """Open a window in which nobody is signed in; raises AssertionError when scripts complained about anything."""
    opened = chromium.new_context(base_url=address, viewport={"width": width, "height": 900}, locale="en-GB")
    opened.set_default_timeout(60_000)
    complaints: list[str] = []
    opened.on("weberror", lambda error: complaints.append(str(error.error)))
    opened.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
    )
    try:
        yield opened
    finally:
        opened.close()
    assert not complaints


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of the owner's window."""
    return context.new_page()


def close_and_stay(page: Page) -> list[str]:
    """Try to close a page, and stay when the browser asks; gives the kinds of questions that it asked."""
    asked: list[str] = []

    def stay(question: Dialog) -> None:
        asked.append(question.type)
        question.dismiss()

    page.once("dialog", stay)
    page.close(run_before_unload=True)
    while not asked:
        page.wait_for_timeout(10)
    page.evaluate("0")  # the question is over: Chromium crashes when its window is closed under it
    return asked


def sign_in(page: Page, email: str) -> None:
    """Sign in by hand."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
