"""Verification of events, read-only, for `tamis doctor`."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import msgspec

from tamis.records.engine.sql import each, select, select_tuples
from tamis.records.events.read import of_contacts
from tamis.records.events.sealed.filters import fingerprint_of, has_filtered
from tamis.records.events.sealed.lines import contact_of, decompress, known_by, name_of
from tamis.records.events.sealed.removals import read_removals
from tamis.records.events.sealed.runs import list_runs
from tamis.records.handles import Reader, one_state
from tamis.records.queries import load

SQL = load("event_verification")
SAMPLE = 1_000


class _BlockRow(NamedTuple):
    id: int
    run_id: int
    first_contact_id: int
    last_contact_id: int
    events: int
    content: bytes


@dataclass
class EventProblems:
    """What is wrong with the events: ids of blocks, runs, names and contacts."""

    events: int = 0
    damaged_blocks: list[int] = field(default_factory=list)
    """Blocks that cannot be read, or that differ from what is noted about them."""
    misplaced_blocks: list[int] = field(default_factory=list)
    """Blocks that are not in the order of contacts."""
    unfiltered_blocks: list[int] = field(default_factory=list)
    """Blocks with events that would not be recognised when they are sent again."""
    miscounted_runs: list[int] = field(default_factory=list)
    miscounted_names: list[int] = field(default_factory=list)
    unknown_names: list[int] = field(default_factory=list)
    missing_contacts: list[int] = field(default_factory=list)
    """Some contacts that have events but do not exist."""
    repeated: list[int] = field(default_factory=list)
    """Some contacts that have an event twice."""


def verify_events(db: Reader) -> EventProblems:
    """Read all events, and return what is wrong with them."""
    with one_state(db):
        return _verify(db)


def _verify(db: Reader) -> EventProblems:
    found = EventProblems()
    of_runs: Counter[int] = Counter()
    of_names: Counter[int] = Counter(dict(select_tuples(db, tuple[int, int], SQL["counts_of_rows"])))
    contact_ids: set[int] = set()
    for run_id, lines in _blocks(db, found):
        of_runs[run_id] += len(lines)
        of_names.update(map(name_of, lines))
        contact_ids |= _missing_contacts(db, {contact_of(line) for line in lines})
        found.repeated += [contact_of(one) for one, two in pairwise(lines) if known_by(one) == known_by(two)]
    removals = read_removals(db)
    found.events = of_names.total()
    found.miscounted_runs = [run.id for run in list_runs(db) if run.events != of_runs[run.id]]
    counts = dict(select_tuples(db, tuple[int, int], SQL["counts_of_names"]))
    found.miscounted_names = [name_id for name_id, count in counts.items() if count != of_names[name_id]]
    found.unknown_names = sorted(
        name_id for name_id in of_names.keys() - counts.keys() - {removal.name_id for removal in removals.of_names}
    )
    contact_ids |= _missing_contacts(db, set(select(db, int, SQL["contacts_of_rows"])))
    found.missing_contacts = sorted(contact_ids - removals.of_contacts.keys())
    if not found.damaged_blocks:
        found.repeated += _sample_repeated(db)
    return found


def _blocks(db: Reader, found: EventProblems) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield run and lines of each block that can be read, and note what is wrong with the others."""
    last_of_run: dict[int, int] = {}
    for row in map(_BlockRow._make, each(db, SQL["blocks"])):
        try:
            lines = decompress(row.content)
            noted = (contact_of(lines[0]), contact_of(lines[-1]), len(lines))
        except (zlib.error, ValueError, IndexError):
            found.damaged_blocks.append(row.id)
            continue
        if noted != row[2:5] or sorted(lines) != lines:
            found.damaged_blocks.append(row.id)
        if row.first_contact_id < last_of_run.get(row.run_id, 0):
            found.misplaced_blocks.append(row.id)
        last_of_run[row.run_id] = row.last_contact_id
        if not has_filtered(db, row.run_id, noted[0], fingerprint_of(lines[0])):
            found.unfiltered_blocks.append(row.id)
        yield row.run_id, lines


def _missing_contacts(db: Reader, contact_ids: set[int]) -> set[int]:
    """Return those ids that no contact has."""
    return set(select(db, int, SQL["missing_contacts"], (msgspec.json.encode(list(contact_ids)).decode(),)))


def _sample_repeated(db: Reader) -> list[int]:
    """Return those of some random contacts that have an event in two places."""
    repeated = []
    for contact_id, events in of_contacts(db, select(db, int, SQL["sample_contacts"], (SAMPLE,))).items():
        if len({(event.name_id, event.identity) for event in events}) < len(events):
            repeated.append(contact_id)
    return repeated
