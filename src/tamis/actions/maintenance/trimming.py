"""Once a day, what is older than it is to be kept goes: history, and what imports have left to be undone and mended;
and old history is packed."""

import logging
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from tamis import log
from tamis.actions.importing import rejects
from tamis.actions.services import Services
from tamis.columns.engine.files import SPILL_NAME
from tamis.columns.engine.store import Columns
from tamis.columns.history.packs import pack
from tamis.domain.errors import TamisError, Unavailable
from tamis.records import segments
from tamis.records.engine.store import Records
from tamis.records.history import read, write
from tamis.records.importing import journal

ROWS_A_STEP = 10_000
ROWS_A_PACK = 100_000
NEWEST_ROWS = 100_000
"""So many changes of memberships stay rows."""


class Upkeep:
    """Drops, once a day, what is older than it is to be kept, and packs old history. A server takes a turn of it now
    and then, and so does a command that opens the column store."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._day: date | None = None

    def turn(self) -> None:
        """Drop what is due, unless that was done today; raises Unavailable where the column store cannot be opened."""
        services, now = self._services, self._services.clock()
        is_first = self._day != now.date()
        self._day = now.date()
        if is_first:
            trim_imports(services.records, services.settings.data, now, services.settings.undo_days)
        trim_history(services.records, services.open_columns(), now, services.settings.history_days)
        if is_first:
            pack_history(services.records, services.settings.data)


def trim_history(records: Records, columns: Columns, now: datetime, kept_days: int) -> None:
    """Sum up and drop old history, unless that was done today, or the column store is to be built again first; a
    failure is logged, and it is tried again on another day."""
    if columns.is_behind or (columns.trimmed and columns.trimmed >= now.date()):
        return
    try:
        columns.trim(segments.zones_of_live(records.reader()), now, kept_days)
    except Unavailable as error:
        columns.trimmed = now.date()
        log.event("history_not_trimmed", level=logging.ERROR, reason=str(error))


def pack_history(records: Records, data: Path) -> None:
    """Make packs of old changes of memberships that are rows, one in a transaction, between which others write; a
    failure is logged, and it is tried again on another day."""
    try:
        while changes := read.oldest_changes(records.reader(), ROWS_A_PACK, NEWEST_ROWS):
            packed = pack(changes, data / SPILL_NAME)
            records.write(partial(write.replace_rows, pack=packed, rows=len(changes)))
    except (OSError, TamisError) as error:
        log.event("history_not_packed", level=logging.ERROR, reason=str(error))


def trim_imports(records: Records, data: Path, now: datetime, kept_days: int) -> None:
    """Drop what is kept of old imports: what contacts were before them, and the rows that they have rejected; a failure
    is logged, and it is tried again on another day."""
    before = now - timedelta(days=kept_days)
    try:
        for import_id in journal.expired(records.reader(), before):
            records.write(partial(journal.mark_dropped, import_id=import_id))  # from here on it cannot be undone
            while records.write(partial(journal.drop_some, import_id=import_id, most=ROWS_A_STEP)):
                pass
        for file in (data / rejects.PLACE).glob("*.csv"):
            if file.stat().st_mtime < before.timestamp():
                file.unlink(missing_ok=True)
    except (OSError, TamisError) as error:
        log.event("imports_not_trimmed", level=logging.ERROR, reason=str(error))
