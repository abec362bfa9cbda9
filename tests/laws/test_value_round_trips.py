"""§ One meaning begins with one value: records and projection return the values that were stored."""

from hypothesis import example, given
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact, decode_values, encode_values
from tamis.domain.values.fields import format_value, parse_value
from tamis.domain.values.instants import FIRST_INSTANT, LAST_INSTANT
from tests.laws.stores import Stores, known
from tests.laws.strategies import FIELDS, ZONES, contacts, numbers

EDGES = Contact(1, 1, "a@b.de", {106: FIRST_INSTANT, 110: LAST_INSTANT}, FIRST_INSTANT, LAST_INSTANT)


@example(EDGES)
@given(contacts())
def test_values_survive_the_records(contact: Contact) -> None:
    assert decode_values(encode_values(contact.values), FIELDS) == contact.values


@example(EDGES)
@given(contacts())
def test_values_survive_in_the_column_store(stores: Stores, contact: Contact) -> None:
    stores.fill([contact])
    assert stores.held(contact.id) == known(contact, FIELDS)


@given(contacts())
def test_values_survive_conversion_to_text(contact: Contact) -> None:
    for field_id, value in contact.values.items():
        assert parse_value(format_value(value), FIELDS.by_id[field_id], ZONES[1]) == value


@given(st.lists(numbers, min_size=1, max_size=50))
def test_numbers_survive_bit_for_bit(stores: Stores, many: list[float]) -> None:
    audience = [
        Contact(number, 1, "a@b.de", {103: value}, FIRST_INSTANT, LAST_INSTANT) for number, value in enumerate(many, 1)
    ]
    stores.fill(audience)
    assert [float(stores.held(contact.id)[103]).hex() for contact in audience] == [value.hex() for value in many]  # type: ignore[arg-type]
