"""Where exports are written before they get to where they are wanted: a place in the data directory for each.

A command makes the place and holds it while it lives; the server, where there is one, writes into it. What a killed
command has left holds values of contacts, and is removed by the next export and by the server.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tamis.domain.errors import NotFound, Unavailable

DIRECTORY = "exports"
FILE = "rows"


@contextmanager
def export_place(data: Path) -> Iterator[Path]:
    """Make a place for a block, and remove it with what is in it; raises Unavailable."""
    discard_left(data)
    handle = None
    while handle is None:
        place = data / DIRECTORY / secrets.token_hex(16)
        try:
            place.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise Unavailable(f"{data} cannot be written to: {error.strerror}; look after it and try again") from None
        handle = _held(place)  # None where another export has just taken it for one that was left
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(handle)


def place_named(data: Path, name: str) -> Path:
    """Find a place by the name of its directory; raises NotFound."""
    place = data / DIRECTORY / name
    if not re.fullmatch(r"[0-9a-f]{32}", name) or not place.is_dir():
        raise NotFound("the command that wanted this export has ended")
    return place


def file_in(place: Path) -> Path:
    """Name the file that an export is written to."""
    return place / FILE


def discard_left(data: Path) -> None:
    """Remove the places that no command holds any more."""
    for place in (data / DIRECTORY).glob("*"):
        handle = _held(place)
        if handle is not None:
            shutil.rmtree(place, ignore_errors=True)
            os.close(handle)


def _held(place: Path) -> int | None:
    """Hold a place, or give None when it is gone or another process holds it."""
    try:
        handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if place.exists():
            return handle
    except OSError:
        pass
    os.close(handle)
    return None
