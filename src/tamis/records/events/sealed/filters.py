"""Bloom filters: which runs cannot have an event.

A filter is of a range of contacts in a run. Its words have 64 bits, and an event sets four bits of one word, so asking
costs one look. It says yes to all events that it was made of, and to one in some two hundred others.
"""

import secrets
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from hashlib import md5
from random import Random
from typing import NamedTuple

from tamis.records.engine.sql import run, scalar, select_only, select_tuples
from tamis.records.events.sealed.lines import known_by
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("event_runs")
SMALL = -1
"""The level of small runs, whose events are looked up in memory (`small_runs`)."""
EVENTS_PER_WORD = 4
FILTERS_AT_ONCE = 256
MAX_CACHED_FILTERS = 16_384
"""A filter of an import has up to 32 KB."""

_chance = Random(0)
MASKS = [sum(1 << place for place in _chance.sample(range(64), 4)) for _ in range(1 << 12)]
"""The four bits that an event sets in its word, by the first twelve bits of its fingerprint. Stored filters depend on
them."""
_cached_words: dict[int, memoryview] = {}
_cached_layouts: dict[int, "list[RunFilters]"] = {}


class RunFilters(NamedTuple):
    """The filters of a run, in the order of contacts: the last contact of each, and its id."""

    run_id: int
    last_contacts: list[int]
    filter_ids: list[int]


def fingerprint(known: str) -> int:
    """Return a number of 32 bits made of what an event is known by; DuckDB computes it, too."""
    return int.from_bytes(md5(known.encode(), usedforsecurity=False).digest()[12:], "little")


def fingerprint_of(line: str) -> int:
    """Return the fingerprint of the event of a line."""
    return fingerprint(known_by(line))


def make_filter(fingerprints: Sequence[int]) -> bytes:
    """Return a filter of some events."""
    size = len(fingerprints) // EVENTS_PER_WORD + 1
    words = [0] * size
    for fingerprint in fingerprints:
        words[fingerprint % size] |= MASKS[fingerprint >> 20]
    return array("Q", words).tobytes()


def filter_of_words(events: int, places: Sequence[int], words: Sequence[int]) -> bytes:
    """Return a filter of some events by those of its words that are not 0, and their places."""
    found = array("Q", bytes(8 * (events // EVENTS_PER_WORD + 1)))
    for place, word in zip(places, words, strict=True):
        found[place] = word
    return found.tobytes()


def list_filters(db: Reader, run_id: int) -> Iterator[Sequence[tuple[int, bytes]]]:
    """Yield the filters of a run in order, some hundreds at a time: the last contact of each, and its words."""
    last = -1
    while found := select_tuples(db, tuple[int, bytes], SQL["filters_of_run"], (run_id, last, FILTERS_AT_ONCE)):
        yield found
        last = found[-1][0]


def insert_filter(db: Transaction, run_id: int, last_contact_id: int, words: bytes) -> None:
    """Add a filter to a run."""
    # Random ids are never used again, not even after a transaction that was not committed, so they can be cached.
    run(db, SQL["insert_filter"], (secrets.randbits(62), run_id, last_contact_id, words))


def change_layout(db: Transaction, run_id: int) -> None:
    """Note that filters of a run were added or dropped; those of small runs are not part of the layout."""
    run(db, SQL["change_layout"], (run_id, SMALL))


def has_filtered(db: Reader, run_id: int, contact_id: int, fingerprint: int) -> bool:
    """Return whether the filters of a run say that it may have an event."""
    content = scalar(db, bytes, SQL["filter_of_contact"], (run_id, contact_id)) or bytes(8)
    words, bits = memoryview(content).cast("Q"), MASKS[fingerprint >> 20]
    return words[fingerprint % len(words)] & bits == bits


def find_candidates(db: Reader, contact_ids: Sequence[int], fingerprints: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the position of each event that a run which is not small may have, and the id of the run; events are given
    as their contacts and their fingerprints."""
    for run_id, lasts, ids in _layout(db):
        for position, contact_id in enumerate(contact_ids):
            place = bisect_left(lasts, contact_id)
            if place < len(lasts):
                words = _cached_words.get(ids[place]) or _words(db, ids[place])
                fingerprint = fingerprints[position]
                bits = MASKS[fingerprint >> 20]
                if words[fingerprint % len(words)] & bits == bits:
                    yield position, run_id


def _layout(db: Reader) -> list[RunFilters]:
    version = select_only(db, int, SQL["layout"])
    if (found := _cached_layouts.get(version)) is None:
        of_run: dict[int, RunFilters] = {}
        for run_id, last_contact_id, filter_id in select_tuples(db, tuple[int, int, int], SQL["filters"], (SMALL,)):
            filters = of_run.setdefault(run_id, RunFilters(run_id, [], []))
            filters.last_contacts.append(last_contact_id)
            filters.filter_ids.append(filter_id)
        found = list(of_run.values())
        if version:  # 0 is the first of every store
            _cached_layouts.clear()
            _cached_layouts[version] = found
    return found


def _words(db: Reader, filter_id: int) -> memoryview:
    content = scalar(db, bytes, SQL["filter_words"], (filter_id,)) or bytes(8)
    words = memoryview(content).cast("Q")
    if len(_cached_words) >= MAX_CACHED_FILTERS:
        _cached_words.pop(next(iter(_cached_words)), None)
    _cached_words[filter_id] = words
    return words
