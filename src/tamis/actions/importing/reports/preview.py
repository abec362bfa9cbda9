"""The preview of an uploaded file: its format, its first rows, and the likely kinds of its columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path

from tamis.actions.importing.jobs.uploads import upload_path
from tamis.actions.importing.mapping.email_column import ColumnContents, find_email_column, summarize_columns
from tamis.actions.importing.mapping.format_inference import file_hints
from tamis.actions.importing.mapping.mapping import can_map, has_email_header, make_names_unique
from tamis.actions.importing.reports.report import no_progress
from tamis.actions.importing.rows.row_preparation import parse_email_column
from tamis.actions.importing.sources import ContactFile, StagedFile, stage_file
from tamis.actions.scratch_directories import SPOOL, scratch_directory
from tamis.actions.services import Services
from tamis.domain.files.imports import Upload
from tamis.domain.inference.column_inference import infer_formats
from tamis.domain.inference.column_profiler import ColumnHints, ColumnProfiler
from tamis.domain.parsing.column_format import Ambiguous, ColumnFormat
from tamis.domain.values.dates import DateOrder
from tamis.files.encodings.notices import DecodedLine
from tamis.records.accounts import accounts
from tamis.staging.cells import find_padded_columns
from tamis.staging.column_profiling import profile_columns
from tamis.staging.connection import open_staging
from tamis.staging.handle import StagingDatabase
from tamis.staging.problems import create_problems
from tamis.staging.sampling import sample_rows
from tamis.staging.text_markers import MarkedAsText, strip_text_markers

ROWS_SHOWN = 20
ROWS_PROFILED = 100_000
"""The rows of a Parquet file that are profiled; of other files the first 4 MB, usually fewer."""
PREVIEWS_CACHED = 64


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as in the file: its first line, its cells, and what is wrong with its structure."""

    line: int
    cells: tuple[str, ...]
    problem: str | None


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """A column: its name, its unique name for a field (see `mapping.make_names_unique`), a summary of its cells, and
    the format that a new field would have."""

    position: int
    name: str
    unique_name: str
    contents: ColumnContents
    kind: ColumnFormat | Ambiguous


@dataclass(frozen=True, slots=True)
class FilePreview:
    """The preview of a file.

    `encoding`, `delimiter` and `header_line` are None for formats without them; `sample` has decoded lines that are not
    all ASCII. The kinds were inferred from `rows_profiled` rows, all of the file if it `is_whole`."""

    format: str
    encoding: str | None
    sample: tuple[DecodedLine, ...]
    delimiter: str | None
    header_line: int | None
    columns: tuple[PreviewColumn, ...]
    rows: tuple[PreviewRow, ...]
    rows_profiled: int
    is_whole: bool
    notices: tuple[str, ...]


def preview_upload(
    services: Services, upload: Upload, encoding: str | None = None, sheet: str | None = None
) -> FilePreview:
    """Preview the first 4 MB of an upload with the given encoding and sheet, else as an import would read it.

    Raises Invalid when nothing of it can be imported. Previews are cached: a file with the same ID never changes."""
    settings = services.settings
    account = accounts.account_by_id(services.records.reader(), upload.account_id)
    file = ContactFile(upload_path(services, upload.id), upload.name, encoding=encoding, sheet=sheet)
    usual_order = account.date_order if account else None
    return _cached_preview(file, settings.data / SPOOL, settings.import_memory, settings.import_step_time, usual_order)


@lru_cache(maxsize=PREVIEWS_CACHED)
def _cached_preview(
    file: ContactFile, spool: Path, memory: str, step_time: timedelta, usual_order: DateOrder | None
) -> FilePreview:
    with scratch_directory(spool) as place, open_staging(place, memory, 1, step_time) as staging:
        return _build_preview(
            staging, stage_file(staging, file, place, _is_header, no_progress, most=ROWS_PROFILED), usual_order
        )


def _is_header(cells: Sequence[str]) -> bool:
    return has_email_header(cells, {})


def _build_preview(staging: StagingDatabase, source: StagedFile, usual_order: DateOrder | None) -> FilePreview:
    header, staged, layout = source.header, source.staged, source.layout
    count = staged.count
    located = islice(staged.locate(range(min(count, ROWS_SHOWN))), ROWS_SHOWN)
    rows = tuple(PreviewRow(row.line, tuple(row.cells), staged.broken.get(row.number)) for row in located)
    width, typed = len(header), source.typed
    if source.is_spreadsheet:
        typed = MarkedAsText(typed, strip_text_markers(staging, width))
    contents = summarize_columns(sample_rows(staging, count, width), header, typed.nested)
    padded = find_padded_columns(staging, width)
    declared = typed.declared_types(range(width))
    profilers = {place: ColumnProfiler(ColumnHints(header[place])) for place in range(width) if place not in declared}
    _exclude_rejects(staging, source, contents, padded)
    profile_columns(staging, profilers, padded)
    kinds = infer_formats(profilers, file_hints(source, usual_order=usual_order))
    kinds |= {position: ColumnFormat(found.kind, found.options) for position, found in declared.items()}
    columns = tuple(
        PreviewColumn(position, name, unique_name, contents[position], kinds[position])
        for position, (name, unique_name) in enumerate(zip(header, make_names_unique(header), strict=True))
    )
    return FilePreview(
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


def _exclude_rejects(
    staging: StagingDatabase, source: StagedFile, contents: Sequence[ColumnContents], padded: frozenset[int]
) -> None:
    """Mark the rows that an import would reject for their email or structure, so that they are not profiled."""
    free = [position for position, name in enumerate(source.header) if can_map(name)]
    email = find_email_column(source.header, contents, free, ())
    create_problems(staging, source.staged.broken)
    if email:
        parse_email_column(staging, email.position, padded, None, unescaped=source.is_spreadsheet)
