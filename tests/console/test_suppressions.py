"""Suppressions in the console: added, searched, lifted, and shown where members are."""

import csv
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.console.conftest import sign_in, window_of
from tests.console.test_accessibility import AXE, RUN
from tests.support.console import Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.programs import program_of
from tests.support.users import Person, fresh, fresh_address


@pytest.fixture(scope="module")
def person(server: Server) -> Person:
    return new_console_account(server.data, server.address, fresh_address())


@pytest.fixture(scope="module")
def visitor(server: Server, person: Person) -> Visitor:
    opened = Visitor(server.address)
    opened.sign_in(person.email)
    return opened


def test_an_email_is_suppressed_searched_and_lifted(visitor: Visitor) -> None:
    email, other = fresh_address("ann"), fresh_address("bob")
    for address, reason in ((email, "unsubscribed"), (other, "bounced")):
        visitor.post("/suppressions", {"email": address, "reason": reason})
    wrong = visitor.post("/suppressions", {"email": "nobody", "reason": "manual"})
    assert wrong.status_code == 422
    assert "nobody" in wrong.text
    listed = text_of(visitor.get("/suppressions").text)
    assert email in listed
    assert "Unsubscribed" in listed
    found = visitor.post("/suppressions/search", {"text": email.upper()}).text
    assert email in found
    assert other not in found
    visitor.post("/suppressions/lift", {"email": email})
    assert f"{email} can be mailed again." in text_of(visitor.get("/suppressions").text)
    assert email not in visitor.post("/suppressions/search", {"text": email}).text.replace(f'value="{email}"', "")


def test_a_file_is_imported_and_exported(visitor: Visitor) -> None:
    ann, bob, eve = (fresh_address(name) for name in ("ann", "bob", "eve"))
    content = f"Email Address;Reason\n{ann};HardBounce\n{bob.upper()};\nnobody;spam\n{eve};VIP\n"
    sent = visitor.post(
        "/suppressions/import", {"reason": "unsubscribed"}, files={"file": ("people.csv", content.encode())}
    )
    text = text_of(sent.text)
    assert "2 emails suppressed, 0 already suppressed, 2 rows rejected." in text
    assert "Line 5" in text
    exported = visitor.get("/suppressions/export")
    assert exported.headers["Content-Disposition"].startswith("attachment;")
    rows = {row["email"]: (row["reason"], row["source"]) for row in csv.DictReader(exported.text.splitlines())}
    assert rows[ann] == ("bounced", "console")
    assert rows[bob.upper()] == ("unsubscribed", "console")
    assert eve not in rows
    again = visitor.post("/suppressions/import", {}, files={"file": ("people.csv", exported.content)})
    assert "0 emails suppressed" in text_of(visitor.get("/suppressions").text)
    assert again.status_code in (200, 303)
    never_closed = b'email\n"' + b"x" * 200_000
    for wrong in (b"", b"name\nann\n", never_closed, "email\nänn@example.org\n".encode("latin-1")):
        assert visitor.post("/suppressions/import", {}, files={"file": ("people.csv", wrong)}).status_code == 422


def test_members_who_cannot_be_mailed_are_marked_and_counted(visitor: Visitor, person: Person) -> None:
    api, email = program_of(person), fresh_address("eve")
    type_id = api.create("contact-types", {"name": "People"})["id"]
    for address in (email, fresh_address("zoe")):
        api.put(f"contact-types/{type_id}/contacts/{address}", {"fields": {}})
    rule = 'email is not "x@example.org"'
    segment = api.create("segments", {"contact_type_id": type_id, "name": "All", "rule": rule})["id"]
    assert "Can be mailed" not in visitor.get(f"/segments/{segment}").text
    visitor.post("/suppressions", {"email": email, "reason": "complained"})
    assert 'id="mailable">1<' in visitor.get(f"/segments/{segment}").text
    assert "1of 2 members" in text_of(visitor.get("/segments").text).replace(" of 2", "of 2")
    assert visitor.get(f"/types/{type_id}/contacts").text.count(">Suppressed<") == 1
    assert visitor.get(f"/segments/{segment}/members").text.count(">Suppressed<") == 1


def test_giving_suppressed_emails_is_shown(visitor: Visitor) -> None:
    notice = "also have suppressed emails"
    assert notice not in visitor.get("/suppressions").text
    visitor.post("/suppressions/giving", {"give": "yes"})
    assert notice in visitor.get("/suppressions").text
    visitor.post("/suppressions/giving", {"give": "no"})
    assert notice not in visitor.get("/suppressions").text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_some_are_suppressed(
    chromium: Browser, server: Server, person: Person, visitor: Visitor, scheme: Literal["light", "dark"]
) -> None:
    api, email = program_of(person), fresh_address("max")
    type_id = api.create("contact-types", {"name": fresh("People")})["id"]
    for address in (email, fresh_address("zoe")):
        api.put(f"contact-types/{type_id}/contacts/{address}", {"fields": {}})
    body = {"contact_type_id": type_id, "name": fresh("All"), "rule": 'email is not "x@example.org"'}
    segment = api.create("segments", body)["id"]
    visitor.post("/suppressions", {"email": email, "reason": "bounced"})
    with window_of(chromium, server.address, 390) as window:
        page = window.new_page()
        sign_in(page, person.email)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for path in ("/suppressions", "/segments", f"/segments/{segment}", f"/segments/{segment}/edit"):
            page.goto(path)
            page.evaluate(AXE.read_text(encoding="utf-8"))
            for width in (390, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(RUN, []) == [], (path, width)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("#count").inner_text() == "1"
        assert page.locator("#suppressed").inner_text() == "can be mailed, of 2 members"


@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_fits_and_asks_before_it_lifts(
    chromium: Browser, server: Server, person: Person, visitor: Visitor, width: int
) -> None:
    email = fresh_address("kim")
    visitor.post("/suppressions", {"email": email, "reason": "manual"})
    with window_of(chromium, server.address, width) as window:
        page = window.new_page()
        sign_in(page, person.email)
        page.goto("/suppressions")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        row = page.get_by_role("row").filter(has_text=email)
        row.get_by_role("button", name="Lift").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Lift suppression").click()
        page.get_by_text(f"{email} can be mailed again.").wait_for()
