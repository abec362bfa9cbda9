"""A real file system of some megabytes, which a test can fill and clear."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SHARED = Path("/dev/shm")
LARGEST_SHARED = 256 << 20
"""Containers have a shared memory file system of 64 MB; filling one of gigabytes would take the memory of others."""
MOUNT_POINT = Path("/mnt")  # every system has this directory, and only the name space sees what is mounted
HOLD = 'mount -t tmpfs -o size=$1,mode=755 none "$0" && echo mounted && exec cat'


@dataclass(frozen=True)
class SmallDisk:
    """Processes whose command begins with `prefix` see the disk as `inside`, the test itself as `outside`."""

    inside: Path
    outside: Path
    prefix: Sequence[str] = ()

    @property
    def free(self) -> int:
        """Bytes that can still be written."""
        found = os.statvfs(self.outside)
        return found.f_bavail * found.f_frsize

    def fill(self, left: int = 0) -> None:
        """Write ballast until only so many bytes are left."""
        piece = bytes(1 << 16)
        with (self.outside / "ballast").open("ab", buffering=0) as ballast:
            try:
                while (rest := self.free - left) > 0:
                    ballast.write(piece[: min(rest, len(piece))])
            except OSError:
                assert left == 0, "more is left than can be used"

    def clear(self) -> None:
        """Take the ballast away."""
        (self.outside / "ballast").unlink(missing_ok=True)


@contextmanager
def small_disk(size: int) -> Iterator[SmallDisk]:
    """Make an empty file system of at most `size` bytes for a block, without special rights: one that only the
    processes of a name space of its own see, or, where containers forbid those, their small shared memory."""
    holder = _holder(size)
    try:
        if holder:
            enter = ["nsenter", f"--target={holder.pid}", "--user", "--mount", "--preserve-credentials", "--"]
            yield SmallDisk(MOUNT_POINT, Path(f"/proc/{holder.pid}/root{MOUNT_POINT}"), enter)
        elif shutil.disk_usage(SHARED).total <= LARGEST_SHARED:
            with _part_of_shared(size) as disk:
                yield disk
        else:
            _give_up()
    finally:
        if holder:
            holder.communicate(timeout=60)  # the end of its input ends it, and nobody sees the file system any more


def _holder(size: int) -> "subprocess.Popen[str] | None":
    """Start a process that holds a name space with the file system in it; None where that is not allowed."""
    if not (shutil.which("unshare") and shutil.which("nsenter")):
        return None
    holder = subprocess.Popen(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", HOLD, str(MOUNT_POINT), str(size)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert holder.stdout
    if holder.stdout.readline().strip() == "mounted":
        return holder
    holder.communicate(timeout=60)
    return None


@contextmanager
def _part_of_shared(size: int) -> Iterator[SmallDisk]:
    with (SHARED / "tamis-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other processes of this test run would fill it, too
        directory = Path(tempfile.mkdtemp(dir=SHARED))
        try:
            disk = SmallDisk(directory, directory)
            with (directory / "reserved").open("wb") as reserved:
                os.posix_fallocate(reserved.fileno(), 0, max(disk.free - size, 1))
            yield disk
        finally:
            shutil.rmtree(directory)


def _give_up() -> None:
    reason = "this machine has no small file system, and allows none to be made"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason)
    pytest.skip(reason)


def python(disk: SmallDisk, *arguments: str) -> list[str]:
    """Write the command that runs Python where it sees the disk."""
    return [*disk.prefix, sys.executable, *arguments]
