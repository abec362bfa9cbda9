"""The bytes of a source file: raw or gzip, from a path or standard input, readable repeatedly."""

import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tamis.domain.errors import Invalid, Param, Problem
from tamis.files.disk_space import require_disk_space

BLOCK = 1 << 20
MOST_UNPACKED = 1 << 30
MOST_RATIO = 1000
GZIP = b"\x1f\x8b"
Read = Callable[[int], bytes]
STANDARD_INPUT = Path("-")


@dataclass(slots=True)
class SourceFile:
    """A file that can be read repeatedly; `name` is its name for people."""

    name: str
    path: Path
    size: int
    position: int = 0
    notices: list[str] = field(default_factory=list)

    def blocks(self) -> Iterator[bytes]:
        """Read the decompressed bytes from the start; raises Invalid. `position` counts the bytes of the file
        itself."""
        self.position = 0
        with readable_errors(self.name), self.path.open("rb") as raw:
            compressed = raw.read(2) == GZIP
            raw.seek(0)
            yield from _unpacked(self, _raw(self, raw.read)) if compressed else _raw(self, raw.read)

    def refuse(self, code: str, line: int | None = None, /, **params: Param) -> Invalid:
        """Return an error that names the file, and the line if given."""
        return Invalid([Problem(self.name if line is None else f"{self.name}, line {line}", code, **params)])


def open_source(path: Path, spool: Path, known_as: str | None = None) -> SourceFile:
    """Open a file; standard input or a pipe, which can be read only once, is copied to the spool directory first.

    Its name for people is `known_as`, else its path."""
    name = known_as or ("standard input" if path == STANDARD_INPUT else str(path))
    with readable_errors(name):
        if path == STANDARD_INPUT:
            return _copied(name, sys.stdin.buffer.read, spool)
        if stat.S_ISREG((found := path.stat()).st_mode):
            return SourceFile(name, path, found.st_size)
        with path.open("rb") as pipe:
            return _copied(name, pipe.read, spool)


@contextmanager
def readable_errors(name: str) -> Iterator[None]:
    """Turn OSError into Invalid with a reason that people understand."""
    try:
        yield
    except OSError as error:
        raise Invalid([Problem(name, "file_not_read", reason=str(error.strerror or error))]) from None


def _copied(name: str, read: Read, spool: Path) -> SourceFile:
    path = spool / "input"
    with path.open("wb") as copy:
        while block := read(BLOCK):
            require_disk_space(spool)
            copy.write(block)
    return SourceFile(name, path, os.path.getsize(path))


def _raw(source: SourceFile, read: Read) -> Iterator[bytes]:
    while block := read(BLOCK):
        source.position += len(block)
        yield block


def _unpacked(source: SourceFile, blocks: Iterator[bytes]) -> Iterator[bytes]:
    unpacked, total, rest = zlib.decompressobj(31), 0, b""
    while True:
        rest = rest or next(blocks, b"")
        if not rest and unpacked.eof:
            return
        if not rest:
            raise source.refuse("gzip_ends_too_early")
        if unpacked.eof:  # another member, or garbage; zeros are padding
            rest += b"" if len(rest) > 1 else next(blocks, b"")
            if not rest.startswith(GZIP):
                if rest.strip(b"\0"):
                    source.notices.append("Data after the end of the gzip stream was ignored.")
                return
            unpacked = zlib.decompressobj(31)
        try:
            data = unpacked.decompress(rest, BLOCK)
        except zlib.error:
            raise source.refuse("gzip_damaged") from None
        rest = unpacked.unused_data if unpacked.eof else unpacked.unconsumed_tail
        total += len(data)
        if total > MOST_UNPACKED and total > MOST_RATIO * source.position:
            raise source.refuse("gzip_too_large", times=MOST_RATIO, most=MOST_UNPACKED >> 30)
        if data:
            yield data
