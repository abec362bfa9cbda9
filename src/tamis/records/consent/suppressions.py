"""Suppressions, found by the keyed hash of an email, so that they outlive the email itself."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tamis.domain.accounts.audit import BEYOND_LAST
from tamis.domain.consent.suppressions import Suppression, SuppressionFilter, SuppressionReason
from tamis.domain.contacts.emails import Email, parse_email_for_lookup
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.consent.email_hashes import get_or_create_pepper, get_or_set_pepper, hash_email, pepper
from tamis.records.engine.sql import (
    exists,
    fetch,
    run,
    run_many,
    select,
    select_one,
    select_only,
    select_tuples,
)
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("suppressions")


class SuppressionRow(NamedTuple):
    """A suppression to insert, with the key of its email."""

    email: Email
    reason: SuppressionReason
    source: str
    since: datetime


class SuppressionChange(NamedTuple):
    """A new reason of a suppression, and its source."""

    id: int
    email: Email
    reason: SuppressionReason
    source: str


def has_any(db: Reader, account_id: int) -> bool:
    """Return whether anything is suppressed in an account."""
    return exists(db, SQL["any_of_account"], (account_id,))


def count(db: Reader, account_id: int) -> int:
    """Count the suppressions of an account."""
    return select_only(db, int, SQL["count"], (account_id,))


def find(db: Reader, account_id: int, email_keys: Collection[str]) -> dict[str, Suppression]:
    """Return the suppressions of those of many emails that have one, by email key. Nothing is hashed when an account
    has none."""
    secret = pepper(db)
    if secret is None or not has_any(db, account_id):
        return {}
    hashed = {hash_email(secret, key): key for key in email_keys}
    rows = fetch(db, SQL["among"], (account_id, _json(hashed)))
    return {hashed[hash_]: suppression_from_row(*row) for hash_, *row in rows}


def find_one(db: Reader, account_id: int, email_key: str) -> Suppression | None:
    """Return the suppression of an email, or None."""
    secret = pepper(db)
    if secret is None:
        return None
    return select_one(db, suppression_from_row, SQL["by_hash"], (account_id, hash_email(secret, email_key)))


def is_suppressed(db: Reader, type_id: int, email_key: str) -> bool:
    """Return whether an email is suppressed in the account of a contact type."""
    secret = pepper(db)
    return secret is not None and exists(db, SQL["is_suppressed"], (type_id, hash_email(secret, email_key)))


def insert(db: Transaction, account_id: int, rows: Sequence[SuppressionRow]) -> None:
    """Add suppressions of emails that have none. Emails that were forgotten are kept as hashes alone."""
    hidden = _forgotten(db, account_id, [row.email for row in rows])
    secret = get_or_create_pepper(db)
    run_many(
        db,
        SQL["insert"],
        (
            (
                account_id,
                hash_email(secret, row.email.key),
                None if row.email.key in hidden else row.email.address,
                row.reason.value,
                row.source,
                to_micros(row.since),
            )
            for row in rows
        ),
    )


def set_reasons(db: Transaction, account_id: int, changes: Sequence[SuppressionChange]) -> None:
    """Replace the reasons of suppressions; they keep their instants."""
    hidden = _forgotten(db, account_id, [change.email for change in changes])
    for change in changes:
        address = None if change.email.key in hidden else change.email.address
        run(db, SQL["set_reason"], (change.reason.value, change.source, address, change.id))


HashedRow = tuple[str, str, str, int]
"""A suppression of which only the hash is known: the hash, reason, source, and the instant in microseconds."""


def hashes_without_email(db: Reader, account_id: int) -> list[HashedRow]:
    """List the suppressions of an account whose emails are not kept."""
    return select_tuples(db, tuple[str, str, str, int], SQL["hashes_without_email"], (account_id,))


def use_pepper_of(db: Transaction, other: Reader) -> bool:
    """Hash emails with the secret key of other records from now on, unless there is one already; return whether both
    have the same, so that the hashes of the others mean the same here."""
    secret = pepper(other)
    return secret is None or get_or_set_pepper(db, secret) == secret


def insert_hashes(db: Transaction, account_id: int, rows: Sequence[HashedRow]) -> None:
    """Add suppressions of which only the hash is known, of records with the same secret key."""
    run_many(db, SQL["insert_hash"], ((account_id, *row) for row in rows))


def delete(db: Transaction, suppression_id: int) -> None:
    """Delete a suppression."""
    run(db, SQL["delete"], (suppression_id,))


def clear_email(db: Transaction, type_id: int, email_key: str) -> None:
    """Keep only the hash of a suppressed email, in the account of a contact type."""
    secret = pepper(db)
    if secret is not None:
        run(db, SQL["clear_email"], (type_id, hash_email(secret, email_key)))


def page(
    db: Reader, account_id: int, wanted: SuppressionFilter, limit: int, before: int = BEYOND_LAST
) -> list[Suppression]:
    """Return suppressions of an account with ids below `before`, newest first."""
    bindings = {**_bindings(db, account_id, wanted), "before": before, "limit": limit}
    return select(db, suppression_from_row, SQL["page"], bindings)


def count_matching(db: Reader, account_id: int, wanted: SuppressionFilter) -> int:
    """Count the suppressions of an account that a filter lets through."""
    return select_only(db, int, SQL["count_matching"], _bindings(db, account_id, wanted))


def contacts_of(db: Reader, account_id: int, email_keys: Iterable[str]) -> Mapping[int, list[int]]:
    """Return the ids of the contacts with some emails, by contact type."""
    found: dict[int, list[int]] = {}
    for type_id, id_ in select_tuples(db, tuple[int, int], SQL["contacts_of"], (account_id, _json(email_keys))):
        found.setdefault(type_id, []).append(id_)
    return found


def inclusions_of(db: Reader, account_id: int, email_keys: Iterable[str]) -> Iterator[tuple[int, int, int]]:
    """Yield the contact types, segments and ids of the inclusions of some emails in live segments."""
    yield from select_tuples(db, tuple[int, int, int], SQL["inclusions_of"], (account_id, _json(email_keys)))


def suppression_from_row(id_: int, email: str | None, reason: str, source: str, since: int) -> Suppression:
    """Make a suppression from a row."""
    return Suppression(id_, email, SuppressionReason(reason), source, from_micros(since))


def _bindings(db: Reader, account_id: int, wanted: SuppressionFilter) -> dict[str, int | str | None]:
    """Return the parameters of a filter; a whole email is also found by its hash."""
    secret, email = pepper(db), parse_email_for_lookup(wanted.search)
    return {
        "account_id": account_id,
        "reason": wanted.reason.value if wanted.reason else None,
        "source": wanted.source,
        "search": wanted.search.strip().lower(),
        "hash": hash_email(secret, email.key) if secret and email else None,
    }


def _forgotten(db: Reader, account_id: int, emails: Sequence[Email]) -> set[str]:
    """Return the keys of those emails that were forgotten in a contact type of an account."""
    secret = pepper(db)
    if secret is None:
        return set()
    hashed = {hash_email(secret, email.key): email.key for email in emails}
    rows = fetch(db, SQL["forgotten_in_account"], (account_id, _json(hashed)))
    return {hashed[hash_] for (hash_,) in rows}


def _json(values: Iterable[str]) -> str:
    return msgspec.json.encode(list(values)).decode()
