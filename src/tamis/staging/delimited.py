"""Staging delimited text: chunks become rows by DuckDB's reader where they are plain CSV, else by our own parser."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import NamedTuple

import duckdb

from tamis.domain.errors import Invalid, Problem
from tamis.domain.inference.declared_types import DeclaredType
from tamis.domain.values.fields import Kind
from tamis.files.chunks import TextChunk
from tamis.files.limits import MOST_BROKEN, is_too_sparse
from tamis.files.records import Record, read_records
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import execute

_SEPARATORS = tuple(map(chr, chain(range(0x1F, 0x0D, -1), range(0xE000, 0xF8FF))))


class SourceRow(NamedTuple):
    """A row of the source file: its number from 0, the number of its first line, and its cells."""

    number: int
    line: int
    cells: list[str]


CELLS_AT_ONCE = 500_000
CHUNKS_AT_ONCE = 4
"""Small appends to a table cost DuckDB several times as much as large ones."""


@dataclass(frozen=True, slots=True)
class _ChunkGroup:
    first: int
    chunks: tuple[TextChunk, ...]


class StagedCsv:
    """The table `rows`, with text columns c0, c1 …; its rowid is the number of the record, from 0.

    An empty cell is NULL. `broken` maps records with a malformed structure to the reason; all their cells are NULL.
    The connection must not be in a transaction while chunks are added, and no rows may be deleted.
    """

    def __init__(self, staging: StagingDatabase, width: int, delimiter: str, name: str = "the file") -> None:
        self.count = 0
        self._name, self._read = name, 0
        self.broken: dict[int, str] = {}
        self._staging, self._width, self._delimiter = staging, width, delimiter
        self._groups: list[_ChunkGroup] = []
        self._pending: list[TextChunk] = []
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
        self._slow = f"INSERT INTO rows SELECT {emptied} FROM (SELECT {cells})"

    def add(self, chunk: TextChunk) -> None:
        """Append the records of a chunk in order, at once or together with the next chunks."""
        # A table of one column cannot tell an empty cell from an empty line.
        if chunk.is_strict and self._width > 1:
            self._pending.append(chunk)
            if len(self._pending) == CHUNKS_AT_ONCE:
                self.flush()
        else:
            self.flush()
            self._note_chunks([chunk], self._add_slow(chunk))

    def flush(self) -> None:
        """Append the pending chunks; to be called after the last one."""
        pending, self._pending = self._pending, []
        added = self._add_fast(pending) if pending else None
        if added is not None:
            self._note_chunks(pending, added)
            return
        for chunk in pending:
            alone = self._add_fast([chunk]) if len(pending) > 1 else None
            self._note_chunks([chunk], self._add_slow(chunk) if alone is None else alone)

    def locate(self, numbers: Iterable[int]) -> Iterator[SourceRow]:
        """Read records by ascending numbers from the file; only the chunks that hold them are read."""
        firsts = [staged.first for staged in self._groups]
        for place, group in groupby(numbers, lambda number: bisect_right(firsts, number) - 1):
            wanted = set(group)
            records = chain.from_iterable(map(self._records, self._groups[place].chunks))
            for number, record in enumerate(records, firsts[place]):
                if number in wanted:
                    yield SourceRow(number, record.line, record.cells)

    def _note_chunks(self, chunks: Sequence[TextChunk], added: int) -> None:
        self._groups.append(_ChunkGroup(self.count, tuple(chunks)))
        self.count += added

    def _records(self, chunk: TextChunk) -> Iterator[Record]:
        return read_records(_text(chunk), self._delimiter, chunk.first_line, one_column=self._width == 1)

    def _add_fast(self, chunks: Sequence[TextChunk]) -> int | None:
        paths = [str(chunk.path) for chunk in chunks]
        try:
            found = execute(self._staging, self._fast, {"paths": paths, "delimiter": self._delimiter}).fetchone()
        except duckdb.InvalidInputException:
            return None  # a row is ragged, or longer than this reader takes
        assert found
        self._read += sum(chunk.path.stat().st_size for chunk in chunks)
        return int(found[0])

    def _add_slow(self, chunk: TextChunk) -> int:
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
            # One text per column, split by DuckDB, is many times faster than a list of texts.
            execute(self._staging, self._slow, [mark, *(mark.join(column) for column in zip(*rows, strict=True))])
        return number - self.count

    def _check(self, count: int) -> None:
        """Raise Invalid where few bytes become many cells: even malformed rows have all columns."""
        if len(self.broken) > MOST_BROKEN:
            raise Invalid([Problem(self._name, "too_many_broken_rows", most=MOST_BROKEN)])
        if is_too_sparse(count, self._width, self._read):
            raise Invalid([Problem(self._name, "table_too_sparse", columns=self._width, rows=count)])


def _is_record(columns: Sequence[str]) -> str:
    """Return the condition that a line is a record, not just blanks and empty quotes; the first cell decides most."""
    filled = " OR ".join(f"ltrim({column}, ' ') <> ''" for column in columns)
    return f"{columns[0]} >= '!' OR {filled}"


def _text(chunk: TextChunk) -> str:
    return chunk.path.read_bytes().decode()


def _unreadable(record: Record, chunk: TextChunk) -> str:
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
    """A staged sheet of a workbook, with its own row numbers; the columns in `texts` hold numbers as text."""

    staged: StagedCsv
    rows: Sequence[int]
    texts: frozenset[int]
    nested: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """The number of rows."""
        return self.staged.count

    @property
    def broken(self) -> dict[int, str]:
        """The malformed rows by number, with the reason."""
        return self.staged.broken

    def locate(self, numbers: Iterable[int]) -> Iterator[SourceRow]:
        """Read rows by ascending numbers from the sheet."""
        for row in self.staged.locate(numbers):
            yield row._replace(line=self.rows[row.number])

    def declared_types(self, positions: Collection[int]) -> dict[int, DeclaredType]:
        """Return text for the columns that hold numbers as text."""
        return {position: DeclaredType(Kind.TEXT) for position in positions if position in self.texts}

    def reject_nested(self, positions: Collection[int]) -> None:
        """Do nothing: there are no objects."""
