"""Contact types and their fields in the records."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import apsw
import msgspec

from tamis.domain.contacts import ContactType
from tamis.domain.fields import RESERVED, Field, FieldSet, Kind
from tamis.domain.instants import from_micros, to_micros
from tamis.domain.text import fold
from tamis.records.database import one
from tamis.records.names import name_keys
from tamis.records.queries import load

SQL = load("types")


def insert_type(db: apsw.Connection, account_id: int, name: str, now: datetime) -> ContactType:
    """Add a contact type; the caller has checked that the name is free."""
    row: Any = one(db, SQL["insert"], (account_id, name, fold(name), to_micros(now)))
    return ContactType(row[0], account_id, name, now)


def types_of_account(db: apsw.Connection, account_id: int) -> list[ContactType]:
    """List the contact types of an account, oldest first."""
    return [_type(row) for row in db.execute(SQL["of_account"], (account_id,))]


def type_by_id(db: apsw.Connection, account_id: int, type_id: int) -> ContactType | None:
    """Find a contact type of an account by its id."""
    row = one(db, SQL["by_id"], (type_id, account_id))
    return _type(row) if row else None


def type_by_name(db: apsw.Connection, account_id: int, name: str) -> ContactType | None:
    """Find a contact type of an account by its name, as texts are compared."""
    row = one(db, SQL["by_name"], (*name_keys(name), account_id))
    return _type(row) if row else None


def shown_fields(db: apsw.Connection, type_id: int) -> list[int]:
    """Give the ids of the fields that the list of a type's contacts shows, in order; none where nobody has chosen."""
    row: Any = one(db, SQL["shown"], (type_id,))
    return msgspec.json.decode(row[0], type=list[int])


def show_fields(db: apsw.Connection, type_id: int, field_ids: Sequence[int]) -> None:
    """Keep which fields the list of a type's contacts shows."""
    db.execute(SQL["set_shown"], (msgspec.json.encode(field_ids).decode(), type_id)).fetchall()


def names_of_types(db: apsw.Connection, account_id: int) -> dict[int, str]:
    """Give the names of all contact types of an account, also of those that are deleted, by id."""
    return {int(id_): str(name) for id_, name in db.execute(SQL["names"], (account_id,))}


def rename_type(db: apsw.Connection, contact_type: ContactType, name: str) -> ContactType:
    """Give a contact type another name; the caller has checked that it is free."""
    db.execute(SQL["rename"], (name, fold(name), contact_type.id)).fetchall()
    return replace(contact_type, name=name)


def delete_type(db: apsw.Connection, contact_type: ContactType, now: datetime) -> None:
    """Delete a contact type softly: it answers no more, its name is free, its row stays for its imports."""
    db.execute(SQL["delete"], (to_micros(now), contact_type.id)).fetchall()


def is_live(db: apsw.Connection, type_id: int) -> bool:
    """Tell whether a contact type is there and was not deleted."""
    return one(db, SQL["is_live"], (type_id,)) is not None


def count_contacts(db: apsw.Connection, type_id: int) -> int:
    """Count the contacts of a type; takes a moment where there are millions."""
    row: Any = one(db, SQL["count_contacts"], (type_id,))
    return int(row[0])


def all_type_ids(db: apsw.Connection) -> list[int]:
    """List the ids of all contact types of all accounts, also of those that are deleted."""
    return [int(row[0]) for row in db.execute(SQL["all_ids"])]


def insert_field(
    db: apsw.Connection,
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
    row: Any = one(db, SQL["insert_field"], values)
    return Field(row[0], key, name, kind, options, options_inferred)


def fields_of_type(db: apsw.Connection, type_id: int) -> FieldSet:
    """Give all fields of a contact type: the reserved ones, then the custom ones as people have put them."""
    row: Any = one(db, SQL["fields"], (type_id,))
    return _field_set(row[0])


@lru_cache(maxsize=256)
def _field_set(document: str) -> FieldSet:
    # The document is read at every call, so this is never old; making fields of it takes far longer than reading it.
    rows = msgspec.json.decode(document, type=list[tuple[int, str, str, Kind, tuple[str, ...], bool]])
    return FieldSet((*RESERVED, *(Field(*row) for row in rows)))


def update_field(db: apsw.Connection, type_id: int, field: Field) -> None:
    """Change a custom field to what it is given as; the caller has checked that its key is free."""
    row = (field.key, field.name, field.kind, _options(field.options), field.options_inferred, field.id, type_id)
    db.execute(SQL["update_field"], row).fetchall()


def place_fields(db: apsw.Connection, type_id: int, field_ids: Sequence[int]) -> None:
    """Put custom fields of a type in an order."""
    rows = ((position, field_id, type_id) for position, field_id in enumerate(field_ids))
    db.executemany(SQL["place_field"], rows).fetchall()


def delete_field(db: apsw.Connection, type_id: int, field_id: int) -> None:
    """Delete a custom field."""
    db.execute(SQL["delete_field"], (field_id, type_id)).fetchall()


def _options(options: tuple[str, ...]) -> str:
    return msgspec.json.encode(options).decode()


def _type(row: Any) -> ContactType:
    id_, account_id, name, created_at = row
    return ContactType(id_, account_id, name, from_micros(created_at))
