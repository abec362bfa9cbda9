"""Storing events, each once, and removing them."""

from collections.abc import Mapping, Sequence
from heapq import nlargest
from itertools import compress

import msgspec

from tamis.records.engine.sql import exists_any, fetch, run, run_many, scalar, select, select_tuples
from tamis.records.events import catalogue
from tamis.records.events.rows import EventOutcome, NewEvent, StoredEvent, identity_of
from tamis.records.events.sealed import removals
from tamis.records.events.sealed.filters import fingerprint
from tamis.records.events.sealed.lines import known_by, write_line
from tamis.records.events.sealed.lookup import EventKeys, find_stored
from tamis.records.events.sealed.upkeep import insert_as_run
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("events")
ROWS_PER_CALL = 200
"""More new events than these, as in a batch or an import, become a run at once, except the newest: rows change a page
of the file for nearly each event."""
NEWEST_AS_ROWS = 100
SHARE_AS_ROWS = 100
"""The newest of so many events of a name stay rows, but of a few hundred thousand no more than those."""


def append(db: Transaction, events: Sequence[NewEvent], change: int) -> list[EventOutcome]:
    """Store the events that are not there yet, and return what became of each.

    `change` is the number of the change that the caller records when any was stored.
    """
    if len(events) > ROWS_PER_CALL:
        return _append_many(db, events, change)
    identities = [identity_of(event) for event in events]
    if _insert_if_all_new(db, events, identities, change):
        return [EventOutcome.STORED] * len(events)
    stored = _stored_contents(db, events, identities)
    outcomes = []
    added: dict[tuple[int, int, bytes], NewEvent] = {}
    for position, event in enumerate(events):
        key = (event.contact_id, event.name_id, identities[position])
        same = added.get(key)
        content = (same.at, same.properties) if same else stored.get(position)
        if content is None:
            added[key] = event
            outcomes.append(EventOutcome.STORED)
        else:
            is_same = content == (event.at, event.properties)
            outcomes.append(EventOutcome.REPEATED if is_same else EventOutcome.CONFLICTING)
    insert_rows(db, added, change)
    _count(db, list(added.values()))
    return outcomes


def _append_many(db: Transaction, events: Sequence[NewEvent], change: int) -> list[EventOutcome]:
    """Do what `append` does, with what is known of events as lines."""
    lines = list(map(write_line, events))
    known = list(map(known_by, lines))
    fingerprints = list(map(fingerprint, known))
    stored = _stored_by_text(db, EventKeys([event.contact_id for event in events], known, fingerprints))
    outcomes, first_of = [], dict[str, int]()
    is_new = bytearray(len(events))
    for position, text in enumerate(known):
        content = stored.get(text) if stored else None
        if content is None:
            first = first_of.setdefault(text, position)
            if first == position:
                is_new[position] = 1
                outcomes.append(EventOutcome.STORED)
                continue
            content = events[first]
        event = events[position]
        is_same = (content.at, content.properties) == (event.at, event.properties)
        outcomes.append(EventOutcome.REPEATED if is_same else EventOutcome.CONFLICTING)
    new = list(compress(events, is_new))
    rows = _newest(new) if len(new) > ROWS_PER_CALL else range(len(new))
    insert_rows(db, {(e.contact_id, e.name_id, identity_of(e)): e for e in map(new.__getitem__, rows)}, change)
    if len(new) > len(rows):
        of_run = list(zip(compress(lines, is_new), compress(fingerprints, is_new), strict=True))
        for place in sorted(rows, reverse=True):
            del of_run[place]
        of_run.sort()
        insert_as_run(db, [line for line, _ in of_run], [each for _, each in of_run], change)
    _count(db, new)
    return outcomes


def _stored_by_text(db: Reader, events: EventKeys) -> dict[str, NewEvent | StoredEvent]:
    """Return those events that are stored, by what they are known by."""
    found: dict[str, NewEvent | StoredEvent] = {}
    for row in select(db, NewEvent, SQL["rows_of_contacts"], (_json(list(set(events.contact_ids))),)):
        found[known_by(write_line(row))] = row
    for position, event in find_stored(db, events).items():
        found[events.known[position]] = event
    return found


