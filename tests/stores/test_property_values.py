"""Values of the properties of events, as they are suggested while a rule is written."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.events import property_values
from tamis.actions.events.catalogue import EventPropertyEdit, edit_event_property
from tamis.actions.events.property_values import suggested_property_values
from tamis.domain.errors import NotFound
from tamis.domain.values.fields import Kind
from tamis.records.events.catalogue import names_of_type
from tests.stores.test_event_memberships import START, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path)
    yield found
    found.services.close()


def property_id(shop: Shop, key: str) -> int:
    properties = names_of_type(shop.services.records.reader(), shop.workspace.type.id).properties
    return next(each.field.id for each in properties if each.field.key == key)


def suggested(shop: Shop, key: str, typed: str = "") -> Sequence[tuple[str, int]]:
    found = property_id(shop, key)
    return suggested_property_values(shop.services, shop.workspace.account, shop.workspace.type.id, found, typed)


def test_values_come_with_their_numbers_of_events(shop: Shop) -> None:
    for number, category in enumerate(["Books", "books", "Music", "Books", "Ä bis Z", "ä BIS z"]):
        shop.send("ann", "order", START - timedelta(hours=number), category=category, amount=number)
    shop.send("bob", "visit", START, category="Films")
    assert list(suggested(shop, "category")) == [("Books", 3), ("Ä bis Z", 2), ("Music", 1)]
    assert list(suggested(shop, "category", " BOO")) == [("Books", 3)]
    assert list(suggested(shop, "category", "ä")) == [("Ä bis Z", 2)]
    assert list(suggested(shop, "category", "%")) == []
    shop.send("bob", "order", START, category="Music")  # a read sees what is stored
    assert list(suggested(shop, "category", "mus")) == [("Music", 2)]


def test_values_are_spelled_as_they_were_sent(shop: Shop) -> None:
    for number, town in enumerate(["Gießen", "GIESSEN", "Bonn"]):
        shop.send("ann", "order", START + timedelta(hours=number), town=town)
    assert list(suggested(shop, "town")) == [("GIESSEN", 2), ("Bonn", 1)], "the newest spelling"
    assert list(suggested(shop, "town", "gieß")) == [("GIESSEN", 2)]


def test_only_the_newest_events_are_counted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(property_values, "NEWEST", 2)
    for number, category in enumerate(["Books", "Music", "Films"]):
        shop.send("ann", "order", START + timedelta(hours=number), category=category)
        assert category in dict(suggested(shop, "category"))
    assert {value for value, _ in suggested(shop, "category")} == {"Music", "Films"}


def test_a_name_without_projected_events_has_no_values(shop: Shop) -> None:
    shop.send("ann", "order", START, category="Books")
    found = property_id(shop, "category")
    contact = shop.workspace.contact("ann")
    shop.services.write(delete_contact, shop.workspace.account, shop.workspace.type, contact.email)
    assert list(suggested(shop, "category")) == []
    edit_event_property(shop.services, shop.workspace.account, found, EventPropertyEdit(kind=Kind.NUMBER))
    with pytest.raises(NotFound):
        suggested(shop, "category")


def test_only_texts_of_the_account_are_suggested(shop: Shop) -> None:
    shop.send("ann", "order", START, category="Books", amount=5)
    with pytest.raises(NotFound):
        suggested(shop, "amount")
    services, type_id = shop.services, shop.workspace.type.id
    with pytest.raises(NotFound):
        suggested_property_values(services, shop.workspace.account, type_id, 987_654)
    stranger, _ = services.write(create_account, "stranger@example.net", "UTC", None)
    with pytest.raises(NotFound, match="no contact type"):
        suggested_property_values(services, stranger, type_id, property_id(shop, "category"))
