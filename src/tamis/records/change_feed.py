"""What the change feed needs of the records: the segments of an account, and who its recipients are now."""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from tamis.domain.segments.changes import KnownRecipient
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import EXTERNAL_BIT, SEGMENT_SHIFT
from tamis.records.engine.sql import exists, scalar, select, select_tuples
from tamis.records.handles import Reader
from tamis.records.queries import load

SQL = load("change_feed")
PERSON_MASK = (1 << SEGMENT_SHIFT) - 1
UNKNOWN = KnownRecipient(None, None)


def segments_of_account(db: Reader, account_id: int) -> list[int]:
    """List the segments of an account, including deleted ones."""
    return select(db, int, SQL["segments_of_account"], (account_id,))


def has_segment(db: Reader, account_id: int, segment_id: int) -> bool:
    """Return whether an account has a segment, or had it before it was deleted."""
    return exists(db, SQL["has_segment"], (segment_id, account_id))


def accounts_of_segments(db: Reader, segment_ids: Iterable[int]) -> dict[int, int]:
    """Return the account of each of some segments, including deleted ones."""
    return dict(select_tuples(db, tuple[int, int], SQL["accounts_of_segments"], (_json(segment_ids),)))


def kept_since(db: Reader, segment_ids: Collection[int]) -> int:
    """Return the number after which every entry and exit of some segments is kept, 0 if none was dropped. Deleted
    segments are left out: in the end, nothing but their deletion is kept."""
    return scalar(db, int, SQL["kept_since"], (_json(segment_ids), Cause.KEPT.value)) or 0


def skipped_until(db: Reader, number: int) -> int | None:
    """Return the end of the range of skipped numbers that a number is within, None if it is in none."""
    return scalar(db, int, SQL["skipped_until"], (number,))


def identify_recipients(db: Reader, recipient_ids: Sequence[int]) -> dict[int, KnownRecipient]:
    """Return what is known now of some recipients, by their ids."""
    contact_ids = {id_ & PERSON_MASK for id_ in recipient_ids if not id_ & EXTERNAL_BIT}
    emails = dict(select_tuples(db, tuple[int, str], SQL["emails_of_contacts"], (_json(contact_ids),)))
    found = {
        id_: KnownRecipient(id_ & PERSON_MASK, emails.get(id_ & PERSON_MASK))
        for id_ in recipient_ids
        if not id_ & EXTERNAL_BIT
    }
    external_ids = [id_ for id_ in recipient_ids if id_ & EXTERNAL_BIT]
    return {**found, **_identify_externals(db, external_ids)} if external_ids else found


def _identify_externals(db: Reader, recipient_ids: Sequence[int]) -> dict[int, KnownRecipient]:
    """Identify recipients that were external when they entered: by their own inclusion, or that of the person in
    another segment."""
    included = _known(db, "recipients", recipient_ids)
    person_ids = {id_: id_ & PERSON_MASK & ~EXTERNAL_BIT for id_ in recipient_ids if id_ not in included}
    persons = _known(db, "persons", person_ids.values()) if person_ids else {}
    return {id_: included.get(id_) or persons.get(person_ids[id_], UNKNOWN) for id_ in recipient_ids}


def _known(db: Reader, query: str, ids: Iterable[int]) -> dict[int, KnownRecipient]:
    rows = select_tuples(db, tuple[int, int | None, str | None], SQL[query], (_json(ids),))
    return {id_: KnownRecipient(contact_id, email) for id_, contact_id, email in rows}


def _json(ids: Iterable[int]) -> str:
    return msgspec.json.encode(list(ids)).decode()
