"""Webhooks in the console: created, tested, replayed, rotated, disabled with a notice; by keyboard, too."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.services import Services
from tamis.actions.webhooks.registration import list_webhooks
from tamis.domain.webhooks import DisabledReason
from tamis.records import webhooks
from tamis.settings import Settings
from tests.console.conftest import sign_in, window_of
from tests.support.console import PASSWORD, Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.receiver import Receiver, answer, receiving
from tests.support.users import Person, fresh, fresh_address

SECRET = re.compile(r"whsec_[\w+/=]{44}")


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may deliver to this machine."""
    with Server(tmp_path_factory.mktemp("webhooks") / "data", {"TAMIS_WEBHOOK_NETWORKS": "127.0.0.1"}) as running:
        yield running


@pytest.fixture(scope="module")
def person(open_server: Server) -> Person:
    return new_console_account(open_server.data, open_server.address, fresh_address())


@pytest.fixture(scope="module")
def visitor(open_server: Server, person: Person) -> Visitor:
    opened = Visitor(open_server.address)
    opened.sign_in(person.email)
    return opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def create(visitor: Visitor, url: str, name: str) -> tuple[str, str]:
    """Create a webhook; returns its path and its secret."""
    made = visitor.post("/webhooks", {"url": url, "description": name})
    assert made.status_code == 200, made.text
    (secret,) = set(SECRET.findall(made.text))
    found = re.search(r'action="(/webhooks/\d+)/test"', made.text)
    assert found
    return found[1], secret


def test_a_webhook_is_created_edited_and_deleted(visitor: Visitor, person: Person) -> None:
    type_id = person.tamis("type", "create", fresh("Type"))["id"]
    segment_id = person.make_segment(type_id, "Chosen ones")
    wrong = visitor.post("/webhooks", {"url": "http://10.0.0.1/<b>", "description": "Shop <b>"})
    assert wrong.status_code == 422
    assert "The URL leads to a private network" in text_of(wrong.text)
    assert 'value="Shop &lt;b&gt;"' in wrong.text
    sent = {"url": "https://shop.example.com/", "type": "left", "segment": segment_id, "idempotency_key": "a"}
    made = visitor.post("/webhooks", sent)
    (secret,) = set(SECRET.findall(made.text))
    assert visitor.post("/webhooks", sent).text == made.text  # a double click
    listed = visitor.get("/webhooks").text
    assert listed.count("shop.example.com") == 1
    assert "Exits Chosen ones Enabled" in text_of(listed)
    path = f"/webhooks/{re.findall(r'/webhooks/([0-9]+)', listed)[0]}"
    edit_page = visitor.get(f"{path}/edit").text
    assert re.search(rf'name="segment" value="{segment_id}" checked', edit_page)
    edited = {"url": "https://shop.example.com/x", "description": "Shop"}
    assert visitor.post(path, edited).status_code == 303
    shown = visitor.get(path).text
    assert "https://shop.example.com/x" in text_of(shown)
    assert "Changes All Segments All" in text_of(shown)
    assert not SECRET.search(shown + visitor.get("/webhooks").text + visitor.get(f"{path}/edit").text)
    rotated = visitor.post(f"{path}/rotate").text
    (new_secret,) = set(SECRET.findall(rotated))
    assert new_secret != secret
    assert "also signs until" in text_of(visitor.get(path).text)
    assert visitor.post(f"{path}/delete").status_code == 303
    assert visitor.get(path).status_code == 404


def test_a_test_shows_what_the_receiver_has_said(visitor: Visitor, receiver: Receiver) -> None:
    path, secret = create(visitor, receiver.url, "Tested")
    tested = text_of(visitor.post(f"{path}/test").text)
    assert "Test delivered Delivered (200)" in tested
    assert "thanks" in tested
    assert receiver.received[0].is_signed_with(secret)
    receiver.script = [answer(503, b"<b>out of order</b>")]
    failed = text_of(visitor.post(f"{path}/test").text)
    assert "Test failed Wrong status (503)" in failed
    assert "<b>out of order</b>" in failed
    receiver.stop()
    assert "Not reached" in text_of(visitor.post(f"{path}/test").text)
    log = text_of(visitor.get(path).text)
    assert log.count("Test –") == 3


