"""A whole session in Chromium, from sign-in to the count that a program reads: by mouse, and by keyboard alone."""

import csv
import re
from collections.abc import Iterator
from typing import Protocol

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from tests.console.conftest import window_of
from tests.support.console import PASSWORD, new_console_account
from tests.support.effort import ALL
from tests.support.process import Server
from tests.support.sakila import CUSTOMERS, FILE, IN_INDIA
from tests.support.users import fresh_address

MOST_TABS, FEW_TABS = 250, 10
HOLD = """one => {
    const reached = () => one === document.activeElement;
    window.releaseTab?.();
    if (reached()) return true;
    const hold = (event) => { if (event.key === "Tab" && reached()) event.preventDefault(); };
    document.addEventListener("keydown", hold, true);
    window.releaseTab = () => document.removeEventListener("keydown", hold, true);
    return false;
}"""
"""Tells whether an element has the focus; if not, it keeps the focus, once Tab has come to it, until this is asked."""


class InputDevice(Protocol):
    """How a user operates a page."""

    def press(self, what: Locator) -> None: ...
    def submit(self, what: Locator) -> None: ...
    def write(self, where: Locator, text: str) -> None: ...
    def choose(self, where: Locator, value: str) -> None: ...
    def pick(self, radio: Locator) -> None: ...
    def take(self, option: Locator) -> None: ...


