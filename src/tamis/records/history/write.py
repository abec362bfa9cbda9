"""Append to the history of memberships, and trim it, in transactions of the records' writer."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from tamis.domain.errors import Unavailable
from tamis.domain.segments.history import HistoryBatch, HistoryTrim, MemberList, Pack
from tamis.domain.values.instants import to_micros
from tamis.records.engine.sql import fetch, run, run_many
from tamis.records.handles import Transaction
from tamis.records.queries import load
from tamis.records.segments import segment_versions

SQL = load("history")
SKIPPED = 1_000_000_000
"""More numbers than are used between two backups; every JSON parser reads what nine million of them add up to."""


def append_batch(db: Transaction, batch: HistoryBatch) -> None:
    """Append a batch; raises Unavailable, with nothing changed, when the history has another mark than expected."""
    _advance(db, "set_position", batch.change, batch.number, batch.mark, _day(batch.trimmed), batch.expected)
    _set_clocks(db, batch.as_of)
    run_many(db, SQL["add_change"], batch.changes)
    for pack in batch.packs:
        run(db, SQL["add_pack"], pack)
    run_many(db, SQL["add_snapshot"], batch.snapshots)
    run_many(db, SQL["drop_members"], [(segment_id,) for segment_id in batch.rebuilt])
    _add_members(db, batch.members)
    days = [(segment_id, size.day.isoformat(), *size[1:]) for segment_id, size in batch.days]
    run_many(db, SQL["set_day"], days)
    segment_versions.set_sizes(db, batch.versions)


def trim_history(db: Transaction, trimmed: HistoryTrim) -> None:
    """Delete what is older than the retention; raises Unavailable, with nothing changed, when the history has another
    mark than expected."""
    _advance(db, "set_trimmed", trimmed.mark, _day(trimmed.trimmed), trimmed.expected)
    for snapshot in trimmed.snapshots:
        run(db, SQL["drop_snapshots_before"], (snapshot.segment_id, snapshot.number))
        run(db, SQL["add_snapshot"], snapshot)
        run(db, SQL["drop_members"], (snapshot.segment_id,))
    _add_members(db, trimmed.members)
    for segment_id in trimmed.dropped:
        for name in ("drop_all_snapshots", "drop_days", "drop_members"):
            run(db, SQL[name], (segment_id,))
    if trimmed.snapshots or trimmed.dropped:
        run(db, SQL["drop_changes"])
        run(db, SQL["drop_packs"], (trimmed.first_number,))


def replace_rows_by_pack(db: Transaction, pack: Pack, rows: int) -> None:
    """Replace rows by a pack of them; raises Unavailable, with nothing changed, when their number has changed.

    The history stays the same, and so does its mark.
    """
    numbers = pack.first_number, pack.last_number
    if fetch(db, SQL["rows_between"], numbers) != [(rows,)]:
        raise Unavailable("history_moved_on")
    run(db, SQL["drop_rows"], numbers)
    run(db, SQL["add_pack"], pack)


def record_progress(db: Transaction, mark: int, change: int, as_of: Mapping[int, datetime]) -> None:
    """Record how far the projection has advanced without a membership change, unless the history was written since and
    has another mark."""
    if fetch(db, SQL["set_change"], (change, mark)):
        run(db, SQL["drop_clocks"])
        _set_clocks(db, as_of)


def skip_numbers(db: Transaction) -> None:
    """Leave out numbers that entries may have had which these records lack, so that no number means two things to those
    who follow the history by number. The projection must not be open."""
    run(db, SQL["add_skipped"], (SKIPPED,))
    run(db, SQL["skip_numbers"], (SKIPPED,))


def _advance(db: Transaction, statement: str, *values: int | str | None) -> None:
    if not fetch(db, SQL[statement], values):
        raise Unavailable("history_moved_on")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _set_clocks(db: Transaction, as_of: Mapping[int, datetime] | Mapping[int, datetime | None]) -> None:
    for type_id, instant in as_of.items():
        if instant is None:
            run(db, SQL["drop_clock"], (type_id,))
        else:
            run(db, SQL["set_clock"], (type_id, to_micros(instant)))


def _add_members(db: Transaction, lists: Iterable[MemberList]) -> None:
    for members in lists:
        run(db, SQL["add_members"], members)
