"""Delimited files of any encoding, delimiter and line endings, as chunks of whole records."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tamis.files.chunks import CHUNK_BYTES, TextChunk, split_into_chunks
from tamis.files.encodings.encoding import Encoding, as_utf8
from tamis.files.layout import IsHeader, Layout, detect_layout
from tamis.files.line_endings import has_carriage_returns, normalize_line_endings
from tamis.files.source import SourceFile

START_BYTES = 4 << 20
"""The header and the first records must be within this part of a file."""


@dataclass(slots=True)
class DelimitedFile:
    """An open file whose header has been read."""

    layout: Layout
    size: int
    encoding: Encoding
    _source: SourceFile
    _has_returns: bool
    _spool: Path
    _chunk_bytes: int

    @property
    def position(self) -> int:
        """How many of the `size` bytes of the file have been read, compressed bytes for a compressed file."""
        return self._source.position

    def chunks(self) -> Iterator[TextChunk]:
        """Split the rows into chunks, files that stay in the spool directory; raises Invalid and Unavailable."""
        blocks = _text(self._source, self.encoding, has_returns=self._has_returns)
        first_line = self.layout.header_line + 1
        rows = _after_lines(blocks, self.layout.header_line)
        unreadable = self.encoding.unreadable
        return split_into_chunks(
            self._source, rows, self.layout.delimiter, first_line, self._spool, self._chunk_bytes, unreadable
        )


def open_delimited(
    source: SourceFile,
    encoding: Encoding,
    spool: Path,
    is_header: IsHeader,
    *,
    delimiter: str | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> DelimitedFile:
    """Open a file of a known encoding and detect its layout; chunks will be written to the directory `spool`.

    The header is the first of the first 50 records whose stripped cells satisfy `is_header`, else the first record.
    Raises Invalid for anything but a table with a header, Unavailable when the disk of the spool is nearly full."""
    start, whole = _start(as_utf8(source, encoding))
    has_returns = has_carriage_returns(start.decode(errors="ignore"))
    if has_returns:
        start = b"".join(normalize_line_endings([start]))
    lines = start[: start.rfind(b"\n") + 1].decode() if not whole else start.decode() + "\n"
    layout = detect_layout(source, encoding.name, encoding.notices, lines, is_header, delimiter)
    if line := next((line for line in sorted(encoding.unreadable) if line <= layout.header_line), None):
        raise source.refuse("line_not_read", line, reason=encoding.unreadable[line])
    return DelimitedFile(layout, source.size, encoding, source, has_returns, spool, chunk_bytes)


def _start(blocks: Iterator[bytes]) -> tuple[bytes, bool]:
    parts, length = [], 0
    for block in blocks:
        parts.append(block)
        length += len(block)
        if length >= START_BYTES:
            return b"".join(parts), False
    return b"".join(parts), True


def _text(source: SourceFile, encoding: Encoding, *, has_returns: bool) -> Iterator[bytes]:
    blocks = as_utf8(source, encoding)
    return normalize_line_endings(blocks) if has_returns else blocks


def _after_lines(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for block in blocks:
        at = 0
        while count and (found := block.find(b"\n", at)) >= 0:
            at, count = found + 1, count - 1
        if not count:
            yield block[at:]
            break
    yield from blocks
