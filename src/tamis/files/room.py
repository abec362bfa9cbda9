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
        raise Unavailable("disk_nearly_full", place=str(place), free=free >> 20)
    taken = size_of(place) if used is None else used
    if taken > free:
        raise Unavailable("file_takes_too_much_disk", taken=taken >> 20, place=str(place))


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
