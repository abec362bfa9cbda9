"""Providers in the console: added, changed, rotated and deleted, and what came from them, at both widths and in both
colours."""

import re
from collections.abc import Mapping

import pytest
import requests
from playwright.sync_api import Browser

from tests.console.conftest import sign_in, window_of
from tests.console.test_accessibility import AXE, RUN
from tests.providers.payloads import brevo_event, encode, send_brevo, sendgrid_event, verification_key
from tests.support.console import Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.users import Person, fresh, fresh_address

URL = re.compile(r"https?://[^\s<\"]+/in/[a-z]+/[\w-]{32}")


@pytest.fixture(scope="module")
def person(server: Server) -> Person:
    return new_console_account(server.data, server.address, fresh_address())


@pytest.fixture(scope="module")
def visitor(server: Server, person: Person) -> Visitor:
    opened = Visitor(server.address)
    opened.sign_in(person.email)
    return opened


def add(visitor: Visitor, service: str, **more: str) -> tuple[str, str]:
    """Add a provider; returns the path of its page and its URL."""
    made = visitor.post("/providers", {"service": service, **more})
    assert made.status_code == 200, text_of(made.text)
    (url,) = set(URL.findall(made.text))
    found = re.search(r'action="(/providers/\d+)/rotate"', made.text)
    assert found
    return found[1], url


def report(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    return requests.post(url, data=body, headers=dict(headers), timeout=60).status_code


def test_a_provider_is_added_changed_rotated_and_deleted(visitor: Visitor) -> None:
    name = fresh("News")
    path, url = add(visitor, "sendgrid", description=name)
    token = url.rpartition("/")[2]
    shown = visitor.get(path).text
    assert name in shown
    assert token not in shown
    assert "All requests are refused until" in text_of(shown)
    wrong = visitor.post(path, {"description": name, "credential": "no key"})
    assert wrong.status_code == 422
    assert "The credential is not a verification key of SendGrid" in text_of(wrong.text)
    visitor.post(path, {"description": f"{name} 2", "credential": verification_key()})
    shown = visitor.get(path).text
    assert f"{name} 2" in shown
    assert "All requests are refused until" not in text_of(shown)
    assert verification_key() not in shown
    visitor.post(path, {"description": name, "credential": ""})
    assert "All requests are refused until" not in text_of(visitor.get(path).text)
    rotated = visitor.post(f"{path}/rotate", {}).text
    assert set(URL.findall(rotated)) != {url}
    assert "The previous URL works until" in text_of(rotated)
    visitor.post(f"{path}/delete", {})
    assert visitor.get(path).status_code == 404
    assert name not in visitor.get("/providers").text


def test_what_is_missing_is_said(visitor: Visitor) -> None:
    for service in ("mailgun", "ses"):
        refused = visitor.post("/providers", {"service": service, "description": "kept"})
        assert refused.status_code == 422
        assert "is needed" in text_of(refused.text)
        assert 'value="kept"' in refused.text
    assert visitor.post("/providers", {"service": "mailchimp"}).status_code == 422
    topic = visitor.post("/providers", {"service": "ses", "credential": "arn:aws:sqs:eu-west-1:123456789012:x"})
    assert "is not the ARN of an SNS topic" in text_of(topic.text)


@pytest.mark.parametrize(("width", "scheme"), [(380, "dark"), (1440, "light")])
def test_what_came_is_shown_at_every_width(
    chromium: Browser, server: Server, person: Person, visitor: Visitor, width: int, scheme: str
) -> None:
    path, url = add(visitor, "brevo", credential="secret-token", description=fresh("News"))
    email = fresh_address()
    sent = send_brevo(
        [brevo_event("spam", email=email), brevo_event("opened", email=email), {"event": "opened"}], "secret-token"
    )
    assert report(url, sent.body, sent.headers) == 200
    assert report(url, sent.body, {}) == 401
    assert report(url, encode(sendgrid_event("open")), {}) == 401
    with window_of(chromium, server.address, width) as window:
        page = window.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        sign_in(page, person.email)
        page.goto("/providers")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        table = page.get_by_role("region", name="Recent reports, newest first")
        for text in ("Accepted", "Marked as spam: 1", "Opened: 1", "Emails suppressed: 1", "Not contacts: 1"):
            assert table.get_by_text(text).is_visible()
        assert table.get_by_text("Wrong credential").first.is_visible()
        table.get_by_text("Rejected: 1").click()
        assert table.get_by_text("Email not valid: 1").is_visible()
        assert email not in page.content()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(RUN, []) == []
        page.get_by_role("button", name="Create a new URL").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Create a new URL").click()
        page.get_by_role("heading", name="URL of this provider").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
