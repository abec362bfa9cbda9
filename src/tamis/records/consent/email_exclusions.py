"""Manual exclusions of emails that are not contacts of the type; only a keyed hash of each email is kept.

While a contact has the email, the exclusion is a row of `contact_exclusions`. It becomes a hash when the contact is
deleted, and belongs to a contact again when the email comes back.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

import msgspec

from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.consent.email_hashes import get_or_create_pepper, hash_email, pepper
from tamis.records.engine.sql import each_tuple, exists, run, select_only, select_tuples
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("email_exclusions")
EMAILS_PER_QUERY = 10_000


def has_email_exclusions(db: Reader) -> bool:
    """Return whether there are any exclusions of emails that are not contacts."""
    return exists(db, SQL["any"])


def exclude_email(db: Transaction, segment_id: int, email_key: str, now: datetime) -> None:
    """Exclude an email that is not a contact from a segment."""
    run(db, SQL["insert"], (segment_id, hash_email(get_or_create_pepper(db), email_key), to_micros(now)))


def undo_email_exclusion(db: Transaction, segment_id: int, email_key: str) -> bool:
    """Undo the exclusion of an email that is not a contact; return whether it was excluded."""
    secret = pepper(db)
    if secret is None:
        return False
    return run(db, SQL["delete"], (segment_id, hash_email(secret, email_key))) > 0


def find_email_exclusions(
    db: Reader, type_id: int, email_keys: Sequence[str], *, with_deleted: bool = False
) -> dict[str, list[tuple[int, int]]]:
    """Return the exclusions of some emails from live segments over a type, or also from those in the trash, by email
    key: segment id and the time, in microseconds. Nothing is hashed when there are no exclusions."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    if not has_email_exclusions(db):
        return found
    secret = pepper(db)
    assert secret is not None
    hashed = {hash_email(secret, key): key for key in email_keys}
    values = (type_id, msgspec.json.encode(list(hashed)).decode())
    for email_hash, segment_id, at in each_tuple(db, tuple[str, int, int], SQL["of_hashes"], (*values, with_deleted)):
        found[hashed[email_hash]].append((segment_id, at))
    return found


def email_exclusions_of(db: Reader, type_id: int, email_key: str) -> dict[int, datetime]:
    """Return the segments over a type from which an email that is not a contact is excluded, and since when."""
    found = find_email_exclusions(db, type_id, [email_key])
    return {segment_id: from_micros(at) for segment_id, at in found.get(email_key, ())}


def count_email_exclusions(db: Reader, segment_id: int) -> int:
    """Count the excluded emails of a segment that are not contacts."""
    return select_only(db, int, SQL["count"], (segment_id,))


def transfer_to_new_contacts(db: Transaction, type_id: int, first_id: int, last_id: int) -> None:
    """Transfer the exclusions of emails to newly added contacts with consecutive ids."""
    if not has_email_exclusions(db):
        return
    contacts = select_tuples(db, tuple[int, str], SQL["emails_of_contacts"], (first_id, last_id))
    transfer_to_contacts(db, type_id, contacts)


def transfer_to_contacts(db: Transaction, type_id: int, contacts: Iterable[tuple[int, str]]) -> None:
    """Transfer the exclusions of emails to the contacts, given by id and email key, that have them now."""
    left = iter(contacts)
    while part := {key: id_ for id_, key in islice(left, EMAILS_PER_QUERY)}:
        for key, exclusions in find_email_exclusions(db, type_id, list(part), with_deleted=True).items():
            for segment_id, at in exclusions:
                run(db, SQL["insert_exclusion"], (segment_id, part[key], at))
                undo_email_exclusion(db, segment_id, key)


def keep_after_deletion(db: Transaction, contact_ids: Sequence[int]) -> None:
    """Keep the exclusions of contacts about to be deleted, as hashes of their emails."""
    ids = msgspec.json.encode(contact_ids).decode()
    rows = select_tuples(db, tuple[int, str, int], SQL["exclusions_of_contacts"], (ids,))
    for segment_id, email_key, at in rows:
        exclude_email(db, segment_id, email_key, from_micros(at))
    if rows:
        run(db, SQL["delete_exclusions_of_contacts"], (ids,))
