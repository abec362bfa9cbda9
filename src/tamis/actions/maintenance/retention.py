"""Retention: once a day, drop expired history, expired events, what imports keep for undo and repair, the activity of
providers, segments that were deleted long ago and what is left of deleted accounts, and pack old history."""

import logging
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from tamis import log
from tamis.actions.accounts.deletion import erase_closed_accounts
from tamis.actions.audit import delete_expired_entries
from tamis.actions.events.retention import remove_expired_events
from tamis.actions.importing.rows import rejects
from tamis.actions.providers.registration import delete_expired as delete_expired_activity
from tamis.actions.segments.recovery.trash import purge_expired
from tamis.actions.services import Services
from tamis.columns.engine.files import SPILL_NAME
from tamis.columns.engine.store import Columns
from tamis.columns.history.packs import pack
from tamis.domain.errors import TamisError, Unavailable
from tamis.records.engine.store import Records
from tamis.records.history import read, write
from tamis.records.importing import journal
from tamis.records.segments import segments, trash

ROWS_PER_STEP = 10_000
ROWS_PER_PACK = 100_000
ROWS_KEPT_UNPACKED = 100_000
"""The number of newest membership changes that are not packed."""


class Retention:
    """Drops expired data and packs old history, once a day. A server runs it now and then, and so does a command that
    opens the projection."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._day: date | None = None

    def run_if_due(self) -> None:
        """Drop and pack what is due, unless that was done today; raises Unavailable if the projection cannot be
        opened."""
        services, now = self._services, self._services.clock()
        is_first = self._day != now.date()
        self._day = now.date()
        if is_first:
            trim_imports(services.records, services.settings.data, now, services.settings.undo_days)
            purge_expired(services)
            erase_closed_accounts(services)
        trim_history(services.records, services.open_columns(), now, services.settings.history_days)
        if is_first:
            remove_expired_events(services)
            delete_expired_entries(services)
            delete_expired_activity(services)
            pack_history(services.records, services.settings.data)


def trim_history(records: Records, columns: Columns, now: datetime, kept_days: int) -> None:
    """Summarise and drop expired history, unless that was done today or the projection has to be rebuilt first; a
    failure is logged, and it is tried again the next day."""
    if columns.is_behind or (columns.trimmed and columns.trimmed >= now.date()):
        return
    try:
        db = records.reader()
        columns.trim(segments.zones_of_live(db), trash.purged_segments(db), now, kept_days)
    except Unavailable as error:
        columns.trimmed = now.date()
        log.event("history_not_trimmed", level=logging.ERROR, reason=str(error))


def pack_history(records: Records, data: Path) -> None:
    """Pack old membership changes, one pack in each transaction, so that others can write in between; a failure is
    logged, and it is tried again the next day."""
    try:
        while changes := read.read_oldest_changes(records.reader(), ROWS_PER_PACK, ROWS_KEPT_UNPACKED):
            packed = pack(changes, data / SPILL_NAME)
            records.write(partial(write.replace_rows_by_pack, pack=packed, rows=len(changes)))
    except (OSError, TamisError) as error:
        log.event("history_not_packed", level=logging.ERROR, reason=str(error))


def trim_imports(records: Records, data: Path, now: datetime, kept_days: int) -> None:
    """Drop what is kept of expired imports: the previous values of contacts, and rejected rows; a failure is logged,
    and it is tried again the next day."""
    before = now - timedelta(days=kept_days)
    try:
        for import_id in journal.expired(records.reader(), before):
            records.write(partial(journal.mark_dropped, import_id=import_id))  # from now on it cannot be undone
            while records.write(partial(journal.drop_batch, import_id=import_id, most=ROWS_PER_STEP)):
                pass
        for file in (data / rejects.PLACE).glob("*.csv"):
            if file.stat().st_mtime < before.timestamp():
                file.unlink(missing_ok=True)
    except (OSError, TamisError) as error:
        log.event("imports_not_trimmed", level=logging.ERROR, reason=str(error))
