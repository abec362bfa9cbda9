"""Let the files follow erasures: what was deleted leaves their bytes too (docs/decisions/0008-erasure.md)."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from tamis import log
from tamis.actions.maintenance.stores import STORES, Upkept
from tamis.actions.services import Services
from tamis.domain.errors import TamisError
from tamis.records import change_log
from tamis.records.maintenance import erasure

SMALL_BYTES = 256 * 1024 * 1024
"""Files of together this size are written anew in two seconds or so."""
QUIET = timedelta(minutes=5)
BETWEEN = timedelta(hours=1)


def erase(services: Services) -> bool:
    """Write both stores anew if something was erased since they last were; tells whether nothing is left to do."""
    pending = erasure.find_pending(services.records.reader())
    if pending is None:
        return True
    began = monotonic()
    stores: tuple[Upkept, ...] = (services.project(), services.records)
    for file in [file for store in STORES for file in store.list_quarantined(services.settings.data)]:
        file.unlink(missing_ok=True)  # also of these nothing else would ever take out what was erased
    reached = []
    for store in stores:
        change = store.rewrite()
        if change is None:
            return False
        reached.append(change)
    services.records.write(lambda db: erasure.complete_erasure(db, min(reached)))
    log.event("erasure_finished", seconds=round(monotonic() - began, 1))
    return True


def erase_if_small(services: Services) -> bool:
    """Do as `erase` where it takes a moment only, else what takes none; tells whether nothing is left to do."""
    size = sum(size for store in STORES for size in store.sizes(services.settings.data).values())
    if size <= SMALL_BYTES:
        return erase(services)
    services.records.truncate_log()
    return erasure.find_pending(services.records.reader()) is None


class Eraser:
    """Decides, turn by turn, when a server writes its stores anew: when nothing was written for a while, at most every
    hour, and in any case within the span that is set."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._seen = -1
        self._seen_at = services.clock()
        self._tried_at: datetime | None = None
        self._log_cleared = -1

    def turn(self) -> None:
        """Erase if now is the moment; whatever fails is reported in the log and tried again later."""
        services, now = self._services, self._services.clock()
        db = services.records.reader()
        last = change_log.last_change(db)
        if last != self._seen:
            self._seen, self._seen_at = last, now
        pending = erasure.find_pending(db)
        if pending is None:
            return
        rested = self._tried_at is None or _passed(self._tried_at, now, min(BETWEEN, services.settings.erase_within))
        overdue = _passed(pending.since, now, services.settings.erase_within)
        try:
            if rested and (overdue or _passed(self._seen_at, now, QUIET)):
                self._tried_at = now
                erase(services)
            elif self._log_cleared < pending.change and services.records.truncate_log():
                self._log_cleared = pending.change
        except TamisError as error:
            log.event("erasure_failed", level=logging.ERROR, reason=str(error))


def _passed(since: datetime, now: datetime, span: timedelta) -> bool:
    """Return whether a span has passed; a beginning that lies ahead is of a clock that was wrong, and long ago."""
    return not since <= now < since + span
