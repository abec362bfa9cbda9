"""Line ends: a file whose lines end with a carriage return alone is given line feeds."""

from collections.abc import Iterable, Iterator


def ends_with_returns(start: str) -> bool:
    """Tell from the start of a text whether its lines end with carriage returns alone.

    Line ends in quotes are not looked at, unless there are no others.
    """
    outside = "".join(start.split('"')[::2])
    for text in (outside, start):
        if "\n" in text:
            return False
        if "\r" in text.removesuffix("\r"):
            return True
    return start.endswith("\r")


def with_line_feeds(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Replace carriage returns, with or without a line feed behind them, by line feeds."""
    held = b""
    for block in blocks:
        text = held + block
        held = b"\r" if text.endswith(b"\r") else b""
        yield text[: len(text) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if held:
        yield b"\n"
