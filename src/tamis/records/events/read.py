"""Reading events, whether they are rows or in runs."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import chain
from operator import attrgetter

import msgspec

from tamis.records.engine.sql import each, each_tuple, select, select_tuples
from tamis.records.events.rows import StoredEvent
from tamis.records.events.sealed.lookup import (
    all_sealed_events,
    all_sealed_lines,
    events_of_change,
    lines_of_change,
    newest_in_small_runs,
    sealed_events,
)
from tamis.records.handles import Reader, one_state
from tamis.records.queries import load

SQL = load("events")
BATCH_SIZE = 50_000
MAX_BUFFERED = 200_000
"""The most events that `all_lines` holds, of all names."""

_order = attrgetter("at", "name_id", "key", "occurrence", "properties")


def of_contacts(
    db: Reader, contact_ids: Sequence[int], name_ids: Collection[int] | None = None
) -> dict[int, list[StoredEvent]]:
    """Return the events of contacts that have any, oldest first; of some names, or all of them."""
    names = None if name_ids is None else _json(list(name_ids))
    found: dict[int, list[StoredEvent]] = {}
    with one_state(db):  # events move from rows to runs
        rows = select(db, StoredEvent, SQL["of_contacts"], (_json(contact_ids), names))
        for event in chain(rows, sealed_events(db, contact_ids, name_ids)):
            found.setdefault(event.contact_id, []).append(event)
    for events in found.values():
        events.sort(key=_order)
    return found


def newest_of_contact(
    db: Reader,
    contact_id: int,
    limit: int,
    before: tuple[int, bytes] | None = None,
    name_ids: Collection[int] | None = None,
) -> list[StoredEvent]:
    """Return the newest events of a contact, newest first, at most `limit`.

    `before` is the instant and the identity of the last event of the previous page.
    """
    events = of_contacts(db, [contact_id], name_ids).get(contact_id, [])
    older = [event for event in events if before is None or _is_before(event, before)]
    return nlargest(limit, older, key=_place)


def newest_of_type(db: Reader, type_id: int, limit: int) -> list[StoredEvent]:
    """Return the events of a contact type that were added last, newest first; at least the newest hundred of each name
    are found."""
    with one_state(db):
        names = _names_of_type(db, type_id)
        found = newest_in_small_runs(db, names, limit)
        for name_id in names:
            found += select(db, StoredEvent, SQL["newest_of_name"], (name_id, limit))
    return nlargest(limit, found, key=attrgetter("change", "at"))


def added_between(db: Reader, type_id: int, after: int, up_to: int) -> Iterator[Sequence[StoredEvent]]:
    """Yield the events of a contact type that were added by the changes above `after` up to `up_to`, in batches.

    Changes up to that of `sealed_change` may have lost events: they are only found by their contacts, and in
    `all_events`.
    """
    with one_state(db):
        rows = map(StoredEvent._make, each(db, SQL["added_between"], (type_id, after, up_to)))
        yield from _batches(chain(rows, _of_type(db, type_id, after, up_to)))


def added_lines(db: Reader, type_id: int, after: int, up_to: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield what `added_between` yields as lines, in batches, each of one name: its id, and the lines."""
    with one_state(db):
        names = dict.fromkeys(_names_of_type(db, type_id), type_id)
        rows = each_tuple(db, tuple[int, str], SQL["added_lines"], (type_id, after, up_to))
        for _, name_id, lines in _lines_by_name(chain(rows, lines_of_change(db, after, up_to)), names):
            yield name_id, lines


def all_lines(db: Reader) -> Iterator[tuple[int, int, Sequence[str]]]:
    """Yield all events as lines, in batches, each of one contact type and one name: the ids of both, and the lines, in
    no particular order."""
    with one_state(db):
        names = dict(select_tuples(db, tuple[int, int], SQL["names"]))
        rows = each_tuple(db, tuple[int, str], SQL["all_lines"])
        yield from _lines_by_name(chain(rows, all_sealed_lines(db)), names)


def of_name(db: Reader, name_id: int) -> Iterator[Sequence[StoredEvent]]:
    """Yield the events of a name, in batches. All blocks are read for it."""
    with one_state(db):
        rows = map(StoredEvent._make, each(db, SQL["of_name"], (name_id,)))
        yield from _batches(chain(rows, all_sealed_events(db, name_id)))


def all_events(db: Reader) -> Iterator[tuple[int, int, Sequence[StoredEvent]]]:
    """Yield all events in batches, each of one contact type and one name: the ids of both, and the events, in no
    particular order."""
    types = dict(select_tuples(db, tuple[int, int], SQL["names"]))
    with one_state(db):
        for batch in _batches(chain(map(StoredEvent._make, each(db, SQL["all_rows"])), all_sealed_events(db))):
            by_name: dict[int, list[StoredEvent]] = {}
            for event in batch:
                by_name.setdefault(event.name_id, []).append(event)
            yield from ((types[name_id], name_id, events) for name_id, events in by_name.items() if name_id in types)


def count_of_contact(db: Reader, contact_id: int) -> int:
    """Count the events of a contact."""
    return len(of_contacts(db, [contact_id]).get(contact_id, ()))


def _lines_by_name(
    found: Iterable[tuple[int, str]], types: Mapping[int, int]
) -> Iterator[tuple[int, int, Sequence[str]]]:
    """Gather lines by name; those of other names are left out, doctor reports them."""
    waiting: dict[int, list[str]] = {}
    number = 0
    for name_id, line in found:
        batch = waiting.get(name_id)
        if batch is None:
            if name_id not in types:
                continue
            batch = waiting[name_id] = []
        batch.append(line)
        number += 1
        if len(batch) == BATCH_SIZE:
            yield types[name_id], name_id, waiting.pop(name_id)
            number -= BATCH_SIZE
        elif number == MAX_BUFFERED:
            yield from ((types[name_id], name_id, lines) for name_id, lines in waiting.items())
            waiting, number = {}, 0
    yield from ((types[name_id], name_id, lines) for name_id, lines in waiting.items())


def _names_of_type(db: Reader, type_id: int) -> list[int]:
    return select(db, int, SQL["names_of_type"], (type_id,))


def _of_type(db: Reader, type_id: int, after: int, up_to: int) -> Iterator[StoredEvent]:
    names = set(_names_of_type(db, type_id))
    return (event for event in events_of_change(db, after, up_to) if event.name_id in names)


def _is_before(event: StoredEvent, place: tuple[int, bytes]) -> bool:
    return event.at <= place[0] and _place(event) < place  # an identity is costly


def _place(event: StoredEvent) -> tuple[int, bytes]:
    return event.at, event.identity


def _batches(events: Iterator[StoredEvent]) -> Iterator[Sequence[StoredEvent]]:
    batch: list[StoredEvent] = []
    for event in events:
        batch.append(event)
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch


def _json(values: Sequence[object]) -> str:
    return msgspec.json.encode(values).decode()
