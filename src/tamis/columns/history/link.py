"""The link between the projection and the kept history: it is written before a transaction is committed, and read when
the projection is restored."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Protocol
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.engine.errors import StoreFailure, classify_error, message_of
from tamis.columns.engine.state import State
from tamis.columns.history import legacy
from tamis.columns.history.batches import clocks_of, collect, first_snapshots, member_lists, new_mark
from tamis.columns.history.restore import load_history
from tamis.columns.history.trim import first_number, trim
from tamis.columns.layout.schema import FIRST_WITH_HISTORY, LAST_WITH_HISTORY
from tamis.columns.projector.batch import ChangeBatch, Purpose
from tamis.domain.errors import Problem, TamisError, Unavailable
from tamis.domain.segments.history import HistoryBatch, HistoryTrim, KeptHistory, Position, ProjectedBatch

SECONDS_BETWEEN_RECORDS = 1.0


class HistoryStore(Protocol):
    """Where the history is kept. When a method returns, its write is on disk; if it raises Unavailable, nothing has
    changed."""

    def position(self) -> Position:
        """Return the position of the kept history."""

    def append(self, batch: HistoryBatch) -> None:
        """Append the history of one transaction."""

    def trim(self, trimmed: HistoryTrim) -> None:
        """Drop old history."""

    def zones(self) -> Mapping[int, ZoneInfo]:
        """Return the time zone of each segment, including deleted ones."""


class HistoryLink:
    """Writes to the kept history; `kept` is its position, with the mark -1 if it is unknown."""

    def __init__(self, store: HistoryStore, spill: Path) -> None:
        self.kept = Position(0, 0, 0, {}, None)
        self._store = store
        self._spill = spill
        self._recorded, self._recorded_at = 0, 0.0

    def is_time_to_record(self, applied: int) -> bool:
        """Return whether progress up to a change should be recorded, at most once a second; it then counts as
        recorded."""
        now = monotonic()
        if applied <= max(self.kept.change, self._recorded) or now - self._recorded_at < SECONDS_BETWEEN_RECORDS:
            return False
        self._recorded, self._recorded_at = applied, now
        return True

    def refresh_position(self) -> None:
        """Read the position of the kept history."""
        self.kept = self._store.position()

    def keep(self, con: duckdb.DuckDBPyConnection, state: State, batch: ChangeBatch) -> ProjectedBatch:
        """Append the history of a transaction before it is committed, if any membership or rule has changed; store the
        change that is reached, and the mark. A rewound projection appends too: it is right as of an earlier instant.
        """
        done = self._append(con, state, batch)
        con.execute("UPDATE meta SET applied = $1, mark = $2", [done.change, self.kept.mark])
        return done

    def _append(self, con: duckdb.DuckDBPyConnection, state: State, batch: ChangeBatch) -> ProjectedBatch:
        before = self.kept.number
        if state.number == before and not state.versions and batch.purpose is not Purpose.REWIND:
            return ProjectedBatch(batch.reached, before, before)
        added = collect(con, self.kept, state, batch.reached, self._spill)
        with self._writing():
            self._store.append(added)
        self.kept = Position(added.change, added.number, added.mark, clocks_of(state), self.kept.trimmed)
        return ProjectedBatch(
            batch.reached, before, added.number, None if added.packs else added.changes, added.snapshots
        )

    def load(self, con: duckdb.DuckDBPyConnection, kept: KeptHistory) -> None:
        """Load the kept history into an empty projection."""
        load_history(con, kept, self._spill)
        self.kept = kept.position

    def trim(
        self,
        con: duckdb.DuckDBPyConnection,
        state: State,
        zones: Mapping[int, ZoneInfo],
        purged: Collection[int],
        now: datetime,
        kept_days: int,
    ) -> bool:
        """Drop old history of some segments in a transaction, and in the kept history before it is committed; return
        whether no old history is left."""
        found = trim(con, zones, purged, now, kept_days)
        trimmed = HistoryTrim(
            expected=self.kept.mark,
            mark=new_mark(),
            snapshots=first_snapshots(con, found.kept),
            members=list(member_lists(con, {id_: state.sizes[id_] for id_ in found.kept}, state.number, self._spill)),
            dropped=found.dropped,
            first_number=first_number(con),
            trimmed=now.date() if found.is_done else None,
        )
        with self._writing():
            self._store.trim(trimmed)
        self.kept = replace(self.kept, mark=trimmed.mark, trimmed=trimmed.trimmed)
        con.execute("UPDATE meta SET mark = $1", [trimmed.mark])
        return found.is_done

    def can_recreate(self, version: int) -> bool:
        """Return whether a file of a version can be recreated without loss."""
        return version >= FIRST_WITH_HISTORY

    def import_legacy(self, db: duckdb.DuckDBPyConnection, version: int) -> None:
        """Write the history of a file of an earlier version to the kept history, unless that was done before; raises
        Unavailable if memory or disk space runs out, and duckdb.Error."""
        if version <= LAST_WITH_HISTORY and not self.kept.mark:
            try:
                with legacy.legacy_history(db, self.kept, self._store.zones(), self._spill) as batch:
                    self._store.append(batch)
            except duckdb.Error as error:
                if classify_error(error) is StoreFailure.SCARCE:  # the file is intact, and alone has its history
                    raise Unavailable.of([Problem.of("", message_of(error, "move their history"))]) from None
                raise
            self.refresh_position()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (TamisError, duckdb.Error):  # nothing was written
            raise
        except BaseException:
            self.kept = replace(self.kept, mark=-1)
            raise
