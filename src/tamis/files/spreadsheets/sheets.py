"""Opening a sheet of a workbook as a text table with its row numbers."""

import subprocess
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import msgspec

from tamis.domain.errors import Unavailable
from tamis.domain.files.encodings import UTF8
from tamis.domain.values.text import shorten
from tamis.files.chunks import CHUNK_BYTES
from tamis.files.delimited import DelimitedFile, open_delimited
from tamis.files.disk_space import require_disk_space
from tamis.files.encodings.encoding import Encoding
from tamis.files.layout import RECORDS_CHECKED, IsHeader, Layout
from tamis.files.records import read_records
from tamis.files.source import SourceFile
from tamis.files.spreadsheets.converter import LIST, MOST_SECONDS, ListedSheet, SheetList
from tamis.files.spreadsheets.workbook_checks import OLE, check_workbook, is_workbook

_SHEETS_NAMED = 10


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open sheet: its name, table and layout, the numbers of its rows below the header, the positions of columns
    that hold numbers as text, and notices for people."""

    name: str
    table: DelimitedFile
    layout: Layout
    rows: Sequence[int]
    texts: frozenset[int]
    notices: tuple[str, ...]


def open_sheet(source: SourceFile, spool: Path, is_header: IsHeader, wanted: str | None) -> Sheet:
    """Open the wanted sheet, by name or number, else the first visible one whose header satisfies `is_header`, else the
    first visible one with rows; raises Invalid."""
    path = _unpacked(source, spool)
    check_workbook(source, path)
    place = spool / "sheets"
    place.mkdir()
    known = _converted(source, path, place, wanted or "")
    sheets = {sheet.number: sheet for sheet in known.sheets}
    chosen = [sheets[number] for number in known.chosen]
    if wanted and not chosen:
        raise source.refuse(
            "sheet_unknown", sheet=shorten(wanted), sheets=[shorten(sheet.name) for sheet in known.sheets]
        )
    non_empty = [sheet for sheet in chosen if sheet.rows]
    if not non_empty:
        raise source.refuse("workbook_without_rows")
    opened: dict[int, DelimitedFile] = {}
    for sheet in non_empty:
        table = _table(source, place, sheet.number, is_header)
        opened[sheet.number] = table
        if is_header(table.layout.header):
            break
    else:
        sheet = non_empty[0]
    others = [other for other in non_empty if other is not sheet]
    notices = () if wanted or not others else (f'Read from the sheet "{sheet.name}"; other sheets: {_listed(others)}.',)
    return _sheet(sheet, opened[sheet.number], place, notices)


def _sheet(sheet: ListedSheet, table: DelimitedFile, place: Path, notices: tuple[str, ...]) -> Sheet:
    rows = array("I", (place / f"{sheet.number}.rows").read_bytes())
    with (place / f"{sheet.number}.csv").open(encoding="utf-8", newline="") as file:
        start = "".join(islice(file, table.layout.header_line))
    above = sum(1 for _ in islice(read_records(start, table.layout.delimiter), RECORDS_CHECKED))
    layout = replace(table.layout, header_line=rows[above - 1])
    return Sheet(sheet.name, table, layout, rows[above:], frozenset(sheet.texts), (*notices, *table.layout.notices))


def _table(source: SourceFile, place: Path, number: int, is_header: IsHeader) -> DelimitedFile:
    path = place / f"{number}.csv"
    chunks = place / str(number)
    chunks.mkdir()
    size = path.stat().st_size
    text = SourceFile(source.name, path, size)
    return open_delimited(text, Encoding(UTF8, 0, size, ()), chunks, is_header, delimiter=",", chunk_bytes=CHUNK_BYTES)


def _converted(source: SourceFile, path: Path, place: Path, wanted: str) -> SheetList:
    command = [sys.executable, "-m", "tamis.files.spreadsheets.converter", str(path), str(place), wanted]
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=2 * MOST_SECONDS
        )
        failed = done.returncode != 0
    except subprocess.TimeoutExpired:
        failed = True
    if failed or not (place / LIST).exists():
        raise source.refuse("workbook_needs_too_much")
    answer = msgspec.json.decode((place / LIST).read_bytes(), type=SheetList)
    if answer.error == "password":
        raise source.refuse("workbook_has_password")
    if answer.error == "room":
        raise Unavailable.of(answer.problems)
    if answer.error:
        raise source.refuse("workbook_not_readable")
    return answer


def _unpacked(source: SourceFile, spool: Path) -> Path:
    """Return the workbook itself, decompressed if it is compressed once more."""
    with source.path.open("rb") as file:
        if is_workbook(file.read(len(OLE))):
            return source.path
    target = spool / "workbook"
    with target.open("wb") as copy:
        for block in source.blocks():
            require_disk_space(spool)
            copy.write(block)
    return target


def _listed(sheets: list[ListedSheet]) -> str:
    shown = ", ".join(f'"{shorten(sheet.name)}"' for sheet in sheets[:_SHEETS_NAMED])
    return shown + (f" and {len(sheets) - _SHEETS_NAMED:,} more" if len(sheets) > _SHEETS_NAMED else "")
