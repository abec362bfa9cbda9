"""Events in the console: the timeline of a contact, and the Events page of a contact type."""

import html
import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from playwright.sync_api import BrowserContext, expect

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.contacts.contact_edits import create_contact
from tamis.actions.fields.types import create_type
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.values.dates import format_day
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.console import Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.users import Person, fresh, fresh_address

NOW = datetime.now(UTC).replace(microsecond=0)
OLDER = re.compile(r'hx-get="([^"]+before=[^"]+)"')


@dataclass
class Shop:
    """A contact type of the owner with one contact, and the events that are sent for it."""

    server: Server
    owner: Person
    type_id: int
    contact_id: int
    email: str

    @property
    def contact_path(self) -> str:
        return f"/types/{self.type_id}/contacts/{self.contact_id}"

    @property
    def path(self) -> str:
        return f"/types/{self.type_id}/events"

    def send(self, *events: dict[str, Any]) -> None:
        answer = requests.post(
            f"{self.server.address}/v1/events",
            json={"contact_type_id": self.type_id, "events": [{"email": self.email, **event} for event in events]},
            headers={"authorization": f"Bearer {self.owner.secret_key}"},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["accepted"] == len(events)

    def name_id(self, console: Visitor, name: str) -> str:
        """Find the id of an event name on the page."""
        found = re.search(rf'id="event-(\d+)"(?:(?!</h3>).)*<bdi>{name}</bdi></h3>', self.page(console), re.DOTALL)
        assert found
        return found[1]

    def page(self, console: Visitor) -> str:
        answer = console.get(self.path)
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def shop(server: Server, owner: Person) -> Shop:
    services = Services(Settings(server.data))
    try:
        account = choose_account(services.records.reader(), owner.email)
        made = services.write(create_type, account, fresh("Shop"))
        contact = services.write(create_contact, account, made, {"email": "ann@example.org"})
        services.write(create_segment, account, made, fresh("Anns"), from_text('email contains "ann"'))
    finally:
        services.close()
    return Shop(server, owner, made.id, contact.id, contact.email)


def ago(**span: float) -> str:
    return (NOW - timedelta(**span)).isoformat()


def entries_of(page: str) -> Sequence[str]:
    return [text_of(entry) for entry in re.findall(r"<li class=.*?</li>", page, re.DOTALL)]


def test_a_timeline_has_events_and_memberships_newest_first(console: Visitor, shop: Shop) -> None:
    empty = text_of(console.get(f"{shop.contact_path}/timeline").text)
    assert "Entered Anns" in empty
    amount = {"amount": 59.9, "gift": True, "note": "<b>wrapped</b>"}
    shop.send(
        {"event": "order", "at": ago(days=3), "id": "ord_1", "properties": amount},
        {"event": "open", "at": ago(days=-2)},
        {"event": "visit", "at": ago(days=9)},
    )
    page = console.get(f"{shop.contact_path}/timeline").text
    first, second, third, fourth = entries_of(page)
    assert first.startswith("open Upcoming")
    assert second.startswith("Entered Anns")
    assert third.startswith("order amount 59.9 gift Yes note <b>wrapped</b>")
    assert third.endswith("ID ord_1")
    assert fourth.startswith("visit")
    assert "<b>wrapped" not in page


def test_pages_of_a_timeline_have_each_entry_once(console: Visitor, shop: Shop) -> None:
    # Many at the same instant: the place between two pages must tell them apart.
    shop.send(*({"event": "order", "at": ago(days=1), "properties": {"number": n}} for n in range(70)))
    seen: list[str] = []
    path, pages = f"{shop.contact_path}/timeline", 0
    while path:
        page = console.get(path).text
        seen += entries_of(page)
        found = OLDER.search(page)
        path, pages = html.unescape(found[1]) if found else "", pages + 1
    assert pages == 3
    assert len(seen) == 71
    assert sorted(re.findall(r"number (\d+)", " ".join(seen)), key=int) == [str(n) for n in range(70)]
    for wrong in ("x", "1.2.ff", "1.0.f", "99999999999999999999.0.ff"):
        assert console.get(f"{shop.contact_path}/timeline?before={wrong}").status_code == 200


def test_only_people_of_the_account_see_a_timeline(
    console: Visitor, colleague: Visitor, stranger: Visitor, guest: Visitor, shop: Shop
) -> None:
    shop.send({"event": "order", "at": ago(days=1)})
    path = f"{shop.contact_path}/timeline"
    assert entries_of(colleague.get(path).text) == entries_of(console.get(path).text)
    assert stranger.get(path).status_code == 404
    assert guest.get(path).status_code in (303, 401)


def test_an_account_without_contact_types_is_told_how_to_begin(server: Server) -> None:
    person = new_console_account(server.data, server.address, fresh_address("empty"))
    visitor = Visitor(server.address)
    visitor.sign_in(person.email)
    assert "Create a contact type first" in text_of(visitor.get("/events").text)


def test_the_sample_call_sends_an_event(console: Visitor, shop: Shop) -> None:
    page = shop.page(console)
    assert "yet" in text_of(page)
    code = re.search(r'<code tabindex="0">(curl .*?)</code>', page, re.DOTALL)
    assert code
    command = html.unescape(code[1]).replace("YOUR SECRET KEY", shop.owner.secret_key)
    done = subprocess.run(["sh", "-c", f"{command} --silent"], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["accepted"] == 1, done.stdout + done.stderr
    shown = text_of(shop.page(console))
    assert "1 event name, 1 event" in shown
    assert "ann@example.com amount 59.9 category Books" in shown


def test_the_catalogue_shows_counts_kinds_and_examples(console: Visitor, shop: Shop) -> None:
    shop.send(
        *({"event": "order", "at": ago(days=n + 1), "properties": {"amount": 10 + n}} for n in range(3)),
        {"event": "order", "at": ago(days=9), "properties": {"amount": "n/a", "gift": True}},
        {"event": "<i>open</i>", "at": ago(days=1)},
    )
    page = shop.page(console)
    assert "<i>open" not in page
    assert "2 event names, 5 events" in text_of(page)
    properties = text_of(console.get(f"/events/names/{shop.name_id(console, 'order')}/properties").text)
    assert "amount Number" in properties
    assert "1 value cannot be read as Number" in properties
    assert "gift Yes or no true" in properties


def test_names_and_properties_are_described_and_hidden_in_place(
    console: Visitor, colleague: Visitor, shop: Shop
) -> None:
    shop.send({"event": "order", "at": ago(days=1), "properties": {"amount": 5}})
    name = f"/events/names/{shop.name_id(console, 'order')}"
    listed = console.get(f"{name}/properties").text
    property_path = re.search(r'action="(/events/properties/\d+)"', listed)
    assert property_path
    for path in (name, property_path[1]):
        assert "<input" in console.get(f"{path}/edit").text
        assert "Paid & sent" in text_of(console.post(path, {"description": "Paid & sent"}).text)
        assert "Paid & sent" in html.unescape(colleague.get(f"{path}/edit").text)
        too_long = console.post(path, {"description": "x" * 2_001})
        assert too_long.status_code == 422
        assert "x" * 2_001 in too_long.text
        assert "Hidden" in text_of(console.post(path, {"hidden": "yes"}).text)
        shown = text_of(colleague.get(path).text)
        assert "Hidden" in shown
        assert "Paid & sent" in shown
        assert "Hidden" not in text_of(console.post(path, {"hidden": "no"}).text)
    assert "Paid & sent" in text_of(shop.page(colleague))


def test_strangers_neither_see_nor_change_events(
    console: Visitor, stranger: Visitor, guest: Visitor, shop: Shop
) -> None:
    shop.send({"event": "order", "at": ago(days=1), "properties": {"amount": 5}})
    name = f"/events/names/{shop.name_id(console, 'order')}"
    for path in (shop.path, f"{shop.path}/latest", f"{shop.path}/volume", name, f"{name}/edit", f"{name}/properties"):
        assert stranger.get(path).status_code == 404
        assert guest.get(path).status_code in (303, 401)
    assert stranger.post(name, {"description": "Mine"}).status_code == 404
    assert "Mine" not in shop.page(console)


def test_the_volume_counts_by_day_of_the_account(console: Visitor, owner: Person, shop: Shop) -> None:
    zone = ZoneInfo("Asia/Dhaka")
    today = NOW.astimezone(zone).date()
    midnight = datetime.combine(today - timedelta(days=2), datetime.min.time(), zone)
    shop.send(
        {"event": "order", "at": midnight.isoformat()},
        {"event": "order", "at": (midnight - timedelta(microseconds=1)).isoformat()},
        *({"event": "open", "at": midnight.isoformat(), "id": str(n)} for n in range(3)),
        {"event": "order", "at": ago(days=91)},
        {"event": "order", "at": ago(days=-1)},
        {"event": "debug", "at": midnight.isoformat()},
    )
    console.post(f"/events/names/{shop.name_id(console, 'debug')}", {"hidden": "yes"})
    page = console.get(f"{shop.path}/volume").text
    rows = dict(re.findall(r"<tr><td>([^<]+)</td>((?:<td class=\"num\">\d+</td>)+)</tr>", page))
    assert len(rows) == 90
    counts = {day: [int(n) for n in re.findall(r">(\d+)<", cells)] for day, cells in rows.items()}
    assert counts.pop(format_day(midnight.date())) == [3, 1]
    assert counts.pop(format_day(midnight.date() - timedelta(days=1))) == [0, 1]
    assert not any(map(sum, counts.values()))
    assert "debug" not in page


def test_rare_names_are_one_series(console: Visitor, shop: Shop) -> None:
    shop.send(
        *({"event": f"e{n}", "at": ago(days=1), "id": str(time)} for n in range(7) for time in range(8 - n)),
    )
    legend = text_of(console.get(f"{shop.path}/volume").text)
    assert legend.startswith("8 e0 7 e1 6 e2 5 e3 9 other events")


def test_the_page_follows_new_events_and_edits_in_place(context: BrowserContext, shop: Shop) -> None:
    shop.send({"event": "order", "at": ago(days=1), "properties": {"amount": 5}})
    page = context.new_page()
    page.goto(shop.path)
    expect(page.locator("figure.chart svg.wide")).to_be_visible()
    page.locator("figure.chart svg.wide").focus()
    page.keyboard.press("End")
    expect(page.locator(".chart-says")).to_contain_text("none")
    page.get_by_role("button", name="Describe order").click()
    expect(page.get_by_label("Description of order")).to_be_focused()
    page.keyboard.type("In the shop")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Describe order")).to_be_focused()
    expect(page.get_by_text("In the shop")).to_be_visible()
    page.get_by_text("1 property").click()
    page.get_by_role("button", name="Hide amount").click()
    expect(page.get_by_role("button", name="Show amount")).to_be_focused()
    shop.send({"event": "refund", "at": ago(days=1), "properties": {"reason": "Too small"}})
    expect(page.locator("#latest")).to_contain_text("Too small")
