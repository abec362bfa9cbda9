"""Suppressions in the console: added, searched, lifted, and shown where members are."""

import pytest
from playwright.sync_api import Browser

from tests.console.conftest import sign_in, window_of
from tests.support.console import Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.programs import program_of
from tests.support.users import Person, fresh_address


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


@pytest.mark.parametrize("width", [380, 1440])
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
