"""Finding events in runs: of contacts, and those that are to be stored but are there already."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from tamis.records.events.rows import StoredEvent
from tamis.records.events.sealed.filters import SMALL, find_candidates
from tamis.records.events.sealed.lines import (
    join_lines,
    known_by,
    lines_of_contact,
    name_of,
    read_line,
)
from tamis.records.events.sealed.removals import PendingRemovals, read_removals
from tamis.records.events.sealed.runs import (
    all_blocks,
    blocks_of_contacts,
    lines_of_contacts,
    list_runs,
    open_run,
)
from tamis.records.events.sealed.small_runs import contents_of, find_in_small_runs, list_small_runs
from tamis.records.handles import Reader

MOST_LOOKED_UP = 1_000
"""Of more contacts than these, most small runs have some."""


def sealed_events(db: Reader, contact_ids: Sequence[int], name_ids: Collection[int] | None) -> Iterator[StoredEvent]:
    """Yield the events of contacts in runs; of some names, or all of them."""
    wanted = sorted(contact_ids)
    removals = read_removals(db)
    small = {run.id: run for run in list_small_runs(db)} if len(wanted) <= MOST_LOOKED_UP else {}
    for run in list_runs(db):
        looked_up = wanted
        if run.level == SMALL and run.id in small:
            contents = contents_of(db, small[run.id])
            looked_up = [contact_id for contact_id in wanted if contact_id in contents.contact_ids]
        for event in _visible(lines_of_contacts(db, run.id, looked_up), run.change, removals):
            if name_ids is None or event.name_id in name_ids:
                yield event


class EventKeys(NamedTuple):
    """What events are looked up by: their contacts, identities as text, and the fingerprints of these."""

    contact_ids: Sequence[int]
    known: Sequence[str]
    fingerprints: Sequence[int]


def find_stored(db: Reader, events: EventKeys) -> dict[int, StoredEvent]:
    """Return, by position, the events in runs that have the identity of an event to store."""
    runs = {run.id: run for run in list_runs(db)}
    if not runs:
        return {}
    removals = read_removals(db)
    found: dict[int, StoredEvent] = {}
    contact_ids, texts, fingerprints = events
    candidates = chain(find_in_small_runs(db, fingerprints), find_candidates(db, contact_ids, fingerprints))
    for position, run_id in candidates:
        known = texts[position]
        of_contact = lines_of_contacts(db, run_id, [contact_ids[position]])
        same = ((id_, line) for id_, line in of_contact if known_by(line) == known)
        for event in _visible(same, runs[run_id].change, removals):
            found[position] = event
    return found


def texts_of_contacts(db: Reader, run_id: int, contact_ids: Sequence[int]) -> Iterator[str]:
    """Yield the lines of contacts in a run, in texts; the ids of contacts are sorted."""
    removals = read_removals(db)
    for contact_id, (block, lines) in blocks_of_contacts(db, run_id, contact_ids):
        if visible := _visible_lines(block.id, lines_of_contact(lines, contact_id), removals):
            yield join_lines(visible)


def lines_of_change(db: Reader, after: int, up_to: int) -> Iterator[tuple[int, str]]:
    """Yield the lines of the runs that were added as such by the changes above `after` up to `up_to`, each with the id
    of its name."""
    removals = read_removals(db)
    for run in list_runs(db):
        if after < run.change <= up_to:
            for block, lines in open_run(db, run.id):
                yield from _named(_visible_lines(block.id, lines, removals))


def newest_in_small_runs(db: Reader, name_ids: Collection[int], limit: int) -> list[StoredEvent]:
    """Return events of some names that the last changes added as small runs, at least `limit` if there are so many."""
    removals = read_removals(db)
    found: list[StoredEvent] = []
    for run in sorted((run for run in list_runs(db) if run.level == SMALL), key=attrgetter("change"), reverse=True):
        lines = ((block.id, line) for block, lines in open_run(db, run.id) for line in lines)
        found += [event for event in _visible(lines, run.change, removals) if event.name_id in name_ids]
        if len(found) >= limit:
            break
    return found


def all_sealed_lines(db: Reader) -> Iterator[tuple[int, str]]:
    """Yield the lines of all runs, each with the id of its name."""
    removals = read_removals(db)
    for block, lines in all_blocks(db):
        yield from _named(_visible_lines(block.id, lines, removals))


def _named(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    return zip(map(name_of, lines), lines, strict=True)


def _visible_lines(block_id: int, lines: Sequence[str], removals: PendingRemovals) -> Sequence[str]:
    """Return the lines of a block except the removed ones."""
    if removals.of_contacts or removals.of_names:
        return [line for line in lines if not removals.hides(read_line(line, 0), block_id)]
    return lines


def events_of_change(db: Reader, after: int, up_to: int) -> Iterator[StoredEvent]:
    """Yield the events of the runs that were added as such by the changes above `after` up to `up_to`."""
    removals = read_removals(db)
    for run in list_runs(db):
        if after < run.change <= up_to:
            for block, lines in open_run(db, run.id):
                yield from _visible(((block.id, line) for line in lines), run.change, removals)


def all_sealed_events(db: Reader, name_id: int | None = None) -> Iterator[StoredEvent]:
    """Yield the events of all runs; of one name, or all of them."""
    changes = {run.id: run.change for run in list_runs(db)}
    removals = read_removals(db)
    for block, lines in all_blocks(db):
        wanted = ((block.id, line) for line in lines if name_id is None or name_of(line) == name_id)
        yield from _visible(wanted, changes[block.run_id], removals)


def _visible(lines: Iterable[tuple[int, str]], change: int, removals: PendingRemovals) -> Iterator[StoredEvent]:
    """Yield the events of lines, given with the ids of their blocks, except the removed ones."""
    for block_id, line in lines:
        event = read_line(line, change)
        if not removals.hides(event, block_id):
            yield event
