"""Reading the text of a file as UTF-8, whatever its encoding: line by line where some lines are in another one."""

import codecs
from collections.abc import Iterable, Iterator

from tamis.files.encodings.survey import lines_of, whole_lines

UNREADABLE = "tamis.unreadable"
"""The way to read bytes that have no meaning in an encoding: as control characters, which no value may have."""


def _as_controls(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    return "".join(chr(byte) if 0x80 <= byte <= 0x9F else "\x80" for byte in wrong), error.end


codecs.register_error(UNREADABLE, _as_controls)


def lines_as_utf8(blocks: Iterable[bytes], codec: str, end: bytes, *, keeps_utf8: bool) -> Iterator[bytes]:
    """Read lines, which end with `end`, by a codec; where it `keeps_utf8`, only those that are not UTF-8 already."""
    for lines in whole_lines(blocks, end):
        if lines.isascii():
            yield lines
        elif not keeps_utf8:
            yield lines.decode(codec, UNREADABLE).encode()
        elif is_utf8(lines):
            yield lines
        else:
            yield b"".join(
                line if is_utf8(line) else line.decode(codec, UNREADABLE).encode() for line in lines_of(lines, end)
            )


def blocks_as_utf8(blocks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    """Read blocks by a codec of more than one byte a character, such as UTF-16."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for block in blocks:
        yield decoder.decode(block).encode()
    yield decoder.decode(b"", True).encode()


def unreadable_bytes(blocks: Iterable[bytes], codec: str, end: bytes, *, keeps_utf8: bool) -> int:
    """Count the characters that stand for bytes without a meaning when lines are read by a codec."""
    found = 0
    for lines in whole_lines(blocks, end):
        if lines.isascii():
            continue
        pieces = lines_of(lines, end) if keeps_utf8 else iter((lines,))
        for piece in pieces:
            if not (keeps_utf8 and is_utf8(piece)) and not decodes(piece, codec):
                text = piece.decode(codec, UNREADABLE)
                found += sum("\x80" <= character <= "\x9f" for character in text)
    return found


def first_undecodable(blocks: Iterable[bytes], codec: str, end: bytes) -> int | None:
    """Find the number of the first line that a codec does not read."""
    number = 1
    for lines in whole_lines(blocks, end):
        if not lines.isascii() and not decodes(lines, codec):
            return number + next((n for n, line in enumerate(lines_of(lines, end)) if not decodes(line, codec)), 0)
        number += lines.count(end)
    return None


def decodes(text: bytes, codec: str) -> bool:
    """Return whether a codec reads some bytes."""
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def is_utf8(text: bytes) -> bool:
    """Return whether some bytes are UTF-8."""
    return text.isascii() or decodes(text, "utf-8")
