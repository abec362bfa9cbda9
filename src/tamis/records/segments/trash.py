"""The trash: deleted segments that can still be restored, with their overrides and versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import Segment
from tamis.domain.values.instants import MICROSECOND, from_micros, to_micros
from tamis.domain.values.text import fold
from tamis.records import change_log
from tamis.records.engine import sql
from tamis.records.handles import Reader, Transaction
from tamis.records.maintenance import erasure
from tamis.records.queries import load
from tamis.records.segments import externals, segment_versions, segments

SQL = load("trash")


@dataclass(frozen=True, slots=True)
class TrashedSegment:
    """A deleted segment that can be restored, and when it was deleted."""

    segment: Segment
    deleted_at: datetime


def trash_of_account(db: Reader, account_id: int, since: datetime) -> list[TrashedSegment]:
    """List the segments of an account that were deleted after an instant, the last one first."""
    return sql.select(db, _trashed, SQL["of_account"], (account_id, to_micros(since)))


def deleted_before(db: Reader, until: datetime) -> list[int]:
    """List the segments of all accounts in the trash that were deleted at an instant or earlier."""
    return sql.select(db, int, SQL["deleted_before"], (to_micros(until),))


def still_deleted(db: Reader, segment_ids: Sequence[int]) -> list[Segment]:
    """Return those of some segments that are in the trash."""
    ids = msgspec.json.encode(segment_ids).decode()
    return sql.select(db, segments.from_row, SQL["still_deleted"], (ids,))


def purged_segments(db: Reader) -> set[int]:
    """Return the ids of the segments of which nothing but the name is left."""
    return set(sql.select(db, int, SQL["purged"]))


def rules_of_type(db: Reader, type_id: int) -> list[tuple[int, str]]:
    """Return the rules of the segments over a contact type that are in the trash, with their ids."""
    return sql.select_tuples(db, tuple[int, str], SQL["rules_of_type"], (type_id,))


def set_rule(db: Transaction, segment_id: int, rule: str) -> None:
    """Replace the rule of a segment in the trash by one that means the same."""
    sql.run(db, SQL["set_rule"], (rule, segment_id))


def restore(db: Transaction, segment: Segment, name: str, now: datetime) -> Segment:
    """Take a segment out of the trash, under a name that is free. The projection gets its overrides again."""
    now = max(now, segment.updated_at + MICROSECOND)
    sql.run(db, SQL["restore"], (name, fold(name), to_micros(now), segment.id))
    type_id = segment.contact_type_id
    values = (segment.id, type_id, to_micros(now), Cause.RESTORED.value)
    sql.run(db, SQL["record_inclusions"], values)
    sql.run(db, SQL["record_exclusions"], values)
    for person_id in externals.excluded_persons(db, type_id, segment.id):
        change_log.record_change(db, "recipient", type_id, now, Cause.RESTORED, segment.id, inclusion_id=person_id)
    change_log.record_segment_change(db, type_id, segment.id, now, Cause.RESTORED)
    return replace(segment, name=name, updated_at=now)


def purge(db: Transaction, segment_ids: Iterable[int], now: datetime) -> None:
    """Delete all that is kept of segments in the trash, except their names: the feed and the audit log have them. The
    history goes with the next trimming."""
    for segment_id in segment_ids:
        erasure.request_erasure(db, now)
        for name in ("delete_inclusions", "delete_exclusions", "delete_email_exclusions"):
            sql.run(db, SQL[name], (segment_id,))
        segment_versions.delete_versions(db, segment_id)
        sql.run(db, SQL["purge"], (to_micros(now), segment_id))


def _trashed(
    id_: int,
    account_id: int,
    type_id: int,
    name: str,
    rule: str,
    created_at: int,
    updated_at: int,
    description: str,
    deleted_at: int,
) -> TrashedSegment:
    found = segments.from_row(id_, account_id, type_id, name, rule, created_at, updated_at, description)
    return TrashedSegment(found, from_micros(deleted_at))
