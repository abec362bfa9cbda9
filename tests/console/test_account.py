"""The account page: keys shown once, snippets that run unchanged, time zone and password."""

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from playwright.sync_api import BrowserContext

from tests.support.clients import installed, output_of
from tests.support.console import PASSWORD, Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.users import Person, fresh, fresh_address

RUNS = {
    "curl": ("bash", "list.sh"),
    "python": ("python3", "list.py"),
    "php": ("php", "list.php"),
    "node": ("node", "list.mjs"),
    "ruby": ("ruby", "list.rb"),
}


@pytest.fixture
def person(server: Server) -> Person:
    """A user whose account this test may change."""
    return new_console_account(server.data, server.address, fresh_address())


@pytest.fixture
def visitor(server: Server, person: Person) -> Visitor:
    opened = Visitor(server.address)
    opened.sign_in(person.email)
    return opened


def secrets_in(page: str) -> set[str]:
    return set(re.findall(r"sk_[\w-]{43}", page))


def test_a_secret_is_shown_once_and_opens_the_api(visitor: Visitor, person: Person) -> None:
    answer = visitor.post("/account/keys", {"name": "Newsletter", "idempotency_key": "a"})
    (secret,) = secrets_in(answer.text)
    (public,) = set(re.findall(r"\bpk_[0-9a-f]{24}\b", answer.text)) - {person.public_key}
    assert (
        visitor.post("/account/keys", {"name": "Newsletter", "idempotency_key": "a"}).text == answer.text
    )  # a double click
    page = visitor.get("/account").text
    assert not secrets_in(page)
    assert page.count("Newsletter</td>") == 1
    keys = {"PublicKey": public, "SecretKey": secret}
    assert requests.get(person.base + "segment/list", headers=keys, timeout=60).status_code == 200
    visitor.post("/account/date-order", {"date_order": "ask"})  # writes are done in turn: the use is noted by now
    assert "just now" in text_of(visitor.get("/account").text)
    assert visitor.post("/account/keys/revoke", {"public_key": public}).status_code == 303
    assert requests.get(person.base + "segment/list", headers=keys, timeout=60).status_code == 401
    assert visitor.post("/account/keys/revoke", {"public_key": public}).status_code == 404


@pytest.mark.parametrize("language", RUNS)
def test_the_snippets_run_unchanged(visitor: Visitor, person: Person, tmp_path: Path, language: str) -> None:
    type_id = person.tamis("type", "create", fresh("Type"))["id"]
    person.make_segment(type_id, "Nobody yet")
    page = visitor.post("/account/keys", {"name": language}).text
    panel = page[page.index(f'id="snippet-{language}"') :]
    code = html.unescape(re.sub(r"</code>.*", "", panel[panel.index('<code tabindex="0">') + 19 :], flags=re.S))
    program, name = RUNS[language]
    (tmp_path / name).write_text(code)
    assert "Nobody yet" in output_of([installed(program), str(tmp_path / name)])


def test_another_account_cannot_revoke_a_key(stranger: Visitor, person: Person) -> None:
    requested = {"public_key": person.public_key, "confirm_password": PASSWORD}  # this session may be old
    assert stranger.post("/account/keys/revoke", requested).status_code == 404
    assert person.get("segment/list").status_code == 200


def test_the_time_zone_is_changed_and_a_wrong_one_is_kept_in_the_form(visitor: Visitor) -> None:
    assert visitor.post("/account/timezone", {"timezone": "Asia/Dhaka"}).status_code == 303
    assert 'value="Asia/Dhaka"' in visitor.get("/account").text
    wrong = visitor.post("/account/timezone", {"timezone": "<b>Asia/Atlantis"})
    assert wrong.status_code == 422
    assert "is not a time zone" in text_of(wrong.text)
    assert 'value="&lt;b&gt;Asia/Atlantis"' in wrong.text
    place = visitor.post("/account/timezone", {"timezone": "new york"})
    assert '"new york" is not a time zone; use America/New_York' in text_of(place.text)


