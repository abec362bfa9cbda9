"""The history of memberships as the projection reads and writes it: kept in the records."""

from collections.abc import Callable, Mapping
from functools import partial
from zoneinfo import ZoneInfo

from tamis.domain.errors import DiskFull, Unavailable
from tamis.domain.segments.history import HistoryBatch, HistoryTrim, Position
from tamis.records.engine.store import Records
from tamis.records.handles import Transaction
from tamis.records.history import read, write
from tamis.records.segments import segments


class RecordsHistory:
    """The history in the records; its writes queue alongside those of accounts."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def position(self) -> Position:
        """Return how far the kept history goes."""
        return read.read_position(self._records.reader())

    def append(self, batch: HistoryBatch) -> None:
        """Append the changes of a transaction of the projection; raises Unavailable."""
        self._write(partial(write.append_batch, batch=batch))

    def trim(self, trimmed: HistoryTrim) -> None:
        """Drop history that has expired; raises Unavailable."""
        self._write(partial(write.trim_history, trimmed=trimmed))

    def zones(self) -> Mapping[int, ZoneInfo]:
        """Return the time zone of each segment, deleted ones included."""
        return segments.zones_of_all(self._records.reader())

    def _write(self, job: Callable[[Transaction], None]) -> None:
        try:
            self._records.write_history(job)
        except DiskFull:  # a reader has written nothing itself
            raise Unavailable("columns_have_no_disk", doing="follow the records") from None
