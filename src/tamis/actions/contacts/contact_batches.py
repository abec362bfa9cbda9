"""Batches of contacts that programs send: good items are stored, and the others say why not (decision 0040)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from tamis.actions.audit import record_part
from tamis.actions.contacts.contact_storage import update_contact
from tamis.actions.contacts.row_storage import store_rows
from tamis.actions.contacts.stated_values import ParsedContact, parse_item
from tamis.actions.fields.types import type_by_id
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, type_subject
from tamis.domain.contacts.contacts import encode_changes
from tamis.domain.errors import Problem
from tamis.domain.values.dates import format_day
from tamis.domain.values.fields import FieldSet
from tamis.domain.values.instants import day_of
from tamis.files.disk_space import require_disk_space
from tamis.records import contacts, types
from tamis.records.consent import forgotten_emails
from tamis.records.handles import Reader, Transaction

ItemStatus = Literal["created", "updated", "unchanged", "rejected"]
ParsedItem = ParsedContact | tuple[Problem, ...]
"""A contact, or what is wrong with it."""


class ItemResult(NamedTuple):
    """What became of an item, and why it was rejected."""

    status: ItemStatus
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedBatch:
    """The items of a batch, parsed for the fields that a type had then."""

    fields: FieldSet
    stated: Sequence[object]
    parsed: Sequence[ParsedItem]


def parse_batch(db: Reader, account: Account, type_id: int, items: Sequence[object]) -> ParsedBatch:
    """Parse the items of a batch before the writer's turn; an item may be a tuple of problems already. Raises
    NotFound."""
    type_by_id(db, account, type_id)
    fields = types.fields_of_type(db, type_id)
    return ParsedBatch(fields, items, _parse(items, fields))


def write_batch(
    db: Transaction, now: datetime, account: Account, type_id: int, batch: ParsedBatch, request_id: str = ""
) -> list[ItemResult]:
    """Create or change the contacts of a batch, and return a result for each item, in order. Values that an item does
    not state are kept; null clears one. Items with the same email follow each other. The batches of one request are one
    entry of the audit log. Raises NotFound."""
    contact_type = type_by_id(db, account, type_id)
    fields = types.fields_of_type(db, type_id)
    items = batch.parsed if fields == batch.fields else _parse(batch.stated, fields)
    keys = {item.email.key for item in items if isinstance(item, ParsedContact)}
    forgotten = forgotten_emails.find_forgotten(db, type_id, list(keys))
    first: dict[str, int] = {}
    repeated: list[int] = []
    results: dict[int, ItemResult] = {}
    for index, item in enumerate(items):
        if not isinstance(item, ParsedContact):
            results[index] = ItemResult("rejected", item)
        elif item.email.key in forgotten:
            day = format_day(day_of(forgotten[item.email.key], account.zone))
            results[index] = ItemResult("rejected", (Problem("email", "email_was_forgotten", day=day),))
        elif first.setdefault(item.email.key, index) != index:
            repeated.append(index)
    results |= _store_first(db, now, type_id, fields, items, first.values())
    for index in repeated:
        item = items[index]
        assert isinstance(item, ParsedContact)
        results[index] = ItemResult(_store_again(db, now, type_id, fields, item))
    counts = Counter[str](result.status for result in results.values())
    record_part(db, now, account.id, AuditAction.BATCH_WRITTEN, type_subject(contact_type), request_id, counts)
    return [results[index] for index in range(len(items))]


def require_room_for_results(directory: Path, size: int) -> None:
    """Raise Unavailable when the results of a batch of any length, `size` bytes so far, leave too little of the disk to
    others."""
    require_disk_space(directory, size)


def _parse(items: Sequence[object], fields: FieldSet) -> list[ParsedItem]:
    return [item if isinstance(item, tuple) else parse_item(item, fields) for item in items]


def _store_first(
    db: Transaction,
    now: datetime,
    type_id: int,
    fields: FieldSet,
    items: Sequence[ParsedItem],
    indexes: Iterable[int],
) -> dict[int, ItemResult]:
    """Store items with distinct emails; returns their results by index."""
    order = list(indexes)
    chosen = [item for index in order if isinstance(item := items[index], ParsedContact)]
    if not chosen:
        return {}
    rows = [(item.email.address, item.email.key, encode_changes(item.values)) for item in chosen]
    stored = store_rows(db, now, type_id, fields, rows, name_known=True)
    known, updated = set(stored.known), set(stored.updated)
    statuses: Iterable[ItemStatus] = (
        "updated" if number in updated else "unchanged" if number in known else "created"
        for number in range(1, len(rows) + 1)
    )
    return {index: ItemResult(status) for index, status in zip(order, statuses, strict=True)}


def _store_again(db: Transaction, now: datetime, type_id: int, fields: FieldSet, item: ParsedContact) -> ItemStatus:
    """Store a further item about a contact of the same batch."""
    contact = contacts.by_email(db, type_id, item.email.key, fields)
    assert contact, "an earlier item has created it"
    updated = update_contact(db, now, contact, item.email, contact.values | item.values)
    return "unchanged" if updated is contact else "updated"
