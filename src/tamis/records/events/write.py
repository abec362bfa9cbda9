"""Storing events, each once, and removing them."""

from collections.abc import Sequence

import msgspec

from tamis.records.engine.sql import run, run_many, scalar, select_one, select_tuples
from tamis.records.events import catalogue
from tamis.records.events.rows import EventOutcome, NewEvent, identity_of
from tamis.records.handles import Transaction
from tamis.records.queries import load

SQL = load("events")


def append(db: Transaction, events: Sequence[NewEvent], change: int) -> list[EventOutcome]:
    """Store the events that are not there yet, and return what became of each.

    `change` is the number of the change that the caller records when any was stored.
    """
    outcomes = []
    rows = []
    added: dict[tuple[int, int, bytes], NewEvent] = {}
    for event in events:
        key = (event.contact_id, event.name_id, identity_of(event))
        same = added.get(key)
        content = (same.at, same.properties) if same else select_one(db, _content, SQL["content"], key)
        if content is None:
            added[key] = event
            rows.append((*key, event.at, event.key, event.properties, change))
            outcomes.append(EventOutcome.STORED)
        else:
            is_same = content == (event.at, event.properties)
            outcomes.append(EventOutcome.REPEATED if is_same else EventOutcome.CONFLICTING)
    run_many(db, SQL["insert"], rows)
    _count(db, list(added.values()), 1)
    return outcomes


def remove_of_contacts(db: Transaction, contact_ids: Sequence[int]) -> None:
    """Remove all events of contacts; the caller records that the contacts are deleted."""
    ids = msgspec.json.encode(contact_ids).decode()
    for name_id, number in select_tuples(db, tuple[int, int], SQL["counts_of_contacts"], (ids,)):
        catalogue.add_count(db, name_id, -number, None, None)
    run(db, SQL["remove_of_contacts"], (ids,))


def remove_before(db: Transaction, name_id: int, before: int) -> int:
    """Remove the events of a name before an instant, in microseconds since 1970; return how many.

    The caller records the removal when there were any.
    """
    removed = run(db, SQL["remove_before"], (name_id, before))
    if removed:
        catalogue.add_count(db, name_id, -removed, None, None)
        catalogue.set_first_at(db, name_id, scalar(db, int, SQL["first_at"], (name_id,)))
    return removed


def remove_of_type(db: Transaction, type_id: int) -> None:
    """Remove all events of a contact type that is deleted, and its catalogue."""
    run(db, SQL["remove_of_type"], (type_id,))
    catalogue.remove_of_type(db, type_id)


def _count(db: Transaction, events: Sequence[NewEvent], step: int) -> None:
    instants: dict[int, list[int]] = {}
    for event in events:
        instants.setdefault(event.name_id, []).append(event.at)
    for name_id, ats in instants.items():
        catalogue.add_count(db, name_id, step * len(ats), min(ats), max(ats))


def _content(at: int, properties: str) -> tuple[int, str]:
    return at, properties
