"""Names and values with markup or scripts: on every page they are plain text, and no page grows wider."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.console.conftest import sign_in, window_of
from tests.support.console import new_console_account
from tests.support.console_routes import pages_of
from tests.support.full_account import FullAccount, create_full_account
from tests.support.process import Server

EMAIL = "hostile@example.org"
HOSTILE = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{7*7}}${7*7}'
    "</textarea></title></script>'`javascript:alert(3)\u202egnitaert\u202c🦊" + "W" * 90
)
AS_TEXT = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{7*7}}${7*7}'
FOUND = """() => [...document.querySelectorAll("img, iframe, object, embed, base, script:not([src]), [onerror]")]
    .filter((found) => found.type !== "application/json").map((found) => found.outerHTML)"""
TWICE = """() => [...document.querySelectorAll("form[method=post]")]
    .filter((form) => !form.querySelector("[name=idempotency_key]"))
    .map((form) => form.getAttribute("action"))"""
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.outerHTML.slice(0, 120)).slice(0, 5)"""


@pytest.fixture(scope="session")
def hostile(server: Server) -> FullAccount:
    new_console_account(server.data, server.address, EMAIL)
    return create_full_account(server.data, EMAIL, HOSTILE)


def test_no_page_executes_user_text(chromium: Browser, server: Server, hostile: FullAccount, tmp_path: Path) -> None:
    with window_of(chromium, server.address) as window:
        page = window.new_page()
        output = listen(window, page)
        sign_in(page, EMAIL)
        shown, wider = 0, {}
        for path in pages_of(tmp_path / "data", hostile.ids, page):
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(path)
            page.locator(".htmx-request").wait_for(state="detached")
            assert page.evaluate(FOUND) == [], path
            # A double click on any button does it once; only what looks for something may be sent twice.
            assert [
                form for form in page.evaluate(TWICE) if not form.endswith(("/search", "/found", "/export"))
            ] == [], path
            shown += AS_TEXT in page.locator("body").inner_text()
            page.set_viewport_size({"width": 380, "height": 800})
            if found := page.evaluate(WIDER):
                wider[path] = found
            assert output == [], path
        assert wider == {}
        assert shown > 12


def test_no_script_executes_user_text(chromium: Browser, server: Server, hostile: FullAccount) -> None:
    ids = hostile.ids
    with window_of(chromium, server.address) as window:
        page = window.new_page()
        output = listen(window, page)
        sign_in(page, EMAIL)
        page.goto(f"/segments/{ids['segment_id']}/members")
        page.get_by_role("button", name="Why is ann@example.org").click()
        page.locator("#why-content").get_by_text("In “").wait_for()
        assert AS_TEXT in page.locator("#why-content").inner_text()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Exclude ann@example.org").click()
        page.get_by_role("button", name="Undo exclusion of ann@example.org").wait_for()
        page.goto(f"/types/{ids['type_id']}/contacts")
        page.get_by_role("searchbox").press_sequentially("<script>alert(1)", delay=5)
        page.get_by_role("link", name="bob@example.org").wait_for()
        page.goto(f"/segments/new?type={ids['type_id']}")
        page.locator("#text").fill('first_name contains "<script>alert(1)" and not (city is "<img src=x onerror=x>")')
        page.locator("#count").get_by_text("3", exact=True).wait_for()
        assert "<script>alert(1)" in page.locator("#sentence").inner_text()
        assert AS_TEXT in page.locator("#sample").inner_text()
        assert page.evaluate(FOUND) == []
        assert output == []


def listen(window: BrowserContext, page: Page) -> list[str]:
    """Collect dialogs and whatever the console of the browser says is wrong."""
    output: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # A piece of a page, opened by itself, has no icon.
        if message.type in ("error", "warning") and not message.location["url"].endswith("/favicon.ico"):
            output.append(message.text)

    page.on("dialog", lambda dialog: output.append(dialog.message))
    window.on("console", heard)
    return output
