"""The page of an uploaded file: its columns, the choices for them, and the result of a dry run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar.response import Response

from tamis.actions.fields.types import type_by_id
from tamis.actions.importing.jobs.background import Report, UploadRequest, is_outdated
from tamis.actions.importing.jobs.uploads import format_size
from tamis.actions.importing.mapping.mapping import can_map
from tamis.actions.importing.mapping.mapping_choices import (
    EMAIL_CHOICE,
    FIELD,
    NEW,
    NEW_NAMED,
    SKIP,
    can_create_field,
    columns_with_unclear_order,
    email_notices,
    is_new_field,
    targets,
    topic_choice,
)
from tamis.actions.importing.reports.preview import FilePreview, PreviewColumn
from tamis.actions.importing.reports.report import BadValue
from tamis.actions.jobs import BackgroundJob, JobStatus
from tamis.actions.lookups import fields_of_type
from tamis.actions.services import Services
from tamis.domain.consent.consent_values import CONSENT
from tamis.domain.consent.topics import find_topic_column
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid
from tamis.domain.files.encodings import KNOWN, UTF16_BE, UTF16_LE, label_of
from tamis.domain.files.imports import ImportSubject, Upload
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import EMAIL, FieldSet, Kind, key_from_name
from tamis.web.console.builder.kinds import KINDS
from tamis.web.console.display.messages import message_text
from tamis.web.console.imports.import_form import Chosen
from tamis.web.console.imports.importing import problem_sentence, progress_of, report_of_trial
from tamis.web.console.requests.responses import page
from tamis.web.console.requests.session import Visitor

FORMATS = {"csv": "CSV", "xlsx": "workbook", "ndjson": "JSON, one object per line", "parquet": "Parquet"}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
ORDERS = (
    ("", "Detect from the column"),
    (DateOrder.DMY, "Day first: 31/12/2024"),
    (DateOrder.MDY, "Month first: 12/31/2024"),
    (DateOrder.YMD, "Year first: 2024-12-31"),
)
MOST_OPTIONS = 20_000
MOST_COLUMNS = 300
MOST_BESIDE = 40
"""The first rows are shown with at most this many columns."""
EXAMPLES = 3
DECIMALS = (
    ("", "Detect from the file"),
    (DecimalMark.POINT, "Point: 1,234.50"),
    (DecimalMark.COMMA, "Comma: 1.234,50"),
)
BAD_VALUES = (
    ("", "Reject the row"),
    (BadValue.BLANK, "Leave it blank"),
    (BadValue.ADD, "Add it as an option"),
)
GROWING = (("", "Add it as an option"), (BadValue.REJECT, "Reject the row"), (BadValue.BLANK, "Leave it blank"))
"""What can happen to invalid values, the default first; a list of options that Tamis inferred grows by default."""


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column as a row of the form.

    `options` are those of an inferred choice. `name` and `kind` are those of a new field, `is_changed` tells whether
    either differs from the proposal. `bad_values` are the choices for invalid values."""

    column: PreviewColumn
    options: tuple[str, ...]
    examples: tuple[str, ...]
    choice: str
    can_map: bool
    can_create_field: bool
    name: str
    kind: str
    is_changed: bool
    bad_values: tuple[tuple[str, str], ...]
    bad_value: str
    problem: str


