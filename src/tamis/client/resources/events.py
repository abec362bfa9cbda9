"""Events: sending what contacts did, timelines, and the catalogue of names and properties."""

from collections.abc import AsyncIterable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import UNSET, UnsetType

from tamis.client.calls import Resource, Sender, call, download, paged, streamed
from tamis.client.models.events import Event, EventName, EventProperty, EventsResult, NewEvent
from tamis.client.ndjson import Stream
from tamis.client.request import Page, Request, json_body, path

EXPORT_SECONDS = 600
"""How long the server may take to prepare a file."""


class EventCalls(Resource[Sender]):
    """What contacts did."""

    @call
    def send(
        self, type_id: int, events: Sequence[NewEvent], *, create_contacts: bool | UnsetType = UNSET
    ) -> Request[EventsResult]:
        """Send up to 10,000 events of the contacts of a type; with `create_contacts`, emails that are not contacts
        become some."""
        content = json_body(contact_type_id=type_id, events=events, create_contacts=create_contacts)
        return Request("POST", "/events", EventsResult, content=content)

    @streamed
    def stream(
        self,
        type_id: int,
        events: Iterable[NewEvent] | AsyncIterable[NewEvent],
        *,
        create_contacts: bool | None = None,
    ) -> Stream[EventsResult]:
        """Send events of any number from an iterator, in several requests; the answer has the results of rejected ones
        only, by their index in the whole."""
        query = {"contact_type_id": type_id, "create_contacts": create_contacts}
        return Stream(events, "/events", EventsResult, msgspec.json.encode, query)

    @paged
    def list(
        self,
        contact_id: int,
        *,
        event: str | None = None,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[Event]]:
        """List what a contact did, newest first; of some names only, separated by commas."""
        query = {"event": event, "limit": page_size, "cursor": cursor}
        return Request("GET", path("contacts", contact_id, "events"), Page[Event], query)

    @download
    def export(
        self,
        type_id: int,
        file: str | Path,
        *,
        format: str | None = None,
        event: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Request[bytes], Path]:
        """Write the events of the contacts of a type to a file as `csv`, `ndjson` or `parquet`, by default after the
        file's ending: of some names, separated by commas, from an instant on, before another."""
        target = Path(file)
        form = format or target.suffix.removeprefix(".").lower()
        query = {
            "format": form,
            "event": event,
            "since": since and since.isoformat(),
            "until": until and until.isoformat(),
        }
        address = path("contact-types", type_id, "events", "export")
        return Request("GET", address, bytes, query, wait=EXPORT_SECONDS), target

    @paged
    def names(
        self,
        type_id: int,
        *,
        hidden: bool | None = None,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[EventName]]:
        """List the names of the events of a contact type, with `hidden` also those that are."""
        query = {"hidden": hidden, "limit": page_size, "cursor": cursor}
        return Request("GET", path("contact-types", type_id, "event-names"), Page[EventName], query)

    @call
    def get_name(self, event_id: int) -> Request[EventName]:
        """Return an event name."""
        return Request("GET", path("event-names", event_id), EventName)

    @call
    def update_name(
        self,
        event_id: int,
        *,
        description: str | UnsetType = UNSET,
        hidden: bool | UnsetType = UNSET,
        keep: str | UnsetType = UNSET,
    ) -> Request[EventName]:
        """Describe or hide an event name, or say how long they are kept, such as "2 years" or "forever"."""
        content = json_body(description=description, hidden=hidden, keep=keep)
        return Request("PATCH", path("event-names", event_id), EventName, content=content)

    @call
    def update_property(
        self,
        property_id: int,
        *,
        description: str | UnsetType = UNSET,
        hidden: bool | UnsetType = UNSET,
        kind: str | UnsetType = UNSET,
    ) -> Request[EventProperty]:
        """Describe or hide a property of events, or change its kind: `text`, `number`, `date`, `datetime` or
        `boolean`."""
        content = json_body(description=description, hidden=hidden, kind=kind)
        return Request("PATCH", path("event-properties", property_id), EventProperty, content=content)
