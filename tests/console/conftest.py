"""One server, three visitors of its console, and one Chromium for all tests of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    WebError,
    expect,
    sync_playwright,
)

from tests.support.clients import installed
from tests.support.console import CHROMIUM_ARGUMENTS, PASSWORD, Visitor, new_console_account
from tests.support.process import Server
from tests.support.users import Person

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
    """Another user of the owner's account, signed in."""
    visitor = Visitor(server.address)
    visitor.sign_in(owner.email)
    return visitor


@pytest.fixture(scope="session")
def stranger(server: Server) -> Visitor:
    """A user of another account, signed in."""
    person = new_console_account(server.data, server.address, "stranger@example.net")
    visitor = Visitor(server.address)
    visitor.sign_in(person.email)
    return visitor


@pytest.fixture
def guest(server: Server) -> Visitor:
    """A visitor who is not signed in."""
    return Visitor(server.address)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = installed("chromium-headless-shell", "chromium")  # without windows it takes a quarter less time
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def window(chromium: Browser, server: Server) -> Iterator[BrowserContext]:
    """A window that tests use one after the other, 1,440 pixels wide; its first tab keeps Chromium's process alive."""
    with window_of(chromium, server.address) as opened:
        opened.new_page().goto("/sign-in")
        yield opened


@pytest.fixture
def context(window: BrowserContext, server: Server, owner: Person) -> Iterator[BrowserContext]:
    """The window with the owner signed in and no tabs; what scripts complain about fails the test."""
    visitor = Visitor(server.address)
    visitor.sign_in(owner.email)
    window.clear_cookies()
    for cookie in visitor.http.cookies:
        window.add_cookies(
            [{"name": cookie.name, "value": cookie.value or "", "url": server.address, "httpOnly": True}]
        )
    with no_complaints(window):
        yield window
    first, *others = window.pages
    for page in others:
        page.close()
    window.clear_permissions()
    first.evaluate("localStorage.clear()")


@contextmanager
def window_of(chromium: Browser, address: str, width: int = 1440) -> Iterator[BrowserContext]:
    """Open a signed-out window; raises AssertionError when scripts complained about anything."""
    opened = chromium.new_context(base_url=address, viewport={"width": width, "height": 900}, locale="en-GB")
    opened.set_default_timeout(60_000)
    try:
        with no_complaints(opened):
            yield opened
    finally:
        opened.close()


@contextmanager
def no_complaints(window: BrowserContext) -> Iterator[None]:
    """Raise AssertionError at the end of the block when scripts of the window complained about anything."""
    complaints: list[str] = []

    def note_error(error: WebError) -> None:
        complaints.append(str(error.error))

    def note_message(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    window.on("weberror", note_error)
    window.on("console", note_message)
    try:
        yield
    finally:
        window.remove_listener("weberror", note_error)
        window.remove_listener("console", note_message)
    assert not complaints


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of the owner's window."""
    return context.new_page()


def close_and_stay(page: Page) -> list[str]:
    """Try to close a page, and stay when the browser asks; gives the kinds of questions that it asked."""
    requested: list[str] = []

    def stay(question: Dialog) -> None:
        requested.append(question.type)
        question.dismiss()

    page.once("dialog", stay)
    page.close(run_before_unload=True)
    while not requested:
        page.wait_for_timeout(10)
    page.evaluate("0")  # the question is over: Chromium crashes when its window is closed under it
    return requested


def sign_in(page: Page, email: str) -> None:
    """Sign in on the page."""
    page.goto("/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
