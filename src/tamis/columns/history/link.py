"""The projection's side of the history that is kept: what goes there before a transaction is committed, and comes back
when the projection is restored."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Protocol
from zoneinfo import ZoneInfo

import duckdb

from tamis.columns.engine.errors import Failure, classify_error, message_of
from tamis.columns.engine.state import State
from tamis.columns.history import legacy
from tamis.columns.history.batches import clocks_of, collect, first_snapshots, member_lists, new_mark
from tamis.columns.history.restore import load_history
from tamis.columns.history.trim import first_number, trim
from tamis.columns.layout.schema import NEWEST_WITH_HISTORY, OLDEST_WITH_HISTORY
from tamis.columns.projector.batch import ChangeBatch, Purpose
from tamis.domain.errors import Problem, TamisError, Unavailable
from tamis.domain.history import HistoryBatch, HistoryTrim, KeptHistory, Position

SECONDS_BETWEEN_NOTES = 1.0


class HistoryStore(Protocol):
    """Where the history is kept; what is written is on disk when a method returns, or has changed nothing when it
    raises Unavailable."""

    def position(self) -> Position:
        """Return how far the kept history goes."""

    def append(self, batch: HistoryBatch) -> None:
        """Add what a transaction has brought."""

    def trim(self, trimmed: HistoryTrim) -> None:
        """Drop what is older than it is to be kept."""

    def zones(self) -> Mapping[int, ZoneInfo]:
        """Return the time zone of each segment, deleted ones included."""


class HistoryLink:
    """Writes to where the history is kept; `kept` is how far that goes. Its mark is -1 where nobody knows."""

    def __init__(self, store: HistoryStore, spill: Path) -> None:
        self.kept = Position(0, 0, 0, {}, None)
        self._store = store
        self._spill = spill
        self._noted, self._noted_at = 0, 0.0

    def is_time_to_note(self, applied: int) -> bool:
        """Return whether it should be noted that changes up to one were followed, which is then taken to be done: once
        in a second at most."""
        now = monotonic()
        if applied <= max(self.kept.change, self._noted) or now - self._noted_at < SECONDS_BETWEEN_NOTES:
            return False
        self._noted, self._noted_at = applied, now
        return True

    def look(self) -> None:
        """See how far the kept history goes."""
        self.kept = self._store.position()

    def keep(self, con: duckdb.DuckDBPyConnection, state: State, batch: ChangeBatch) -> None:
        """Have kept what a transaction adds to the history, before it is committed: nothing where no membership has
        changed. A projection that was set back says so all the same: as of when it is right is an earlier instant."""
        if state.number != self.kept.number or batch.purpose is Purpose.REWIND:
            added = collect(con, self.kept, state, batch.reached, self._spill)
            with self._writing():
                self._store.append(added)
            self.kept = Position(added.change, added.number, added.mark, clocks_of(state), self.kept.trimmed)
            _set_mark(con, added.mark)

    def load(self, con: duckdb.DuckDBPyConnection, kept: KeptHistory) -> None:
        """Fill an empty projection with the kept history."""
        load_history(con, kept, self._spill)
        self.kept = kept.position
        _set_mark(con, self.kept.mark)

    def trim(
        self,
        con: duckdb.DuckDBPyConnection,
        state: State,
        zones: Mapping[int, ZoneInfo],
        now: datetime,
        kept_days: int,
    ) -> bool:
        """Drop old history of some segments in a transaction, and where it is kept before that is committed; return
        whether none is left."""
        found = trim(con, zones, now, kept_days)
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
        _set_mark(con, trimmed.mark)
        return found.is_done

    def knows(self, version: int) -> bool:
        """Return whether a file of a version loses nothing when it is made anew."""
        return version >= OLDEST_WITH_HISTORY

    def take_over(self, db: duckdb.DuckDBPyConnection, version: int) -> None:
        """Have the history kept that a file of an earlier version has, unless that was done before; raises
        Unavailable where memory and disk do not suffice, and duckdb.Error."""
        if version <= NEWEST_WITH_HISTORY and not self.kept.mark:
            try:
                with legacy.legacy_history(db, self.kept, self._store.zones(), self._spill) as batch:
                    self._store.append(batch)
            except duckdb.Error as error:
                if classify_error(error) is Failure.SCARCE:  # the file is whole, and the only place of its history
                    raise Unavailable.of([Problem.of("", message_of(error, "move their history"))]) from None
                raise
            self.look()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (TamisError, duckdb.Error):  # then nothing was written
            raise
        except BaseException:
            self.kept = replace(self.kept, mark=-1)
            raise


def _set_mark(con: duckdb.DuckDBPyConnection, mark: int) -> None:
    con.execute("UPDATE meta SET mark = $1", [mark])
