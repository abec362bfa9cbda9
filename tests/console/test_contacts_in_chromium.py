"""Contacts by keyboard in Chromium: search, order, edit in place, two tabs, delete; no search text in a URL."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.contacts.contact_edits import create_contact
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.fields import Kind
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.process import Server
from tests.support.users import Person, fresh_address

SMALL = {"width": 380, "height": 800}


@pytest.fixture
def people(server: Server, owner: Person) -> ContactType:
    services = Services(Settings(server.data))
    account = choose_account(services.records.reader(), owner.email)
    made = services.write(create_type, account, f"People of {fresh_address()}")
    services.write(create_field, made, "Age", Kind.NUMBER)
    services.write(create_field, made, "Notes", Kind.TEXT)
    services.write(create_segment, account, made, f"Grown up {made.id}", from_text("age >= 18"))
    for number in range(60):
        texts = {"first_name": ("Zoë", "Omar")[number % 2], "age": str(number), "city": "C" * (number * 4)}
        services.write(create_contact, account, made, {"email": f"p{number:02}@example.org", **texts})
    services.write(
        create_contact, account, made, {"email": "e@example.org", "notes": "<img src=x onerror=alert(1)>" * 9}
    )
    services.close()
    return made


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def focused(page: Page) -> str:
    found = page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText")
    return str(found).strip()


def settle(page: Page) -> None:
    """Wait until the page has replaced all its parts: one of them may show the answer before another is there."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def test_the_list_by_keyboard(page: Page, people: ContactType) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(f"/types/{people.id}/contacts")
    how_many, first = page.locator("#how-many"), page.locator("tbody tr").first
    expect(how_many).to_have_text("61 contacts")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("zoë p0")
    expect(how_many).to_have_text("5 contacts found")
    expect(page.get_by_role("searchbox")).to_be_focused()
    settle(page)
    while focused(page) != "Age":
        press(page, "Tab")
    press(page, "Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Age")
    expect(first).to_contain_text("p00@example.org")
    settle(page)
    page.get_by_role("button", name="Age").press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Age")
    expect(first).to_contain_text("p08@example.org")
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("zoë p0")
    expect(how_many).to_have_text("5 contacts found")
    expect(first).to_contain_text("p08@example.org")
    page.go_back()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Age")
    expect(how_many).to_have_text("5 contacts found")
    settle(page)
    page.get_by_role("searchbox").focus()
    press(page, "Control+a", "Delete")
    expect(how_many).to_have_text("61 contacts")
    settle(page)
    page.get_by_role("button", name="Next").press("Enter")
    expect(page.locator(".pager")).to_contain_text("51–61")
    settle(page)
    page.get_by_role("link", name="p59@example.org").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Omar")
    page.go_back()
    expect(page.locator(".pager")).to_contain_text("51–61")
    page.get_by_role("searchbox").fill("nobody at all")
    expect(page.get_by_role("heading", name="No contacts found")).to_be_visible()
    page.get_by_role("button", name="Show all contacts").click()
    expect(how_many).to_have_text("61 contacts")
    assert not [url for url in requested if re.search(r"zo|nobody|p0", url)]


def test_an_export_matches_the_list_and_choosing_columns_keeps_the_search(page: Page, people: ContactType) -> None:
    page.goto(f"/types/{people.id}/contacts")
    how_many = page.locator("#how-many")
    page.get_by_role("searchbox").fill("zoë")
    expect(how_many).to_have_text("30 contacts found")
    for _ in range(2):  # the page stays, and can do it again
        page.locator("summary", has_text="Export").focus()
        press(page, "Enter", "Tab")
        with page.expect_download() as download:
            press(page, "Enter")
        assert download.value.path().read_text().count("Zoë") == 30
        expect(page.locator(".export-form")).not_to_have_attribute("aria-busy", "true")
    page.locator("summary", has_text="Columns").focus()
    press(page, "Enter")
    page.get_by_label("Phone").focus()
    press(page, "Space")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("button", name="Phone")).to_be_visible()
    expect(how_many).to_have_text("30 contacts found")


def test_a_contact_by_keyboard_in_two_tabs(context: BrowserContext, page: Page, people: ContactType) -> None:
    page.goto(f"/types/{people.id}/contacts")
    page.get_by_role("link", name="p59@example.org").click()
    other = context.new_page()
    other.goto(page.url)
    segments, age = page.locator("#segments"), page.locator(".value", has_text="Age").first
    expect(segments.get_by_role("heading")).to_have_text("In 1 segment")
    expect(segments).to_contain_text("Age is at least 18")
    for tab in (page, other):
        tab.get_by_role("button", name="Edit Age").focus()
        press(tab, "Enter")
        expect(tab.get_by_label("Age", exact=True)).to_be_focused()
    page.keyboard.type("1x")
    press(page, "Enter")
    expect(age).to_contain_text("Must be a number")
    expect(page.get_by_label("Age", exact=True)).to_have_value("1x")
    press(page, "Escape")
    expect(age).to_contain_text("59")
    expect(page.get_by_role("button", name="Edit Age")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_label("Age", exact=True)).to_be_focused()
    page.keyboard.type("17")
    press(page, "Enter")
    expect(segments.get_by_role("heading")).to_have_text("Not in any segment")
    expect(page.get_by_role("button", name="Edit Age")).to_be_focused()
    expect(page.locator("#timeline")).to_contain_text("Left")

    other.keyboard.type("70")
    press(other, "Enter")
    reported = other.locator(".value", has_text="Age").first
    expect(reported).to_contain_text('Age was changed in the meantime and is now "17"')
    expect(other.get_by_label("Age", exact=True)).to_have_value("70")
    press(other, "Enter")
    expect(other.locator("#segments").get_by_role("heading")).to_have_text("In 1 segment")
    expect(other.get_by_role("button", name="Edit Age")).to_be_focused()

    other.get_by_role("button", name="Delete").focus()
    press(other, "Enter")
    expect(other.get_by_role("dialog")).to_contain_text("This removes the contact from all segments")
    press(other, "Escape")
    expect(other.get_by_role("dialog")).to_be_hidden()
    press(other, "Enter")
    other.get_by_role("button", name="Delete contact").dblclick()
    expect(other.get_by_role("status").first).to_have_text("p59@example.org was deleted.")
    page.get_by_role("button", name="Edit Age").click()
    expect(page.get_by_role("alert").first).to_contain_text("This page does not exist")


def test_contact_values_neither_run_nor_widen_the_page(page: Page, people: ContactType) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.set_viewport_size({"width": SMALL["width"], "height": SMALL["height"]})
    page.goto(f"/types/{people.id}/contacts?order=-city")
    lists = page.url
    for address in ("p59@example.org", "e@example.org"):
        page.goto(lists)
        page.get_by_role("searchbox").fill(address)
        page.get_by_role("link", name=address).click()
        expect(page.get_by_role("heading", name="Fields")).to_be_visible()
        for label in ("City", "Notes"):
            page.get_by_role("button", name=f"Edit {label}").click()
            expect(page.get_by_label(label, exact=True)).to_be_focused()
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, page.url
