"""A sheet of a workbook as a table in text, with the numbers that its rows have there."""

import subprocess
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import msgspec

from tamis.domain.encodings import UTF8
from tamis.domain.errors import Unavailable
from tamis.domain.text import shorten
from tamis.files.chunks import CHUNK_BYTES
from tamis.files.delimited import DelimitedFile, delimited_in
from tamis.files.encodings.choose import Encoding
from tamis.files.layout import RECORDS_LOOKED_AT, IsHeader, Layout
from tamis.files.records import read_records
from tamis.files.room import need_room
from tamis.files.source import Source
from tamis.files.spreadsheets.archive import OLE, check_workbook, is_workbook
from tamis.files.spreadsheets.convert import LIST, MOST_SECONDS, Listed, ListedSheet

_SHEETS_NAMED = 10


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that is open as a table: its name, its layout as the sheet has it, the numbers of its rows below the
    header, the columns that hold numbers as text, by position, and sentences for people."""

    name: str
    table: DelimitedFile
    layout: Layout
    rows: Sequence[int]
    texts: frozenset[int]
    notices: tuple[str, ...]


def open_sheet(source: Source, spool: Path, is_header: IsHeader, wanted: str | None) -> Sheet:
    """Open the sheet that is wanted, by its name or number, else the first visible one whose header `is_header`, else
    the first visible one with rows; raises Invalid."""
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
    filled = [sheet for sheet in chosen if sheet.rows]
    if not filled:
        raise source.refuse("workbook_without_rows")
    opened: dict[int, DelimitedFile] = {}
    for sheet in filled:
        table = _table(source, place, sheet.number, is_header)
        opened[sheet.number] = table
        if is_header(table.layout.header):
            break
    else:
        sheet = filled[0]
    others = [other for other in filled if other is not sheet]
    notices = (
        () if wanted or not others else (f'Read from the sheet "{sheet.name}"; there are also {_listed(others)}.',)
    )
    return _sheet(sheet, opened[sheet.number], place, notices)


def _sheet(sheet: ListedSheet, table: DelimitedFile, place: Path, notices: tuple[str, ...]) -> Sheet:
    rows = array("I", (place / f"{sheet.number}.rows").read_bytes())
    with (place / f"{sheet.number}.csv").open(encoding="utf-8", newline="") as file:
        start = "".join(islice(file, table.layout.header_line))
    above = sum(1 for _ in islice(read_records(start, table.layout.delimiter), RECORDS_LOOKED_AT))
    layout = replace(table.layout, header_line=rows[above - 1])
    return Sheet(sheet.name, table, layout, rows[above:], frozenset(sheet.texts), (*notices, *table.layout.notices))


def _table(source: Source, place: Path, number: int, is_header: IsHeader) -> DelimitedFile:
    path = place / f"{number}.csv"
    chunks = place / str(number)
    chunks.mkdir()
    size = path.stat().st_size
    text = Source(source.name, path, size)
    return delimited_in(text, Encoding(UTF8, 0, size, ()), chunks, is_header, delimiter=",", chunk_bytes=CHUNK_BYTES)


def _converted(source: Source, path: Path, place: Path, wanted: str) -> Listed:
    command = [sys.executable, "-m", "tamis.files.spreadsheets.convert", str(path), str(place), wanted]
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=2 * MOST_SECONDS
        )
        failed = done.returncode != 0
    except subprocess.TimeoutExpired:
        failed = True
    if failed or not (place / LIST).exists():
        raise source.refuse("workbook_needs_too_much")
    answer = msgspec.json.decode((place / LIST).read_bytes(), type=Listed)
    if answer.error == "password":
        raise source.refuse("workbook_has_password")
    if answer.error == "room":
        raise Unavailable.of(answer.problems)
    if answer.error:
        raise source.refuse("workbook_not_readable")
    return answer


def _unpacked(source: Source, spool: Path) -> Path:
    """Find the workbook itself, which may be compressed once more."""
    with source.path.open("rb") as file:
        if is_workbook(file.read(len(OLE))):
            return source.path
    target = spool / "workbook"
    with target.open("wb") as copy:
        for block in source.blocks():
            need_room(spool)
            copy.write(block)
    return target


def _listed(sheets: list[ListedSheet]) -> str:
    shown = ", ".join(f'"{shorten(sheet.name)}"' for sheet in sheets[:_SHEETS_NAMED])
    return shown + (f" and {len(sheets) - _SHEETS_NAMED:,} more" if len(sheets) > _SHEETS_NAMED else "")
