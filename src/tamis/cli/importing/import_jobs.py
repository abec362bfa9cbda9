"""`tamis import list` and `tamis import show`."""

from collections.abc import Mapping
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from msgspec import structs, to_builtins

from tamis.actions.importing.jobs.jobs import (
    INTERRUPTED,
    ImportStatus,
    find_import,
    omissions_file,
    rejects_file,
)
from tamis.actions.importing.jobs.jobs import list_imports as list_jobs
from tamis.actions.importing.reports.failures import failure_reasons
from tamis.actions.lookups import Reader, fields_of_type, names_of_types, type_by_id
from tamis.cli.common import Common, open_services, print_result, print_table, resolve_account
from tamis.cli.importing.import_report import column_names, field_names, report_lines
from tamis.cli.messages import problem_line
from tamis.domain.accounts.accounts import Account
from tamis.domain.files.import_reports import LATER_DETAILS, Details
from tamis.domain.files.imports import ImportJob, ImportState, ImportSubject
from tamis.domain.values.dates import local_time
from tamis.domain.values.instants import format_instant
from tamis.domain.values.text import pluralize

COLUMNS = ("ID", "Started", "File", "State", "Rows", "Created", "Updated", "Events", "Rejected")
RIGHT = (0, 4, 5, 6, 7, 8)
STARTED, STATE = 1, 3
WHAT_NOW = "Its process ended before it was done. Import the file again: rows already stored will count as {stored}."


def list_imports(
    *,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=1_000_000))] = 20,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """List imports, newest first, with their progress or results.

    Parameters
    ----------
    limit
        How many to list at most.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        names = names_of_types(services.records.reader(), account.id)
        found = list_jobs(services, account, limit)
    if common.json:
        print_result(common, {"imports": [_figures(status, names[status.job.contact_type_id]) for status in found]})
        return
    rows = []
    for job, state in found:
        figures = job.figures._asdict()
        counts = (job.rows_total, *map(figures.get, ("created", "updated", "accepted")), job.rejected)
        shown = (None if count is None else f"{count:,}" for count in counts)
        rows.append((job.id, local_time(job.started_at, account.zone, seconds=False), job.source, state, *shown))
    print_table(COLUMNS, rows, right=RIGHT, unbroken=(STARTED, STATE))


def show_import(import_id: int, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Show the progress or results of an import.

    Parameters
    ----------
    import_id
        ID of the import, as shown by "tamis import list".
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        status = find_import(services, account, import_id)
        db = services.records.reader()
        name = _type_name(db, account, status)
        names = fields_of_type(db, status.job.contact_type_id).names
        report = structs.replace(
            status.job.report,
            rejects_file=rejects_file(services, status.job),
            omitted_file=omissions_file(services, status.job),
        )
    document = {**_figures(status, name), "options": to_builtins(status.job.options), **_document(status.job, report)}
    print_result(common, document, *_lines(status, name, account, report, names))


def _type_name(db: Reader, account: Account, status: ImportStatus) -> str | None:
    found = type_by_id(db, account.id, status.job.contact_type_id)
    return found.name if found else None


def _why(job: ImportJob) -> str | None:
    return "; ".join(map(problem_line, failure_reasons(job))) or None


def _figures(status: ImportStatus, type_name: str | None) -> dict[str, object]:
    job = status.job
    return {
        "id": job.id,
        "subject": job.subject,
        "source": job.source,
        "contact_type_id": job.contact_type_id,
        "contact_type": type_name,
        "state": str(status.state),
        "phase": job.phase,
        "error": _why(job),
        "started_at": format_instant(job.started_at),
        "finished_at": format_instant(job.finished_at) if job.finished_at else None,
        "rows": job.rows_total,
        "rows_done": job.rows_done,
        **job.figures._asdict(),
    }


def _document(job: ImportJob, report: Details) -> dict[str, object]:
    """Return a report as a JSON object; a job without one only has its files and later additions."""
    document: dict[str, object] = to_builtins(report)
    kept = ("rejects_file", "blanked_file", *LATER_DETAILS)
    return document if job.is_reported else {name: value for name, value in document.items() if name in kept}


def _lines(
    status: ImportStatus, type_name: str | None, account: Account, report: Details, names: Mapping[str, str]
) -> list[str]:
    job, state = status
    end = f", finished {local_time(job.finished_at, account.zone)}" if job.finished_at else ""
    is_of_events = job.subject is ImportSubject.EVENTS
    lines = [
        f"Import {job.id}: {job.source} into {'events of ' if is_of_events else ''}{type_name}",
        f"{str(state).capitalize()}; started {local_time(job.started_at, account.zone)}{end}",
    ]
    if why := _why(job):
        lines.append(f"Reason: {why}")
    if state == INTERRUPTED:
        lines.append(WHAT_NOW.format(stored="repeated" if is_of_events else "unchanged"))
    if state in (ImportState.RUNNING, ImportState.FAILED, INTERRUPTED) and job.phase:
        lines.append(f"{job.phase.capitalize()}: {pluralize(job.rows_done, 'row')} done")
    lines += report_lines(job.rows_total, job.figures, report, names)
    if undo := report.undo:
        lines.append(
            f"Undone: {undo.deleted:,} deleted, {undo.restored:,} restored, "
            f"{undo.touched + undo.unfit:,} left unchanged"
        )
    if fields := report.created_fields:
        lines.append(f"Fields created: {field_names(fields, names)}")
    if ignored := report.ignored_columns:
        lines.append(f"Columns skipped: {column_names(ignored)}")
    return [*lines, *report.notices]
