"""Decoding the text of a file to UTF-8, line by line where lines differ in encoding."""

import codecs
from collections.abc import Iterable, Iterator

from tamis.files.encodings.line_survey import rejoin_lines, split_lines

UNREADABLE = "tamis.unreadable"
"""The error handler that decodes bytes without a meaning as control characters, which no value may contain."""


def _as_controls(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    return "".join(chr(byte) if 0x80 <= byte <= 0x9F else "\x80" for byte in wrong), error.end


codecs.register_error(UNREADABLE, _as_controls)


def lines_as_utf8(blocks: Iterable[bytes], codec: str, end: bytes, *, keeps_utf8: bool) -> Iterator[bytes]:
    """Decode lines, which end with `end`, by a codec; where it `keeps_utf8`, only those that are not UTF-8 already."""
    for lines in rejoin_lines(blocks, end):
        if lines.isascii():
            yield lines
        elif not keeps_utf8:
            yield lines.decode(codec, UNREADABLE).encode()
        elif is_utf8(lines):
            yield lines
        else:
            yield b"".join(
                line if is_utf8(line) else line.decode(codec, UNREADABLE).encode() for line in split_lines(lines, end)
            )


def blocks_as_utf8(blocks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    """Decode blocks by a codec with several bytes per character, such as UTF-16."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for block in blocks:
        yield decoder.decode(block).encode()
    yield decoder.decode(b"", True).encode()


def unreadable_bytes(blocks: Iterable[bytes], codec: str, end: bytes, *, keeps_utf8: bool) -> int:
    """Count the bytes without a meaning when lines are decoded by a codec."""
    found = 0
    for lines in rejoin_lines(blocks, end):
        if lines.isascii():
            continue
        parts = split_lines(lines, end) if keeps_utf8 else iter((lines,))
        for part in parts:
            if not (keeps_utf8 and is_utf8(part)) and not decodes(part, codec):
                text = part.decode(codec, UNREADABLE)
                found += sum("\x80" <= character <= "\x9f" for character in text)
    return found


def first_undecodable(blocks: Iterable[bytes], codec: str, end: bytes) -> int | None:
    """Return the number of the first line that a codec cannot decode, or None."""
    number = 1
    for lines in rejoin_lines(blocks, end):
        if not lines.isascii() and not decodes(lines, codec):
            return number + next((n for n, line in enumerate(split_lines(lines, end)) if not decodes(line, codec)), 0)
        number += lines.count(end)
    return None


def decodes(text: bytes, codec: str) -> bool:
    """Return whether a codec can decode some bytes."""
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def is_utf8(text: bytes) -> bool:
    """Return whether some bytes are UTF-8."""
    return text.isascii() or decodes(text, "utf-8")
