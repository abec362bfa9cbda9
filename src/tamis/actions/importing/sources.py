"""The formats of contact files, each staged as rows of text cells."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from tamis.actions.batches import prefetch
from tamis.actions.importing.reports.report import Progress
from tamis.files.delimited import DelimitedFile, open_delimited
from tamis.files.encodings.encoding import as_utf8, find_encoding
from tamis.files.encodings.file_signatures import identify_signature
from tamis.files.encodings.notices import DecodedLine
from tamis.files.excerpt import excerpt
from tamis.files.header import read_header
from tamis.files.json_array import array_to_lines
from tamis.files.layout import Layout
from tamis.files.source import STANDARD_INPUT, SourceFile, open_source
from tamis.files.spreadsheets.workbook_checks import is_workbook
from tamis.staging.delimited import SourceRow, StagedCsv, StagedSheet
from tamis.staging.handle import StagingDatabase
from tamis.staging.typed_files import UNTYPED, TypedFile

FORMATS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "ndjson",
    ".parquet": "parquet", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xlsb": "xlsx", ".xls": "xlsx", ".ods": "xlsx",
}  # fmt: skip
"""The format of each file extension; xlsx is any workbook."""
_START = 64 * 1024
_JSON = re.compile(rb"\s*(\[\s*)?\{\s*\"")
READING = "Reading"


class StagedRows(Protocol):
    """The rows of a staged file: how many, which are malformed, and their cells in the file."""

    @property
    def count(self) -> int: ...

    @property
    def broken(self) -> dict[int, str]: ...

    def locate(self, numbers: Iterable[int]) -> Iterator[SourceRow]: ...


@dataclass(frozen=True, slots=True)
class ContactFile:
    """A file to import: its path, its name for people, and what they said about it.

    `format` is one of the values of FORMATS, `encoding` a name, `sheet` a name or number; None is detected."""

    path: Path
    known_as: str | None = None
    format: str | None = None
    encoding: str | None = None
    sheet: str | None = None

    @property
    def name(self) -> str:
        """The name of the file for people."""
        return self.known_as or ("standard input" if self.path == STANDARD_INPUT else self.path.name)


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A staged file with a header of unique names, apart from blank ones.

    `is_spreadsheet`: its text may be escaped against formulas. `layout` is how a delimited file is written, `typed` the
    declared types, `encoding` that of text, of which `sample` has some decoded lines."""

    format: str
    header: tuple[str, ...]
    staged: StagedRows
    notices: tuple[str, ...]
    is_spreadsheet: bool
    layout: Layout | None = None
    typed: TypedFile = UNTYPED
    encoding: str | None = None
    sample: tuple[DecodedLine, ...] = ()
    is_whole: bool = True
    sheet: str | None = None


def format_of(name: str) -> str:
    """Return the format of a file by its extension, else CSV."""
    return FORMATS.get(Path(name.lower().removesuffix(".gz")).suffix, "csv")


def stage_file(
    staging: StagingDatabase,
    file: ContactFile,
    spool: Path,
    is_header: Callable[[Sequence[str]], bool],
    progress: Progress,
    *,
    most: int | None = None,
) -> StagedFile:
    """Stage a file; raises Invalid when nothing of it can be imported.

    With `most`, only the beginning is staged: so many rows of a Parquet file, the first 4 MB of text."""
    source = open_source(file.path, spool, file.known_as)
    start = next(source.blocks(), b"")[:_START]
    format_ = file.format or _format_by_content(start) or format_of(file.known_as or file.path.name)
    if format_ == "xlsx" and is_workbook(start):
        return _stage_sheet(staging, source, file, spool, is_header, progress)
    if format_ == "xlsx" and file.format:
        raise source.refuse(identify_signature(start) or "not_a_workbook")
    if format_ == "parquet":
        return _stage_parquet(staging, source, file.name, most)
    encoding, is_whole = find_encoding(source, file.encoding), True
    name, sample = encoding.name, encoding.sample
    if file.sheet:
        raise source.refuse("workbook_sheet_not_possible")
    if format_ == "ndjson" and start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
        source, encoding = array_to_lines(source, encoding, spool)
    if most is not None:
        source, encoding, is_whole = excerpt(source, encoding, spool)
    if format_ == "ndjson":
        from tamis.staging.ndjson import stage_ndjson  # loaded on demand: faster without the other formats

        objects = stage_ndjson(
            staging,
            partial(as_utf8, source, encoding),
            file.name,
            lambda: progress(READING, source.position, source.size),
            encoding.unreadable,
        )
        names, notices = read_header(objects.header)
        notices = (*encoding.notices, *notices)
        staged: StagedRows = objects
        typed: TypedFile = objects
        layout = None
    else:
        delimited = open_delimited(source, encoding, spool, is_header)
        layout = delimited.layout
        staged = _stage_table(staging, delimited, file.name, progress)
        names, notices, typed = layout.header, layout.notices, UNTYPED
    return StagedFile(
        format_,
        names,
        staged,
        notices,
        is_spreadsheet=layout is not None,
        layout=layout,
        typed=typed,
        encoding=name,
        sample=sample,
        is_whole=is_whole,
    )


def _format_by_content(start: bytes) -> str | None:
    """Return the format of a file by its first bytes, None where they do not tell."""
    if is_workbook(start):
        return "xlsx"
    if start.startswith(b"PAR1"):
        return "parquet"
    return "ndjson" if _JSON.match(start.removeprefix(codecs.BOM_UTF8)) else None


def _stage_sheet(
    staging: StagingDatabase,
    source: SourceFile,
    file: ContactFile,
    spool: Path,
    is_header: Callable[[Sequence[str]], bool],
    progress: Progress,
) -> StagedFile:
    if file.encoding:
        raise source.refuse("workbook_encoding_not_possible")

    from tamis.files.spreadsheets.sheets import open_sheet

    sheet = open_sheet(source, spool, is_header, file.sheet)
    rows = _stage_table(staging, sheet.table, file.name, progress)
    staged = StagedSheet(rows, sheet.rows, sheet.texts)
    return StagedFile(
        "xlsx",
        sheet.layout.header,
        staged,
        sheet.notices,
        is_spreadsheet=True,
        layout=sheet.layout,
        typed=staged,
        sheet=sheet.name,
    )


def _stage_table(staging: StagingDatabase, table: DelimitedFile, name: str, progress: Progress) -> StagedCsv:
    staged = StagedCsv(staging, len(table.layout.header), table.layout.delimiter, name)
    for chunk in prefetch(table.chunks()):
        staged.add(chunk)
        progress(READING, table.position, table.size)
    staged.flush()
    return staged


def _stage_parquet(staging: StagingDatabase, source: SourceFile, name: str, most: int | None) -> StagedFile:
    from tamis.staging.parquet import stage_parquet

    parquet = stage_parquet(staging, source.path, name, most)
    names, notices = read_header(parquet.header)
    is_whole = most is None or parquet.count < most
    return StagedFile("parquet", names, parquet, notices, is_spreadsheet=False, typed=parquet, is_whole=is_whole)
