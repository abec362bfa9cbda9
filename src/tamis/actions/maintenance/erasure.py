"""Erasure: remove the bytes of deleted data from the files, too (docs/decisions/0008-erasure.md)."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from tamis import log
from tamis.actions.maintenance.event_upkeep import delete_removed_events
from tamis.actions.maintenance.stores import STORES, RewritableStore
from tamis.actions.services import Services
from tamis.domain.errors import TamisError
from tamis.records import change_log
from tamis.records.maintenance import erasure

SMALL_BYTES = 256 * 1024 * 1024
"""Files of this total size are rewritten in about two seconds."""
QUIET_PERIOD = timedelta(minutes=5)
MIN_INTERVAL = timedelta(hours=1)


def erase(services: Services) -> bool:
    """Rewrite both stores if anything was deleted since they were last rewritten; return whether nothing is left to
    erase."""
    pending = erasure.find_pending(services.records.reader())
    if pending is None:
        return True
    started = monotonic()
    delete_removed_events(services.records)
    stores: tuple[RewritableStore, ...] = (services.project(), services.records)
    for file in [file for store in STORES for file in store.list_quarantined(services.settings.data)]:
        file.unlink(missing_ok=True)  # nothing else would ever erase anything from these
    reached = []
    for store in stores:
        change = store.rewrite()
        if change is None:
            return False
        reached.append(change)
    services.records.write(lambda db: erasure.complete_erasure(db, min(reached)))
    log.event("erasure_finished", seconds=round(monotonic() - started, 1))
    return True


def erase_if_small(services: Services) -> bool:
    """Erase if that is quick, otherwise only clear the log; return whether nothing is left to erase."""
    size = sum(size for store in STORES for size in store.sizes(services.settings.data).values())
    if size <= SMALL_BYTES:
        return erase(services)
    services.records.truncate_log()
    return erasure.find_pending(services.records.reader()) is None


class Eraser:
    """Decides when a server rewrites its stores: when nothing was written for a while, at most once an hour, and in any
    case within the configured time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._last_change = -1
        self._last_write_at = services.clock()
        self._tried_at: datetime | None = None
        self._log_cleared = -1

    def run_if_due(self) -> None:
        """Erase if it is due; a failure is logged, and it is tried again later."""
        services, now = self._services, self._services.clock()
        db = services.records.reader()
        last = change_log.last_change(db)
        if last != self._last_change:
            self._last_change, self._last_write_at = last, now
        pending = erasure.find_pending(db)
        if pending is None:
            return
        may_retry = self._tried_at is None or _passed(
            self._tried_at, now, min(MIN_INTERVAL, services.settings.erase_within)
        )
        overdue = _passed(pending.since, now, services.settings.erase_within)
        try:
            if may_retry and (overdue or _passed(self._last_write_at, now, QUIET_PERIOD)):
                self._tried_at = now
                erase(services)
            elif self._log_cleared < pending.change and services.records.truncate_log():
                self._log_cleared = pending.change
        except TamisError as error:
            log.event("erasure_failed", level=logging.ERROR, reason=str(error))


def _passed(since: datetime, now: datetime, span: timedelta) -> bool:
    """Return whether a span has passed; a start in the future, from a clock that was wrong, counts as long ago."""
    return not since <= now < since + span
