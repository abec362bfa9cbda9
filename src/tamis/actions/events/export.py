"""Writing the events of a contact type to a file, contact by contact."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TextIO

import msgspec

from tamis.actions.events.catalogue import TypedEvents, event_named
from tamis.actions.events.importing.mapping import PARTS
from tamis.actions.events.timeline import ShownEvent, shown_events
from tamis.actions.exporting.directories import export_directory, export_file
from tamis.actions.exporting.download import Download
from tamis.actions.fields.types import type_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.events.event_cells import format_cell
from tamis.domain.events.events import EventName
from tamis.domain.files.exports import Format
from tamis.domain.files.formulas import escape
from tamis.domain.values.instants import format_instant
from tamis.records import contacts
from tamis.records.events import catalogue, read
from tamis.records.handles import Reader, snapshot
from tamis.staging.connection import open_staging
from tamis.staging.events.parquet import write_parquet

CONTACTS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class EventSelection:
    """Which events are exported: those of some names or of all, from `since` on, and before `until`."""

    names: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None

    def includes(self, event: ShownEvent) -> bool:
        """Return whether an event is in the window of time."""
        return (self.since is None or event.at >= self.since) and (self.until is None or event.at < self.until)


def events_download(
    services: Services, account: Account, type_id: int, form: Format, selection: EventSelection
) -> Download:
    """Export events of the contacts of a type as a download; raises NotFound and Unavailable."""
    contact_type = type_by_id(services.records.reader(), account, type_id)
    with export_directory(services.settings.data) as directory:
        file = export_file(directory)
        rows = write_events(services, contact_type, file, form, selection)
        return Download(file.open("rb"), rows, file.stat().st_size)


def write_events(
    services: Services, contact_type: ContactType, file: Path, form: Format, selection: EventSelection
) -> int:
    """Write the events of the contacts of a type as of one moment; return how many there are.

    They are ordered by contact, then by time. In a CSV file, properties are columns, and text that a spreadsheet would
    run is escaped; in a Parquet file they are a JSON object. Raises NotFound for an unknown name."""
    if form is Format.PARQUET:
        lines = file.with_suffix(".lines")
        count = write_events(services, contact_type, lines, Format.NDJSON, selection)
        settings = services.settings
        with open_staging(file.parent, settings.import_memory, settings.columns_threads) as staging:
            write_parquet(staging, lines, file)
        lines.unlink()
        return count
    db = services.records.reader()
    with snapshot(db), file.open("w", encoding="utf-8", newline="") as written:
        events = TypedEvents(contact_type, catalogue.catalogue_of_type(db, contact_type.id))
        chosen = [event_named(events, name) for name in selection.names] or list(events.catalogue.names)
        found = (each for each in _events(db, events, chosen) if selection.includes(each[1]))
        return _write_csv(written, found, events, chosen) if form is Format.CSV else _write_ndjson(written, found)


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
        cells = (format_cell(event.properties.get(key)) for key in keys)
        writer.writerow([escape(email), escape(event.name), format_instant(event.at), escape(event.id), *cells])
        count += 1
    return count
