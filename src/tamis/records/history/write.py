"""How the history of memberships grows and is trimmed, in transactions of the records' writer."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import apsw

from tamis.domain.errors import Unavailable
from tamis.domain.history import HistoryBatch, HistoryTrim, MemberList, Pack
from tamis.domain.instants import to_micros
from tamis.records.queries import load

SQL = load("history")


def append(db: apsw.Connection, batch: HistoryBatch) -> None:
    """Add a batch to the history; raises Unavailable, with nothing changed, where the history has another mark than the
    batch expects."""
    trimmed = batch.trimmed and batch.trimmed.isoformat()
    _advance(db, "set_position", batch.change, batch.number, batch.mark, trimmed, batch.expected)
    _set_clocks(db, batch.as_of)
    db.executemany(SQL["add_change"], batch.changes).fetchall()
    for pack in batch.packs:
        db.execute(SQL["add_pack"], pack).fetchall()
    db.executemany(SQL["add_snapshot"], batch.snapshots).fetchall()
    db.executemany(SQL["drop_members"], [(segment_id,) for segment_id in batch.filled]).fetchall()
    _add_members(db, batch.members)
    days = [(segment_id, size.day.isoformat(), *size[1:]) for segment_id, size in batch.days]
    db.executemany(SQL["set_day"], days).fetchall()


def trim(db: apsw.Connection, trimmed: HistoryTrim) -> None:
    """Drop what is older than it is to be kept; raises Unavailable, with nothing changed, where the history has another
    mark than expected."""
    _advance(db, "set_trimmed", trimmed.mark, trimmed.trimmed and trimmed.trimmed.isoformat(), trimmed.expected)
    for snapshot in trimmed.snapshots:
        db.execute(SQL["drop_snapshots_before"], (snapshot.segment_id, snapshot.number)).fetchall()
        db.execute(SQL["add_snapshot"], snapshot).fetchall()
        db.execute(SQL["drop_members"], (snapshot.segment_id,)).fetchall()
    _add_members(db, trimmed.members)
    for segment_id in trimmed.dropped:
        for name in ("drop_all_snapshots", "drop_days", "drop_members"):
            db.execute(SQL[name], (segment_id,)).fetchall()
    if trimmed.snapshots or trimmed.dropped:
        db.execute(SQL["drop_changes"]).fetchall()
        db.execute(SQL["drop_packs"], (trimmed.first_number,)).fetchall()


def note_change(db: apsw.Connection, mark: int, change: int, as_of: Mapping[int, datetime | None]) -> None:
    """Note how far the projection has followed since the last write of the history without any change of a membership;
    raises Unavailable where the history has another mark."""
    _advance(db, "set_change", change, mark)
    _set_clocks(db, as_of)


def replace_rows(db: apsw.Connection, pack: Pack) -> None:
    """Put a pack in the place of the rows with numbers up to its last one."""
    db.execute(SQL["drop_rows"], (pack.last_number,)).fetchall()
    db.execute(SQL["add_pack"], pack).fetchall()


def _advance(db: apsw.Connection, statement: str, *values: apsw.SQLiteValue) -> None:
    if not db.execute(SQL[statement], values).fetchall():
        raise Unavailable("the history of memberships has moved on: the column store is built again, ask once more")


def _set_clocks(db: apsw.Connection, as_of: Mapping[int, datetime | None]) -> None:
    for type_id, instant in as_of.items():
        if instant is None:
            db.execute(SQL["drop_clock"], (type_id,)).fetchall()
        else:
            db.execute(SQL["set_clock"], (type_id, to_micros(instant))).fetchall()


def _add_members(db: apsw.Connection, lists: Iterable[MemberList]) -> None:
    for members in lists:
        db.execute(SQL["add_members"], members).fetchall()
