"""Events, what became of those that were sent, and the catalogue of their names."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import UNSET, Struct, UnsetType

from tamis.client.models.contacts import ItemResults, Value
from tamis.client.request import Model


class NewEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a contact did: its `email` or `contact_id`, the name, when (now by default; a date is the start of the day
    in the account's time zone), and its properties. An `id` makes sending it twice harmless; without one, all of the
    content does."""

    event: str
    email: str | UnsetType = UNSET
    contact_id: int | UnsetType = UNSET
    at: datetime | date | str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    properties: Mapping[str, Value] | UnsetType = UNSET


class EventsResult(ItemResults, frozen=True, kw_only=True):
    """What became of the events that were sent: valid ones are stored, each once, whatever is wrong with others."""

    accepted: int
    repeated: int
    rejected: int


class Event(Model, frozen=True, kw_only=True):
    """What a contact did; `properties` are as they were sent, by their keys."""

    event: str
    at: datetime
    id: str | None = None
    properties: Mapping[str, str | int | float | bool]


class EventProperty(Model, frozen=True, kw_only=True):
    """A property of the events of one name; `kind` is how rules read it."""

    id: int
    key: str
    name: str
    kind: str
    description: str = ""
    hidden: bool = False
    unreadable: int = 0
    examples: tuple[str, ...] = ()


class EventName(Model, frozen=True, kw_only=True):
    """An event name in a contact type. Events older than `keep` are removed; it may be `forever`."""

    id: int
    contact_type_id: int
    name: str
    description: str = ""
    hidden: bool = False
    keep: str
    count: int
    first_at: datetime | None = None
    last_at: datetime | None = None
    properties: tuple[EventProperty, ...] = ()
