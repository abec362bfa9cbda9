"""Room on the disk: what a file takes up while it is worked on is never more than what is left."""

import os
import shutil
from pathlib import Path

from tamis.domain.errors import Unavailable

SPARE_BYTES = 16 << 20
"""A disk with less room than this counts as full."""


def need_room(place: Path, used: int | None = None) -> None:
    """Raise Unavailable when the disk is nearly full, or when what was written to a directory, or is `used` in it, has
    taken more than half of what was free."""
    free = shutil.disk_usage(place).free
    if free < SPARE_BYTES:
        raise Unavailable(
            f"the disk on which {place} lies is nearly full ({free >> 20} MB are left): make room and try again"
        )
    taken = size_of(place) if used is None else used
    if taken > free:
        raise Unavailable(
            f"the file takes up {taken >> 20:,} MB of the disk on which {place} lies, more than half of what was free: "
            "make room there, or import the file in parts"
        )


def size_of(directory: Path) -> int:
    """Count the bytes of all files below a directory; what goes away meanwhile is left out."""
    total = 0
    for at, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.stat(os.path.join(at, name)).st_blocks * 512
            except OSError:
                continue
    return total
