"""The projection of a data directory: opened when it is first needed, and released for other processes."""

import logging
import threading

from tamis import log
from tamis.actions.changes.hub import ChangeHub
from tamis.actions.history_store import RecordsHistory
from tamis.columns.engine.store import Columns
from tamis.domain.errors import Damaged, Unavailable
from tamis.records.change_log import last_change, store_id
from tamis.records.engine.store import Records
from tamis.settings import Settings


class ColumnStore:
    """The projection; `opened` is None while this process does not have it open."""

    def __init__(self, records: Records, settings: Settings, hub: ChangeHub, *, accepts_loss: bool) -> None:
        self.opened: Columns | None = None
        self._records = records
        self._settings = settings
        self._hub = hub
        self._accepts_loss = accepts_loss
        self._opening = threading.Lock()
        self._closed = False

    def open(self) -> Columns:
        """Return the projection as it is, opening it if needed. Raises ProjectionInUse when another process has it
        open, and Damaged when it has changes that the records have lost."""
        if self.opened:
            return self.opened
        with self._opening:
            if self._closed:
                raise Unavailable("server_stopping")
            if self.opened is None:
                columns = self._open()
                columns.announce = self._hub.publish
                self.opened = columns
            return self.opened

    def _open(self) -> Columns:
        columns = Columns(
            self._settings.data,
            store_id(self._records.reader()),
            self._settings.columns_memory,
            self._settings.columns_threads,
            RecordsHistory(self._records),
        )
        try:
            self._records.claim()
            self._require_no_lost_writes(columns)
        except BaseException:
            columns.close()
            self._records.release()
            raise
        return columns

    def release(self) -> None:
        """Close the projection; it can be opened again."""
        with self._opening:
            columns, self.opened = self.opened, None
        if columns:
            columns.close()
            self._records.release()

    def close(self) -> None:
        """Close the projection for good."""
        with self._opening:
            self._closed = True
        self.release()

    def _require_no_lost_writes(self, columns: Columns) -> None:
        """Raise Damaged if the projection has changes that the records do not have."""
        lost = (columns.applied or 0) - last_change(self._records.reader())
        if lost > 0 and not self._accepts_loss:
            log.event("acknowledged_writes_missing", level=logging.CRITICAL, changes=lost)
            raise Damaged("writes_missing")
