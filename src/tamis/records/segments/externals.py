"""External recipients: manually added emails that are not contacts of the segment's type."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tamis.domain.contacts.externals import External
from tamis.domain.segments.segments import EXTERNAL_BIT
from tamis.domain.values.instants import from_micros
from tamis.records.consent import email_exclusions
from tamis.records.engine.sql import each_tuple, scalar, select
from tamis.records.handles import Reader
from tamis.records.queries import load

SQL = load("externals")


class _InclusionRow(NamedTuple):
    segment_id: int
    email: str
    first_name: str
    last_name: str
    person_id: int
    created_at: int
    suppressed: int


def external_by_email(db: Reader, type_id: int, email_key: str) -> External | None:
    """Return the external recipient of a type with an email, or None when there is none or a contact has it."""
    rows = select(db, _InclusionRow, SQL["by_email"], (email_key, type_id))
    if not rows:
        return None
    last = rows[-1]
    added = {row.segment_id: from_micros(row.created_at) for row in rows}
    excluded = email_exclusions.email_exclusions_of(db, type_id, email_key)
    names, is_suppressed = (last.first_name, last.last_name), bool(last.suppressed)
    return External(last.person_id, type_id, last.email, *names, added, excluded, is_suppressed)


def external_by_person(db: Reader, type_id: int, person_id: int) -> External | None:
    """Return the external recipient of a type by its person id, or None."""
    email_key = scalar(db, str, SQL["key_of_person"], (person_id, type_id))
    return None if email_key is None else external_by_email(db, type_id, email_key)


def person_ids_of_email(db: Reader, type_id: int, email_key: str) -> list[int]:
    """Return the person ids that an email has, or had, as an external recipient of a type."""
    return select(db, int, SQL["person_ids_of_email"], (email_key, type_id))


def sample_externals(db: Reader, type_id: int, limit: int) -> list[str]:
    """Return the email keys of some random external recipients of a type."""
    return select(db, str, SQL["sample_externals"], (type_id, limit))


def excluded_persons(db: Reader, type_id: int, segment_id: int) -> list[int]:
    """Return the person ids of the external recipients of a type that are excluded from a segment over it."""
    found = exclusions_for_columns(db, type_id, None)
    return [person & ~EXTERNAL_BIT for excluded_from, person in found if excluded_from == segment_id]


def exclusions_for_columns(db: Reader, type_id: int, ids: Sequence[int] | None) -> list[tuple[int, int]]:
    """Return segment id and person id, with EXTERNAL_BIT set, of the exclusions of external recipients of a type: of
    those with these inclusion or person ids, or of all when `ids` is None."""
    if not email_exclusions.has_email_exclusions(db):
        return []
    of_type = (SQL["all_externals"], (type_id,))
    query = of_type if ids is None else (SQL["externals_of_ids"], (type_id, msgspec.json.encode(ids).decode()))
    persons = {email_key: person_id for person_id, email_key in each_tuple(db, tuple[int, str], *query)}
    found = email_exclusions.find_email_exclusions(db, type_id, list(persons))
    return [(segment_id, EXTERNAL_BIT | persons[key]) for key, excluded in found.items() for segment_id, _ in excluded]
