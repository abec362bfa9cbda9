"""Bodies of newline-delimited JSON, of any length: cut into chunks of whole lines."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MEDIA_TYPE = "application/x-ndjson"
LINES_PER_CHUNK = 1_000
BYTES_PER_CHUNK = MAX_LINE_BYTES = 1 << 20
_END = b"end"
"""What is hashed after a body; all other chunks end with a line break."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class LineChunk:
    """Some lines of a body, None for each that is too long; `digest` is that of the body up to their end. The last
    chunk of a body has none: its digest is that of the whole body, which a longer body that begins like it does not
    have."""

    number: int
    lines: Sequence[bytes | None]
    digest: bytes


class LineChunks:
    """Cuts a body into chunks; the same body gives the same chunks, however it arrives. Blank lines do not count."""

    def __init__(self) -> None:
        self._lines: list[bytes | None] = []
        self._size = self._number = 0
        self._rest = bytearray()
        """The line that is not complete, to which its parts are appended."""
        self._is_too_long = False
        self._hash = hashlib.sha256()
        self._has_begun = False

    def add(self, data: bytes) -> Iterator[LineChunk]:
        """Take more of the body, and yield the chunks that are complete."""
        first, *others = data.split(b"\n")
        self._rest += first
        for part in others:
            yield from self._end_line()
            self._rest += part
        if len(self._rest) > MAX_LINE_BYTES or self._is_too_long:
            self._hash.update(self._rest)
            self._rest.clear()
            self._is_too_long = True

    def finish(self) -> Iterator[LineChunk]:
        """End the body, and yield the remaining lines and the chunk that ends it."""
        yield from self._end_line()
        if self._lines:
            yield self._cut()
        self._hash.update(_END)
        yield self._cut()

    def _end_line(self) -> Iterator[LineChunk]:
        line = bytes(self._rest)
        self._rest.clear()
        if self._is_too_long or len(line) > MAX_LINE_BYTES:
            self._hash.update(line + b"\n")
            self._lines.append(None)
        else:
            line = (line if self._has_begun else line.removeprefix(_BYTE_ORDER_MARK)).strip()
            self._hash.update(line + b"\n")
            if line:
                self._lines.append(line)
                self._size += len(line)
        self._has_begun = True
        self._is_too_long = False
        if len(self._lines) == LINES_PER_CHUNK or self._size >= BYTES_PER_CHUNK:
            yield self._cut()

    def _cut(self) -> LineChunk:
        chunk = LineChunk(self._number, self._lines, self._hash.digest())
        self._lines, self._size, self._number = [], 0, self._number + 1
        return chunk
