"""A CSV file as rows with their line numbers: UTF-8 with or without BOM, commas, plain or gzip."""

import csv
import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from tamis.domain.errors import Invalid, Problem

LONGEST_CELL = 16 * 1024 * 1024
MOST_COLUMNS = 10_000


class Row(NamedTuple):
    """The cells of a record, and the number of the line on which it ends."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class CsvFile:
    """An open CSV file, of which the header has been read."""

    path: Path
    header: tuple[str, ...]
    rows: Iterator[Row]
    raw: IO[bytes]

    @property
    def position(self) -> int:
        """How many bytes of the file have been read; of a compressed file, compressed ones."""
        return self.raw.tell()


@contextmanager
def open_csv(path: Path) -> Iterator[CsvFile]:
    """Open a file and read its header; raises Invalid, also while its rows are read."""
    csv.field_size_limit(LONGEST_CELL)
    with _plain_errors(path), path.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        unpacked = gzip.GzipFile(fileobj=raw) if compressed else raw
        lines = _decoded(path, unpacked)
        reader = csv.reader(lines, strict=True)
        header = next(reader, None)
        if not header:
            raise Invalid([Problem(str(path), "is empty: the first line must name the columns")])
        yield CsvFile(path, _checked_header(path, header), _rows(reader), raw)


def _decoded(path: Path, unpacked: Iterable[bytes]) -> Iterator[str]:
    # Lines are decoded one by one, so that an error can name the line. Quoted line ends are the reader's matter.
    for number, line in enumerate(unpacked, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise Invalid(
                [Problem(f"{path}, line {number}", "is not UTF-8: save the file as UTF-8 and import again")]
            ) from None


def _rows(reader: Iterator[list[str]]) -> Iterator[Row]:
    for cells in reader:
        if cells:
            yield Row(reader.line_num, cells)  # type: ignore[attr-defined]


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
