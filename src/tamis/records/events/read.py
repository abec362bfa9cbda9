"""Reading events."""

from collections.abc import Collection, Iterator, Sequence

import msgspec

from tamis.records.engine.sql import each, select, select_only
from tamis.records.events.rows import StoredEvent
from tamis.records.handles import Reader
from tamis.records.queries import load

SQL = load("events")
BATCH_SIZE = 50_000


def of_contacts(
    db: Reader, contact_ids: Sequence[int], name_ids: Collection[int] | None = None
) -> dict[int, list[StoredEvent]]:
    """Return the events of contacts that have any, oldest first; of some names, or all of them."""
    found: dict[int, list[StoredEvent]] = {}
    names = None if name_ids is None else _json(list(name_ids))
    for event in select(db, StoredEvent, SQL["of_contacts"], (_json(contact_ids), names)):
        found.setdefault(event.contact_id, []).append(event)
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
    names = None if name_ids is None else _json(list(name_ids))
    at, identity = before or (None, b"")
    return select(db, StoredEvent, SQL["newest_of_contact"], (contact_id, names, at, identity, limit))


def newest_of_type(db: Reader, type_id: int, limit: int) -> list[StoredEvent]:
    """Return the events of a contact type that were added last, newest first."""
    return select(db, StoredEvent, SQL["newest_of_type"], (type_id, limit))


def added_between(db: Reader, type_id: int, after: int, up_to: int) -> Iterator[Sequence[StoredEvent]]:
    """Yield the events of a contact type that were added by the changes above `after` up to `up_to`, in batches."""
    yield from _batches(each(db, SQL["added_between"], (type_id, after, up_to)))


def of_name(db: Reader, name_id: int) -> Iterator[Sequence[StoredEvent]]:
    """Yield the events of a name, in batches."""
    yield from _batches(each(db, SQL["of_name"], (name_id,)))


def all_events(db: Reader) -> Iterator[tuple[int, int, Sequence[StoredEvent]]]:
    """Yield all events in batches, each of one contact type and one name: the ids of both, and the events."""
    for type_id, name_id in each(db, SQL["all_names"]):
        for batch in of_name(db, name_id):
            yield type_id, name_id, batch


def count_of_contact(db: Reader, contact_id: int) -> int:
    """Count the events of a contact."""
    return select_only(db, int, SQL["count_of_contact"], (contact_id,))


def _batches(rows: Iterator[tuple[object, ...]]) -> Iterator[Sequence[StoredEvent]]:
    batch: list[StoredEvent] = []
    for row in rows:
        batch.append(StoredEvent._make(row))
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch


def _json(values: Sequence[object]) -> str:
    return msgspec.json.encode(values).decode()
