"""Storing the staged events of a file, batch by batch: many of them as a run, which is made before the transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from tamis.actions.batches import prefetch
from tamis.actions.events.catalogue_growth import is_unreadable
from tamis.actions.events.importing.names import PreparedName
from tamis.actions.events.importing.store import RowWriter, StoredEvents
from tamis.actions.fields.types import type_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.events.events import RawValue
from tamis.records import change_log, contacts
from tamis.records.events import bulk, catalogue
from tamis.records.events.rows import NewEvent
from tamis.records.events.sealed.filters import EVENTS_PER_WORD, MASKS, filter_of_words, list_filters
from tamis.records.events.sealed.lookup import texts_of_contacts
from tamis.records.events.sealed.runs import FILTERED_EVENTS, PackedLines, list_runs, pack
from tamis.records.events.write import NEWEST_AS_ROWS
from tamis.records.handles import Reader, Transaction, snapshot
from tamis.records.importing import imports
from tamis.staging.events import batches
from tamis.staging.events.batches import NamedEvents
from tamis.staging.handle import StagingDatabase

ROWS_PER_BATCH = 1_000_000
ROWS_PER_BATCH_OF_SERVER = 250_000
"""A server stores events in smaller transactions, so that other accounts can write in between."""
ROWS_PER_CALL = 20_000
"""Batches of fewer new events are stored as those that programs send."""
ATTEMPTS = 3
"""How often a batch is compared again, because others wrote events of the same contacts meanwhile; then its events are
stored as rows, which are compared in the transaction."""
_RAW = msgspec.json.Decoder(RawValue)


class EventWriter:
    """Stores batches of the staged events in order, and adds up what became of them."""

    def __init__(
        self,
        services: Services,
        account: Account,
        contact_type: ContactType,
        staging: StagingDatabase,
        names: Sequence[PreparedName],
        import_id: int | None,
    ) -> None:
        """Store events of the import with an ID, whose figures are updated; without one, nothing is kept."""
        self._services, self._account, self._type = services, account, contact_type
        self._staging, self._import_id = staging, import_id
        self._names = {_id_of(each): each for each in names}
        self._own_runs: set[int] = set()
        self._is_server = services.columns_if_open is not None
        self._rows = RowWriter(services, account, import_id)
        self.total = self._rows.total

    def batches(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges of rows to write one after the other."""
        count = batches.count_rows(self._staging)
        size = ROWS_PER_BATCH_OF_SERVER if self._is_server else ROWS_PER_BATCH
        for start in range(0, count, size):
            yield start, min(start + size, count)

    def write(self, start: int, end: int) -> int:
        """Store the events of a range of rows, and return how many there are."""
        named = [NamedEvents(each.in_file.number, id_, each.columns) for id_, each in self._names.items()]
        count = batches.create_batch(self._staging, named, start, end)
        if count <= ROWS_PER_CALL:
            self._store_as_rows()
            return count
        for attempt in range(ATTEMPTS):
            found, change = self._compare()
            self.total.add(found)
            new = sum(each.events for each in batches.count_new(self._staging))
            if self._import_id is None:
                self.total.accepted += new
            elif new <= ROWS_PER_CALL or attempt == ATTEMPTS - 1:
                self._store_as_rows()
            elif not self._store_as_run(change):
                self.total.subtract(found)
                continue
            self._count_known(found)
            break
        return count

    def _compare(self) -> tuple[StoredEvents, int]:
        """Find the events of the batch that are there already; return these, and the change up to which others were
        seen."""
        db, staging = self._services.records.reader(), self._staging
        with snapshot(db):
            change = change_log.last_change(db)
            ids = batches.contacts_of_batch(staging)
            missing = set(ids) - contacts.existing_ids(db, self._type.id, ids)
            found = StoredEvents()
            if missing:
                gone = batches.drop_contacts(staging, sorted(missing))
                if self._import_id is None:  # their contacts would be new, so they are, too
                    found.accepted += len(gone)
                else:
                    found.orphaned += gone
            batches.forget_stored(staging)
            batches.add_stored(staging, self._stored_lines(db))
        known = batches.judge(staging)
        found.repeated, found.conflicting = known.repeated, known.conflicting
        return found, change

    def _stored_lines(self, db: Reader) -> Iterator[str]:
        """Yield lines of the stored events that may be among those of the batch. Those of the runs of this import
        cannot be: events of a file that are the same are found in the file."""
        yield from bulk.lines_of_rows(db, self._names)
        for run in list_runs(db):
            if run.id in self._own_runs:
                continue
            candidates = batches.find_candidates(self._staging, list_filters(db, run.id), MASKS)
            yield from texts_of_contacts(db, run.id, candidates)

    def _count_known(self, found: StoredEvents) -> None:
        """Count events that were there already; the others are counted in the transaction that stores them."""
        known = found.repeated + len(found.conflicting)
        if self._import_id is not None and known:
            self._services.write(_add_repeated, self._import_id, known, found.repeated)

    def _store_as_rows(self) -> None:
        for id_, each in self._names.items():
            self._rows.write(each.stored, batches.new_events(self._staging, id_))
        self._rows.finish()

    def _store_as_run(self, change: int) -> bool:
        """Store the new events of the batch, unless something may have happened to their contacts since a change."""
        staging = self._staging
        counts, contact_ids = batches.count_new(staging), batches.contacts_of_new(staging)
        unreadable = self._count_unreadable()
        newest = [
            NewEvent(row.contact_id, name_id, row.at, row.key, row.properties, row.occurrence)
            for name_id, row in batches.newest_events(staging, NEWEST_AS_ROWS)
        ]
        batches.create_run(staging)
        filters = [
            (each.last_contact_id, filter_of_words(each.events, each.places, each.words))
            for each in batches.filter_words(staging, MASKS, FILTERED_EVENTS, EVENTS_PER_WORD)
        ]
        packed = PackedLines(pack(prefetch(batches.run_lines(staging))), filters)
        new = bulk.NewEvents(newest, packed, counts, contact_ids)
        run_id = self._services.submit_of(
            self._account.id, _store, self._account, self._type.id, new, unreadable, change, self._import_id
        ).result()
        if run_id is None:
            return False
        self._own_runs.add(run_id)
        self.total.accepted += sum(each.events for each in counts)
        return True

    def _count_unreadable(self) -> dict[int, int]:
        """Count the values of the new events that cannot be read as the kinds of their properties, by property."""
        found = {}
        for name_id, each in self._names.items():
            for property_id, kind in each.stored.suspect.items():
                values = batches.value_counts(self._staging, each.columns[property_id], name_id)
                found[property_id] = sum(number for raw, number in values if is_unreadable(_RAW.decode(raw), kind))
        return found


def _id_of(name: PreparedName) -> int:
    """Return the id of a name; that of a new one in a dry run is negative."""
    return -name.in_file.number if name.stored.name_id is None else name.stored.name_id


def _add_repeated(db: Transaction, _now: datetime, import_id: int, rows: int, repeated: int) -> None:
    imports.add_events(db, import_id, rows, 0, repeated)


def _store(
    db: Transaction,
    now: datetime,
    account: Account,
    type_id: int,
    new: bulk.NewEvents,
    unreadable: dict[int, int],
    since: int,
    import_id: int | None,
) -> int | None:
    """Store new events, and return the id of their run; None if something may have happened to their contacts since a
    change."""
    type_by_id(db, account, type_id)
    touched = bulk.touched_since(db, type_id, since)
    if touched is None or not touched.isdisjoint(new.contact_ids):
        return None
    run_id = bulk.store_new(db, new, change_log.next_change(db))
    change_log.record_event_changes(db, type_id, new.contact_ids, now)
    if import_id is not None:
        accepted = sum(events for _, events, *_ in new.counts)
        imports.add_events(db, import_id, accepted, accepted, 0)
    for property_id, count in unreadable.items():
        if count:
            catalogue.add_unreadable(db, property_id, count)
    return run_id
