"""Where exports are written before they get to where they are wanted: a place in the data directory for each.

A command makes the place and holds it while it lives; the server, where there is one, writes into it. What a killed
command has left is removed by the next export and by the server.
"""

import re
from contextlib import AbstractContextManager
from pathlib import Path

from tamis.actions import held
from tamis.domain.errors import NotFound

DIRECTORY = "exports"
FILE = "rows"


def export_place(data: Path) -> AbstractContextManager[Path]:
    """Make a place for a block, and remove it with what is in it; raises Unavailable."""
    return held.held_directory(data / DIRECTORY)


def place_named(data: Path, name: str) -> Path:
    """Find a place by the name of its directory; raises NotFound."""
    place = data / DIRECTORY / name
    if not re.fullmatch(r"[0-9a-f]{32}", name) or not place.is_dir():
        raise NotFound("export_abandoned")
    return place


def file_in(place: Path) -> Path:
    """Name the file that an export is written to."""
    return place / FILE


def discard_left(data: Path) -> None:
    """Remove the places that no command holds any more."""
    held.discard_left(data / DIRECTORY)
