"""Signing in: only with the right password, not too often, and only from a page of ours."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import BrowserContext

from tests.support.console import PASSWORD, Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.users import Person, fresh_address


def test_a_page_redirects_to_the_sign_in_and_back(guest: Visitor, owner: Person) -> None:
    answer = guest.get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?then=/account")
    guest.get("/sign-in?then=/account")
    answer = guest.post("/sign-in", {"email": owner.email.upper(), "password": PASSWORD, "then": "/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert guest.get("/account").status_code == 200
    assert guest.get("/sign-in").headers["location"] == "/segments"


@pytest.mark.parametrize("then", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", ""])
def test_redirects_stay_within_the_console(guest: Visitor, owner: Person, then: str) -> None:
    guest.get("/sign-in")
    answer = guest.post("/sign-in", {"email": owner.email, "password": PASSWORD, "then": then})
    assert answer.headers["location"] == "/segments"


def test_wrong_passwords_and_unknown_emails_get_the_same_response(guest: Visitor, owner: Person) -> None:
    wrong, unknown = guest.sign_in(owner.email, "not the password"), guest.sign_in("nobody@example.org")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert "Wrong email or password." in text_of(wrong.text)
    assert text_of(wrong.text).replace(owner.email, "") == text_of(unknown.text).replace("nobody@example.org", "")
    assert guest.get("/account").status_code == 303


def test_ten_failures_lock_an_email_for_a_while(guest: Visitor, server: Server) -> None:
    person = new_console_account(server.data, server.address, fresh_address())
    guest.get("/sign-in")
    with ThreadPoolExecutor(4) as threads:
        wrong = {"email": person.email, "password": "not the password"}
        statuses = list(threads.map(lambda _: guest.post("/sign-in", wrong).status_code, range(10)))
    assert set(statuses) == {422}
    answer = guest.sign_in(person.email)
    assert answer.status_code == 429
    assert "Try again in" in text_of(answer.text)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(guest: Visitor, owner: Person) -> None:
    cookie = guest.sign_in(owner.email).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    guest = Visitor(guest.address)
    guest.get("/sign-in", headers={"x-forwarded-proto": "https"})
    secure = guest.get("/sign-in", headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert secure.startswith("__Host-tamis_")
    assert "Secure" in secure


def test_forms_of_other_sites_are_refused(console: Visitor) -> None:
    forged = console.http.post(console.address + "/sign-out", data={"csrf": "0" * 64}, allow_redirects=False)
    assert forged.status_code == 403
    assert console.get("/account").status_code == 200


def test_signing_out_ends_the_session_for_good(guest: Visitor, owner: Person) -> None:
    guest.sign_in(owner.email)
    token = dict(guest.http.cookies)
    assert guest.post("/sign-out").headers["location"] == "/sign-in"
    guest.http.cookies.update(token)
    assert guest.get("/account").status_code == 303


def test_every_response_has_security_headers(guest: Visitor) -> None:
    for path in ("/sign-in", "/segments", "/nothing", "/static/0/console.js"):
        headers = guest.get(path).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "no-store" in headers["cache-control"] or path.startswith("/static")


def test_a_browser_signs_in_and_chooses_its_colours(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/account")
    for name, theme in (("System", "light"), ("Light", "dark"), ("Dark", None), ("System", "light")):
        page.get_by_role("button", name=f"Theme: {name}").click()
        page.reload()
        assert page.evaluate("document.documentElement.dataset.theme ?? null") == theme
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_label("Password").wait_for()
