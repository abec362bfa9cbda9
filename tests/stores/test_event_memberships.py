"""Memberships in segments about events, in the projection."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.events.accept import accept_events, parse_events
from tamis.actions.events.catalogue import EventPropertyEdit, edit_event_property
from tamis.actions.segments.recipients import add_recipient, recipient_page
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.columns.projector import strategy
from tamis.columns.projector.strategy import Thresholds
from tamis.domain.contacts.emails import parse_email
from tamis.domain.events.events import kind_of
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Kind
from tamis.domain.values.instants import to_micros
from tamis.records import change_log
from tamis.records.events import catalogue, write
from tamis.records.events.rows import NewEvent, encode_properties
from tamis.records.handles import Transaction
from tamis.rules.syntaxes.json import from_json
from tamis.settings import Settings
from tests.stores.workspace import EVERYONE, Workspace, new_workspace

START = datetime(2026, 11, 20, 10, tzinfo=UTC)


class Shop:
    """A workspace with a clock, to which events are sent."""

    def __init__(self, directory: Path) -> None:
        self.now = START
        self.services = Services(Settings(directory, columns_threads=1), lambda: self.now)
        self.workspace: Workspace = new_workspace(self.services)
        self.workspace.write(ann={}, bob={}, cid={})

    def send(self, name: str, event: str, at: datetime, key: str = "", **properties: bool | float | str) -> None:
        """Store an event."""
        contact_id = self.workspace.contact(name).id

        def store(db: Transaction, _now: datetime) -> None:
            type_id = self.workspace.type.id
            known = catalogue.catalogue_of_type(db, type_id)
            of = known.find(event) or catalogue.insert_name(db, type_id, event, self.now)
            fields = known.properties_of(of.id).by_key if known.find(event) else {}
            ids = {
                property_: (
                    fields[property_].id
                    if property_ in fields
                    else catalogue.insert_property(db, of.id, property_, property_, kind_of(value), self.now).field.id
                )
                for property_, value in properties.items()
            }
            document = encode_properties({ids[name]: value for name, value in properties.items()})
            change = change_log.next_change(db)
            write.append(db, [NewEvent(contact_id, of.id, to_micros(at), key, document)], change)
            change_log.record_event_changes(db, type_id, [contact_id], self.now)

        self.services.write(store)

    def segment(self, name: str, **rule: object) -> Segment:
        """Make a segment from a rule as JSON."""
        draft = from_json(msgspec.json.encode(rule).decode())
        return self.services.write(create_segment, self.workspace.account, self.workspace.type, name, draft)

    def members(self, segment: Segment) -> set[str]:
        """Ask the projection who is in a segment."""
        return self.workspace.members(segment)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path)
    yield found
    found.services.close()


def count(at_least: int, event: str = "order", **more: object) -> dict[str, object]:
    return {
        "event": event,
        "function": "count",
        "operator": "is equal or greater than",
        "values": [str(at_least)],
        **more,
    }


def test_contacts_enter_with_their_events_and_leave_with_time(shop: Shop) -> None:
    shop.send("ann", "order", START - timedelta(hours=30), amount=70)
    twice = shop.segment("twice", **count(2, window={"operator": "is within", "values": ["48 hours"]}))
    never = shop.segment("never", **count(1, operator="is less than"))
    dear = shop.segment("dear", **count(1, where={"field": "amount", "operator": ">", "values": ["50"]}))
    assert (shop.members(twice), shop.members(never), shop.members(dear)) == (set(), {"bob", "cid"}, {"ann"})
    shop.send("ann", "order", START, amount=20)
    shop.send("bob", "order", START, amount=20)
    assert (shop.members(twice), shop.members(never), shop.members(dear)) == ({"ann"}, {"cid"}, {"ann"})
    shop.now = START + timedelta(hours=18) - timedelta(microseconds=1)
    assert shop.members(twice) == {"ann"}
    shop.now += timedelta(microseconds=1)
    assert shop.members(twice) == set()


def test_an_event_to_come_counts_from_its_instant_on(shop: Shop) -> None:
    shop.send("ann", "visit", START)
    ever = shop.segment("ever", **count(1, "visit"))
    shop.send("bob", "visit", START + timedelta(hours=1))
    assert shop.members(ever) == {"ann"}
    shop.now = START + timedelta(hours=1)
    assert shop.members(ever) == {"ann", "bob"}


def test_a_deleted_contact_leaves_and_its_events_go(shop: Shop) -> None:
    shop.send("ann", "visit", START)
    shop.send("bob", "visit", START)
    ever = shop.segment("ever", **count(1, "visit"))
    assert shop.members(ever) == {"ann", "bob"}
    shop.services.write(delete_contact, shop.workspace.account, shop.workspace.type, "ann@example.org")
    assert shop.members(ever) == {"bob"}


def test_days_are_counted_in_the_zone_of_the_account(shop: Shop) -> None:
    shop.send("ann", "visit", START)
    week = shop.segment("week", **count(1, "visit", window={"operator": "is within", "values": ["2 days"]}))
    assert shop.members(week) == {"ann"}
    shop.now = datetime(2026, 11, 22, 17, 59, 59, 999_999, tzinfo=UTC)  # in Dhaka, the 22nd ends at 18:00
    assert shop.members(week) == {"ann"}
    shop.now += timedelta(microseconds=1)
    assert shop.members(week) == set()


def test_a_lost_projection_is_built_again_with_all_events(shop: Shop, tmp_path: Path) -> None:
    shop.send("ann", "visit", START, page="Home")
    home = shop.segment("home", **count(1, "visit", where={"field": "page", "operator": "is", "values": ["home"]}))
    assert shop.members(home) == {"ann"}
    shop.services.close()
    (tmp_path / "columns.duckdb").unlink()
    shop.services = Services(Settings(tmp_path, columns_threads=1), lambda: shop.now)
    shop.workspace.services = shop.services
    assert shop.members(home) == {"ann"}
    shop.send("bob", "visit", START, page="HOME")
    assert shop.members(home) == {"ann", "bob"}


def test_new_contacts_without_events_are_judged_by_rules_about_events(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strategy, "THRESHOLDS", Thresholds(small_batch=0, insert_only=0))
    shop.send("ann", "visit", START)
    never = shop.segment("never", **count(1, "visit", operator="is less than"))
    assert shop.members(never) == {"bob", "cid"}
    shop.services.close()
    shop.services = Services(Settings(shop.services.settings.data, columns_threads=1), lambda: shop.now)
    shop.workspace.services = shop.services
    shop.workspace.write(dan={}, eve={})
    assert shop.members(never) == {"bob", "cid", "dan", "eve"}


def test_rules_may_use_names_and_properties_of_events_that_were_all_rejected(shop: Shop) -> None:
    shop.send("ann", "visit", START, key="1", page="Home")
    seen = shop.segment("seen", **count(1, "visit"))
    assert shop.members(seen) == {"ann"}
    db = shop.services.records.reader()
    items: list[object] = [
        {"email": "ann@example.org", "event": "visit", "id": "1", "properties": {"campaign": "Autumn"}},
        {"email": "ann@example.org", "event": "order", "properties": {"note": "x" * 70_000}},
        {"email": "ann@example.org", "event": "call", "properties": {f"note {n}": "x" * 60_000 for n in range(2)}},
    ]
    parsed = parse_events(db, shop.workspace.account, shop.workspace.type.id, items)
    results = shop.services.write(accept_events, shop.workspace.account, shop.workspace.type.id, parsed)
    assert {result.status for result in results} == {"rejected"}
    autumn = {"field": "campaign", "operator": "is", "values": ["Autumn"]}
    assert shop.members(shop.segment("autumn", **count(1, "visit", where=autumn))) == set()
    for name in catalogue.catalogue_of_type(db, shop.workspace.type.id).names:
        assert shop.members(shop.segment(f"never {name.name}", **count(1, name.name, operator="is less than")))


def test_a_property_of_another_kind_is_read_anew(shop: Shop) -> None:
    shop.send("ann", "order", START, amount="5")
    shop.send("bob", "order", START, amount="1")
    shop.send("cid", "order", START, amount="many")
    ever = shop.segment("ever", **count(1))
    assert shop.members(ever) == {"ann", "bob", "cid"}
    db = shop.services.records.reader()
    (amount,) = catalogue.catalogue_of_type(db, shop.workspace.type.id).properties
    edit = EventPropertyEdit(kind=Kind.NUMBER)
    edit_event_property(shop.services, shop.workspace.account, amount.field.id, edit)
    dear = shop.segment("dear", **count(1, where={"field": "amount", "operator": ">", "values": ["3"]}))
    assert (shop.members(dear), shop.members(ever)) == ({"ann"}, {"ann", "bob", "cid"})
    shop.send("bob", "order", START, key="2", amount=4)
    assert shop.members(dear) == {"ann", "bob"}


def test_an_added_recipient_who_becomes_a_contact_and_is_selected_stands_once(shop: Shop) -> None:
    shop.send("ann", "visit", START)
    ever = shop.segment("ever", **count(1, "visit"))
    dan = parse_email("dan@example.org")
    assert dan
    shop.services.write(add_recipient, shop.workspace.account, ever.id, dan, "Dan", "")
    shop.workspace.write(dan={})
    assert shop.members(ever) == {"ann", "dan"}
    shop.send("dan", "visit", START)
    page = recipient_page(shop.services, shop.workspace.account.id, ever.id, 0, EVERYONE)
    emails = [msgspec.json.decode(document)["email"] for _, document in page]
    assert sorted(emails) == ["ann@example.org", "dan@example.org"]