def test_a_new_password_ends_all_other_sessions(visitor: Visitor, person: Person) -> None:
    other = Visitor(visitor.address)
    other.sign_in(person.email)
    filled = {"present": PASSWORD, "new": "another one, longer", "again": "another one, longer"}
    for wrong, message in (
        ({"present": "no"}, "Wrong password."),
        ({"again": "no"}, "The passwords do not match."),
        ({"new": "short", "again": "short"}, "The password must have at least 10 characters."),
    ):
        answer = visitor.post("/account/password", {**filled, **wrong})
        assert (answer.status_code, message in text_of(answer.text)) == (422, True)
    assert other.get("/account").status_code == 200
    assert visitor.post("/account/password", filled).status_code == 303
    assert visitor.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert other.sign_in(person.email).status_code == 422
    assert other.sign_in(person.email, "another one, longer").status_code == 303
    assert visitor.post("/account/sessions/end").status_code == 303
    assert other.get("/account").status_code == 303
    assert visitor.get("/account").status_code == 200


def test_by_keyboard(context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/account")
    page.get_by_label("Program name").focus()
    page.keyboard.type("Typed")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your new key pair").wait_for()
    page.get_by_role("button", name="Copy the secret key").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Copied").wait_for()
    assert secrets_in(page.evaluate("navigator.clipboard.readText()"))
    page.get_by_role("tab", name="curl").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Python").get_attribute("aria-selected") == "true"
    assert page.get_by_text("urllib.request.urlopen").is_visible()
    page.get_by_role("button", name="Revoke").last.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").wait_for()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()


def test_keys_have_a_scope_and_a_last_day_and_can_be_renamed(visitor: Visitor, person: Person) -> None:
    today = datetime.now(UTC).date()
    form = {"name": "Reporting", "scope": "read", "expires": str(today), "confirm_password": PASSWORD}
    answer = visitor.post("/account/keys", form)
    (public,) = set(re.findall(r"\bpk_[0-9a-f]{24}\b", answer.text)) - {person.public_key}
    visitor.post("/account/keys/rename", {"public_key": public, "name": "Charts"})
    page = visitor.get("/account").text
    row = next(row for row in page.split("<tr>") if public in row)
    assert "Charts" in row
    assert "Read only" in row
    assert "Expired" not in row
    visitor.post("/account/keys", {"name": "Odd", "scope": "owner", "confirm_password": PASSWORD})
    row = next(row for row in visitor.get("/account").text.split("<tr>") if "Odd" in row)
    assert "Read only" in row
    for wrong in ({"expires": "2020-01-01"}, {"expires": "soon"}):
        refused = visitor.post("/account/keys", form | wrong)
        assert refused.status_code == 422
        assert "The last day" in refused.text
    assert visitor.post("/account/keys/rename", {"public_key": "pk_none", "name": "X"}).status_code == 404
    assert visitor.post("/account/keys/rename", {"public_key": public, "name": "a\nb"}).status_code == 422


def test_the_activity_log_says_who_did_what(visitor: Visitor, person: Person, stranger: Visitor) -> None:
    visitor.post("/account/timezone", {"timezone": "Asia/Dhaka"})
    page = visitor.get("/account/activity").text
    latest = page.split("<tr>")[2]
    assert "Account updated" in latest
    assert "time zone: UTC → Asia/Dhaka" in latest
    assert person.email in latest
    assert "Asia/Dhaka" not in stranger.get("/account/activity").text
    visitor.post("/account/timezone", {"timezone": "UTC"})


def test_the_activity_log_has_no_codes(visitor: Visitor) -> None:
    visitor.post("/account/keys", {"name": "Shop", "scope": "write"})
    made = visitor.post("/types", {"name": "Readers"}).headers["location"]
    visitor.post(f"{made}/fields", {"name": "Joined", "kind": "datetime"})
    page = visitor.get("/account/activity").text
    assert "scope: Read, and change contacts and members" in page
    assert "contact type: Readers, kind: Date and time" in page
