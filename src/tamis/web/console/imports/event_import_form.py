"""The choices for a file of events: read from the form, or from an earlier dry run or import."""

from dataclasses import dataclass

from tamis.actions.events.importing.choices import (
    PROPERTY,
    EventChoices,
    choices_of_options,
    propose_event_choices,
    without_impossible,
)
from tamis.actions.events.importing.options import EventImportOptions
from tamis.actions.importing.jobs.background import UploadRequest
from tamis.actions.importing.reports.preview import FilePreview
from tamis.actions.jobs import BackgroundJob, JobStatus
from tamis.domain.errors import Problem
from tamis.domain.values.dates import DateOrder
from tamis.web.console.requests.forms import Form


@dataclass(frozen=True, slots=True)
class ChosenForEvents:
    """The choices for a file of events, and their problems."""

    choices: EventChoices
    problems: tuple[Problem, ...] = ()


def event_choices_before(preview: FilePreview, job: BackgroundJob | None) -> ChosenForEvents:
    """Return the last choices for a file, else the proposals."""
    if job is None or not isinstance(job.payload, UploadRequest):
        return ChosenForEvents(propose_event_choices(preview))
    options = job.payload.options
    if not isinstance(options, EventImportOptions):
        return ChosenForEvents(propose_event_choices(preview))
    problems = job.problems if job.status is JobStatus.FAILED else ()
    return ChosenForEvents(without_impossible(choices_of_options(options, job.payload.choices), preview), problems)


def event_choices_in(form: Form, preview: FilePreview) -> EventChoices:
    """Parse the choices from the form; a column that the form lacks gets its proposal."""
    proposed = propose_event_choices(preview).columns
    columns = []
    for column, usual in zip(preview.columns, proposed, strict=True):
        choice = form.text(f"column-{column.position}") or usual
        if choice == PROPERTY:
            choice += form.text(f"name-{column.position}") or column.name
        columns.append(choice)
    order = form.text("date_order")
    choices = EventChoices(
        tuple(columns),
        event=form.text("event"),
        create_contacts=form.text("unknown") == "create",
        order=DateOrder(order) if order in set(DateOrder) else None,
        encoding=form.text("encoding") or None,
        sheet=form.text("sheet") or None,
    )
    return without_impossible(choices, preview)
