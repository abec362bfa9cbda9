"""Storing many events at once: lines that were made, compared and sorted elsewhere become a run.

They are compared with what is stored before the transaction, which then only makes sure that this still holds.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from tamis.records import change_log
from tamis.records.engine.sql import each
from tamis.records.events import catalogue
from tamis.records.events.rows import NewEvent, identity_of
from tamis.records.events.sealed.lines import write_line
from tamis.records.events.sealed.merging import level_of
from tamis.records.events.sealed.runs import PackedLines, append_packed, insert_run
from tamis.records.events.write import insert_rows
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("events")


@dataclass(frozen=True, slots=True)
class NewEvents:
    """Events that are not stored yet: the newest of them, which are kept as rows, and the others as lines; how many
    there are of each name, with the first and the last of their instants; and their contacts."""

    newest: Sequence[NewEvent]
    packed: PackedLines
    counts: Sequence[tuple[int, int, int, int]]
    contact_ids: Sequence[int]


def lines_of_rows(db: Reader, name_ids: Collection[int]) -> Iterator[str]:
    """Yield the lines of the events of some names that are rows."""
    ids = msgspec.json.encode(list(name_ids)).decode()
    for row in each(db, SQL["rows_of_names"], (ids,)):
        yield write_line(NewEvent(*row))


def touched_since(db: Reader, type_id: int, change: int) -> set[int] | None:
    """Return the contacts of a type that were changed or deleted, or got events, after a change; None if events were
    removed otherwise, or if this is not known any more."""
    last, first = change_log.last_change(db), change_log.first_change(db)
    if change < last and (first is None or first > change + 1):
        return None
    if any(removal.contact_type_id == type_id for removal in change_log.list_removals(db, change, last)):
        return None
    groups = change_log.list_contact_changes(db, change, last) + change_log.list_event_changes(db, change, last)
    return {id_ for group in groups if group.contact_type_id == type_id for id_ in group.contact_ids}


def store_new(db: Transaction, new: NewEvents, change: int) -> int:
    """Store events that the caller knows to be new, and return the id of the run. `change` is the number of the change
    that the caller records."""
    run_id = insert_run(db, change, level_of(sum(block[2] for block in new.packed.blocks)))
    append_packed(db, run_id, new.packed)
    insert_rows(db, {(e.contact_id, e.name_id, identity_of(e)): e for e in new.newest}, change)
    for name_id, number, first_at, last_at in new.counts:
        catalogue.add_count(db, name_id, number, first_at, last_at)
    return run_id
