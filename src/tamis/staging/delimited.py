"""Chunks become the rows of a table: fast where every reader agrees on their text, else by the one rule for records."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import NamedTuple

import duckdb

from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import Kind
from tamis.domain.inference.declared_types import DeclaredType
from tamis.files.chunks import Chunk
from tamis.files.limits import MOST_BROKEN, is_too_sparse
from tamis.files.records import Record, read_records
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

_SEPARATORS = tuple(map(chr, chain(range(0x1F, 0x0D, -1), range(0xE000, 0xF8FF))))


class Located(NamedTuple):
    """A record as it stands in the file: its number from 0, the number of its first line, and its cells."""

    number: int
    line: int
    cells: list[str]


CELLS_AT_ONCE = 500_000
CHUNKS_AT_ONCE = 4
"""Small appends to a table cost DuckDB several times as much as large ones."""


@dataclass(frozen=True, slots=True)
class _Staged:
    first: int
    chunks: tuple[Chunk, ...]


class StagedCsv:
    """The table `rows`, with text columns c0, c1 …; its rowid is the number of the record, from 0.

    An empty cell is NULL. `broken` says of a record what is wrong with its structure: all its cells are NULL. The
    connection must not be in a transaction while chunks are added, and nothing may be deleted from the table.
    """

    def __init__(self, staging: StagingDatabase, width: int, delimiter: str, name: str = "the file") -> None:
        self.count = 0
        self._name, self._read = name, 0
        self.broken: dict[int, str] = {}
        self._staging, self._width, self._delimiter = staging, width, delimiter
        self._staged: list[_Staged] = []
        self._waiting: list[Chunk] = []
        columns = [f"c{n}" for n in range(width)]
        kinds = ", ".join(f"{column}: 'VARCHAR'" for column in columns)
        execute(staging, f"CREATE TABLE rows ({', '.join(f'{column} VARCHAR' for column in columns)})")
        self._fast = (
            "INSERT INTO rows SELECT * FROM read_csv($paths, auto_detect = false, header = false, delim = $delimiter, "
            "quote = '\"', escape = '\"', comment = '', nullstr = '', allow_quoted_nulls = true, strict_mode = true, "
            "null_padding = false, ignore_errors = false, skip = 0, encoding = 'utf-8', compression = 'none', "
            f"columns = {{{kinds}}}) WHERE {_is_record(columns)}"
        )
        # Two steps: around unnest, nullif would be many times slower.
        emptied = ", ".join(f"nullif({column}, '')" for column in columns)
        cells = ", ".join(f"unnest(string_split(${n + 2}, $1)) AS {column}" for n, column in enumerate(columns))
        self._careful = f"INSERT INTO rows SELECT {emptied} FROM (SELECT {cells})"

    def add(self, chunk: Chunk) -> None:
        """Append the records of a chunk in their order, now or with the next ones."""
        # A table of one column cannot tell an empty cell from an empty line.
        if chunk.plain and self._width > 1:
            self._waiting.append(chunk)
            if len(self._waiting) == CHUNKS_AT_ONCE:
                self.finish()
        else:
            self.finish()
            self._stage([chunk], self._add_carefully(chunk))

    def finish(self) -> None:
        """Append what waits; to be called after the last chunk."""
        waiting, self._waiting = self._waiting, []
        added = self._add_fast(waiting) if waiting else None
        if added is not None:
            self._stage(waiting, added)
            return
        for chunk in waiting:
            alone = self._add_fast([chunk]) if len(waiting) > 1 else None
            self._stage([chunk], self._add_carefully(chunk) if alone is None else alone)

    def locate(self, numbers: Iterable[int]) -> Iterator[Located]:
        """Find records, of which the numbers ascend, in the file; only the chunks that hold them are read."""
        firsts = [staged.first for staged in self._staged]
        for place, group in groupby(numbers, lambda number: bisect_right(firsts, number) - 1):
            wanted = set(group)
            records = chain.from_iterable(map(self._records, self._staged[place].chunks))
            for number, record in enumerate(records, firsts[place]):
                if number in wanted:
                    yield Located(number, record.line, record.cells)

    def _stage(self, chunks: Sequence[Chunk], added: int) -> None:
        self._staged.append(_Staged(self.count, tuple(chunks)))
        self.count += added

    def _records(self, chunk: Chunk) -> Iterator[Record]:
        return read_records(_text(chunk), self._delimiter, chunk.first_line, one_column=self._width == 1)

    def _add_fast(self, chunks: Sequence[Chunk]) -> int | None:
        paths = [str(chunk.path) for chunk in chunks]
        try:
            found = execute(self._staging, self._fast, {"paths": paths, "delimiter": self._delimiter}).fetchone()
        except duckdb.InvalidInputException:
            return None  # a row is ragged, or longer than this reader takes
        assert found
        self._read += sum(chunk.path.stat().st_size for chunk in chunks)
        return int(found[0])

    def _add_carefully(self, chunk: Chunk) -> int:
        text = _text(chunk)
        self._read += len(text)
        mark = next(mark for mark in _SEPARATORS if mark not in text)
        blank = [""] * self._width
        records = read_records(text, self._delimiter, chunk.first_line, one_column=self._width == 1)
        number = self.count
        while some := list(islice(records, max(CELLS_AT_ONCE // self._width, 1))):
            rows = []
            for record in some:
                problem = record.problem or _unreadable(record, chunk) or _ragged(record.cells, self._width)
                if problem:
                    self.broken[number] = problem
                rows.append(blank if problem else record.cells[: self._width])
                number += 1
            self._check(number)
            # One text for a column, taken apart by DuckDB, is many times faster than a list of texts.
            execute(self._staging, self._careful, [mark, *(mark.join(column) for column in zip(*rows, strict=True))])
        return number - self.count

    def _check(self, count: int) -> None:
        """Raise Invalid where a few bytes become many cells: rows that are no rows still have all columns."""
        if len(self.broken) > MOST_BROKEN:
            raise Invalid([Problem(self._name, "too_many_broken_rows", most=MOST_BROKEN)])
        if is_too_sparse(count, self._width, self._read):
            raise Invalid([Problem(self._name, "table_too_sparse", columns=self._width, rows=count)])


def _is_record(columns: Sequence[str]) -> str:
    """Write the condition that a line is a record, which lines of nothing but blanks and empty quotes are not; most
    are known to be by their first cell."""
    filled = " OR ".join(f"ltrim({column}, ' ') <> ''" for column in columns)
    return f"{columns[0]} >= '!' OR {filled}"


def _text(chunk: Chunk) -> str:
    return chunk.path.read_bytes().decode()


def _unreadable(record: Record, chunk: Chunk) -> str:
    if not chunk.unreadable:
        return ""
    last = record.line + sum(cell.count("\n") for cell in record.cells)
    return next((why for line, why in chunk.unreadable.items() if record.line <= line <= last), "")


def _ragged(cells: Sequence[str], width: int) -> str:
    if len(cells) == width or (len(cells) > width and not "".join(cells[width:]).strip()):
        return ""
    return f"the row has {len(cells)} {'cell' if len(cells) == 1 else 'cells'}, the header has {width}"


@dataclass(frozen=True, slots=True)
class StagedSheet:
    """A sheet in the staging database, whose rows have the numbers that they have there; its columns of `texts` are
    numbers that it holds as text, which stay so."""

    staged: StagedCsv
    rows: Sequence[int]
    texts: frozenset[int]
    nested: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.staged.count

    @property
    def broken(self) -> dict[int, str]:
        """What is wrong with the structure of rows."""
        return self.staged.broken

    def locate(self, numbers: Iterable[int]) -> Iterator[Located]:
        """Find rows, of which the numbers ascend, in the sheet."""
        for row in self.staged.locate(numbers):
            yield row._replace(line=self.rows[row.number])

    def declare(self, positions: Collection[int]) -> dict[int, DeclaredType]:
        """Tell which columns hold numbers as text."""
        return {position: DeclaredType(Kind.TEXT) for position in positions if position in self.texts}

    def refuse_nested(self, positions: Collection[int]) -> None:
        """Refuse no row: there are no objects."""
