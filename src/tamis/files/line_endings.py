"""Line endings: files whose lines end with a carriage return alone are converted to line feeds."""

from collections.abc import Iterable, Iterator


def has_carriage_returns(start: str) -> bool:
    """Return whether the lines of a text end with carriage returns alone, judged by its start.

    Line ends in quotes are ignored, unless there are no others."""
    outside = "".join(start.split('"')[::2])
    for text in (outside, start):
        if "\n" in text:
            return False
        if "\r" in text.removesuffix("\r"):
            return True
    return start.endswith("\r")


def normalize_line_endings(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Replace carriage returns, with or without a line feed after them, with line feeds."""
    carry = b""
    for block in blocks:
        text = carry + block
        carry = b"\r" if text.endswith(b"\r") else b""
        yield text[: len(text) - len(carry)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if carry:
        yield b"\n"
