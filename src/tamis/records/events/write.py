"""Storing events, each once, and removing them."""

from collections.abc import Mapping, Sequence
from heapq import nlargest

import msgspec

from tamis.records.engine.sql import exists_any, fetch, run, run_many, scalar, select_tuples
from tamis.records.events import catalogue
from tamis.records.events.rows import EventOutcome, NewEvent, identity_of
from tamis.records.events.sealed import removals
from tamis.records.events.sealed.lookup import find_stored
from tamis.records.events.sealed.upkeep import insert_as_run
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("events")
ROWS_PER_CALL = 20_000
"""More new events than these, as in an import, become a run at once, except the newest."""
NEWEST_AS_ROWS = 100


def append(db: Transaction, events: Sequence[NewEvent], change: int) -> list[EventOutcome]:
    """Store the events that are not there yet, and return what became of each.

    `change` is the number of the change that the caller records when any was stored.
    """
    identities = [identity_of(event) for event in events]
    if len(events) <= ROWS_PER_CALL and _insert_if_all_new(db, events, identities, change):
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
    _insert(db, added, change)
    _count(db, list(added.values()))
    return outcomes


def _insert_if_all_new(db: Transaction, events: Sequence[NewEvent], identities: Sequence[bytes], change: int) -> bool:
    """Insert events as rows if each is new, which is usual and cheaper to find out."""
    added = {(e.contact_id, e.name_id, identity): e for e, identity in zip(events, identities, strict=True)}
    if len(added) < len(events) or find_stored(db, events):
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
    sealed = find_stored(db, events)
    found = {position: (event.at, event.properties) for position, event in sealed.items()}
    keys = [
        (event.contact_id, event.name_id, identity.hex()) for event, identity in zip(events, identities, strict=True)
    ]
    for position, at, properties in fetch(db, SQL["contents"], (msgspec.json.encode(keys).decode(),)):
        found[position] = (at, properties)
    return found


def _insert(db: Transaction, added: dict[tuple[int, int, bytes], NewEvent], change: int) -> None:
    as_rows = added
    if len(added) > ROWS_PER_CALL:
        newest = nlargest(NEWEST_AS_ROWS, added, key=lambda key: added[key].at)
        as_rows = {key: added[key] for key in newest}
        insert_as_run(db, [event for key, event in added.items() if key not in as_rows], change)
    insert_rows(db, as_rows, change)


def insert_rows(db: Transaction, added: Mapping[tuple[int, int, bytes], NewEvent], change: int) -> None:
    """Insert events that are new as rows, by contact, name and identity."""
    rows = [(*key, added[key].at, *added[key][3:], change) for key in sorted(added)]  # in order: fewer pages are sought
    run_many(db, SQL["insert"], rows)


def _count(db: Transaction, events: Sequence[NewEvent]) -> None:
    instants: dict[int, list[int]] = {}
    for event in events:
        instants.setdefault(event.name_id, []).append(event.at)
    for name_id, ats in instants.items():
        catalogue.add_count(db, name_id, len(ats), min(ats), max(ats))
