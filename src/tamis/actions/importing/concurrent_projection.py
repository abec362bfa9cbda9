"""While much is stored, the columns follow beside it, so that little is left for whoever asks them next."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tamis.actions.projection import CONTACTS_PER_BATCH
from tamis.actions.services import Services
from tamis.domain.errors import Unavailable
from tamis.records import change_log

PAUSE_SECONDS = 0.2


@contextmanager
def projecting(services: Services) -> Iterator[None]:
    """Let the columns follow beside a block that writes, a whole step at a time.

    They are given back after each time, because others may want them, and because that takes a moment, it is not done
    for less; where another process has them, that one lets them follow. Where they are open here already, somebody uses
    them: they stay open, and who opened them lets them follow."""
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
                services.project()
                services.release_columns()
            except Unavailable:
                continue  # whoever needs the columns is told what is wrong with them

    thread = threading.Thread(target=project, name="projector")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
