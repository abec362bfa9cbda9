"""Exclusions by hand that outlive a contact: of an address that is no contact of the type, a keyed hash is kept.

While a contact has the address, the exclusion is a row of `contact_exclusions` and follows the contact; it becomes a
hash when the contact is deleted, and the contact's again when the address comes back.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

import msgspec

from tamis.domain.instants import from_micros, to_micros
from tamis.records.engine.sql import each_tuple, exists, run, select_only, select_tuples
from tamis.records.fingerprints import ensured_pepper, fingerprint, pepper
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("exclusions")
ADDRESSES_A_LOOK = 10_000


def are_there(db: Reader) -> bool:
    """Return whether any address that is no contact is excluded from any segment."""
    return exists(db, SQL["any"])


def exclude_address(db: Transaction, segment_id: int, email_key: str, now: datetime) -> None:
    """Keep an address that is no contact out of a segment."""
    run(db, SQL["insert"], (segment_id, fingerprint(ensured_pepper(db), email_key), to_micros(now)))


def lift(db: Transaction, segment_id: int, email_key: str) -> bool:
    """Let an address that is no contact into a segment again; tells whether it was excluded."""
    secret = pepper(db)
    if secret is None:
        return False
    return run(db, SQL["delete"], (segment_id, fingerprint(secret, email_key))) > 0


def among(db: Reader, type_id: int, email_keys: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """Return, for those of some addresses that are excluded, the segments over a type and since when, in microseconds;
    where no address is excluded, nothing is hashed."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    if not are_there(db):
        return found
    secret = pepper(db)
    assert secret is not None
    hashed = {fingerprint(secret, key): key for key in email_keys}
    values = (type_id, msgspec.json.encode(list(hashed)).decode())
    for email_hash, segment_id, at in each_tuple(db, tuple[str, int, int], SQL["of_hashes"], values):
        found[hashed[email_hash]].append((segment_id, at))
    return found


def of_address(db: Reader, type_id: int, email_key: str) -> dict[int, datetime]:
    """Return the segments over a type from which an address that is no contact is excluded, each with since when."""
    found = among(db, type_id, [email_key])
    return {segment_id: from_micros(at) for segment_id, at in found.get(email_key, ())}


def count_of_segment(db: Reader, segment_id: int) -> int:
    """Count the addresses that are excluded from a segment and are no contacts."""
    return select_only(db, int, SQL["count"], (segment_id,))


def pass_to_new_contacts(db: Transaction, type_id: int, first_id: int, last_id: int) -> None:
    """Let the exclusions of addresses pass to the contacts with consecutive ids that have just been added."""
    if not are_there(db):
        return
    contacts = select_tuples(db, tuple[int, str], SQL["addresses_of_contacts"], (first_id, last_id))
    pass_to_contacts(db, type_id, contacts)


def pass_to_contacts(db: Transaction, type_id: int, contacts: Iterable[tuple[int, str]]) -> None:
    """Let the exclusions of addresses pass to the contacts, given by id and key, that have these addresses now."""
    left = iter(contacts)
    while part := {key: id_ for id_, key in islice(left, ADDRESSES_A_LOOK)}:
        for key, exclusions in among(db, type_id, list(part)).items():
            for segment_id, at in exclusions:
                run(db, SQL["insert_removed"], (segment_id, part[key], at))
                lift(db, segment_id, key)


def outlive_contacts(db: Transaction, contact_ids: Sequence[int]) -> None:
    """Let the exclusions of contacts that are about to be deleted stay, as hashes of their addresses."""
    ids = msgspec.json.encode(contact_ids).decode()
    rows = select_tuples(db, tuple[int, str, int], SQL["removed_of_contacts"], (ids,))
    for segment_id, email_key, at in rows:
        exclude_address(db, segment_id, email_key, from_micros(at))
    if rows:
        run(db, SQL["delete_removed_of_contacts"], (ids,))
