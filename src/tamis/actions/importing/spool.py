"""A directory for what an import needs on disk while it runs; it goes when the import ends, however it ends."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tamis.domain.errors import Unavailable

PLACE = "spool"
LOCK = "lock"


@contextmanager
def spool_directory(data: Path) -> Iterator[Path]:
    """Make a directory of its own below the data directory for a block; what killed imports have left is removed first.

    Raises Unavailable."""
    place = data / PLACE
    try:
        place.mkdir(exist_ok=True)
        _sweep(place)
        made = Path(tempfile.mkdtemp(dir=place))
        lock = os.open(made / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as error:
        raise Unavailable(f"{place} cannot be written to: {error.strerror}") from None
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(lock)


def _sweep(place: Path) -> None:
    for left in place.iterdir():
        with suppress(OSError):
            lock = os.open(left / LOCK, os.O_WRONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)
