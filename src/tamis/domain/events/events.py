"""Events: what contacts did at an instant, the catalogue of their names, and how a value is read as a property."""

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite

import msgspec

from tamis.domain.values.dates import is_iso_date
from tamis.domain.values.durations import Duration
from tamis.domain.values.fields import LARGEST_WHOLE, NUMBER, Field, FieldSet, Kind, Value
from tamis.domain.values.instants import UTC_ZONE, to_utc_strictly
from tamis.domain.values.text import fold, text_problem

RawValue = bool | int | float | str
"""The value of a property as it was sent. Lists and objects are kept as their JSON text."""

AT = Field(1, "at", "Event time", Kind.DATETIME)
"""The instant of an event, as a field that windows of time are conditions about. Properties have ids from 101 on."""
MAX_NAMES = 1_000
"""The most event names in a contact type."""
MAX_PROPERTIES = 200
"""The most properties of the events of one name."""
MAX_PROPERTIES_SIZE = 64 * 1024
"""The most bytes of the properties of one event."""
PROPERTY_KINDS = (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.BOOLEAN)

_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class EventName:
    """An event name in one contact type, such as "order".

    `count`, `first_at` and `last_at` are of its stored events, and do not count in comparisons: a rule that is built
    for some names fits them when more events are stored. A hidden name is not offered, but rules may use it. Events
    older than `keep` are removed.
    """

    id: int
    contact_type_id: int
    name: str
    description: str = ""
    hidden: bool = False
    keep: Duration | None = None
    count: int = field(default=0, compare=False)
    first_at: datetime | None = field(default=None, compare=False)
    last_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EventProperty:
    """A property of the events of one name, as a field with typed values.

    `unreadable` is the number of values that cannot be read as the kind of the property: they are kept, and missing
    for rules. `examples` are some values as they were sent.
    """

    event_id: int
    field: Field
    description: str = ""
    hidden: bool = False
    unreadable: int = dataclasses.field(default=0, compare=False)
    examples: tuple[str, ...] = dataclasses.field(default=(), compare=False)


@dataclass(frozen=True)
class EventCatalogue:
    """The event names of one contact type, and the properties of each."""

    names: tuple[EventName, ...] = ()
    properties: tuple[EventProperty, ...] = ()
    by_id: dict[int, EventName] = field(init=False, repr=False, compare=False)
    by_name: dict[str, EventName] = field(init=False, repr=False, compare=False)
    fields_by_id: dict[int, FieldSet] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {name.id: name for name in self.names})
        object.__setattr__(self, "by_name", {fold(name.name): name for name in self.names})
        of_name: dict[int, list[Field]] = {name.id: [] for name in self.names}
        for each in self.properties:
            of_name[each.event_id].append(each.field)
        object.__setattr__(self, "fields_by_id", {id_: FieldSet(tuple(fields)) for id_, fields in of_name.items()})

    def find(self, reference: str | int) -> EventName | None:
        """Find a name by its id, or as it is written, ignoring case."""
        return self.by_id.get(reference) if isinstance(reference, int) else self.by_name.get(fold(reference))

    def properties_of(self, event_id: int) -> FieldSet:
        """Return the properties of a name as fields."""
        return self.fields_by_id[event_id]


NO_EVENTS = EventCatalogue()


def encode_list_or_object(value: object) -> str:
    """Return the text that is kept for a list or an object."""
    return msgspec.json.encode(value, order="sorted").decode()


def kind_of(raw: RawValue) -> Kind:
    """Return the kind of a property whose first value this is."""
    if isinstance(raw, bool):
        return Kind.BOOLEAN
    if not isinstance(raw, str):
        return Kind.NUMBER if read_property(raw, Kind.NUMBER) is not None else Kind.TEXT
    for kind in (Kind.DATE, Kind.DATETIME):
        if read_property(raw, kind) is not None:
            return kind
    return Kind.TEXT


def read_property(raw: RawValue, kind: Kind) -> Value | None:
    """Read a value as the kind of its property; None if it cannot be read, or is blank.

    The projection reads values in SQL by the same rules: `columns.projector.event_rows`.
    """
    match kind:
        case Kind.TEXT:
            return _text(raw)
        case Kind.NUMBER:
            return _number(raw)
        case Kind.BOOLEAN:
            return _boolean(raw)
        case Kind.DATE:
            return _date(raw)
        case Kind.DATETIME:
            return _instant(raw)
    raise ValueError(f"properties have no kind {kind}")


def write_raw(raw: RawValue) -> str:
    """Return a value as text, as it was sent."""
    return raw if isinstance(raw, str) else msgspec.json.encode(raw).decode()


def _text(raw: RawValue) -> str | None:
    text = write_raw(raw).strip()
    return text if text and text_problem(text) is None else None


def _number(raw: RawValue) -> float | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, str):
        raw = raw.strip()
        if not NUMBER.fullmatch(raw):
            return None
    elif isinstance(raw, int) and abs(raw) > LARGEST_WHOLE:
        return None
    number = float(raw)
    return number + 0.0 if isfinite(number) else None  # turns -0.0 into 0.0


def _boolean(raw: RawValue) -> bool | None:
    if isinstance(raw, bool):
        return raw
    return {"true": True, "false": False}.get(raw.strip().lower()) if isinstance(raw, str) else None


def _date(raw: RawValue) -> date | None:
    if not isinstance(raw, str) or not is_iso_date(raw.strip()):
        return None
    try:
        return date.fromisoformat(raw.strip())
    except ValueError:
        return None


def _instant(raw: RawValue) -> datetime | None:
    found = _INSTANT.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not found:
        return None
    day, time, offset = found.groups()
    try:
        return to_utc_strictly(datetime.fromisoformat(f"{day}T{time}{offset.upper()}"), UTC_ZONE)
    except (ValueError, OverflowError):
        return None
