"""Contacts; every write is recorded in the change log."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis.domain.contacts.contacts import Contact, decode_states, decode_value, decode_values, encode_value
from tamis.domain.errors import Refused
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import EXTERNAL_BIT
from tamis.domain.values.fields import Field, FieldSet, Value
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records import change_log
from tamis.records.consent import email_exclusions
from tamis.records.engine.sql import each_tuple, run, run_many, scalar, select, select_one, select_tuples
from tamis.records.engine.sql import insert as insert_row
from tamis.records.events.write import remove_of_contacts
from tamis.records.handles import Reader, Transaction
from tamis.records.importing import journal
from tamis.records.queries import load

SQL = load("contacts")
VALUES_PER_PAGE = 10_000
DOCUMENTS_PER_TEXT = 500


class NewContact(NamedTuple):
    """A contact to add: `document` is made by `encode_values`."""

    email: str
    email_key: str
    document: str


ContactRow = tuple[str, str, str]
"""A NewContact, or a plain tuple like it, which is cheaper for millions of rows."""


class ChangedContact(NamedTuple):
    """A contact to change."""

    id: int
    email: str
    document: str


def by_email(db: Reader, type_id: int, email_key: str, fields: FieldSet) -> Contact | None:
    """Find a contact of a type by its email key."""
    return select_one(db, _maker(fields), SQL["by_email"], (type_id, email_key))


def by_id(db: Reader, type_id: int, contact_id: int, fields: FieldSet) -> Contact | None:
    """Find a contact of a type by its id."""
    return select_one(db, _maker(fields), SQL["by_id"], (contact_id, type_id))


def type_id_of(db: Reader, account_id: int, contact_id: int) -> int | None:
    """Return the id of the type of a contact of an account, or None."""
    return scalar(db, int, SQL["type_id_of"], (contact_id, account_id))


def by_ids(db: Reader, ids: Sequence[int], fields: FieldSet) -> list[Contact]:
    """Fetch contacts of one type by their ids, in order of id."""
    return select(db, _maker(fields), SQL["by_ids"], (_json(ids),))


def ids_by_email(db: Reader, type_id: int, email_keys: Sequence[str]) -> dict[str, int]:
    """Return the ids of the contacts of a type with some email keys, by key."""
    return dict(select_tuples(db, tuple[str, int], SQL["ids_by_email"], (type_id, _json(email_keys))))


def existing_ids(db: Reader, type_id: int, ids: Sequence[int]) -> set[int]:
    """Return which of some ids are those of contacts of a type."""
    return set(select(db, int, SQL["existing_ids"], (type_id, _json(ids))))


def emails_of(db: Reader, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Return the emails of contacts by their ids, in order of id."""
    return select_tuples(db, tuple[int, str], SQL["emails_of"], (_json(ids),))


def emails_of_type(db: Reader, type_id: int) -> Iterator[tuple[int, str]]:
    """Yield the emails of all contacts of a type by their ids, in order of id."""
    return each_tuple(db, tuple[int, str], SQL["emails_of_type"], (type_id,))


def update_many(
    db: Transaction,
    type_id: int,
    contacts: Iterable[ChangedContact],
    now: datetime,
    cause: Cause = Cause.CONTACT,
    import_id: int | None = None,
) -> None:
    """Update contacts; `import_id` is the import that does so, and that can be undone."""
    micros = to_micros(now)
    changed = list(contacts)
    if import_id is not None:
        journal.record_changed(db, import_id, [c.id for c in changed])
    run_many(db, SQL["update"], ((c.email, c.document, micros, import_id, c.id) for c in changed))
    change_log.record_contact_changes(db, type_id, (c.id for c in changed), now, cause)


