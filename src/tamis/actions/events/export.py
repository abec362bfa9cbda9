"""Writing the events of a contact type to a file, contact by contact."""

import csv
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TextIO

import msgspec

from tamis.actions.events.catalogue import TypedEvents, event_named
from tamis.actions.events.importing.mapping import PARTS
from tamis.actions.events.timeline import ShownEvent, shown_events
from tamis.actions.services import Services
from tamis.domain.contacts import ContactType
from tamis.domain.events import EventName, RawValue, write_raw
from tamis.domain.formulas import escape
from tamis.domain.instants import format_instant
from tamis.records import contacts
from tamis.records.events import catalogue, read
from tamis.records.handles import Reader, snapshot

CONTACTS_AT_ONCE = 1_000


class EventFormat(StrEnum):
    """The formats of exports of events."""

    CSV = "csv"
    NDJSON = "ndjson"


def write_events(
    services: Services, contact_type: ContactType, file: Path, form: EventFormat, names: Sequence[str] = ()
) -> int:
    """Write the events of the contacts of a type, of some names or of all, as of one moment; return how many there are.

    They are ordered by contact, then by time. In a CSV file, properties are columns, and text that a spreadsheet would
    run is escaped. Raises NotFound for an unknown name."""
    db = services.records.reader()
    with snapshot(db), file.open("w", encoding="utf-8", newline="") as written:
        events = TypedEvents(contact_type, catalogue.catalogue_of_type(db, contact_type.id))
        chosen = [event_named(events, name) for name in names] or list(events.catalogue.names)
        found = _events(db, events, chosen)
        return _write_csv(written, found, events, chosen) if form is EventFormat.CSV else _write_ndjson(written, found)


def _events(db: Reader, events: TypedEvents, names: Sequence[EventName]) -> Iterator[tuple[str, ShownEvent]]:
    """Yield the events, each with the email of its contact."""
    name_ids = [name.id for name in names]
    addresses = contacts.emails_of_type(db, events.contact_type.id)
    while batch := dict(islice(addresses, CONTACTS_AT_ONCE)):
        for contact_id, stored in sorted(read.of_contacts(db, list(batch), name_ids).items()):
            for event in shown_events(stored, events):
                yield batch[contact_id], event


def _write_ndjson(file: TextIO, found: Iterator[tuple[str, ShownEvent]]) -> int:
    count = 0
    for email, event in found:
        parts = {"email": email, "event": event.name, "at": format_instant(event.at)}
        identity = {"id": event.id} if event.id else {}
        file.write(msgspec.json.encode({**parts, **identity, "properties": event.properties}).decode() + "\n")
        count += 1
    return count


def _write_csv(
    file: TextIO, found: Iterator[tuple[str, ShownEvent]], events: TypedEvents, names: Sequence[EventName]
) -> int:
    keys = list(dict.fromkeys(each.field.key for name in names for each in events.properties(name)))
    writer = csv.writer(file)
    writer.writerow([*PARTS, *(f"property_{key}" if key in PARTS else key for key in keys)])
    count = 0
    for email, event in found:
        cells = (_cell(event.properties.get(key)) for key in keys)
        writer.writerow([escape(email), escape(event.name), format_instant(event.at), escape(event.id), *cells])
        count += 1
    return count


def _cell(raw: RawValue | None) -> str:
    if raw is None:
        return ""
    return escape(raw) if isinstance(raw, str) else write_raw(raw)
