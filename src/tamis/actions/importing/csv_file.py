"""A CSV file as batches of records: UTF-8 with or without BOM, commas, plain or gzip."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from tamis.domain.errors import Invalid, Problem

LONGEST_CELL = 16 * 1024 * 1024
MOST_COLUMNS = 10_000
RECORDS_A_BATCH = 20_000


class Row(NamedTuple):
    """The cells of a record, and the number of the line on which it ends."""

    line: int
    cells: list[str]


class Batch(NamedTuple):
    """Consecutive records, after so many lines of the file; a blank line is a record without cells."""

    lines_before: int
    records: list[list[str]]

    def rows(self) -> list[Row]:
        """Number the records that are not blank; a line end inside of quotes is still in its cell."""
        line, rows = self.lines_before, []
        for cells in self.records:
            line += 1 + sum(cell.count("\n") for cell in cells)
            if cells:
                rows.append(Row(line, cells))
        return rows


@dataclass(frozen=True, slots=True)
class CsvFile:
    """An open CSV file, of which the header has been read."""

    path: Path
    header: tuple[str, ...]
    batches: Iterator[Batch]
    raw: IO[bytes]

    @property
    def position(self) -> int:
        """How many bytes of the file have been read; of a compressed file, compressed ones."""
        return self.raw.tell()


@contextmanager
def open_csv(path: Path) -> Iterator[CsvFile]:
    """Open a file and read its header; raises Invalid, also while its records are read."""
    csv.field_size_limit(LONGEST_CELL)
    with _plain_errors(path), path.open("rb") as raw, _unpacked(raw) as unpacked:
        # Lines end at "\n" and nowhere else; every other line end is the reader's matter.
        reader = csv.reader(io.TextIOWrapper(unpacked, encoding="utf-8-sig", newline="\n"), strict=True)
        header = next(iter(_take(path, reader, 1)), None)
        if not header:
            raise Invalid([Problem(str(path), "is empty: the first line must name the columns")])
        yield CsvFile(path, _checked_header(path, header), _batches(path, reader), raw)


@contextmanager
def _unpacked(raw: IO[bytes]) -> Iterator[Any]:
    compressed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    if not compressed:
        yield raw
        return
    with gzip.GzipFile(fileobj=raw) as unpacked:
        yield unpacked


def _batches(path: Path, reader: Any) -> Iterator[Batch]:
    while True:
        before: int = reader.line_num
        records = _take(path, reader, RECORDS_A_BATCH)
        if not records:
            return
        yield Batch(before, records)


def _take(path: Path, reader: Iterator[list[str]], most: int) -> list[list[str]]:
    try:
        return list(islice(reader, most))
    except UnicodeDecodeError:
        raise Invalid(
            [
                Problem(
                    f"{path}, line {_undecodable_line(path)}", "is not UTF-8: save the file as UTF-8 and import again"
                )
            ]
        ) from None


def _undecodable_line(path: Path) -> int:
    # The file was being decoded in blocks, which is fast and knows nothing of lines: look for the line only now.
    with path.open("rb") as raw, _unpacked(raw) as unpacked:
        return next(number for number, line in enumerate(unpacked, 1) if not _is_utf8(line))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _checked_header(path: Path, header: list[str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in header)
    seen: set[str] = set()
    repeated = {name for name in names if name and (name in seen or seen.add(name))}  # type: ignore[func-returns-value]
    problems = [Problem(f"{path}, line 1", f'names the column "{name}" twice') for name in sorted(repeated)]
    if len(names) > MOST_COLUMNS:
        problems.append(Problem(f"{path}, line 1", f"has more than {MOST_COLUMNS:,} columns"))
    if problems:
        raise Invalid(problems)
    return names


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except csv.Error as error:
        raise Invalid([Problem(str(path), f"is not well-formed CSV: {error}")]) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Invalid([Problem(str(path), f"is not a whole gzip file: {error}")]) from None
    except OSError as error:
        raise Invalid([Problem(str(path), f"cannot be read: {error.strerror or error}")]) from None
