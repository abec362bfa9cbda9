"""Limits on the disk space that the processing of a file may take."""

import os
import shutil
from pathlib import Path

from tamis.domain.errors import Unavailable

SPARE_BYTES = 16 << 20
"""A disk with less free space counts as full."""


def require_disk_space(place: Path, used: int | None = None) -> None:
    """Raise Unavailable when the disk is nearly full, or when a directory takes more than half of what was free.

    `used` is the size of the directory if it is known."""
    free = shutil.disk_usage(place).free
    if free < SPARE_BYTES:
        raise Unavailable("disk_nearly_full", place=str(place), free=free >> 20)
    taken = directory_size(place) if used is None else used
    if taken > free:
        raise Unavailable("file_takes_too_much_disk", taken=taken >> 20, place=str(place))


def directory_size(directory: Path) -> int:
    """Return the disk usage of all files below a directory in bytes, ignoring files that disappear meanwhile."""
    total = 0
    for at, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.stat(os.path.join(at, name)).st_blocks * 512
            except OSError:
                continue
    return total
