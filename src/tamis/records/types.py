"""Contact types and their fields."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

import msgspec

from tamis import log
from tamis.domain.consent.topics import topic_field
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.fields import RESERVED, Field, FieldSet, Kind
from tamis.domain.values.instants import from_micros, to_micros
from tamis.domain.values.text import fold
from tamis.records.engine.sql import (
    exists,
    insert,
    run,
    run_many,
    scalar,
    select,
    select_one,
    select_only,
    select_tuples,
)
from tamis.records.handles import Reader, Transaction
from tamis.records.names import name_keys
from tamis.records.queries import load

SQL = load("types")
_FieldRow = tuple[int, str, str, str, str, bool]


def insert_type(db: Transaction, account_id: int, name: str, now: datetime) -> ContactType:
    """Add a contact type; the caller has checked that the name is free."""
    id_ = insert(db, int, SQL["insert"], (account_id, name, fold(name), to_micros(now)))
    return ContactType(id_, account_id, name, now)


def types_of_account(db: Reader, account_id: int) -> list[ContactType]:
    """List the contact types of an account, oldest first."""
    return select(db, _type, SQL["of_account"], (account_id,))


def type_by_id(db: Reader, account_id: int, type_id: int) -> ContactType | None:
    """Find a contact type of an account by its id."""
    return select_one(db, _type, SQL["by_id"], (type_id, account_id))


def type_of_field(db: Reader, account_id: int, field_id: int) -> ContactType | None:
    """Find the contact type of a custom field of an account."""
    return select_one(db, _type, SQL["of_field"], (field_id, account_id))


def type_by_name(db: Reader, account_id: int, name: str) -> ContactType | None:
    """Find a contact type of an account by its name, as texts are compared."""
    return select_one(db, _type, SQL["by_name"], (*name_keys(name), account_id))


def visible_fields(db: Reader, type_id: int) -> list[int]:
    """Return the ids of the fields shown in the list of a type's contacts, in order; none when nobody has chosen."""
    return msgspec.json.decode(select_only(db, str, SQL["visible_fields"], (type_id,)), type=list[int])


def set_visible_fields(db: Transaction, type_id: int, field_ids: Sequence[int]) -> None:
    """Store which fields the list of a type's contacts shows."""
    run(db, SQL["set_visible_fields"], (msgspec.json.encode(field_ids).decode(), type_id))


def names_of_types(db: Reader, account_id: int) -> dict[int, str]:
    """Return the names of all contact types of an account, deleted ones included, by id."""
    return dict(select_tuples(db, tuple[int, str], SQL["names"], (account_id,)))


def rename_type(db: Transaction, contact_type: ContactType, name: str) -> ContactType:
    """Rename a contact type; the caller has checked that the name is free."""
    run(db, SQL["rename"], (name, fold(name), contact_type.id))
    return replace(contact_type, name=name)


def delete_type(db: Transaction, contact_type: ContactType, now: datetime) -> None:
    """Soft-delete a contact type: its name is free, its row stays for its imports."""
    run(db, SQL["delete"], (to_micros(now), contact_type.id))


def is_live(db: Reader, type_id: int) -> bool:
    """Return whether a contact type exists and is not deleted."""
    return exists(db, SQL["is_live"], (type_id,))


def count_contacts(db: Reader, type_id: int) -> int:
    """Count the contacts of a type; slow for millions of contacts."""
    return select_only(db, int, SQL["count_contacts"], (type_id,))


def all_type_ids(db: Reader) -> list[int]:
    """List the ids of all contact types of all accounts, deleted ones included."""
    return select(db, int, SQL["all_ids"])


def insert_field(
    db: Transaction,
    type_id: int,
    key: str,
    name: str,
    kind: Kind,
    options: tuple[str, ...],
    now: datetime,
    *,
    options_inferred: bool = False,
) -> Field:
    """Add a custom field; the caller has checked that its key is free."""
    values = (type_id, key, name, kind, _options(options), options_inferred, to_micros(now))
    id_ = insert(db, int, SQL["insert_field"], values)
    return Field(id_, key, name, kind, options, options_inferred)


def fields_of_type(db: Reader, type_id: int) -> FieldSet:
    """Return all fields of a contact type: the reserved ones, then the custom ones in their order; and its topics."""
    return _field_set(select_only(db, str, SQL["fields"], (type_id,)))


def fields_of_live_type(db: Reader, account_id: int, type_id: int) -> FieldSet | None:
    """Return the fields of a contact type of an account, as `fields_of_type` does, or None when there is no such type:
    both in one query."""
    document = scalar(db, str, SQL["fields_of_live_type"], (type_id, account_id))
    return None if document is None else _field_set(document)


@lru_cache(maxsize=256)
def _field_set(document: str) -> FieldSet:
    # The document is read at every call, so the cache is never stale; building the fields takes far longer.
    rows, topics = msgspec.json.decode(document, type=tuple[list[_FieldRow], list[tuple[int, str]]])
    custom = (field for row in rows if (field := _field(*row)))
    return FieldSet((*RESERVED, *custom), tuple(topic_field(*topic) for topic in topics))


def _field(id_: int, key: str, name: str, kind: str, options: str, options_inferred: bool) -> Field | None:
    """Return a field, or None for one that cannot be read, which is logged.

    Rules with that field then select nobody; all other fields and contact types keep working.
    """
    try:
        chosen = msgspec.json.decode(options, type=tuple[str, ...])
        return Field(id_, key, name, Kind(kind), chosen, options_inferred)
    except ValueError:  # of msgspec, too
        log.event("field_not_read", level=logging.ERROR, field=id_, kind=kind)
        return None


def update_field(db: Transaction, type_id: int, field: Field) -> None:
    """Update a custom field; the caller has checked that its key is free."""
    row = (field.key, field.name, field.kind, _options(field.options), field.options_inferred, field.id, type_id)
    run(db, SQL["update_field"], row)


def place_fields(db: Transaction, type_id: int, field_ids: Sequence[int]) -> None:
    """Set the order of custom fields of a type."""
    rows = ((position, field_id, type_id) for position, field_id in enumerate(field_ids))
    run_many(db, SQL["place_field"], rows)


def delete_field(db: Transaction, type_id: int, field_id: int) -> None:
    """Delete a custom field."""
    run(db, SQL["delete_field"], (field_id, type_id))


def _options(options: tuple[str, ...]) -> str:
    return msgspec.json.encode(options).decode()


def _type(id_: int, account_id: int, name: str, created_at: int) -> ContactType:
    return ContactType(id_, account_id, name, from_micros(created_at))
