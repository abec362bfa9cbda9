"""The rule that splits text into records and cells; every faster reader must agree with it.

A record ends with its line. A cell that starts with a quote extends to the closing quote, across line ends and
delimiters; blanks around such a cell do not belong to it, and a quote inside is doubled. In any other cell a quote is
an ordinary character. A line of only blanks, delimiters and empty quotes is no record. Where text follows a closing
quote, or a quote is never closed, the record is malformed: it is taken to be that one line, so that the records after
it are still read; its last cell is the unparsed rest of the line."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST_CELL = 16 * 1024 * 1024
_BLANK = " \r"
_OPEN = re.compile(r' *"[^"]*+(?:""[^"]*+)*+')


class Record(NamedTuple):
    """The cells of a record, the number of the line on which it starts, and what is malformed, or blank."""

    line: int
    cells: list[str]
    problem: str


class IncompleteRecord(Exception):
    """The text ends inside quotes, and more of it may follow."""


@lru_cache(maxsize=16)
def _cell(delimiter: str) -> re.Pattern[str]:
    # A lookahead for the end of the cell, which the caller inspects.
    mark = re.escape(delimiter)
    return re.compile(rf' *"([^"]*+(?:""[^"]*+)*+)" *(?=[{mark}\n]|\r\n)|([^{mark}\n]*+)')


def read_records(text: str, delimiter: str, first_line: int = 1, *, one_column: bool = False) -> Iterator[Record]:
    """Read the records of a text that ends with a line end; its first line has the number `first_line`.

    In a table of `one_column` an empty cell in quotes is a record: it is how a blank cell is written there."""
    line, at, end = first_line, 0, len(text)
    blank = _BLANK + delimiter
    while at < end:
        stop = text.index("\n", at)
        content = text[at:stop]
        if '"' in content:
            cells, after, problem = quoted_record(text, at, delimiter, line)
            if problem or (one_column and len(cells) == 1) or any(cell.strip(_BLANK) for cell in cells):
                yield Record(line, cells, problem)
            line += text.count("\n", at, after)
            at = after
            continue
        if content.strip(blank):
            yield Record(line, content.removesuffix("\r").split(delimiter), "")
        line += 1
        at = stop + 1


def end_of_last_record(text: str, delimiter: str) -> int:
    """Return where the last record ends whose end does not depend on text that may follow."""
    at, end = 0, len(text)
    try:
        while at < end:
            quote = text.find('"', at)
            if quote < 0:
                return end
            at = text.rfind("\n", at, quote) + 1 or at
            at = quoted_record(text, at, delimiter, more=True)[1]
    except IncompleteRecord:
        pass
    return at


def quoted_record(
    text: str, at: int, delimiter: str, line: int = 0, *, more: bool = False
) -> tuple[list[str], int, str]:
    """Read the record at a position: its cells, where the next one starts, and what is malformed, or blank.

    With `more`, the text is the start of a longer one: raises IncompleteRecord when the result depends on the rest."""
    cells: list[str] = []
    pattern, start = _cell(delimiter), at
    while True:
        found = pattern.match(text, at, at + LONGEST_CELL)
        assert found  # the empty cell matches everywhere
        quoted, unquoted = found.groups()
        if unquoted is None:
            cells.append(quoted.replace('""', '"') if '"' in quoted else quoted)
        else:
            opening = _OPEN.match(text, at, at + LONGEST_CELL)
            if opening and more and opening.end() == len(text) < at + LONGEST_CELL:
                raise IncompleteRecord
            if unquoted.startswith('"'):
                problem = _malformed(text, at, opening, line + text.count("\n", start, at))
                end = text.index("\n", at)
                return [*cells, text[at:end].removesuffix("\r")], end + 1, problem
            cells.append(unquoted)
        at = found.end()
        if text[at] == delimiter:
            at += 1
        elif text[at] == "\n" or text.startswith("\r\n", at):
            cells[-1] = cells[-1] if unquoted is None else cells[-1].removesuffix("\r")
            return cells, text.index("\n", at) + 1, ""
        else:
            return cells, text.index("\n", at) + 1, f"a cell is longer than {LONGEST_CELL >> 20} MB"


def _malformed(text: str, at: int, opening: re.Match[str] | None, line: int) -> str:
    closes = opening.end() if opening else at
    if closes < text.index("\n", at):
        return f"text follows the closing quote of a cell in line {line}"
    return f"the quote opened in line {line} is not closed"
