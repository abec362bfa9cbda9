"""Versions of segments: a row for each rule, written in the transaction that changes the rule."""

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from tamis.domain.accounts.actors import Actor, ActorKind
from tamis.domain.segments.versions import SegmentVersion, VersionSize
from tamis.domain.values.instants import from_micros, to_micros
from tamis.records.engine import sql
from tamis.records.handles import Reader, Transaction
from tamis.records.queries import load

SQL = load("segment_versions")


def insert(
    db: Transaction, segment_id: int, name: str, rule: str, now: datetime, restored_from: int | None = None
) -> None:
    """Add the next version of a segment; its author is the actor of the transaction.

    Emails of people are not stored: they are looked up when the version is read.
    """
    actor = db.actor
    actor_name = "" if actor.kind is ActorKind.PERSON else actor.name
    values = (segment_id, name, rule, to_micros(now), actor.kind, actor.id, actor_name, restored_from)
    sql.run(db, SQL["insert"], values)


def versions_before(db: Reader, segment_id: int, number: int, limit: int) -> list[SegmentVersion]:
    """Return the versions of a segment with numbers below one, newest first."""
    return sql.select(db, _version, SQL["of_segment"], (segment_id, number, limit))


def newest_number(db: Reader, segment_id: int) -> int:
    """Return the number of the newest version of a segment."""
    return sql.select_only(db, int, SQL["newest_number"], (segment_id,))


def version_by_number(db: Reader, segment_id: int, number: int) -> SegmentVersion | None:
    """Return a version of a segment, or None."""
    newest = versions_before(db, segment_id, number + 1, 1)
    return newest[0] if newest and newest[0].number == number else None


def versions_without_size(db: Reader, segment_ids: Collection[int]) -> dict[int, int]:
    """Return the numbers of the newest versions of some segments, by segment id, where their sizes are not known."""
    ids = msgspec.json.encode(sorted(segment_ids)).decode()
    return dict(sql.select_tuples(db, tuple[int, int], SQL["without_size"], (ids,)))


def set_sizes(db: Transaction, sizes: Iterable[VersionSize]) -> None:
    """Store the sizes of versions; those that are known stay."""
    sql.run_many(db, SQL["set_size"], sizes)


def rules_of_type(db: Reader, type_id: int) -> list[tuple[int, int, str]]:
    """Return the rules of all versions of the segments over a contact type, with the segment and the number."""
    return sql.select_tuples(db, tuple[int, int, str], SQL["rules_of_type"], (type_id,))


def set_rule(db: Transaction, segment_id: int, number: int, rule: str) -> None:
    """Replace the rule of a version by one that means the same."""
    sql.run(db, SQL["set_rule"], (rule, segment_id, number))


def delete_versions(db: Transaction, segment_id: int) -> None:
    """Delete all versions of a segment."""
    sql.run(db, SQL["delete"], (segment_id,))


def _version(
    segment_id: int,
    number: int,
    name: str,
    rule: str,
    created_at: int,
    actor_kind: str | None,
    actor_id: str | None,
    actor_name: str | None,
    restored_from: int | None,
    size_before: int | None,
    size_after: int | None,
    is_current: int,
) -> SegmentVersion:
    author = Actor(ActorKind(actor_kind), actor_id or "", actor_name or "") if actor_kind else None
    made = from_micros(created_at)
    return SegmentVersion(
        segment_id, number, name, rule, made, author, restored_from, size_before, size_after, bool(is_current)
    )
