"""How much of the disk is kept free of writes."""

import os
from pathlib import Path

SPARE_BYTES = 8 << 20
"""No writes are accepted while the disk has less free space than this, so that the projection can still catch up and
reads go on until space has been made."""
SPARE_TEXT = f"{SPARE_BYTES >> 20} MB"


def has_room(path: Path) -> bool:
    """Return whether the disk of a file has room for writes."""
    found = os.statvfs(path.parent)
    return found.f_bavail * found.f_frsize >= SPARE_BYTES