def upload_page(
    services: Services,
    visitor: Visitor,
    upload: Upload,
    preview: FilePreview,
    chosen: Chosen,
    job: BackgroundJob | None,
    status: int = 200,
) -> Response[str]:
    """Show the page of an upload: its preview, the choices, the result of a dry run, and problems."""
    db = services.records.reader()
    fields = fields_of_type(db, upload.contact_type_id)
    of = type_by_id(db, visitor.account, upload.contact_type_id)
    at_columns = {problem.path: message_text(problem) for problem in chosen.problems if problem.path.isdigit()}
    most = min(MOST_COLUMNS, max(20, MOST_OPTIONS // len(fields.fields)))
    return page(
        visitor,
        "imports/upload.html",
        status=status,
        **job_values(services, of, upload, preview, job),
        file_notices=(*preview.notices, *map(message_text, email_notices(preview, fields))),
        columns=[_shown(preview, fields, column, chosen, at_columns) for column in preview.columns[:most]],
        hidden_columns=max(len(preview.columns) - most, 0),
        targets=targets(fields),
        positions=_positions(preview, fields, chosen.choices),
        names=_names(preview, fields, chosen.choices),
        settings=chosen.settings,
        orders=ORDERS,
        encodings=encoding_choices(chosen.settings.encoding or ""),
        decimals=DECIMALS,
        kinds=KINDS,
        has_unclear_order=bool(columns_with_unclear_order(preview, fields, chosen.choices)),
        has_numbers=any(column.kind.kind is Kind.NUMBER for column in preview.columns)
        or any(field.kind is Kind.NUMBER for field in fields.fields),
        has_dates=any(column.kind.kind in (Kind.DATE, Kind.DATETIME) for column in preview.columns),
        problems=[problem_sentence(problem) for problem in chosen.problems if problem.path not in at_columns],
        wrong_columns=len(at_columns),
        FIELD=FIELD,
        EMAIL_CHOICE=EMAIL_CHOICE,
        NEW=NEW,
        SKIP=SKIP,
        CONSENT=CONSENT,
        topics=[(topic_choice(topic), topic.name) for topic in fields.topics],
    )


def job_values(
    services: Services, of: ContactType, upload: Upload, preview: FilePreview, job: BackgroundJob | None
) -> dict[str, Any]:
    """Return what the page of any upload shows of its file, and of the dry run or import on it."""
    request = job.payload if job and isinstance(job.payload, UploadRequest) else None
    is_dry_run = job is not None and job.status is JobStatus.DONE and isinstance(job.result, Report)
    return {
        "title": upload.name,
        "nav": "imports",
        "upload": upload,
        "of": of,
        "is_of_events": upload.subject is ImportSubject.EVENTS,
        "preview": preview,
        "written": _written(preview),
        "size": format_size(upload.size),
        "most_beside": MOST_BESIDE,
        "progress": progress_of(job) if job and not job.is_done else None,
        "asked": request.what if request else "",
        "trial": report_of_trial(job.result) if job and is_dry_run else None,
        "in_place_of_import": request is not None and request.in_place_of_import,
        "outdated": is_dry_run and request is not None and is_outdated(services, of, request),
    }


def unreadable_page(
    services: Services, visitor: Visitor, upload: Upload, error: Invalid, encoding: str, sheet: str
) -> Response[str]:
    """Show why a file cannot be read as chosen, or in which encodings it can, and ask for another choice."""
    of = type_by_id(services.records.reader(), visitor.account, upload.contact_type_id)
    return page(
        visitor,
        "imports/unreadable.html",
        title=upload.name,
        nav="imports",
        upload=upload,
        of=of,
        size=format_size(upload.size),
        problems=[problem_sentence(problem) for problem in error.problems],
        encodings=encoding_choices(encoding),
        encoding=encoding,
        sheet=sheet,
    )


def encoding_choices(chosen: str) -> list[tuple[str, str]]:
    """Return the encodings to choose from, with the chosen one."""
    known = [(each.name, each.label) for each in KNOWN if each.name not in (UTF16_LE, UTF16_BE)]
    other = [] if not chosen or chosen in dict(known) else [(chosen, label_of(chosen))]
    return [("", "Detect automatically"), *known, *other]


def _positions(preview: FilePreview, fields: FieldSet, choices: Sequence[str]) -> dict[str, int]:
    """Return the positions of columns by their names and by the keys of their fields."""
    found = {column.name: column.position for column in preview.columns}
    for column, choice in zip(preview.columns, choices, strict=True):
        field = fields.find(choice.removeprefix(FIELD)) if choice.startswith(FIELD) else None
        found[field.key if field else key_from_name(column.unique_name)] = column.position
    return found


def _names(preview: FilePreview, fields: FieldSet, choices: Sequence[str]) -> dict[str, str]:
    """Return the names of fields by their keys, including fields that the file would create."""
    new = (
        choice.removeprefix(NEW_NAMED) if choice.startswith(NEW_NAMED) else column.unique_name
        for column, choice in zip(preview.columns, choices, strict=True)
        if is_new_field(choice)
    )
    return {key_from_name(name): name for name in new} | fields.names


def _written(preview: FilePreview) -> str:
    parts = [FORMATS[preview.format]]
    if preview.encoding:
        parts.append(label_of(preview.encoding))
    if preview.delimiter and len(preview.columns) > 1 and preview.format == "csv":
        parts.append(f"separated by {DELIMITERS[preview.delimiter]}")
    if preview.header_line:
        parts.append(f"column names in line {preview.header_line:,}")
    return ", ".join(parts)


def _shown(
    preview: FilePreview, fields: FieldSet, column: PreviewColumn, chosen: Chosen, problems: Mapping[str, str]
) -> ShownColumn:
    choice = chosen.choices[column.position]
    return ShownColumn(
        column,
        column.kind.options if isinstance(column.kind, ColumnFormat) else (),
        first_values(preview, column.position),
        NEW if is_new_field(choice) else choice,
        can_map(column.name),
        can_create_field(column, fields),
        choice.removeprefix(NEW_NAMED) if choice.startswith(NEW_NAMED) else column.unique_name,
        chosen.settings.kinds.get(column.position, ""),
        choice.startswith(NEW_NAMED) or column.position in chosen.settings.kinds,
        _bad_values(chosen, column, fields),
        chosen.settings.bad_values.get(column.position, ""),
        problems.get(str(column.position), ""),
    )


def _bad_values(chosen: Chosen, column: PreviewColumn, fields: FieldSet) -> tuple[tuple[str, str], ...]:
    """Return the choices for invalid values, the default first; none where every value is valid."""
    choice = chosen.choices[column.position]
    field = fields.find(choice.removeprefix(FIELD)) if choice.startswith(FIELD) else None
    kind = field.kind if field else chosen.settings.kinds.get(column.position, column.kind.kind)
    if choice == CONSENT or find_topic_column(choice, fields):
        return BAD_VALUES[:2]
    if field is EMAIL or kind is Kind.TEXT or not (field or is_new_field(choice)):
        return ()
    if kind.has_options:
        return GROWING if field is None or field.options_inferred else BAD_VALUES
    return BAD_VALUES[:2]


def first_values(preview: FilePreview, position: int) -> tuple[str, ...]:
    """Return the first values of a column that differ."""
    found: dict[str, None] = {}
    for row in preview.rows:
        cell = row.cells[position].strip() if not row.problem and position < len(row.cells) else ""
        if cell:
            found[cell] = None
    return tuple(found)[:EXAMPLES]
