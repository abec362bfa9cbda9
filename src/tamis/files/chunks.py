"""Splitting text into chunks of whole records, each a file in the spool directory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tamis.files.disk_space import require_disk_space
from tamis.files.records import LONGEST_CELL, end_of_last_record
from tamis.files.source import SourceFile
from tamis.files.strict_csv import is_strict_csv

CHUNK_BYTES = 8 << 20
LONGEST_RECORD = 2 * LONGEST_CELL


@dataclass(frozen=True, slots=True)
class TextChunk:
    """A file of whole records in UTF-8 without a header, and the number of its first line in the original file.

    Every line ends with "\\n" or "\\r\\n". When `is_strict`, all CSV readers agree on its records. Records with
    `unreadable` lines, by number, are rejected with the reason."""

    path: Path
    first_line: int
    is_strict: bool
    unreadable: Mapping[int, str] = field(default_factory=dict)


def split_into_chunks(
    source: SourceFile,
    blocks: Iterator[bytes],
    delimiter: str,
    first_line: int,
    spool: Path,
    chunk_bytes: int,
    unreadable: Mapping[int, str],
) -> Iterator[TextChunk]:
    """Split text into chunks in constant memory; raises Invalid for an endless record, Unavailable on a full disk."""
    line, number, rest = first_line, 0, b""
    wanted, final = chunk_bytes, False
    while True:
        rest, final = _fill(rest, blocks, wanted)
        if final and rest and not rest.endswith(b"\n"):
            rest += b"\n"
        head, is_strict = _whole_records(rest, delimiter, final=final)
        if head:
            require_disk_space(spool)
            number += 1
            path = spool / f"{number:06}.csv"
            path.write_bytes(head)
            next_line = line + head.count(b"\n")
            here = {number: why for number, why in unreadable.items() if line <= number < next_line}
            yield TextChunk(path, line, is_strict and not here, here)
            line = next_line
            rest = rest[len(head) :]
        if final:
            return
        wanted = chunk_bytes if head else len(rest) + max(chunk_bytes, len(rest))
        if not head and len(rest) > LONGEST_RECORD:
            raise source.refuse("record_too_long", line, most=LONGEST_RECORD >> 20)


def _fill(rest: bytes, blocks: Iterator[bytes], wanted: int) -> tuple[bytes, bool]:
    parts, length = [rest], len(rest)
    while length < wanted:
        block = next(blocks, None)
        if block is None:
            return b"".join(parts), True
        parts.append(block)
        length += len(block)
    return b"".join(parts), False


def _whole_records(data: bytes, delimiter: str, *, final: bool) -> tuple[bytes, bool]:
    """Return the whole records at the start of the data, and whether they are strict CSV."""
    lines = data[: data.rfind(b"\n") + 1]
    head = lines if final else _balanced(lines)
    if head and len(head) <= LONGEST_CELL and is_strict_csv(head, delimiter):
        return head, True
    # Latin-1 has one character per byte, so positions stay the same; quotes, delimiters and line ends are ASCII.
    end = len(lines) if final else end_of_last_record(lines.decode("latin-1"), delimiter)
    return lines[:end], False


def _balanced(lines: bytes) -> bytes:
    """Return the lines up to the last line end with an even number of quotes before it."""
    end = len(lines)
    quotes = lines.count(b'"')
    while quotes % 2:
        quote = lines.rfind(b'"', 0, end)
        end = lines.rfind(b"\n", 0, quote) + 1
        quotes = lines.count(b'"', 0, end)
    return lines[:end]
