"""Where the projection keeps the history of memberships: in the records, by way of their one writer."""

from collections.abc import Callable, Mapping
from functools import partial
from zoneinfo import ZoneInfo

from tamis.domain.errors import DiskFull, Unavailable
from tamis.domain.history import HistoryBatch, HistoryTrim, Position
from tamis.records import segments
from tamis.records.engine.store import Records
from tamis.records.handles import Transaction
from tamis.records.history import read, write


class RecordsHistory:
    """The history in the records. Its writes take their turn beside those of accounts."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def position(self) -> Position:
        """Return how far the kept history goes."""
        return read.position(self._records.reader())

    def append(self, batch: HistoryBatch) -> None:
        """Add what a transaction of the projection has brought; raises Unavailable."""
        self._write(partial(write.append, batch=batch))

    def trim(self, trimmed: HistoryTrim) -> None:
        """Drop what is older than it is to be kept; raises Unavailable."""
        self._write(partial(write.trim, trimmed=trimmed))

    def zones(self) -> Mapping[int, ZoneInfo]:
        """Return the time zone of each segment, deleted ones included."""
        return segments.zones_of_all(self._records.reader())

    def _write(self, job: Callable[[Transaction], None]) -> None:
        try:
            self._records.keep_history(job)
        except DiskFull:  # whoever reads has written nothing: what could not be done is to follow
            raise Unavailable("columns_have_no_disk", doing="follow the records") from None
