"""The upkeep of stored events: rows that the projection has become runs, and removed events are deleted from these."""

import logging
import threading
from collections.abc import Callable
from functools import partial

from tamis import log
from tamis.actions.services import Services
from tamis.columns.engine.store import Columns
from tamis.domain.errors import TamisError
from tamis.records.engine.store import Records
from tamis.records.events.sealed import upkeep
from tamis.records.events.sealed.removals import delete_some

SECONDS = 2.0
PAUSE_SECONDS = 0.01
"""How long the writer is left to others between two steps."""


def run_event_upkeep(services: Services, stop: threading.Event) -> None:
    """Do what is due every few seconds until `stop` is set; a failure is logged, and it is tried again."""
    while not stop.wait(SECONDS):
        if columns := services.columns_if_open:
            try:
                keep_events(services.records, columns, partial(stop.wait, PAUSE_SECONDS))
            except TamisError as error:
                log.event("events_not_sealed", level=logging.ERROR, reason=str(error))
            except Exception as error:  # the thread must go on
                log.event("fault", level=logging.ERROR, error=error, interface="event upkeep")


def keep_events(records: Records, columns: Columns, pause: Callable[[], bool] = lambda: False) -> None:
    """Take all steps of the upkeep that are due, until `pause`, which is called in between, returns True."""
    while not columns.is_behind and columns.applied is not None and not pause():
        if not records.write(partial(upkeep.take_step, applied=columns.applied)):
            return


def delete_removed_events(records: Records) -> None:
    """Delete all removed events from runs, so that rewriting the file leaves no byte of them."""
    while records.write(delete_some):
        pass
