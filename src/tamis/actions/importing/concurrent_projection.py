"""Projecting while an import writes, so that little is left to do for the next reader."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tamis.actions.maintenance.event_upkeep import keep_events
from tamis.actions.projection import CONTACTS_PER_BATCH
from tamis.actions.services import Services
from tamis.domain.errors import Unavailable
from tamis.records import change_log

PAUSE_SECONDS = 0.2


@contextmanager
def projecting(services: Services) -> Iterator[None]:
    """Project in a background thread during a block that writes, whole batches at a time.

    The projection is released after each batch, because other processes may need it; opening it takes a moment, so
    smaller batches are not worth it. Where another process holds it, that one projects. Where this process has it open
    already, it is in use and kept up to date, so nothing is done here."""
    if services.columns_if_open:
        yield
        return
    stop = threading.Event()
    last_change = change_log.last_change(services.records.reader())

    def project() -> None:
        reached = last_change
        while not stop.wait(PAUSE_SECONDS):
            db = services.records.reader()
            if change_log.find_batch_end(db, reached, CONTACTS_PER_BATCH) is None:
                continue
            reached = change_log.last_change(db)
            try:
                keep_events(services.records, services.project(), partial(stop.wait, 0))
                services.release_columns()
            except Unavailable:
                continue  # the next reader of the projection gets the error

    thread = threading.Thread(target=project, name="projector")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
