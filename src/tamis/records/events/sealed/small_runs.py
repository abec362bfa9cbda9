"""Small runs: what single calls stored, until it is merged into larger runs.

There may be many, so which events they have is known in memory. What is known of a run is never too little: nothing is
added to a small run later, and filters have random ids, so those of one that was not committed are never seen again.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tamis.records.engine.sql import select_tuples
from tamis.records.events.sealed.filters import SMALL, fingerprint_of
from tamis.records.events.sealed.lines import contact_of
from tamis.records.events.sealed.runs import open_run
from tamis.records.handles import Reader
from tamis.records.queries import load

SQL = load("event_runs")
MAX_KNOWN_RUNS = 1_000
MAX_KNOWN_EVENTS = 500_000


class SmallRun(NamedTuple):
    """The id of a small run, and that of one of its filters, which no other run ever has."""

    id: int
    filter_id: int


class Contents(NamedTuple):
    """The fingerprints and the contacts of the events of a small run."""

    fingerprints: frozenset[int]
    contact_ids: frozenset[int]


class _Known:
    """The fingerprints of all events of some small runs, by their filters."""

    def __init__(self) -> None:
        self.filter_ids: set[int] = set()
        self.fingerprints: set[int] = set()


_contents: dict[int, Contents] = {}
_known = _Known()


def list_small_runs(db: Reader) -> list[SmallRun]:
    """List the small runs, oldest first."""
    return [SmallRun(*row) for row in select_tuples(db, tuple[int, int], SQL["runs_of_level"], (SMALL,))]


def remember(filter_id: int, fingerprints: Iterable[int], contact_ids: Iterable[int]) -> Contents:
    """Note what a small run has."""
    while len(_contents) >= MAX_KNOWN_RUNS:
        _contents.pop(next(iter(_contents)), None)
    found = _contents[filter_id] = Contents(frozenset(fingerprints), frozenset(contact_ids))
    return found


def contents_of(db: Reader, run: SmallRun) -> Contents:
    """Return what a small run has, and perhaps what it had."""
    if found := _contents.get(run.filter_id):
        return found
    lines = [line for opened in open_run(db, run.id) for line in opened.lines]
    return remember(run.filter_id, map(fingerprint_of, lines), map(contact_of, lines))


def find_in_small_runs(db: Reader, fingerprints: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the position of each event that a small run may have, and the id of the run."""
    runs = list_small_runs(db)
    found = _fingerprints_of(db, runs).intersection(fingerprints) if runs else ()
    if not found:
        return
    for run in runs:
        if of_run := contents_of(db, run).fingerprints.intersection(found):
            yield from ((position, run.id) for position, each in enumerate(fingerprints) if each in of_run)


def _fingerprints_of(db: Reader, runs: Sequence[SmallRun]) -> set[int]:
    """Return the fingerprints of all events of some runs, and perhaps of others."""
    global _known
    known = _known
    if len(known.fingerprints) > MAX_KNOWN_EVENTS:
        known = _known = _Known()
    for run in runs:
        if run.filter_id not in known.filter_ids:
            known.fingerprints |= contents_of(db, run).fingerprints
            known.filter_ids.add(run.filter_id)
    return known.fingerprints
