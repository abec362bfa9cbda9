"""The document in which a contact's values are stored."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.contacts.contacts import Contact, decode_values, encode_entry, encode_values, merge_documents
from tamis.domain.values.fields import FieldSet, Value
from tests.laws.strategies import FIELDS, contacts


def test_a_document_has_its_fields_in_order() -> None:
    values: dict[int, Value] = {
        107: True,
        9: "Straße \"9\"",
        106: datetime(2024, 1, 1, 12, tzinfo=UTC),
        103: 5.0,
        105: date(1, 1, 1),
    }  # fmt: skip
    assert encode_values(values) == (
        '{"9":"Straße \\"9\\"","103":5.0,"105":"0001-01-01","106":"2024-01-01T12:00:00Z","107":true}'
    )
    assert encode_values({}) == "{}"


def test_assembled_parts_equal_the_document() -> None:
    parts = ["", encode_entry(9, "x"), "", encode_entry(103, 5.0)]
    assert f"{{{''.join(parts)[1:]}}}" == encode_values({103: 5.0, 9: "x"})


def test_a_deleted_field_is_left_out() -> None:
    fewer = FieldSet(tuple(field for field in FIELDS.fields if field.id != 103))
    assert decode_values('{"9":"x","103":5.0}', fewer) == {9: "x"}


def test_every_written_number_is_a_float() -> None:
    (value,) = decode_values('{"103":5}', FIELDS).values()
    assert repr(value) == "5.0"


@given(contacts(), contacts(), st.sets(st.sampled_from([field.id for field in FIELDS.fields])))
def test_stated_values_win_and_erasable_values_are_removed(
    present: Contact, stated: Contact, erasable: set[int]
) -> None:
    merged = merge_documents(encode_values(present.values), encode_values(stated.values), FIELDS, erasable)
    kept = {key: value for key, value in present.values.items() if key not in erasable}
    assert decode_values(merged, FIELDS) == kept | stated.values
    assert merged == encode_values(kept | stated.values)