def _newest(events: Sequence[NewEvent]) -> list[int]:
    """Return the positions of the newest events of each name."""
    of_names: dict[int, list[tuple[int, int]]] = {}
    for position, event in enumerate(events):
        of_names.setdefault(event.name_id, []).append((event.at, position))
    number = min(NEWEST_AS_ROWS, max(1, len(events) // SHARE_AS_ROWS))
    return [position for of_name in of_names.values() for _, position in nlargest(number, of_name)]


def _insert_if_all_new(db: Transaction, events: Sequence[NewEvent], identities: Sequence[bytes], change: int) -> bool:
    """Insert events as rows if each is new, which is usual and cheaper to find out."""
    added = {(e.contact_id, e.name_id, identity): e for e, identity in zip(events, identities, strict=True)}
    if len(added) < len(events) or _find_stored(db, events):
        return False
    if exists_any(db, SQL["is_row"], sorted(added)):
        return False
    insert_rows(db, added, change)
    _count(db, events)
    return True


def remove_of_contacts(db: Transaction, contact_ids: Sequence[int]) -> None:
    """Remove all events of contacts; the caller records that the contacts are deleted."""
    ids = msgspec.json.encode(contact_ids).decode()
    for name_id, number in select_tuples(db, tuple[int, int], SQL["counts_of_contacts"], (ids,)):
        catalogue.add_count(db, name_id, -number, None, None)
    run(db, SQL["remove_of_contacts"], (ids,))
    removals.remove_contacts(db, contact_ids)


def remove_before(db: Transaction, name_id: int, before: int) -> bool:
    """Remove the events of a name before an instant, in microseconds since 1970, and return whether there may have been
    any. The caller records the removal then.

    Nobody sees them any more; those in runs are deleted, and subtracted from the count of the name, by and by.
    """
    removed = run(db, SQL["remove_before"], (name_id, before))
    first_at = scalar(db, int, SQL["known_first_at"], (name_id,))
    may_be_sealed = first_at is not None and first_at < before and removals.remove_before(db, name_id, before)
    if removed:
        catalogue.add_count(db, name_id, -removed, None, None)
    if may_be_sealed:
        catalogue.set_first_at(db, name_id, before)
    elif removed:
        catalogue.set_first_at(db, name_id, scalar(db, int, SQL["first_at"], (name_id,)))
    return bool(removed or may_be_sealed)


def remove_of_type(db: Transaction, type_id: int) -> None:
    """Remove all events of a contact type that is deleted, and its catalogue."""
    run(db, SQL["remove_of_type"], (type_id,))
    for (name_id,) in select_tuples(db, tuple[int], SQL["names_of_type"], (type_id,)):
        removals.remove_before(db, name_id, removals.WHOLE)
    catalogue.remove_of_type(db, type_id)


def _stored_contents(db: Reader, events: Sequence[NewEvent], identities: Sequence[bytes]) -> dict[int, tuple[int, str]]:
    """Return instant and properties of the stored events with these identities, by position."""
    sealed = _find_stored(db, events)
    found = {position: (event.at, event.properties) for position, event in sealed.items()}
    keys = [
        (event.contact_id, event.name_id, identity.hex()) for event, identity in zip(events, identities, strict=True)
    ]
    for position, at, properties in fetch(db, SQL["contents"], (msgspec.json.encode(keys).decode(),)):
        found[position] = (at, properties)
    return found


def _find_stored(db: Reader, events: Sequence[NewEvent]) -> dict[int, StoredEvent]:
    known = [known_by(write_line(event)) for event in events]
    return find_stored(db, EventKeys([event.contact_id for event in events], known, list(map(fingerprint, known))))


def insert_rows(db: Transaction, added: Mapping[tuple[int, int, bytes], NewEvent], change: int) -> None:
    """Insert events that are new as rows, by contact, name and identity."""
    rows = [(*key, added[key].at, *added[key][3:], change) for key in sorted(added)]  # in order: fewer pages are sought
    run_many(db, SQL["insert"], rows)


def _json(values: Sequence[object]) -> str:
    return msgspec.json.encode(values).decode()


def _count(db: Transaction, events: Sequence[NewEvent]) -> None:
    instants: dict[int, list[int]] = {}
    for event in events:
        instants.setdefault(event.name_id, []).append(event.at)
    for name_id, ats in instants.items():
        catalogue.add_count(db, name_id, len(ats), min(ats), max(ats))