class Mouse:
    """Points and clicks; what sends a form is clicked twice, as impatient people do."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        what.click()

    def submit(self, what: Locator) -> None:
        what.dblclick(no_wait_after=True)

    def write(self, where: Locator, text: str) -> None:
        where.click()
        where.fill("")
        self.page.keyboard.type(text)

    def choose(self, where: Locator, value: str) -> None:
        where.select_option(value)

    def pick(self, radio: Locator) -> None:
        radio.locator("xpath=ancestor::label").click()

    def take(self, option: Locator) -> None:
        option.click()


class Keys:
    """Reaches everything with Tab and arrows."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        self._go_to(what)
        self.page.keyboard.press("Enter")

    submit = press

    def write(self, where: Locator, text: str) -> None:
        self._go_to(where)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, where: Locator, value: str) -> None:
        self._go_to(where)
        self.page.keyboard.press("Home")
        while where.input_value() != value:
            before = where.input_value()
            self.page.keyboard.press("ArrowDown")
            assert where.input_value() != before, f"{value} is not to be had"

    def pick(self, radio: Locator) -> None:
        group = self.page.locator(f"input[name='{radio.get_attribute('name')}']:checked")
        self._go_to(group)
        for _ in range(20):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail("the arrows do not come to what is to be picked")

    def take(self, option: Locator) -> None:
        for _ in range(20):
            if option.get_attribute("aria-selected") == "true":
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")

    def _go_to(self, what: Locator) -> None:
        """Press Tab until it has the focus. It is asked after every few; what is too many then does nothing."""
        what.wait_for()
        for _ in range(MOST_TABS // FEW_TABS):
            if what.evaluate(HOLD):
                return
            for _ in range(FEW_TABS):
                self.page.keyboard.press("Tab")
        pytest.fail(f"Tab does not come to {what}")


WAYS = ["mouse-380", *(["mouse-1440", "keyboard-380", "keyboard-1440"] if ALL else [])]


@pytest.fixture(params=WAYS)
def story(request: pytest.FixtureRequest, chromium: Browser, server: Server) -> Iterator["Story"]:
    how, width = request.param.split("-")
    email = fresh_address("story")
    new_console_account(server.data, server.address, email)
    with window_of(chromium, server.address, int(width)) as window:
        window.grant_permissions(["clipboard-read", "clipboard-write"])
        page = window.new_page()
        yield Story(page, Mouse(page) if how == "mouse" else Keys(page), email, server.address)


class Story:
    """One person, from the first page on."""

    def __init__(self, page: Page, device: InputDevice, email: str, address: str) -> None:
        self.page, self.device, self.email, self.address = page, device, email, address

    def go(self, name: str) -> None:
        """Use the main navigation."""
        self.device.press(self.page.get_by_label("Main").get_by_role("link", name=name, exact=True))
        expect(self.page.locator("[aria-label=Main] [aria-current=page]")).to_have_text(name)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def sign_in(self) -> None:
        self.page.goto("/")
        self.device.write(self.page.get_by_label("Email"), self.email)
        self.device.write(self.page.get_by_label("Password"), "not the password")
        self.device.submit(self.button("Sign in"))
        expect(self.page.locator(".notice[role=alert]")).to_contain_text("Wrong email or password")
        self.device.write(self.page.get_by_label("Password"), PASSWORD)
        self.device.submit(self.button("Sign in"))
        expect(self.page.get_by_role("heading", name="Add your contacts first")).to_be_visible()

    def make_a_type_and_fields(self) -> None:
        self.go("Contact types")
        self.device.write(self.page.get_by_label("Name", exact=True), "Customers")
        self.device.submit(self.button("Create contact type"))
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Customers")
        for name, kind, options in (("Total paid", "number", ""), ("Store", "choice", "store 1\nstore 2")):
            self.device.write(self.page.get_by_label("Name", exact=True), name)
            self.device.pick(self.page.locator(f"input[name=kind][value={kind}]"))
            if options:
                self.device.write(self.page.get_by_label("Options, one per line"), options)
            self.device.submit(self.button("Add field"))
            expect(self.page.locator(".field-name").get_by_text(name, exact=True)).to_be_visible()
        assert self.page.locator("[data-fields] .field-row").count() == 2
        self.device.write(self.page.get_by_label("Name", exact=True), "store")
        self.device.submit(self.button("Add field"))
        expect(self.page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
        expect(self.page.get_by_label("Name", exact=True)).to_have_value("store")
        assert re.search(r"/types/\d+(#.*)?$", self.page.url)  # it can be loaded again

    def import_sakila(self) -> None:
        # Listened for before: where that begins with the key, Chromium may open its window before that is prevented.
        self.page.on("filechooser", lambda chooser: chooser.set_files(FILE))
        self.go("Imports")
        self.device.press(self.page.get_by_role("link", name="Import contacts").first)
        self.device.press(self.page.locator("#file"))
        self.page.wait_for_url("**/imports/uploads/*")
        expect(self.page.get_by_label("store", exact=True)).to_have_value(re.compile("store$"))
        self.device.submit(self.button("Import"))
        created = self.page.locator(".figure.created strong")
        expect(created).to_have_text(str(CUSTOMERS))
        assert re.search(r"/imports/\d+$", self.page.url)
        self.go("Imports")
        assert self.page.get_by_label("Imports, newest first").get_by_role("row").count() == 2

    def build(self, name: str) -> None:
        self.go("Segments")
        self.device.press(self.page.get_by_role("link", name="New segment"))
        self.device.write(self.page.get_by_label("Name", exact=True), name)
        groups, conditions = self.page.locator(".group"), self.page.locator(".condition")
        self.device.press(groups.nth(0).locator("> .row > [data-do=add]"))
        self._field("Country")
        self.device.write(conditions.nth(0).locator("[data-part=value-0]"), "Ind")
        self.counts(0)
        self.device.take(self.page.get_by_role("option", name="India", exact=False).first)
        self.counts(IN_INDIA)
        self.device.press(groups.nth(0).locator("> .row > [data-do=add-group]"))
        expect(conditions).to_have_count(2)
        self.device.press(conditions.nth(1).locator("[data-part=field]"))
        self._field("Total paid")
        self.device.choose(conditions.nth(1).locator("[data-part=operator]"), "is equal or greater than")
        self.device.write(conditions.nth(1).locator("[data-part=value-0]"), "150")
        self.counts(len([row for row in customers("India") if float(row["total_paid"]) >= 150]))
        self.device.press(groups.nth(1).locator("> .row > [data-do=add]"))
        self._field("Store")
        self.device.choose(conditions.nth(2).locator("[data-part=value-0]"), "store 1")
        self.counts(len(chosen()))
        expect(self.page.locator("#sentence")).to_contain_text("Customers in India")
        self.device.submit(self.page.locator("[data-save]").first)
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    def _field(self, name: str) -> None:
        self.page.locator(".picker input").wait_for()
        self.page.keyboard.type(name)
        self.device.take(self.page.get_by_role("option", name=name).first)

    def counts(self, count: int) -> None:
        """Wait until the builder shows a count as its answer."""
        expect(self.page.locator("#panel:not([aria-busy]) #count")).to_have_text(str(count))

    def look_at_a_member(self, segment: str) -> str:
        """Check why a contact is a member, on the segment's page and on the contact's; return the email."""
        expect(self.page.locator("#count")).to_have_text(str(len(chosen())))
        self.device.press(self.page.get_by_label("Segment", exact=True).get_by_role("link", name="Members"))
        rows = self.page.locator("#members tbody tr")
        expect(rows).to_have_count(len(chosen()))
        email = rows.first.locator("a.name").inner_text()
        self.device.press(self.page.get_by_role("button", name=f"Why is {email} in this segment?"))
        expect(self.page.locator("#why-content")).to_contain_text("because this contact matches the rule")
        self.device.press(self.page.locator("#why [data-closes]"))
        self.device.press(rows.first.locator("a.name"))
        inside = self.page.locator("#segments")
        expect(inside).to_contain_text("In 1 segment")
        expect(inside.get_by_text(segment)).to_be_visible()
        expect(inside.locator(".explanation").first).to_contain_text("India")
        self.page.go_back()
        expect(rows).to_have_count(len(chosen()))
        return email

    def remove(self, email: str) -> None:
        self.device.press(self.page.get_by_role("button", name=f"Exclude {email}"))
        expect(self.page.get_by_role("button", name=f"Undo exclusion of {email}")).to_be_visible()
        expect(self.page.locator("#count")).to_have_text(str(len(chosen()) - 1))

    def take_a_key(self) -> dict[str, str]:
        """Make a key pair and copy it from the page; gives the headers of a program."""
        self.go("Account")
        self.device.write(self.page.get_by_label("Program name"), "Newsletter")
        self.device.submit(self.button("Create key pair"))
        keys = {}
        for header, label in (("PublicKey", "the public key"), ("SecretKey", "the secret key")):
            self.device.press(self.button(f"Copy {label}"))
            expect(self.button(f"Copy {label}")).to_contain_text("Copied")
            keys[header] = str(self.page.evaluate("navigator.clipboard.readText()"))
        assert self.page.locator("main").inner_text().count("Newsletter") == 1
        return keys


def test_from_sign_in_to_the_count_read_by_a_program(story: Story) -> None:
    story.sign_in()
    story.make_a_type_and_fields()
    story.import_sakila()
    story.build("India, and worth a letter")
    email = story.look_at_a_member("India, and worth a letter")
    story.remove(email)
    keys = story.take_a_key()
    with requests.Session() as http:
        http.trust_env = False
        listed = http.get(f"{story.address}/api/segment/list", headers=keys, timeout=60).json()["message"]["segments"]
        assert [(row["segment_name"], row["segment_emails_count"]) for row in listed] == [
            ("India, and worth a letter", len(chosen()) - 1)
        ]
        path = f"{story.address}/api/segment/email/list?segment_id={listed[0]['id']}"
        rows = http.get(path, headers=keys, timeout=60).json()["message"]["contactEmails"]
    assert {row["email"] for row in rows} == {row["email"] for row in chosen()} - {email}
    story.go("Segments")
    go_back_to_the_beginning(story.page, keys["SecretKey"])


def go_back_to_the_beginning(page: Page, secret: str) -> None:
    """Every page that a user returns to is usable and shows no secret again."""
    seen = set()
    for _ in range(40):
        answer = page.go_back()
        if page.url == "about:blank":
            break
        assert answer is None or answer.status == 200, page.url
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert secret not in page.content()
        seen.add(re.sub(r"\d+|[0-9a-f]{32}", "N", page.url.partition("//")[2].partition("/")[2]))
    assert len(seen) > 8, seen


def customers(country: str) -> list[dict[str, str]]:
    """Return the rows of the file, by a country."""
    with FILE.open(encoding="utf-8", newline="") as opened:
        return [row for row in csv.DictReader(opened) if row["country"] == country]


def chosen() -> list[dict[str, str]]:
    """Return the rows that the rule of the story selects, read from the file alone."""
    return [row for row in customers("India") if float(row["total_paid"]) >= 150 or row["store"] == "store 1"]
