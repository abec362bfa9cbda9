"""Removals: events that nobody sees any more, and that are still to be deleted from blocks."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from tamis.records.engine.sql import run, select
from tamis.records.events import catalogue
from tamis.records.events.rows import StoredEvent
from tamis.records.events.sealed.lines import instant_of, lines_of_contact, name_of
from tamis.records.events.sealed.runs import (
    Block,
    OpenBlock,
    blocks_of_contacts,
    drop_empty_runs,
    list_runs,
    open_blocks,
    replace_lines,
)
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("event_runs")
CONTACTS_PER_STEP = 20
BLOCKS_PER_STEP = 200
WHOLE = 2**63 - 1
"""The end of time, for names that are removed with all of their events."""


class PendingRemoval(NamedTuple):
    """All events of a contact, or those of a name before an instant, in the blocks up to `last_block_id`; they are
    deleted already from those up to `after_block_id`."""

    id: int
    contact_id: int | None
    name_id: int | None
    before: int | None
    after_block_id: int
    last_block_id: int


class PendingRemovals:
    """The removals that are not finished."""

    def __init__(self, removals: Sequence[PendingRemoval]) -> None:
        self.of_contacts = {each.contact_id: each.last_block_id for each in removals if each.contact_id is not None}
        self.of_names = [each for each in removals if each.name_id is not None]

    def hides(self, event: StoredEvent, block_id: int) -> bool:
        """Return whether an event of a block was removed."""
        return block_id <= self.of_contacts.get(event.contact_id, 0) or any(
            event.name_id == each.name_id and event.at < (each.before or 0) and block_id <= each.last_block_id
            for each in self.of_names
        )


def read_removals(db: Reader) -> PendingRemovals:
    """Return the removals that are not finished."""
    return PendingRemovals(_removals(db))


def remove_contacts(db: Transaction, contact_ids: Sequence[int]) -> None:
    """Remove the events of contacts from runs: of a few at once, of many step by step."""
    if not list_runs(db):
        return
    if len(contact_ids) <= CONTACTS_PER_STEP:
        _delete_contacts(db, contact_ids)
    else:
        run(db, SQL["remove_contacts"], (msgspec.json.encode(contact_ids).decode(),))


def remove_before(db: Transaction, name_id: int, before: int) -> bool:
    """Remove the events of a name before an instant from runs, step by step; return False if there are no runs."""
    has_runs = bool(list_runs(db))
    if has_runs:
        run(db, SQL["remove_before"], (name_id, before))
    return has_runs


def delete_some(db: Transaction) -> bool:
    """Delete some of the removed events from blocks; return False when there are none left."""
    removals = _removals(db)
    if not removals:
        return False
    of_contacts = {removal.contact_id: removal.id for removal in removals if removal.contact_id is not None}
    if of_contacts:
        some = sorted(of_contacts)[:CONTACTS_PER_STEP]
        _delete_contacts(db, some)
        for contact_id in some:
            run(db, SQL["drop_removal"], (of_contacts[contact_id],))
    else:
        _delete_before(db, removals[0])
    return True


def _delete_before(db: Transaction, removal: PendingRemoval) -> None:
    before = removal.before or 0
    blocks = select(db, Block, SQL["blocks_between"], (removal.after_block_id, removal.last_block_id, BLOCKS_PER_STEP))
    for opened in list(open_blocks(blocks)):
        kept = [line for line in opened.lines if name_of(line) != removal.name_id or instant_of(line) >= before]
        _keep(db, opened, kept)
    drop_empty_runs(db)
    if len(blocks) == BLOCKS_PER_STEP:
        run(db, SQL["advance_removal"], (blocks[-1].id, removal.id))
    else:
        run(db, SQL["drop_removal"], (removal.id,))


def _delete_contacts(db: Transaction, contact_ids: Iterable[int]) -> None:
    wanted = sorted(set(contact_ids))
    for each in list_runs(db):
        of_block: dict[int, tuple[OpenBlock, set[str]]] = {}
        for contact_id, opened in blocks_of_contacts(db, each.id, wanted):
            _, removed = of_block.setdefault(opened.block.id, (opened, set()))
            removed.update(lines_of_contact(opened.lines, contact_id))
        for opened, removed in of_block.values():
            _keep(db, opened, [line for line in opened.lines if line not in removed])
    drop_empty_runs(db)


def _keep(db: Transaction, opened: OpenBlock, kept: Sequence[str]) -> None:
    """Keep only some of the lines of a block, and count the others as removed."""
    if len(kept) == len(opened.lines):
        return
    numbers = Counter(map(name_of, opened.lines))
    numbers.subtract(map(name_of, kept))
    for name_id, number in numbers.items():
        if number:
            catalogue.add_count(db, name_id, -number, None, None)
    replace_lines(db, opened, kept)


def _removals(db: Reader) -> list[PendingRemoval]:
    return select(db, PendingRemoval, SQL["removals"])
