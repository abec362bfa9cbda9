"""Presenting imports in the console: their progress and their report."""

from dataclasses import dataclass
from pathlib import Path

from litestar.response import File

from tamis.actions.events.importing.options import EventImportOptions
from tamis.actions.importing.jobs.background import Report, UploadRequest, details_of
from tamis.actions.importing.jobs.uploads import format_size
from tamis.actions.jobs import BackgroundJob, JobStatus
from tamis.domain.errors import Problem
from tamis.domain.files.import_reports import Details, Figures
from tamis.domain.files.imports import ImportJob
from tamis.domain.values.text import pluralize
from tamis.web.console.display.messages import message_text

STEPS = {
    "Reading": "Reading the file",
    "Checking": "Checking every cell",
    "Storing": "Saving contacts",
    "Updating segments": "Updating segments",
}
STEPS_OF_TRIAL = {
    "Reading": "Reading the file",
    "Checking": "Checking every cell",
    "Storing": "Comparing with contacts",
}
EVENT_STEPS = STEPS | {"Storing": "Saving events"}
EVENT_STEPS_OF_TRIAL = STEPS_OF_TRIAL | {"Storing": "Comparing with stored events"}
"""What an import does one after the other, by what it calls that itself."""
OF_THE_FORM = ("", "bad_values", "chosen", "create_fields", "decimal", "header", "kinds", "order")
"""Paths of what is chosen in the form; all others name the file."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a job: the activity, the amount done of the total (0 while unknown), and its steps."""

    doing: str
    done: int
    total: int
    detail: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownReport:
    """What became of the rows of a file; `rows` is None until it has been read, `shares` lay the figures side by side
    on a bar of 100: the name, where it begins, how wide it is."""

    rows: int | None
    figures: Figures
    details: Details
    shares: list[tuple[str, float, float]]


def report_of_trial(report: Report) -> ShownReport:
    """Return the report of a dry run for display."""
    return ShownReport(report.rows, report.figures, details_of(report), shares(report.rows, report.figures))


def report_of_job(job: ImportJob) -> ShownReport:
    """Return the report of an import for display; an unfinished one only has figures."""
    return ShownReport(job.rows_total, job.figures, job.report, shares(job.rows_total or 0, job.figures))


def shares(rows: int, figures: Figures) -> list[tuple[str, float, float]]:
    """Lay out figures on a bar of 100: the name, its start and its width."""
    laid, at = [], 0.0
    for name, count in figures._asdict().items():
        width = 100 * count / rows if rows else 0.0
        if width:
            laid.append((name, round(at, 3), round(width, 3)))
        at += width
    return laid


def progress_of(job: BackgroundJob) -> Progress:
    """Return the progress of a job of this server."""
    if job.status is JobStatus.WAITING:
        return Progress("Waiting for other imports to finish", 0, 0, "It starts automatically.")
    doing = job.step or "Starting"
    steps: dict[str, str] = {}
    if isinstance(job.payload, UploadRequest):
        of_events = isinstance(job.payload.options, EventImportOptions)
        if job.payload.what == "import":
            steps = EVENT_STEPS if of_events else STEPS
        else:
            steps = EVENT_STEPS_OF_TRIAL if of_events else STEPS_OF_TRIAL
    shown, all_steps = steps.get(doing, doing), tuple(steps.values())
    if not job.total:
        return Progress(shown, 0, 0, "", all_steps)
    reading = doing == "Reading"
    done = format_size(job.done) if reading else f"{job.done:,}"
    total = format_size(job.total) if reading else pluralize(job.total, "contact" if doing == "Undoing" else "row")
    return Progress(shown, min(job.done, job.total), job.total, f"{done} of {total}", all_steps)


def problem_sentence(problem: Problem) -> str:
    """Return a problem of an import as one sentence."""
    place = "" if problem.path in OF_THE_FORM else f"{problem.path} "
    text = place + message_text(problem)
    return text[:1].upper() + text[1:] if text.startswith(("the ", "it ", "a ")) else text


def rejects_answer(path: str | Path) -> File:
    """Return a file of rejected rows to be kept, never to be shown by a browser."""
    return File(path, filename=Path(path).name, media_type="text/csv")
