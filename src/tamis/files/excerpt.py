"""The beginning of a file as a file of its own, so that it can be looked at as if it were the whole one."""

from dataclasses import replace
from pathlib import Path

from tamis.files.encodings.choose import Encoding, as_utf8
from tamis.files.source import Source

EXCERPT_BYTES = 4 << 20


def excerpt(source: Source, encoding: Encoding, spool: Path) -> tuple[Source, Encoding, bool]:
    """Write the first 4 MB of a text, in UTF-8 and up to the end of a line, to the directory `spool`; returns it with
    the encoding to read it by, which is called as that of the whole file, and whether it is the whole file. Raises
    Invalid."""
    start = bytearray()
    for block in as_utf8(source, encoding):
        start += block
        if len(start) > EXCERPT_BYTES:
            break
    whole = len(start) <= EXCERPT_BYTES
    part = bytes(start if whole else start[: _end_of_line(start)])
    target = spool / "excerpt"
    target.write_bytes(part)
    read = replace(encoding, mark=0, length=len(part), codec=None)
    return Source(source.name, target, len(part)), read, whole


def _end_of_line(start: bytearray) -> int:
    """Find where the last whole line ends; a line that is longer than all of it is cut between two characters."""
    for end in (b"\n", b"\r"):
        if at := start.rfind(end, 0, EXCERPT_BYTES) + 1:
            return at
    at = EXCERPT_BYTES
    while start[at] & 0xC0 == 0x80:
        at -= 1
    return at
