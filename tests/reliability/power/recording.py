"""What a program and all of its children do to the files below a directory, as strace sees it."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.clients import installed
from tests.support.process import TIMEOUT_SECONDS, environment

CALLS = (
    "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,"
    "sync_file_range,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,"
    "sendfile,copy_file_range,msync,sync,syncfs"
)
MOST_BYTES = 1 << 26
_LINE = re.compile(r"(\d+) +(\d+\.\d+) (.*)", re.S)
_WHOLE = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|\?)(<[^>]*>)?.*", re.S)
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)", re.S)
_HEX = re.compile(r"((?:\\x[0-9a-f]{2})+)")
UNFINISHED = " <unfinished ...>"


@dataclass(frozen=True, slots=True)
class Event:
    """A call that succeeded: when it began and when it had ended (seconds since 1970), its arguments as strace writes
    them, and what it gave."""

    begun: float
    ended: float
    name: str
    arguments: str
    result: int
    opened: str = ""


def record(command: Sequence[str], log: Path) -> None:
    """Run a program to its end and write a log of what it does to files."""
    strace = [_strace(), "-f", "--seccomp-bpf", "-ttt", "-y", "-xx", "-s", str(MOST_BYTES), "-qq"]
    done = subprocess.run(
        [*strace, "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(log), *command],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=10 * TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]


def _strace() -> str:
    """Find strace; where the system lets no process be watched, as some sandboxes do, the test is skipped."""
    strace = installed("strace")
    tried = subprocess.run([strace, "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    if tried.returncode and "not permitted" in tried.stderr:
        pytest.skip(f"no process may be watched here: {tried.stderr.strip()[:200]}")
    return strace


def events(log: Path, root: Path) -> Iterator[Event]:
    """Read the calls below a directory in the order in which they ended. A call of one thread that others interrupt
    stands in two parts: it counts from the second, when it had ended."""
    wanted = "".join(f"\\x{byte:02x}" for byte in str(root).encode())
    begun: dict[str, tuple[float, str]] = {}
    with log.open(encoding="ascii") as lines:
        for line in lines:
            found = _LINE.fullmatch(line.rstrip("\n"))
            assert found, line[:200]
            process, at, rest = found[1], float(found[2]), found[3]
            if rest.endswith(UNFINISHED):
                begun[process] = at, rest.removesuffix(UNFINISHED)
                continue
            first = at
            if resumed := _RESUMED.fullmatch(rest):
                first, head = begun.pop(process)
                rest = head + resumed[2]
            if wanted not in rest:
                continue
            whole = _WHOLE.fullmatch(rest)
            if whole and whole[3] != "?" and int(whole[3]) >= 0:
                yield Event(first, at, whole[1], whole[2], int(whole[3]), whole[4] or "")


def text(hexadecimal: str) -> str:
    """Read what strace has written in hexadecimal digits, wherever they stand in a text."""
    return _HEX.sub(lambda found: data(found[1]).decode("utf-8", "surrogateescape"), hexadecimal)


def data(hexadecimal: str) -> bytes:
    """Read bytes that strace has written in hexadecimal digits."""
    return bytes.fromhex(hexadecimal.replace("\\x", ""))
