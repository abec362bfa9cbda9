"""A delimited file, whatever its encoding, delimiter and line ends, as chunks of whole records."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tamis.files.chunks import CHUNK_BYTES, Chunk, cut
from tamis.files.encodings.choose import Encoding, as_utf8
from tamis.files.layout import IsHeader, Layout, find_layout
from tamis.files.lines import ends_with_returns, with_line_feeds
from tamis.files.source import Source

START_BYTES = 4 << 20
"""The header and the first records must stand in so much of a file."""


@dataclass(slots=True)
class DelimitedFile:
    """An open file, of which the header has been read."""

    layout: Layout
    size: int
    encoding: Encoding
    _source: Source
    _returns: bool
    _spool: Path
    _chunk_bytes: int

    @property
    def position(self) -> int:
        """How many of the `size` bytes of the file have been read; of a compressed file, compressed ones."""
        return self._source.position

    def chunks(self) -> Iterator[Chunk]:
        """Cut the rows into chunks, files that stay in the spool; raises Invalid and Unavailable."""
        blocks = _text(self._source, self.encoding, returns=self._returns)
        first_line = self.layout.header_line + 1
        rows = _after_lines(blocks, self.layout.header_line)
        unreadable = self.encoding.unreadable
        return cut(self._source, rows, self.layout.delimiter, first_line, self._spool, self._chunk_bytes, unreadable)


def delimited_in(
    source: Source,
    encoding: Encoding,
    spool: Path,
    is_header: IsHeader,
    *,
    delimiter: str | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> DelimitedFile:
    """Find the layout of a file of which the encoding is known, and the delimiter may be. The chunks are written to the
    directory `spool`.

    The header is the first of the first 50 records for which `is_header` is true of its stripped cells, else the first
    record. Raises Invalid for what is no table with a header, Unavailable when the disk of the spool is nearly full.
    """
    start, whole = _start(as_utf8(source, encoding))
    returns = ends_with_returns(start.decode(errors="ignore"))
    if returns:
        start = b"".join(with_line_feeds([start]))
    lines = start[: start.rfind(b"\n") + 1].decode() if not whole else start.decode() + "\n"
    layout = find_layout(source, encoding.name, encoding.notices, lines, is_header, delimiter)
    if line := next((line for line in sorted(encoding.unreadable) if line <= layout.header_line), None):
        raise source.refuse("line_not_read", line, reason=encoding.unreadable[line])
    return DelimitedFile(layout, source.size, encoding, source, returns, spool, chunk_bytes)


def _start(blocks: Iterator[bytes]) -> tuple[bytes, bool]:
    parts, length = [], 0
    for block in blocks:
        parts.append(block)
        length += len(block)
        if length >= START_BYTES:
            return b"".join(parts), False
    return b"".join(parts), True


def _text(source: Source, encoding: Encoding, *, returns: bool) -> Iterator[bytes]:
    blocks = as_utf8(source, encoding)
    return with_line_feeds(blocks) if returns else blocks


def _after_lines(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    for block in blocks:
        at = 0
        while count and (found := block.find(b"\n", at)) >= 0:
            at, count = found + 1, count - 1
        if not count:
            yield block[at:]
            break
    yield from blocks
