"""The process that reads a workbook: writes each sheet as CSV beside the numbers of its rows, and a list of them.

A workbook can be made to need any amount of memory: where it needs too much, this process ends, and nothing else.
"""

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
from tamis.files.room import need_room

LIST = "sheets.json"
MOST_MEMORY = 2 << 30
MOST_SECONDS = 120
MOST_SHEETS = 50
ROWS_A_LOOK = 2_000
"""After so many rows it is seen whether the disk has room for more."""
_EXACT = 1e15
_NUMBER_CHARACTERS = frozenset("0123456789.,-+ ")


Cell = str | int | float | bool | date | time | timedelta


class ListedSheet(Struct):
    """A sheet of a workbook by its number from 1; of one that was written, how many rows it has, and the positions of
    the columns that hold numbers as text."""

    name: str
    number: int
    visible: bool
    rows: int = 0
    texts: tuple[int, ...] = ()


class Listed(Struct, frozen=True):
    """The sheets of a workbook and the numbers of those that were written, or why there are none."""

    sheets: tuple[ListedSheet, ...] = ()
    chosen: tuple[int, ...] = ()
    error: Literal["password", "room", "damaged"] | None = None
    problems: tuple[Problem, ...] = ()


def main(path: str, target: str, wanted: str) -> None:
    """Read the sheets of a workbook that are visible, or the one that is wanted, into a directory."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    place = Path(target)
    try:
        with Path(path).open("rb") as file:  # by its path it would be taken for what its name says
            answer = _read(CalamineWorkbook.from_filelike(file), place, wanted)
    except PasswordError:
        answer = Listed(error="password")
    except Unavailable as error:
        answer = Listed(error="room", problems=tuple(error.problems))
    except CalamineError:
        answer = Listed(error="damaged")
    (place / LIST).write_bytes(msgspec.json.encode(answer))


def text_of(cell: Cell | None) -> str:
    """Write a cell as people would: dates as ISO 8601 does, whole numbers without a point, no noise of floats."""
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


def _is_noise(moment: datetime) -> bool:
    return moment.microsecond < 500 or moment.microsecond > 999_499


def _read(book: CalamineWorkbook, place: Path, wanted: str) -> Listed:
    known = [
        ListedSheet(sheet.name, number, sheet.visible == SheetVisibleEnum.Visible)
        for number, sheet in enumerate(book.sheets_metadata, 1)
        if sheet.typ == SheetTypeEnum.WorkSheet
    ]
    chosen = _wanted(known, wanted) if wanted else [sheet for sheet in known if sheet.visible][:MOST_SHEETS]
    for sheet in chosen:
        sheet.rows, sheet.texts = _write(book.get_sheet_by_name(sheet.name), place, sheet.number)
    return Listed(tuple(known), tuple(sheet.number for sheet in chosen))


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
    """Write the rows that are not blank; return how many they are, and the columns with more numbers as text than real
    ones."""
    rows = array("I")
    texts: dict[int, int] = {}
    with (place / f"{number}.csv").open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row, cells in enumerate(sheet.iter_rows(), 1):
            if row % ROWS_A_LOOK == 0:
                need_room(place)
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
