"""The page of an uploaded file of events: its columns, the choices for them, and the result of a dry run."""

from dataclasses import dataclass

from litestar.response import Response

from tamis.actions.events.importing.choices import PROPERTY, SKIP
from tamis.actions.events.importing.mapping import AT, EMAIL, EVENT, ID
from tamis.actions.fields.types import type_by_id
from tamis.actions.importing.mapping.mapping import can_map
from tamis.actions.importing.reports.preview import FilePreview, PreviewColumn
from tamis.actions.jobs import BackgroundJob
from tamis.actions.services import Services
from tamis.domain.files.imports import Upload
from tamis.web.console.imports.event_import_form import ChosenForEvents
from tamis.web.console.imports.import_page import MOST_COLUMNS, ORDERS, encoding_choices, first_values, job_values
from tamis.web.console.imports.importing import problem_sentence
from tamis.web.console.requests.responses import page
from tamis.web.console.requests.session import Visitor

PARTS = (
    *((EMAIL, "Email"), (EVENT, "Event name"), (AT, "Time"), (ID, "Event ID")),
    *((PROPERTY, "Property"), (SKIP, "Skip")),
)


@dataclass(frozen=True, slots=True)
class ShownEventColumn:
    """A column as a row of the form; `name` is that of its property."""

    column: PreviewColumn
    examples: tuple[str, ...]
    choice: str
    can_map: bool
    name: str

    @property
    def is_renamed(self) -> bool:
        """Whether the property has another name than the column."""
        return self.name != self.column.name


def event_upload_page(
    services: Services,
    visitor: Visitor,
    upload: Upload,
    preview: FilePreview,
    chosen: ChosenForEvents,
    job: BackgroundJob | None,
    status: int = 200,
) -> Response[str]:
    """Show the page of an upload: its preview, the choices, the result of a dry run, and problems."""
    of = type_by_id(services.records.reader(), visitor.account, upload.contact_type_id)
    shown = zip(preview.columns[:MOST_COLUMNS], chosen.choices.columns, strict=False)
    return page(
        visitor,
        "imports/event_upload.html",
        status=status,
        **job_values(services, of, upload, preview, job),
        file_notices=preview.notices,
        columns=[_shown(preview, column, choice) for column, choice in shown],
        hidden_columns=max(len(preview.columns) - MOST_COLUMNS, 0),
        names={},
        choices=chosen.choices,
        settings=chosen.choices,
        parts=PARTS,
        orders=ORDERS,
        encodings=encoding_choices(chosen.choices.encoding or ""),
        problems=[problem_sentence(problem) for problem in chosen.problems],
        wrong_columns=0,
        PROPERTY=PROPERTY,
        SKIP=SKIP,
    )


def _shown(preview: FilePreview, column: PreviewColumn, choice: str) -> ShownEventColumn:
    is_property = choice.startswith(PROPERTY)
    return ShownEventColumn(
        column,
        first_values(preview, column.position),
        PROPERTY if is_property else choice,
        can_map(column.name),
        choice.removeprefix(PROPERTY) if is_property else column.name,
    )
