"""What the columns of an uploaded file of events are: what people can choose, and what is proposed to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tamis.actions.events.importing.mapping import AT, EMAIL, EVENT, ID, PARTS, PROPERTIES, map_event_columns
from tamis.actions.events.importing.options import EventImportOptions
from tamis.actions.events.stated_events import property_key
from tamis.actions.importing.mapping.email_column import find_email_column
from tamis.actions.importing.mapping.mapping import can_map
from tamis.actions.importing.reports.preview import FilePreview, PreviewColumn
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind

PROPERTY, SKIP = "property:", "skip"
"""Choices beside the parts of an event: the name of a property follows the first."""


@dataclass(frozen=True, slots=True)
class EventChoices:
    """The choices for a file of events; `columns` has one for each column, `event` is the name of all events."""

    columns: tuple[str, ...]
    event: str = ""
    create_contacts: bool = False
    order: DateOrder | None = None
    encoding: str | None = None
    sheet: str | None = None


def propose_event_choices(preview: FilePreview) -> EventChoices:
    """Propose what each column is: by its name, the email also by its contents, and the time by its kind."""
    choices = [_by_name(column) for column in preview.columns]
    for part in PARTS:  # the first of several columns with a name
        for later in [position for position, choice in enumerate(choices) if choice == part][1:]:
            choices[later] = _as_property(preview.columns[later])
    if EMAIL not in choices and (position := _email_position(preview, choices)) is not None:
        choices[position] = EMAIL
    times = (column for column in preview.columns if column.kind.kind in (Kind.DATE, Kind.DATETIME))
    if AT not in choices and (found := next((c for c in times if choices[c.position].startswith(PROPERTY)), None)):
        choices[found.position] = AT
    return EventChoices(tuple(choices))


def is_valid_event_choice(choice: str, column: PreviewColumn) -> bool:
    """Return whether a column can have a choice."""
    return choice == SKIP or (can_map(column.name) and (choice in PARTS or choice.startswith(PROPERTY)))


def build_event_options(preview: FilePreview, choices: EventChoices) -> EventImportOptions:
    """Return the options of an import with some choices; raises Invalid with all that is wrong with them."""
    chosen = {
        column.name: "" if choice == SKIP else choice.removeprefix(PROPERTY)
        for column, choice in zip(preview.columns, choices.columns, strict=True)
        if can_map(column.name)
    }
    event = choices.event.strip() if EVENT not in choices.columns else ""
    if EMAIL not in choices.columns:
        raise Invalid([Problem("", "email_column_not_chosen")])
    contents = [column.contents for column in preview.columns]
    nested = [column.position for column in preview.columns if column.contents.is_nested]
    map_event_columns([column.name for column in preview.columns], contents, nested, chosen, event or None)
    return EventImportOptions(
        chosen=chosen,
        event=event or None,
        create_contacts=choices.create_contacts,
        order=choices.order,
        encoding=choices.encoding,
        sheet=choices.sheet,
    )


def choices_of_options(options: EventImportOptions, columns: Sequence[str]) -> EventChoices:
    """Return the choices that options were built from, with those for the columns."""
    return EventChoices(
        tuple(columns), options.event or "", options.create_contacts, options.order, options.encoding, options.sheet
    )


def without_impossible(choices: EventChoices, preview: FilePreview) -> EventChoices:
    """Replace the choices that columns cannot have by those that are proposed."""
    proposed = propose_event_choices(preview).columns
    if len(choices.columns) != len(proposed):
        return replace(choices, columns=proposed)
    kept = zip(choices.columns, proposed, preview.columns, strict=True)
    columns = (choice if is_valid_event_choice(choice, column) else usual for choice, usual, column in kept)
    return replace(choices, columns=tuple(columns))


def _by_name(column: PreviewColumn) -> str:
    key = property_key(column.name)
    if not can_map(column.name) or not key:
        return SKIP
    if key in (EMAIL, EVENT, AT, ID):
        return key
    if column.contents.is_nested and key != PROPERTIES:
        return SKIP
    return _as_property(column)


def _as_property(column: PreviewColumn) -> str:
    return PROPERTY + column.name


def _email_position(preview: FilePreview, choices: Sequence[str]) -> int | None:
    header = [column.name for column in preview.columns]
    free = [position for position, choice in enumerate(choices) if choice.startswith(PROPERTY)]
    found = find_email_column(header, [column.contents for column in preview.columns], free, ())
    return found.position if found else None
