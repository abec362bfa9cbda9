"""Events, what became of those that were sent, and the catalogue of their names."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from tamis.actions.events.accept import EventResult, EventStatus
from tamis.actions.events.catalogue import TypedEvents
from tamis.actions.events.retention import FOREVER
from tamis.actions.events.timeline import ShownEvent
from tamis.domain.events.events import EventName, EventProperty
from tamis.domain.values.fields import Kind
from tamis.web.api.problems import error_items
from tamis.web.api.schemas.batches import StoredResult
from tamis.web.api.schemas.common import Body, ErrorItem

MAX_EVENTS = 10_000
EVENT_STATUSES: tuple[EventStatus, ...] = get_args(EventStatus)
Keep = Annotated[
    str, Meta(description='How long events are kept: a duration such as "2 years", or "forever". Older ones go.')
]


class EventsBody(Body):
    """Events of the contacts of one type; what is wrong with one of them is in its result."""

    contact_type_id: int
    events: list[Any]
    create_contacts: bool = False


class EventItemOut(msgspec.Struct):
    """What became of an event."""

    index: Annotated[int, Meta(description="The place of the event among those that were sent, from 0 on.")]
    status: Annotated[EventStatus, Meta(description="`repeated`: the same event is stored already.")]
    errors: list[ErrorItem] = field(default_factory=list)


class EventsOut(msgspec.Struct):
    """What became of the events that were sent. Accepted ones are on disk, and in the next read."""

    accepted: int
    repeated: int
    rejected: int
    results: list[EventItemOut]


class EventOut(msgspec.Struct):
    """What a contact did."""

    event: str
    at: datetime
    id: Annotated[str | None, Meta(description="The ID that its sender gave it.")]
    properties: Annotated[
        dict[str, bool | int | float | str],
        Meta(description="Values as they were sent, by the keys of their properties. Lists and objects are JSON text."),
    ]


class EventPropertyOut(msgspec.Struct):
    """A property of the events of one name."""

    id: int
    key: Annotated[str, Meta(description="Names the property in rules; derived from its name.")]
    name: str
    kind: Annotated[Kind, Meta(description="How rules read its values; the first value decided.")]
    description: str
    hidden: Annotated[bool, Meta(description="Hidden properties are not offered; rules that use them still work.")]
    unreadable: Annotated[
        int, Meta(description="The number of values that cannot be read as the kind; they are missing for rules.")
    ]
    examples: Annotated[list[str], Meta(description="Some values of the latest events.")]


class EventNameOut(msgspec.Struct):
    """An event name in a contact type."""

    id: int
    contact_type_id: int
    name: str
    description: str
    hidden: Annotated[bool, Meta(description="Hidden events are not offered; rules that use them still work.")]
    keep: Keep
    count: Annotated[int, Meta(description="The number of stored events.")]
    first_at: Annotated[datetime | None, Meta(description="The earliest instant.")]
    last_at: Annotated[datetime | None, Meta(description="The latest instant.")]
    properties: list[EventPropertyOut]


class EventNameChanges(Body):
    """The changes to an event name; what is missing stays."""

    description: str | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    keep: Keep | UnsetType = UNSET


class EventPropertyChanges(Body):
    """The changes to a property of events; what is missing stays."""

    description: str | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    kind: Annotated[Kind | UnsetType, Meta(description="`text`, `number`, `date`, `datetime` or `boolean`.")] = UNSET


def stored_event_results(results: Sequence[EventResult]) -> list[StoredResult]:
    """Return what became of events as it is kept."""
    return [error_items(result.problems) if result.problems else result.status for result in results]


def event_items_out(results: Sequence[StoredResult], first: int = 0) -> list[EventItemOut]:
    """Return kept results as the API shows them; `first` is the index of the first."""
    return [
        EventItemOut(index, result) if isinstance(result, str) else EventItemOut(index, "rejected", result)  # type: ignore[arg-type]
        for index, result in enumerate(results, first)
    ]


def encode_events_out(results: Sequence[StoredResult]) -> bytes:
    """Return what became of the events that were sent, `EventsOut`, as JSON."""
    accepted, repeated = results.count("accepted"), results.count("repeated")
    counts = f'"accepted":{accepted},"repeated":{repeated},"rejected":{len(results) - accepted - repeated}'
    items = ",".join(
        f'{{"index":{index},"status":"{result}","errors":[]}}'
        if isinstance(result, str)
        else msgspec.json.encode(EventItemOut(index, "rejected", result)).decode()
        for index, result in enumerate(results)
    )
    return f'{{{counts},"results":[{items}]}}'.encode()


def event_out(shown: ShownEvent) -> EventOut:
    """Return an event as the API shows it."""
    return EventOut(shown.name, shown.at, shown.id or None, dict(shown.properties))


def event_name_out(events: TypedEvents, shown: EventName) -> EventNameOut:
    """Return an event name, with its properties, as the API shows it."""
    return EventNameOut(
        shown.id,
        shown.contact_type_id,
        shown.name,
        shown.description,
        shown.hidden,
        FOREVER if shown.keep is None else str(shown.keep),
        shown.count,
        shown.first_at,
        shown.last_at,
        [event_property_out(each) for each in events.properties(shown)],
    )


def event_property_out(shown: EventProperty) -> EventPropertyOut:
    """Return a property of events as the API shows it."""
    return EventPropertyOut(
        shown.field.id,
        shown.field.key,
        shown.field.name,
        shown.field.kind,
        shown.description,
        shown.hidden,
        shown.unreadable,
        list(shown.examples),
    )
