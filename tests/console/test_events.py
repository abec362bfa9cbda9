"""Events in the console: the timeline of a contact, and the Events page of a contact type."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.contacts.contact_edits import create_contact
from tamis.actions.fields.types import create_type
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.console import Visitor, text_of
from tests.support.process import Server
from tests.support.users import Person, fresh

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
