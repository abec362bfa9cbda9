"""Excerpts: the beginning of a file as a file of its own, for previews."""

from dataclasses import replace
from pathlib import Path

from tamis.files.encodings.encoding import Encoding, as_utf8
from tamis.files.source import SourceFile

EXCERPT_BYTES = 4 << 20


def excerpt(source: SourceFile, encoding: Encoding, spool: Path) -> tuple[SourceFile, Encoding, bool]:
    """Write the first 4 MB of a text, up to a line end and in UTF-8, to the directory `spool`.

    Return the excerpt, its encoding, which keeps the name of the original one, and whether it is the whole file. Raises
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
    return SourceFile(source.name, target, len(part)), read, whole


def _end_of_line(start: bytearray) -> int:
    """Return where the last whole line ends; a line longer than the excerpt is cut between two characters."""
    for end in (b"\n", b"\r"):
        if at := start.rfind(end, 0, EXCERPT_BYTES) + 1:
            return at
    at = EXCERPT_BYTES
    while start[at] & 0xC0 == 0x80:
        at -= 1
    return at
