"""Runs and their blocks: listing, reading by contact, and writing in the order of contacts."""

import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from tamis.domain.errors import Damaged
from tamis.records.engine.sql import each, insert, run, run_many, select, select_one
from tamis.records.events.sealed.filters import change_layout, fingerprint_of, insert_filter, make_filter
from tamis.records.events.sealed.lines import (
    compress,
    contact_of,
    decompress,
    lines_before,
    lines_of_contact,
)
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("event_runs")
BLOCK_CHARACTERS = 16_384
"""Compressed, this is a little more than a page: what is smaller would leave half of its page empty."""
FILTERED_EVENTS = 16_384
BLOCKS_PER_PAGE = 32


class Run(NamedTuple):
    """A run: the `change` that added all of its events, or 0 once the projection has them; its size class `level`, None
    while it is being filled from rows, and SMALL for what one call stored; and the run into which it is being merged,
    if any."""

    id: int
    change: int
    level: int | None
    events: int
    target_id: int | None


class Block(NamedTuple):
    """A block of a run: the range of its contacts, and its compressed lines."""

    id: int
    run_id: int
    first_contact_id: int
    last_contact_id: int
    content: bytes


def list_runs(db: Reader) -> list[Run]:
    """List all runs, oldest first."""
    return select(db, Run, SQL["runs"])


def lines_of_contacts(db: Reader, run_id: int, contact_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield the lines of contacts in a run, each with the id of its block; the ids of contacts are sorted."""
    for contact_id, (block, lines) in blocks_of_contacts(db, run_id, contact_ids):
        for line in lines_of_contact(lines, contact_id):
            yield block.id, line


class OpenBlock(NamedTuple):
    """A block with its lines."""

    block: Block
    lines: list[str]


def blocks_of_contacts(db: Reader, run_id: int, contact_ids: Sequence[int]) -> Iterator[tuple[int, OpenBlock]]:
    """Yield each contact with each block of a run that may have events of it; the ids are sorted."""
    current: OpenBlock | None = None
    for contact_id in contact_ids:
        if current is None or current.block.last_contact_id < contact_id:
            found = select_one(db, Block, SQL["blocks_of_contact"], (run_id, contact_id))
            if found is None:
                return
            current = _open(found)
        while current.block.first_contact_id <= contact_id:
            yield contact_id, current
            if current.block.last_contact_id > contact_id:
                break
            following = _next_blocks(db, run_id, current.block.last_contact_id, current.block.id, 1)
            if not following:
                break
            current = _open(following[0])


def open_run(db: Reader, run_id: int) -> Iterator[OpenBlock]:
    """Yield the blocks of a run in the order of contacts."""
    contact_id = block_id = 0
    while found := _next_blocks(db, run_id, contact_id, block_id, BLOCKS_PER_PAGE):
        yield from map(_open, found)
        contact_id, block_id = found[-1].last_contact_id, found[-1].id


def open_blocks(blocks: Iterable[Block]) -> Iterator[OpenBlock]:
    """Yield blocks with their lines."""
    return map(_open, blocks)


def all_blocks(db: Reader) -> Iterator[OpenBlock]:
    """Yield all blocks of all runs."""
    return (_open(Block(*row)) for row in each(db, SQL["all_blocks"]))


def insert_run(db: Transaction, change: int = 0, level: int | None = None) -> int:
    """Add an empty run, and return its id."""
    return insert(db, int, SQL["insert_run"], (change, level))


def append_lines(db: Transaction, run_id: int, lines: Sequence[str], fingerprints: Sequence[int] = ()) -> None:
    """Add sorted lines to a run; all are of contacts after those that it has. `fingerprints` are those of the lines, if
    they are known."""
    prints = fingerprints or list(map(fingerprint_of, lines))
    blocks = [_content(part) for part in cut_into_blocks(lines)]
    filters, start = [], 0
    while start < len(lines):
        last = contact_of(lines[min(start + FILTERED_EVENTS, len(lines)) - 1])
        end = lines_before(lines, last + 1)  # all events of a contact are in one filter
        filters.append((last, make_filter(prints[start:end])))
        start = end
    append_packed(db, run_id, PackedLines(blocks, filters))


def cut_into_blocks(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield sorted lines in the parts that become blocks."""
    ends, start = list(accumulate(map(len, lines))), 0
    while start < len(lines):
        end = bisect_left(ends, ends[start] + BLOCK_CHARACTERS) + 1
        yield lines[start:end]
        start = end


class PackedLines(NamedTuple):
    """The blocks and filters of sorted lines: first and last contact, number of events and content of each block; last
    contact and words of each filter."""

    blocks: Sequence[tuple[int, int, int, bytes]]
    filters: Sequence[tuple[int, bytes]]


def pack(parts: Iterable[Sequence[str]]) -> Sequence[tuple[int, int, int, bytes]]:
    """Return the blocks of many sorted lines, which come in parts."""
    blocks: list[tuple[int, int, int, bytes]] = []
    rest: list[str] = []
    for part in parts:
        *whole, last = cut_into_blocks([*rest, *part])
        blocks += map(_content, whole)
        rest = list(last)
    return [*blocks, _content(rest)] if rest else blocks


def append_packed(db: Transaction, run_id: int, packed: PackedLines) -> None:
    """Add lines to a run whose blocks and filters are made already."""
    run_many(db, SQL["insert_block"], [(run_id, *block) for block in packed.blocks])
    for last_contact_id, words in packed.filters:
        insert_filter(db, run_id, last_contact_id, words)
    run(db, SQL["add_events"], (sum(block[2] for block in packed.blocks), run_id))
    change_layout(db, run_id)


def replace_lines(db: Transaction, opened: OpenBlock, lines: Sequence[str]) -> None:
    """Replace the lines of a block by some of them, and drop a block or a run that becomes empty."""
    block = opened.block
    run(db, SQL["add_events"], (len(lines) - len(opened.lines), block.run_id))
    if lines:
        run(db, SQL["replace_block"], (*_content(lines), block.id))
    else:
        run(db, SQL["drop_block"], (block.id,))


def drop_empty_runs(db: Transaction) -> None:
    """Drop runs without events, except one that others are being merged into."""
    runs = list_runs(db)
    targets = {run.target_id for run in runs}
    for empty in runs:
        if empty.events == 0 and empty.id not in targets:
            run(db, SQL["drop_filters"], (empty.id,))
            change_layout(db, empty.id)
            run(db, SQL["drop_run"], (empty.id,))


def _open(block: Block) -> OpenBlock:
    try:
        return OpenBlock(block, decompress(block.content))
    except (zlib.error, UnicodeDecodeError):
        raise Damaged("records_damaged") from None


def _next_blocks(db: Reader, run_id: int, contact_id: int, block_id: int, limit: int) -> list[Block]:
    return select(db, Block, SQL["blocks_after"], (run_id, contact_id, block_id, limit))


def _content(lines: Sequence[str]) -> tuple[int, int, int, bytes]:
    """Return first and last contact, number of events, and compressed lines."""
    return contact_of(lines[0]), contact_of(lines[-1]), len(lines), compress(lines)
