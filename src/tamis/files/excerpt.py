"""The beginning of a file as a file of its own, so that it can be looked at as if it were the whole one."""

import codecs
from pathlib import Path

from tamis.files.source import open_source

EXCERPT_BYTES = 4 << 20
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def excerpt(path: Path, known_as: str, spool: Path) -> tuple[Path, bool]:
    """Write the first 4 MB of a file, unpacked and up to the end of a line, to the directory `spool`; tells whether
    that is the whole file. Raises Invalid."""
    start = bytearray()
    for block in open_source(path, spool, known_as).blocks():
        start += block
        if len(start) > EXCERPT_BYTES:
            break
    whole = len(start) <= EXCERPT_BYTES
    target = spool / "excerpt"
    target.write_bytes(start if whole else start[: _end_of_line(start[:EXCERPT_BYTES])])
    return target, whole


def _end_of_line(start: bytearray) -> int:
    """Find where the last whole line ends; a line that is longer than all of it is cut."""
    encoding = next((name for mark, name in _UTF16.items() if start.startswith(mark)), None)
    width = 2 if encoding else 1
    for end in ("\n", "\r"):
        mark = end.encode(encoding or "ascii")
        at = start.rfind(mark)
        while at > 0 and at % width:  # half of one character and half of the next
            at = start.rfind(mark, 0, at + width - 1)
        if at > 0:
            return at + width
    return len(start) - len(start) % width
