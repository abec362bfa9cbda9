"""Look at a file before it is imported: how it is written, its first rows, and what its columns seem to hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path

from tamis.actions.importing.email_column import Contents, contents_of, find_email_column
from tamis.actions.importing.kinds import file_hints
from tamis.actions.importing.mapping import can_feed, names_address, told_apart
from tamis.actions.importing.preparing import read_addresses
from tamis.actions.importing.report import nothing_told
from tamis.actions.importing.sources import ContactFile, Source, stage
from tamis.actions.importing.uploads import file_of
from tamis.actions.scratch_directories import SPOOL, scratch_directory
from tamis.actions.services import Services
from tamis.domain.dates import DateOrder
from tamis.domain.imports import Upload
from tamis.domain.inference.column_inference import infer_formats
from tamis.domain.inference.column_profiler import ColumnHints, ColumnProfiler
from tamis.domain.parsing.column_format import Ambiguous, ColumnFormat
from tamis.files.encodings.describe import Sample
from tamis.records import accounts
from tamis.staging.cells import find_padded_columns
from tamis.staging.column_profiling import profile_columns
from tamis.staging.connection import open_staging
from tamis.staging.handle import StagingDatabase
from tamis.staging.problems import create_problems
from tamis.staging.sampling import sample_rows
from tamis.staging.text_markers import MarkedAsText, strip_text_markers

ROWS_SHOWN = 20
ROWS_LEARNED = 100_000
"""Of a Parquet file so many rows are looked at; of others what stands in the first 4 MB, which is less as a rule."""
LOOKS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the file: its first line, its cells, and what is wrong with its structure."""

    line: int
    cells: tuple[str, ...]
    problem: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, and the name of a field of its own (see `mapping.told_apart`), what stands in it, and what a
    field made of it would hold."""

    position: int
    name: str
    told: str
    contents: Contents
    kind: ColumnFormat | Ambiguous


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a file.

    `encoding`, `delimiter` and `header_line` are None where a format has none; `sample` has
    lines that are not all ASCII as they were understood. `rows_seen` is how many rows the kinds
    were learned from, which are all of them where the file `is_whole`.
    """

    format: str
    encoding: str | None
    sample: tuple[Sample, ...]
    delimiter: str | None
    header_line: int | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    rows_seen: int
    is_whole: bool
    notices: tuple[str, ...]


def look_at(services: Services, upload: Upload, encoding: str | None = None, sheet: str | None = None) -> Look:
    """Look at a file that was handed in, at its first 4 MB at most, in the encoding and at the sheet that are said,
    else as an import would; raises Invalid when nothing of it can be taken.

    What was seen is remembered: a file stays as it is as long as it has its id."""
    settings = services.settings
    account = accounts.account_by_id(services.records.reader(), upload.account_id)
    file = ContactFile(file_of(services, upload.id), upload.name, encoding=encoding, sheet=sheet)
    usual_order = account.date_order if account else None
    return _look(file, settings.data / SPOOL, settings.import_memory, settings.import_step_time, usual_order)


@lru_cache(maxsize=LOOKS_KEPT)
def _look(file: ContactFile, spool: Path, memory: str, step_time: timedelta, usual_order: DateOrder | None) -> Look:
    with scratch_directory(spool) as place, open_staging(place, memory, 1, step_time) as staging:
        return _seen(staging, stage(staging, file, place, _is_header, nothing_told, most=ROWS_LEARNED), usual_order)


def _is_header(cells: Sequence[str]) -> bool:
    return names_address(cells, {})


def _seen(staging: StagingDatabase, source: Source, usual_order: DateOrder | None) -> Look:
    header, staged, layout = source.header, source.staged, source.layout
    count = staged.count
    located = islice(staged.locate(range(min(count, ROWS_SHOWN))), ROWS_SHOWN)
    rows = tuple(Row(row.line, tuple(row.cells), staged.broken.get(row.number)) for row in located)
    width, typed = len(header), source.typed
    if source.is_spreadsheet:
        typed = MarkedAsText(typed, strip_text_markers(staging, width))
    contents = contents_of(sample_rows(staging, count, width), width, typed.nested)
    padded = find_padded_columns(staging, width)
    declared = typed.declared_types(range(width))
    profilers = {place: ColumnProfiler(ColumnHints(header[place])) for place in range(width) if place not in declared}
    _leave_out_rejects(staging, source, contents, padded)
    profile_columns(staging, profilers, padded)
    kinds = infer_formats(profilers, file_hints(source, usual_order=usual_order))
    kinds |= {position: ColumnFormat(found.kind, found.options) for position, found in declared.items()}
    columns = tuple(
        Column(position, name, told, contents[position], kinds[position])
        for position, (name, told) in enumerate(zip(header, told_apart(header), strict=True))
    )
    return Look(
        source.format,
        source.encoding,
        source.sample,
        layout.delimiter if layout else None,
        layout.header_line if layout else None,
        columns,
        rows,
        count,
        source.is_whole,
        source.notices,
    )


def _leave_out_rejects(
    staging: StagingDatabase, source: Source, contents: Sequence[Contents], padded: frozenset[int]
) -> None:
    """Note the rows that an import would reject for their email or their structure, which say nothing of kinds."""
    free = [position for position, name in enumerate(source.header) if can_feed(name)]
    email = find_email_column(source.header, contents, free, ())
    create_problems(staging, source.staged.broken)
    if email:
        read_addresses(staging, email.position, padded, None, unescaped=source.is_spreadsheet)
