"""Contact types and contacts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, datetime

import msgspec

from tamis.domain.values.fields import (
    CONTACT_ID,
    CREATED_AT,
    EMAIL,
    FIRST_TOPIC_FIELD,
    SUPPRESSED,
    UPDATED_AT,
    Field,
    FieldSet,
    Kind,
    Value,
    in_option_order,
)

JsonValue = bool | int | float | str | list[str]
"""A value as decoded from JSON."""
_ENCODER = msgspec.json.Encoder()
_VALUE = msgspec.json.Decoder(JsonValue)
_DOCUMENT = msgspec.json.Decoder(dict[int, JsonValue])
_CHANGES = msgspec.json.Decoder(dict[int, JsonValue | None])
_STATES = msgspec.json.Decoder(dict[int, str])


@dataclass(frozen=True, slots=True)
class ContactType:
    """A type of contacts with its own custom fields."""

    id: int
    account_id: int
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of one contact type; `values` are the known values, by field id. A `suppressed` one may not be mailed.
    `states` are those of its subscriptions, by the ids that topics have as fields."""

    id: int
    contact_type_id: int
    email: str
    values: dict[int, Value]
    created_at: datetime
    updated_at: datetime
    suppressed: bool = False
    states: Mapping[int, str] = attribute(default_factory=dict)

    def value_of(self, field: Field) -> Value | None:
        """Return this contact's value of a field, reserved or custom, or None when it is missing."""
        if field.id == EMAIL.id:
            return self.email
        if field.id == CREATED_AT.id:
            return self.created_at
        if field.id == UPDATED_AT.id:
            return self.updated_at
        if field.id == CONTACT_ID.id:
            return self.id
        if field.id == SUPPRESSED.id:
            return self.suppressed
        return self.states.get(field.id) if field.id >= FIRST_TOPIC_FIELD else self.values.get(field.id)


def encode_value(value: Value) -> str:
    """Encode one value as in a document."""
    return _ENCODER.encode(value).decode()


def decode_value(text: str, field: Field) -> Value:
    """Decode one value of a field as in a document."""
    return typed_value(_VALUE.decode(text), field.kind)


def encode_entry(field_id: int, value: Value) -> str:
    """Encode one value as an entry of a document, with a leading comma."""
    return f',"{field_id}":{encode_value(value)}'


def encode_values(values: Mapping[int, Value]) -> str:
    """Encode values as the JSON document in which a contact is stored; its keys are field ids, in ascending order."""
    return _encode(values)


def encode_changes(values: Mapping[int, Value | None]) -> str:
    """Encode changes of values as a document like that of `encode_values`, in which null clears a value."""
    return _encode(values)


def _encode(values: Mapping[int, Value | JsonValue | None]) -> str:
    return _ENCODER.encode(dict(sorted(values.items()))).decode()


def merge_documents(present: str, stated: str, fields: FieldSet, erasable: Collection[int]) -> str:
    """Merge new values into the document of a contact.

    New values replace present ones, and null clears them. Present values are also dropped when their field is gone, or
    is in `erasable` and has no new value.
    """
    new, old = _CHANGES.decode(stated), _DOCUMENT.decode(present)
    kept = {key: value for key, value in old.items() if key in fields.by_id and key not in erasable}
    return _encode({key: value for key, value in (kept | new).items() if value is not None})


def decode_values(document: str, fields: FieldSet) -> dict[int, Value]:
    """Decode a document of `encode_values`, without the values of deleted fields."""
    found = {}
    for key, value in _DOCUMENT.decode(document).items():
        field = fields.by_id.get(key)
        if field:
            found[key] = typed_value(value, field.kind)
    return found


def decode_states(document: str) -> Mapping[int, str]:
    """Decode the states of a contact for topics."""
    return _STATES.decode(document)


def upgrade_document(document: str, fields: FieldSet) -> str | None:
    """Return an old document without the values of deleted fields.

    Return None when a value does not fit the present kind of its field, or is an option that is gone.
    """
    raw = _DOCUMENT.decode(document)
    kept = {}
    for key, value in raw.items():
        field = fields.by_id.get(key)
        if field is None:
            continue
        if not _fits(value, field):
            return None
        kept[key] = value
    return document if len(kept) == len(raw) else _encode(kept)


def _fits(value: JsonValue, field: Field) -> bool:
    """Return whether a decoded value is encoded as a value of the field would be."""
    kind = field.kind
    if kind is Kind.BOOLEAN:
        return isinstance(value, bool)
    if kind is Kind.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is Kind.CHOICES:
        return isinstance(value, list) and tuple(value) == in_option_order(value, field)
    if not isinstance(value, str):
        return False
    if kind is Kind.CHOICE:
        return value in field.options
    return kind is Kind.TEXT or _is_canonical(value, kind)


def _is_canonical(text: str, kind: Kind) -> bool:
    try:
        return encode_value(typed_value(text, kind)) == f'"{text}"'
    except ValueError:
        return False


def typed_value(value: JsonValue, kind: Kind) -> Value:
    """Return a value as decoded from JSON as the value of a field."""
    if isinstance(value, str):
        if kind is Kind.DATE:
            return date.fromisoformat(value)
        return datetime.fromisoformat(value) if kind is Kind.DATETIME else value
    if isinstance(value, list):
        return tuple(value)
    return float(value) if kind is Kind.NUMBER else value
