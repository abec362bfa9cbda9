"""The page of an unsubscribe link in Chromium without JavaScript: on a phone and a desk, light and dark."""

import json
import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.conftest import sign_in, window_of
from tests.console.test_accessibility import check_page
from tests.support.console import new_console_account
from tests.support.process import Server
from tests.support.programs import Program, program_of
from tests.support.users import Person, fresh_address

NAME = "Example Books & Friends of Good Reading in Long Winter Evenings"


@pytest.fixture(scope="module")
def sender(server: Server) -> Person:
    """An account with a name, and a contact type with two topics."""
    person = new_console_account(server.data, server.address, fresh_address("sender"))
    person.tamis("account", "edit", "--name", NAME)
    api = program_of(person)
    type_id = api.create("contact-types", {"name": "People"})["id"]
    api.create(f"contact-types/{type_id}/topics", {"name": "News", "description": "From our shops, once a month"})
    api.create(f"contact-types/{type_id}/topics", {"name": "Offers"})
    return person


def new_contact(api: Program) -> tuple[str, dict[str, Any]]:
    """Return the email of a new contact, and what the API says of it."""
    (contact_type,) = api.get("contact-types").json()["data"]
    email = fresh_address("maria")
    return email, api.put(f"contact-types/{contact_type['id']}/contacts/{email}", {"fields": {}}).json()


@pytest.mark.parametrize("width", [380, 1440])
def test_people_choose_and_unsubscribe_without_javascript(chromium: Browser, sender: Person, width: int) -> None:
    api = program_of(sender)
    email, made = new_contact(api)
    opened = chromium.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
    page = opened.new_page()
    try:
        page.goto(made["unsubscribe_url"])
        expect(page).to_have_title(f"Unsubscribe – {NAME}")
        expect(page.get_by_text("m***@example.org")).to_be_visible()
        news = page.get_by_role("checkbox", name="News")
        expect(news).not_to_be_checked()
        news.check()
        page.get_by_role("button", name="Save choices").click()
        expect(page.get_by_role("status")).to_have_text("Your choices are saved.")
        expect(page.get_by_role("checkbox", name="News")).to_be_checked()
        states = api.get(f"contacts/{made['id']}/subscriptions").json()["subscriptions"]
        assert {one["topic"]: one["state"] for one in states} == {"News": "subscribed", "Offers": "unsubscribed"}

        page.get_by_role("button", name="Unsubscribe from all emails").click()
        expect(page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
        assert api.get(f"suppressions/{email}").json()["reason"] == "unsubscribed"
        page.reload()
        expect(page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
        expect(page.get_by_role("button")).to_have_count(0)
        assert not opened.cookies()
    finally:
        opened.close()


def test_axe_finds_nothing_on_the_pages_of_a_link(chromium: Browser, server: Server, sender: Person) -> None:
    api = program_of(sender)
    found: dict[str, Any] = {}
    link, gone = (new_contact(api)[1]["unsubscribe_url"] for _ in range(2))
    api.http.post(gone, data={"List-Unsubscribe": "One-Click"}, timeout=60)
    with window_of(chromium, server.address) as window:
        page = window.new_page()
        for path in (link, f"{link}?saved", gone, link[:-1]):
            page.goto(path)
            check_page(page, path.rpartition("/")[2][:3], found)
            no_sideways_scrolling(page)
    assert not found, json.dumps(found, indent=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_scheme_of_the_system(
    chromium: Browser, sender: Person, scheme: Literal["light", "dark"]
) -> None:
    opened = chromium.new_context(java_script_enabled=False, color_scheme=scheme)
    page = opened.new_page()
    try:
        page.goto(new_contact(program_of(sender))[1]["unsubscribe_url"])
        shade = page.locator("main").evaluate("(shown) => getComputedStyle(shown).backgroundColor")
    finally:
        opened.close()
    assert (sum(map(int, re.findall(r"\d+", shade)[:3])) > 384) is (scheme == "light")


def test_marketers_find_the_link_the_name_and_a_preview(chromium: Browser, server: Server, sender: Person) -> None:
    api = program_of(sender)
    _, made = new_contact(api)
    (contact_type,) = api.get("contact-types").json()["data"]
    with window_of(chromium, server.address) as window:
        page = window.new_page()
        sign_in(page, sender.email)
        page.goto(f"/types/{contact_type['id']}/contacts/{made['id']}")
        expect(page.get_by_text(made["unsubscribe_url"])).to_be_visible()
        with window.expect_page() as opened:
            page.get_by_role("link", name="See the page").click()
        expect(opened.value.get_by_role("button", name="Unsubscribe from all emails")).to_be_enabled()

        page.goto("/account")
        expect(page.get_by_text("Set TAMIS_PUBLIC_URL before you mail anybody")).to_be_visible()
        page.get_by_label("Name for recipients").fill("Example Books")
        page.get_by_role("button", name="Save name").click()
        expect(page.get_by_text("Name saved.")).to_be_visible()
        with window.expect_page() as opened:
            page.get_by_role("link", name="Preview the page").click()
        preview = opened.value
        expect(preview.get_by_text("This is a preview")).to_be_visible()
        expect(preview.get_by_text("Example Books", exact=True)).to_be_visible()
        expect(preview.get_by_role("checkbox", name="Offers")).to_be_disabled()
        expect(preview.get_by_role("button", name="Unsubscribe from all emails")).to_be_disabled()
    api.patch("account", {"name": NAME})


def no_sideways_scrolling(page: Page) -> None:
    """Assert that a page fits on a phone."""
    page.set_viewport_size({"width": 380, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
