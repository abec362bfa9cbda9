"""Imports of files."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tamis.actions.importing.failures import failure_reasons
from tamis.actions.importing.jobs import INTERRUPTED, ImportStatus
from tamis.actions.importing.report import ImportReport
from tamis.actions.importing.report_details import to_details
from tamis.domain.import_reports import Details
from tamis.domain.imports import ImportState
from tamis.web.api.problems import error_items
from tamis.web.api.schemas.common import ErrorItem

STATES = (*ImportState, INTERRUPTED)
FILES = ("rejects_file", "blanked_file")


class ImportOut(msgspec.Struct):
    """An import of a file; a dry run has no id, and has changed nothing."""

    id: int | None
    contact_type_id: int
    file_name: str
    dry_run: bool
    state: Annotated[
        str,
        Meta(
            description="`running`, `finished`, `failed`, `interrupted` (send the file again), `undoing` or `undone`."
        ),
    ]
    step: Annotated[str, Meta(description="What a running import is doing.")]
    rows: Annotated[int | None, Meta(description="The rows of the file; null until it has been read.")]
    rows_done: int
    created: int
    updated: int
    unchanged: int
    repeated: int
    rejected: int
    rejects_file: Annotated[str | None, Meta(description="The name of the file at `/v1/imports/{id}/rejects`.")]
    started_at: datetime | None
    finished_at: datetime | None
    errors: Annotated[list[ErrorItem], Meta(description="Why a failed import failed.")]
    report: Annotated[
        dict[str, Any], Meta(description="Reasons of rejected rows, created fields, changes of segments and more.")
    ]


def import_out(status: ImportStatus) -> ImportOut:
    """Return an import as the API shows it."""
    job = status.job
    return ImportOut(
        job.id,
        job.contact_type_id,
        job.source,
        False,
        str(status.state),
        job.phase,
        job.rows_total,
        job.rows_done,
        *job.figures,
        _name(job.report.rejects_file),
        job.started_at,
        job.finished_at,
        error_items(failure_reasons(job)),
        _report(job.report),
    )


def dry_run_out(contact_type_id: int, file_name: str, report: ImportReport) -> ImportOut:
    """Return what an import would have done."""
    details = to_details(report)
    return ImportOut(
        None,
        contact_type_id,
        file_name,
        True,
        str(ImportState.FINISHED),
        "",
        report.rows,
        report.rows,
        *report.figures,
        None,
        None,
        None,
        [],
        _report(details),
    )


def _report(details: Details) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(details)
    return {key: value for key, value in document.items() if key not in FILES}


def _name(path: str | None) -> str | None:
    return Path(path).name if path else None
