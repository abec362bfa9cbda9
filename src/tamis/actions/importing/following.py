"""While much is stored, the columns follow beside it, so that little is left for whoever asks them next."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tamis.actions.house import House
from tamis.domain.errors import Unavailable

PAUSE_SECONDS = 0.3


@contextmanager
def following(house: House) -> Iterator[None]:
    """Let the columns follow beside a block that writes.

    They are given back after each time, because others may want them; where another process has them, that one lets
    them follow."""
    stop = threading.Event()

    def follow() -> None:
        while not stop.wait(PAUSE_SECONDS):
            try:
                house.columns()
                house.release_columns()
            except Unavailable:
                continue  # whoever needs the columns is told what is wrong with them

    thread = threading.Thread(target=follow, name="follower")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
