"""What is stored of events, as rows: plain tuples, since there are millions of them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from tamis.domain.events.events import RawValue

_ENCODER = msgspec.json.Encoder()
_DOCUMENT = msgspec.json.Decoder(dict[int, RawValue])
IDENTITY_SIZE = 16


class NewEvent(NamedTuple):
    """An event to store: `at` in microseconds since 1970, `properties` the document of `encode_properties`.

    Of events without a key that are the same in all else, each has its own `occurrence`.
    """

    contact_id: int
    name_id: int
    at: int
    key: str
    properties: str
    occurrence: int = 1


class StoredEvent(NamedTuple):
    """A stored event: `change` is the number of the change that added it, or 0 when the projection has long had it.

    Instant and identity put the events of a contact in order."""

    contact_id: int
    name_id: int
    at: int
    occurrence: int
    key: str
    properties: str
    change: int

    @property
    def identity(self) -> bytes:
        """What the event is known by among those of its contact and name."""
        return identity_of(NewEvent(*self[:3], self.key, self.properties, self.occurrence))


class EventOutcome(StrEnum):
    """What became of an event to store: `conflicting` means that its key is that of an event with other content."""

    STORED = "stored"
    REPEATED = "repeated"
    CONFLICTING = "conflicting"


def encode_properties(properties: Mapping[int, RawValue]) -> str:
    """Encode the values of an event by property id; the same values have the same document."""
    return _ENCODER.encode(
        {id_: value if type(value := properties[id_]) is str else _canonical(value) for id_ in sorted(properties)}
    ).decode()


def write_canonically(raw: RawValue) -> str:
    """Return a value as the JSON that `encode_properties` has of it."""
    return _ENCODER.encode(_canonical(raw)).decode()


def encode_values(ids: Sequence[int], values: Sequence[RawValue], *, are_ascending: bool) -> str:
    """Encode values as `encode_properties` does, given apart from their ids, which are distinct."""
    if not are_ascending:
        return encode_properties(dict(zip(ids, values, strict=True)))
    whole = [_canonical(value) if type(value) is float else value for value in values]
    return _ENCODER.encode(dict(zip(ids, whole, strict=True))).decode()


def decode_properties(document: str) -> dict[int, RawValue]:
    """Decode a document of `encode_properties`."""
    return _DOCUMENT.decode(document)


def identity_of(event: NewEvent) -> bytes:
    """Return what an event is known by among those of its contact and name: its key, or else all of its content."""
    _, _, at, key, properties, occurrence = event
    content = f"k{key}" if key else f"c{at} {occurrence} {properties}"
    return blake2b(content.encode(), digest_size=IDENTITY_SIZE).digest()


def _canonical(value: RawValue) -> RawValue:
    """Return a whole number as an integer, so that 2.0 and 2 are the same."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
