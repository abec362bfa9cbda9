"""One look at all lines of a file: which of them are UTF-8, and samples of those that are and those that are not."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

LONGEST_LINE = 32 << 20
"""What has no line end for so long is no table; until somebody says so, it is cut here."""
MOST_NUMBERS = 1_000
MOST_SAMPLES = 400
MOST_GOOD_SAMPLES = 50
LONGEST_SAMPLE = 2_000
_FIRST_LINES = 4_000
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_JAPANESE = re.compile(rb"\x1b\$[@B]")
_ALL_NOT_ASCII = bytes(range(128, 256))


class Line(NamedTuple):
    """A line of a file: its number, and its bytes."""

    number: int
    text: bytes


@dataclass(slots=True)
class Survey:
    """What the lines of a file are.

    `good` and `stray` are how many bytes outside of ASCII stand in lines that are UTF-8 and in lines that are not.
    `strays` counts the latter, of which `numbers` has the first and `stray_lines` some from all parts of the file;
    `good_lines` has some of the former that are not ASCII. `start` is the beginning of the file. ISO-2022-JP, which is
    written in ASCII, is known by its escape sequences.
    """

    length: int = 0
    good: int = 0
    stray: int = 0
    strays: int = 0
    start: bytes = b""
    numbers: list[int] = field(default_factory=list)
    good_lines: list[Line] = field(default_factory=list)
    stray_lines: list[Line] = field(default_factory=list)
    end: bytes = b"\n"
    has_japanese_escapes: bool = False
    _stride: int = 1

    def add(self, first: int, lines: bytes) -> None:
        """Look at whole lines, of which the first has a number."""
        if b"\x1b" in lines and _JAPANESE.search(lines):
            self.has_japanese_escapes = True
        if lines.isascii():
            return
        try:
            lines.decode()
        except UnicodeDecodeError:
            for number, line in enumerate(lines_of(lines, self.end), first):
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
            for number, line in enumerate(lines_of(lines, self.end), first):
                if not line.isascii():
                    self.good_lines.append(Line(number, _shortened(line)))
                    if len(self.good_lines) == MOST_GOOD_SAMPLES:
                        break

    def _sample(self, number: int, line: bytes) -> None:
        """Keep a line; when there are too many, every other one is dropped, so that what stays is from all parts."""
        self.stray_lines.append(Line(number, _shortened(line)))
        if len(self.stray_lines) > MOST_SAMPLES:
            self.stray_lines = self.stray_lines[::2]
            self._stride *= 2


def survey(blocks: Iterable[bytes], end: bytes) -> Survey:
    """Look at all lines of a text without a byte order mark; they end with `end`."""
    found, number = Survey(end=end), 1
    for lines in whole_lines(blocks, end):
        if len(found.start) < _FIRST_LINES:
            found.start += lines[:_FIRST_LINES]
        found.add(number, lines)
        found.length += len(lines)
        number += lines.count(end)
    return found


def whole_lines(blocks: Iterable[bytes], end: bytes) -> Iterator[bytes]:
    """Put blocks of bytes together anew, so that each ends where a line does."""
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


def lines_of(lines: bytes, end: bytes) -> Iterator[bytes]:
    """Take whole lines apart, each with its end."""
    at = 0
    while at < len(lines):
        stop = lines.find(end, at) + 1 or len(lines)
        yield lines[at:stop]
        at = stop


def _count(text: bytes) -> int:
    return len(text) - len(text.translate(None, _ALL_NOT_ASCII))


def _shortened(line: bytes) -> bytes:
    """Cut a long line where no character can be cut: behind what is never the second byte of one."""
    line = line.rstrip(b"\r\n")
    if len(line) <= LONGEST_SAMPLE:
        return line
    from_here = max(0, _first(line) - LONGEST_SAMPLE // 2)
    part = line[from_here : from_here + LONGEST_SAMPLE]
    pieces = re.split(rb"(?<=[\x00-\x2f])", part)
    return b"".join(pieces[1 if from_here else 0 : -1]) or part


def _first(line: bytes) -> int:
    found = _NOT_ASCII.search(line)
    return found.start() if found else 0
