"""Imports of files."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tamis.actions.events.importing.options import EventImportReport
from tamis.actions.importing.jobs.background import Report, details_of
from tamis.actions.importing.jobs.jobs import INTERRUPTED, ImportStatus
from tamis.actions.importing.reports.failures import failure_reasons
from tamis.domain.files.import_reports import Details
from tamis.domain.files.imports import ImportState, ImportSubject
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
    subject: Annotated[ImportSubject, Meta(description="What the rows of the file are.")]
    state: Annotated[
        str,
        Meta(
            description="`running`, `finished`, `failed`, `interrupted` (send the file again), `undoing` or `undone`."
        ),
    ]
    step: Annotated[str, Meta(description="What a running import is doing.")]
    rows: Annotated[int | None, Meta(description="The rows of the file; null until it has been read.")]
    rows_done: int
    accepted: Annotated[int, Meta(description="The events that were stored; of contacts, the next three.")]
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
        job.subject,
        str(status.state),
        job.phase,
        job.rows_total,
        job.rows_done,
        job.accepted,
        job.created,
        job.updated,
        job.unchanged,
        job.repeated,
        job.rejected,
        _name(job.report.rejects_file),
        job.started_at,
        job.finished_at,
        error_items(failure_reasons(job)),
        _report(job.report),
    )


def dry_run_out(contact_type_id: int, file_name: str, report: Report) -> ImportOut:
    """Return what an import would have done."""
    is_of_events = isinstance(report, EventImportReport)
    figures: dict[str, int] = report.figures._asdict()
    return ImportOut(
        id=None,
        contact_type_id=contact_type_id,
        file_name=file_name,
        dry_run=True,
        subject=ImportSubject.EVENTS if is_of_events else ImportSubject.CONTACTS,
        state=str(ImportState.FINISHED),
        step="",
        rows=report.rows,
        rows_done=report.rows,
        accepted=figures.get("accepted", 0),
        created=figures.get("created", 0),
        updated=figures.get("updated", 0),
        unchanged=figures.get("unchanged", 0),
        repeated=report.repeated,
        rejected=report.rejected,
        rejects_file=None,
        started_at=None,
        finished_at=None,
        errors=[],
        report=_report(details_of(report)),
    )


def _report(details: Details) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(details)
    return {key: value for key, value in document.items() if key not in FILES}


def _name(path: str | None) -> str | None:
    return Path(path).name if path else None
