"""Segments; every write is recorded in the change log."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from tamis.domain.errors import Refused
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.segments import LAST_SEGMENT, Segment, SegmentRef, SegmentRefs
from tamis.domain.values.instants import MICROSECOND, UTC_ZONE, from_micros, to_micros, zone_named
from tamis.domain.values.text import fold
from tamis.records import change_log
from tamis.records.engine import sql
from tamis.records.handles import Reader, Transaction
from tamis.records.names import name_keys
from tamis.records.queries import load
from tamis.records.segments import segment_versions

SQL = load("segments")


def insert(
    db: Transaction, account_id: int, type_id: int, name: str, rule: str, now: datetime, description: str = ""
) -> Segment:
    """Add a segment; the caller has checked that its name is free."""
    micros = to_micros(now)
    values = (account_id, type_id, name, fold(name), rule, micros, micros, description)
    id_ = sql.insert(db, int, SQL["insert"], values)
    if id_ > LAST_SEGMENT:
        raise Refused("no_segment_numbers_left")
    segment_versions.insert(db, id_, name, rule, now)
    change_log.record_segment_change(db, type_id, id_, now)
    return Segment(id_, account_id, type_id, name, rule, now, now, description)


def live_of_account(db: Reader, account_id: int) -> list[Segment]:
    """List the segments of an account, newest first."""
    return sql.select(db, from_row, SQL["live_of_account"], (account_id,))


def live_of_type(db: Reader, type_id: int) -> list[Segment]:
    """List the segments over a contact type."""
    return sql.select(db, from_row, SQL["live_of_type"], (type_id,))


def refs_of_type(db: Reader, type_id: int) -> SegmentRefs:
    """Return the segments over a contact type, as rules refer to them."""
    return SegmentRefs(tuple(sql.select(db, SegmentRef, SQL["refs_of_type"], (type_id,))))


def names_segments(rule: str) -> bool:
    """Return whether a stored rule may name segments."""
    return 'in segment"' in rule


def refs_for(db: Reader, type_id: int, rules: Iterable[str]) -> SegmentRefs:
    """Return the segments that some stored rules over a contact type may name.

    None are read when no rule names any, so that caches of such rules survive the creation of other segments.
    """
    return refs_of_type(db, type_id) if any(map(names_segments, rules)) else SegmentRefs()


def live_in_type(db: Reader, type_id: int, segment_id: int) -> Segment | None:
    """Find a segment over a contact type by its id."""
    return sql.select_one(db, from_row, SQL["live_in_type"], (segment_id, type_id))


def live_by_id(db: Reader, account_id: int, segment_id: int) -> Segment | None:
    """Find a segment of an account by its id."""
    return sql.select_one(db, from_row, SQL["live_by_id"], (segment_id, account_id))


def live_by_name(db: Reader, account_id: int, name: str) -> Segment | None:
    """Find a segment of an account by its name, as texts are compared."""
    return sql.select_one(db, from_row, SQL["live_by_name"], (*name_keys(name), account_id))


def update(
    db: Transaction,
    segment: Segment,
    name: str,
    rule: str,
    now: datetime,
    description: str | None = None,
    *,
    restored_from: int | None = None,
) -> Segment:
    """Change the name, the rule or the description of a segment; the caller has checked that the name is free. None
    keeps the description. `updated_at` always grows, even if the clock does not. A changed rule becomes a version,
    `restored_from` an earlier one or not."""
    description = segment.description if description is None else description
    now = max(now, segment.updated_at + MICROSECOND)  # so that no two states have the same instant
    sql.run(db, SQL["update"], (name, fold(name), rule, to_micros(now), description, segment.id))
    if rule != segment.rule:
        segment_versions.insert(db, segment.id, name, rule, now, restored_from)
        change_log.record_segment_change(db, segment.contact_type_id, segment.id, now)
    return replace(segment, name=name, rule=rule, updated_at=now, description=description)


def zones_of_live(db: Reader) -> dict[int, ZoneInfo]:
    """Return all live segments, each with the time zone of its account."""
    return _zones(sql.select_tuples(db, tuple[int, str], SQL["zones_of_live"]))


def zones_of_all(db: Reader) -> dict[int, ZoneInfo]:
    """Return all segments, deleted ones as well, each with the time zone of its account."""
    return _zones(sql.select_tuples(db, tuple[int, str], SQL["zones_of_all"]))


def _zones(timezones: Iterable[tuple[int, str]]) -> dict[int, ZoneInfo]:
    """Return time zones by their names; UTC for one that this machine does not know."""
    return {segment_id: zone_named(name) or UTC_ZONE for segment_id, name in timezones}


def names(db: Reader, type_id: int, segment_ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    """Return the names of segments over a contact type, deleted ones as well, and whether each is live."""
    values = (type_id, msgspec.json.encode(sorted(segment_ids)).decode())
    rows = sql.select_tuples(db, tuple[int, str, int], SQL["names"], values)
    return {segment_id: (name, bool(live)) for segment_id, name, live in rows}


def delete(db: Transaction, segment: Segment, now: datetime) -> None:
    """Soft-delete a segment: its row stays."""
    sql.run(db, SQL["delete"], (to_micros(now), to_micros(now), segment.id))
    sql.run(db, SQL["record_included_elsewhere"], (to_micros(now), Cause.DELETION.value, segment.id))
    change_log.record_segment_change(db, segment.contact_type_id, segment.id, now, Cause.DELETION)


def from_row(
    id_: int,
    account_id: int,
    type_id: int,
    name: str,
    rule: str,
    created_at: int,
    updated_at: int,
    description: str,
) -> Segment:
    """Make a segment from a row."""
    created, updated = from_micros(created_at), from_micros(updated_at)
    return Segment(id_, account_id, type_id, name, rule, created, updated, description)