def test_deliveries_are_shown_and_replayed(visitor: Visitor, person: Person, receiver: Receiver) -> None:
    path, _ = create(visitor, receiver.url, "Replayed")
    type_id = person.tamis("type", "create", fresh("Type"))["id"]
    segment_id = person.make_segment(type_id)
    assert person.add(segment_id, "ann@example.org").status_code == 200
    receiver.wait_until(lambda: "ann@example.org" in b"".join(sent.body for sent in receiver.received).decode())
    count = len(receiver.received)
    while "Delivered (200)" not in (shown := text_of(visitor.get(path).text)):
        assert "Failing" not in shown
    assert visitor.post(f"{path}/replay", {"after": "0"}).status_code == 303
    receiver.wait_until(lambda: len(receiver.received) > count)
    for wrong in ("", "x", "-1", "99999999"):
        refused = visitor.post(f"{path}/replay", {"after": wrong})
        assert refused.status_code == 422
    assert "The number must be from 0 to" in text_of(refused.text)


def test_a_webhook_that_was_disabled_says_so_and_goes_on(visitor: Visitor, person: Person) -> None:
    path, _ = create(visitor, "https://shop.example.com/", "Failing for days")
    services = Services(Settings(person.data))
    account = choose_account(services.records.reader(), person.email)
    (webhook,) = (w for w in list_webhooks(services.records.reader(), account) if path == f"/webhooks/{w.id}")
    services.write(lambda db, _: webhooks.disable_webhook(db, webhook.id, DisabledReason.FAILING, datetime.now(UTC)))
    services.close()
    notice = "deliveries failed for three days"
    assert notice in text_of(visitor.get("/webhooks").text)
    assert notice in text_of(visitor.get(path).text)
    assert visitor.post(f"{path}/enable").status_code == 303
    assert notice not in text_of(visitor.get(path).text)
    assert visitor.post(f"{path}/disable").status_code == 303
    assert notice not in text_of(visitor.get("/webhooks").text)


def test_it_works_by_keyboard(chromium: Browser, open_server: Server, person: Person, receiver: Receiver) -> None:
    with window_of(chromium, open_server.address) as window:
        page: Page = window.new_page()
        page.goto("/sign-in")
        sign_in(page, person.email)
        page.get_by_role("link", name="Webhooks").focus()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="New webhook").focus()
        page.keyboard.press("Enter")
        page.get_by_label("URL").focus()
        page.keyboard.type(receiver.url)
        page.keyboard.press("Tab")
        page.keyboard.type("By keyboard")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.get_by_role("button", name="Create webhook").focus()
        page.keyboard.press("Enter")
        if page.get_by_label("Password").count():
            page.get_by_label("Password").fill(PASSWORD)
            page.keyboard.press("Enter")
        page.get_by_role("heading", name="Webhook secret").wait_for()
        page.get_by_role("button", name="Send test").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Test delivered").wait_for()
        page.get_by_role("button", name="Rotate secret").first.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="New secret").wait_for()


def test_strangers_see_nothing(stranger: Visitor, console: Visitor) -> None:
    path, _ = create(console, "https://shop.example.com/", "Mine alone")
    assert "Mine alone" not in stranger.get("/webhooks").text
    assert stranger.get(path).status_code == 404


def test_a_failing_webhook_is_tried_now(visitor: Visitor, person: Person, receiver: Receiver) -> None:
    receiver.otherwise = answer(500)
    path, _ = create(visitor, receiver.url, "Failing")
    segment_id = person.make_segment(person.tamis("type", "create", fresh("Type"))["id"])
    assert person.add(segment_id, "ann@example.org").status_code == 200
    while "Try now" not in visitor.get(path).text:
        assert receiver.wait_for(1)
    receiver.otherwise = answer(410)
    assert visitor.post(f"{path}/enable").status_code == 303
    while "(status 410)" not in visitor.get(path).text:
        assert len(receiver.received) < 10