def insert(db: Transaction, type_id: int, contact: NewContact, now: datetime) -> int:
    """Add one contact and return its id; the caller has checked that its email is free. Raises Refused when IDs have
    run out."""
    values = (type_id, contact.email, contact.email_key, contact.document, to_micros(now))
    id_ = insert_row(db, int, SQL["insert"], values)
    if id_ >= EXTERNAL_BIT:
        raise Refused("no_contact_numbers_left")
    email_exclusions.transfer_to_contacts(db, type_id, [(id_, contact.email_key)])
    change_log.record_contact_range(db, type_id, id_, id_, now)
    return id_


def set_email_key(db: Transaction, contact_id: int, email_key: str) -> None:
    """Set the email key of a contact; the caller has checked that it is free, and updates the contact as well."""
    run(db, SQL["set_email_key"], (email_key, contact_id))


def delete(db: Transaction, contact: Contact, now: datetime) -> None:
    """Delete a contact, its events, and its values from before any import."""
    journal.drop_contact(db, contact.id)
    remove_of_contacts(db, [contact.id])
    run(db, SQL["delete"], (contact.id,))
    change_log.record_contact_changes(db, contact.contact_type_id, [contact.id], now, Cause.DELETION)


def forget_field(db: Transaction, type_id: int, field_id: int) -> None:
    """Delete a field's values from all contacts of a type, and from their values before any import.

    The contacts do not count as changed by that: an import that wrote them last can still be undone.
    """
    path = _path(field_id)
    journal.drop_field(db, path)
    run(db, SQL["forget_field"], (path, type_id, path))


def values_of(db: Reader, type_id: int, field: Field) -> Iterator[tuple[int, Value]]:
    """Yield contact id and value of a field for all contacts of a type that have one, in order of id.

    They are read page by page, so contacts already yielded may be changed meanwhile.
    """
    after = 0
    while rows := _page_of_values(db, type_id, field, after):
        for id_, value in rows:
            yield id_, decode_value(value, field)
        after = rows[-1][0]


def _page_of_values(db: Reader, type_id: int, field: Field, after: int) -> list[tuple[int, str]]:
    return select_tuples(db, tuple[int, str], SQL["values_of"], (_path(field.id), type_id, after, VALUES_PER_PAGE))


def store_values(
    db: Transaction, type_id: int, field: Field, values: Sequence[tuple[int, Value | None]], now: datetime
) -> None:
    """Replace the values of a field of contacts, or clear them where None is given; `updated_at` stays."""
    path = _path(field.id)
    stated = ((path, encode_value(value), id_) for id_, value in values if value is not None)
    cleared = ((path, id_) for id_, value in values if value is None)
    run_many(db, SQL["set_value"], stated)
    run_many(db, SQL["clear_value"], cleared)
    change_log.record_contact_changes(db, type_id, (id_ for id_, _ in values), now)


def documents(db: Reader, type_id: int, ids: Sequence[int]) -> list[str]:
    """Return the documents of those of many contacts of a type that exist, for the projection.

    Each text has a document on every line: one text per document would cost more than reading them.
    """
    parts = (ids[start : start + DOCUMENTS_PER_TEXT] for start in range(0, len(ids), DOCUMENTS_PER_TEXT))
    texts = (scalar(db, str, SQL["documents"], (type_id, _json(part))) for part in parts)
    return [text for text in texts if text]


def all_documents(db: Reader) -> Iterator[tuple[int, str]]:
    """Yield contact type and document of every contact, in order of id, for the projection."""
    return each_tuple(db, tuple[int, str], SQL["all_documents"])


def _maker(fields: FieldSet) -> Callable[..., Contact]:
    def contact(
        id_: int,
        type_id: int,
        email: str,
        document: str,
        created_at: int,
        updated_at: int,
        suppressed: int,
        states: str,
    ) -> Contact:
        values, instants = decode_values(document, fields), (from_micros(created_at), from_micros(updated_at))
        return Contact(id_, type_id, email, values, *instants, bool(suppressed), decode_states(states))

    return contact


def _path(field_id: int) -> str:
    return f'$."{field_id}"'


def _json(values: Sequence[object]) -> str:
    return msgspec.json.encode(values).decode()
