"""A witness of acknowledged commits in a separate file, by which lost commits are detected.

SQLite silently drops all commits in its log after the first damaged frame, and all of a missing log. So the number of
the last change, and the count of commits without one, are also kept in a small file next to the records. It is written
after a commit has reached the disk, so it is never ahead. It is not synced itself: after a power cut it may be behind,
which only means that less is detected.
"""

import fcntl
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ENDING = "-acknowledged"
_LAYOUT = struct.Struct(">16sQQ")
_SUM = struct.Struct(">I")


class Acknowledged(NamedTuple):
    """The id of the store (16 bytes), the number of its last change, and its count of commits without one."""

    store: bytes
    change: int
    commits: int


class Witness:
    """The file of one store's last acknowledged commit."""

    def __init__(self, records: Path) -> None:
        self.path = records.with_name(records.name + ENDING)
        self._handle = -1

    def read(self) -> Acknowledged | None:
        """Return what was acknowledged last; None when there is no valid witness file."""
        try:
            content = self.path.read_bytes()
        except OSError:
            return None
        return _parse(content)

    def record(self, last: Acknowledged) -> None:
        """Record what was acknowledged, never less than another process has recorded. Raises OSError."""
        with self._locked() as handle:
            known = _parse(os.pread(handle, _LAYOUT.size + _SUM.size, 0))
            if known and known.store == last.store:
                last = Acknowledged(last.store, max(known.change, last.change), max(known.commits, last.commits))
            _write(handle, last)

    def replace(self, last: Acknowledged) -> None:
        """Record the present state, whatever was acknowledged before; raises OSError."""
        with self._locked() as handle:
            _write(handle, last)

    def close(self) -> None:
        """Close the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    @contextmanager
    def _locked(self) -> Iterator[int]:
        if self._handle < 0:
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        try:
            yield self._handle
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_UN)


def _write(handle: int, last: Acknowledged) -> None:
    packed = _LAYOUT.pack(*last)
    os.pwrite(handle, packed + _SUM.pack(zlib.crc32(packed)), 0)


def _parse(content: bytes) -> Acknowledged | None:
    if len(content) != _LAYOUT.size + _SUM.size:
        return None
    packed = content[: _LAYOUT.size]
    if _SUM.unpack(content[_LAYOUT.size :])[0] != zlib.crc32(packed):
        return None
    return Acknowledged(*_LAYOUT.unpack(packed))
