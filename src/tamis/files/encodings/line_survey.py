"""A survey of all lines of a file: how many are UTF-8, with samples of those that are and those that are not."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

LONGEST_LINE = 32 << 20
"""Text without a line end for this long is no table; it is cut here until that is reported."""
MOST_NUMBERS = 1_000
MOST_SAMPLES = 400
MOST_GOOD_SAMPLES = 50
LONGEST_SAMPLE = 2_000
_FIRST_LINES = 4_000
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_JAPANESE = re.compile(rb"\x1b\$[@B]")
_ALL_NOT_ASCII = bytes(range(128, 256))


class NumberedLine(NamedTuple):
    """A line of a file: its number and its bytes."""

    number: int
    text: bytes


@dataclass(slots=True)
class Survey:
    """Statistics on the lines of a file.

    `good` and `stray` count the bytes outside ASCII in lines that are UTF-8 and in lines that are not. `strays` counts
    the latter lines; `numbers` has the first of them and `stray_lines` a sample from the whole file. `good_lines` is a
    sample of the former that are not ASCII. `start` is the beginning of the file. ISO-2022-JP, which is written in
    ASCII, is recognized by its escape sequences."""

    length: int = 0
    good: int = 0
    stray: int = 0
    strays: int = 0
    start: bytes = b""
    numbers: list[int] = field(default_factory=list)
    good_lines: list[NumberedLine] = field(default_factory=list)
    stray_lines: list[NumberedLine] = field(default_factory=list)
    end: bytes = b"\n"
    has_japanese_escapes: bool = False
    _stride: int = 1

    def add(self, first: int, lines: bytes) -> None:
        """Add whole lines, of which the first has the number `first`."""
        if b"\x1b" in lines and _JAPANESE.search(lines):
            self.has_japanese_escapes = True
        if lines.isascii():
            return
        try:
            lines.decode()
        except UnicodeDecodeError:
            for number, line in enumerate(split_lines(lines, self.end), first):
                self._add_line(number, line)
        else:
            self._add_good(first, lines)

    def _add_line(self, number: int, line: bytes) -> None:
        if line.isascii():
            return
        try:
            line.decode()
        except UnicodeDecodeError:
            self.stray += _count(line)
            if self.strays < MOST_NUMBERS:
                self.numbers.append(number)
            if self.strays % self._stride == 0:
                self._sample(number, line)
            self.strays += 1
        else:
            self._add_good(number, line)

    def _add_good(self, first: int, lines: bytes) -> None:
        self.good += _count(lines)
        if len(self.good_lines) < MOST_GOOD_SAMPLES:
            for number, line in enumerate(split_lines(lines, self.end), first):
                if not line.isascii():
                    self.good_lines.append(NumberedLine(number, _shortened(line)))
                    if len(self.good_lines) == MOST_GOOD_SAMPLES:
                        break

    def _sample(self, number: int, line: bytes) -> None:
        """Keep a line; when there are too many, drop every other one, so that the rest is from the whole file."""
        self.stray_lines.append(NumberedLine(number, _shortened(line)))
        if len(self.stray_lines) > MOST_SAMPLES:
            self.stray_lines = self.stray_lines[::2]
            self._stride *= 2


def survey(blocks: Iterable[bytes], end: bytes) -> Survey:
    """Survey all lines of a text without a byte order mark; they end with `end`."""
    found, number = Survey(end=end), 1
    for lines in rejoin_lines(blocks, end):
        if len(found.start) < _FIRST_LINES:
            found.start += lines[:_FIRST_LINES]
        found.add(number, lines)
        found.length += len(lines)
        number += lines.count(end)
    return found


def rejoin_lines(blocks: Iterable[bytes], end: bytes) -> Iterator[bytes]:
    """Regroup blocks of bytes so that each ends with a line."""
    rest = b""
    for block in blocks:
        cut = block.rfind(end) + 1
        if cut:
            yield rest + block[:cut]
            rest = block[cut:]
        else:
            rest += block
        if len(rest) > LONGEST_LINE:
            yield rest
            rest = b""
    if rest:
        yield rest


def split_lines(lines: bytes, end: bytes) -> Iterator[bytes]:
    """Split whole lines, each with its end."""
    at = 0
    while at < len(lines):
        stop = lines.find(end, at) + 1 or len(lines)
        yield lines[at:stop]
        at = stop


def _count(text: bytes) -> int:
    return len(text) - len(text.translate(None, _ALL_NOT_ASCII))


def _shortened(line: bytes) -> bytes:
    """Cut a long line after a byte that is never the second byte of a character."""
    line = line.rstrip(b"\r\n")
    if len(line) <= LONGEST_SAMPLE:
        return line
    from_here = max(0, _first(line) - LONGEST_SAMPLE // 2)
    part = line[from_here : from_here + LONGEST_SAMPLE]
    parts = re.split(rb"(?<=[\x00-\x2f])", part)
    return b"".join(parts[1 if from_here else 0 : -1]) or part


def _first(line: bytes) -> int:
    found = _NOT_ASCII.search(line)
    return found.start() if found else 0
