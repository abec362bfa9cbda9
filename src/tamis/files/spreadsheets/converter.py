"""The process that converts a workbook: each sheet to CSV with a file of its row numbers, and a list of sheets.

A workbook can be made to need any amount of memory: then only this process ends."""

import csv
import resource
import sys
from array import array
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from tamis.domain.errors import Problem, Unavailable
from tamis.files.disk_space import require_disk_space

LIST = "sheets.json"
MOST_MEMORY = 2 << 30
MOST_SECONDS = 120
MOST_SHEETS = 50
ROWS_PER_CHECK = 2_000
"""The free disk space is checked after this many rows."""
_EXACT = 1e15
_NUMBER_CHARACTERS = frozenset("0123456789.,-+ ")


Cell = str | int | float | bool | date | time | timedelta


class ListedSheet(Struct):
    """A sheet of a workbook by its number from 1; if converted, the number of its rows and the positions of columns
    that hold numbers as text."""

    name: str
    number: int
    visible: bool
    rows: int = 0
    texts: tuple[int, ...] = ()


class SheetList(Struct, frozen=True):
    """The sheets of a workbook and the numbers of the converted ones, or why there are none."""

    sheets: tuple[ListedSheet, ...] = ()
    chosen: tuple[int, ...] = ()
    error: Literal["password", "room", "damaged"] | None = None
    problems: tuple[Problem, ...] = ()


def main(path: str, target: str, wanted: str) -> None:
    """Convert the visible sheets of a workbook, or the wanted one, into a directory."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    place = Path(target)
    try:
        with Path(path).open("rb") as file:  # given the path, the library would trust the file extension
            answer = _read(CalamineWorkbook.from_filelike(file), place, wanted)
    except PasswordError:
        answer = SheetList(error="password")
    except Unavailable as error:
        answer = SheetList(error="room", problems=tuple(error.problems))
    except CalamineError:
        answer = SheetList(error="damaged")
    (place / LIST).write_bytes(msgspec.json.encode(answer))


def text_of(cell: Cell | None) -> str:
    """Format a cell as text: dates as ISO 8601, whole numbers without a point, no floating-point noise."""
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number(float(cell))
    if isinstance(cell, datetime):
        rounded = (cell + timedelta(microseconds=500)).replace(microsecond=0) if _is_noise(cell) else cell
        return rounded.isoformat(sep=" ", timespec="seconds" if not rounded.microsecond else "milliseconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:d}:{minutes % 60:02d}:{seconds:02d}"
    return ""


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    written = f"{value:.15g}"  # a spreadsheet keeps and shows 15 digits
    return f"{Decimal(written):f}" if "e" in written and abs(value) < 1e20 else written


def _is_noise(value: datetime) -> bool:
    return value.microsecond < 500 or value.microsecond > 999_499


def _read(book: CalamineWorkbook, place: Path, wanted: str) -> SheetList:
    known = [
        ListedSheet(sheet.name, number, sheet.visible == SheetVisibleEnum.Visible)
        for number, sheet in enumerate(book.sheets_metadata, 1)
        if sheet.typ == SheetTypeEnum.WorkSheet
    ]
    chosen = _wanted(known, wanted) if wanted else [sheet for sheet in known if sheet.visible][:MOST_SHEETS]
    for sheet in chosen:
        sheet.rows, sheet.texts = _write(book.get_sheet_by_name(sheet.name), place, sheet.number)
    return SheetList(tuple(known), tuple(sheet.number for sheet in chosen))


def _wanted(known: list[ListedSheet], wanted: str) -> list[ListedSheet]:
    for fits in (
        lambda sheet: sheet.name == wanted,
        lambda sheet: sheet.name.strip().casefold() == wanted.strip().casefold(),
        lambda sheet: str(sheet.number) == wanted.strip(),
    ):
        if found := [sheet for sheet in known if fits(sheet)]:
            return found[:1]
    return []


def _write(sheet: CalamineSheet, place: Path, number: int) -> tuple[int, tuple[int, ...]]:
    """Write the rows that are not blank; return how many, and the columns with more numbers as text than as numbers."""
    rows = array("I")
    texts: dict[int, int] = {}
    with (place / f"{number}.csv").open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row, cells in enumerate(sheet.iter_rows(), 1):
            if row % ROWS_PER_CHECK == 0:
                require_disk_space(place)
            written = [text_of(cell) for cell in cells]
            if any(map(str.strip, written)):
                rows.append(row)
                writer.writerow(written)
                for position, cell in enumerate(cells):
                    if isinstance(cell, str):
                        if cell and cell[0] in _NUMBER_CHARACTERS and _NUMBER_CHARACTERS.issuperset(cell):
                            texts[position] = texts.get(position, 0) + 1
                    elif isinstance(cell, int | float):
                        texts[position] = texts.get(position, 0) - 1
    (place / f"{number}.rows").write_bytes(rows.tobytes())
    return len(rows), tuple(position for position, more in texts.items() if more > 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
