"""`tamis events export`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from tamis.actions.events.export import EventFormat, write_events
from tamis.actions.exporting.delivery import check_target, deliver
from tamis.actions.exporting.directories import export_directory, export_file
from tamis.cli.common import Common, TypeOption, open_services, print_result, resolve_account, resolve_type
from tamis.domain.errors import Invalid, Problem
from tamis.domain.text import pluralize

ENDINGS = {".csv": EventFormat.CSV, ".ndjson": EventFormat.NDJSON, ".jsonl": EventFormat.NDJSON}


def export_file_of_events(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    *,
    type_: TypeOption,
    event: Annotated[list[str] | None, Parameter(negative="")] = None,
    format_: Annotated[Literal["csv", "ndjson"] | None, Parameter(name="--format")] = None,
    force: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Export the events of the contacts of a type.

    Parameters
    ----------
    file
        The file to write: .csv for spreadsheets, with a column for each property, or .ndjson, with all values as they
        were sent, which "tamis events import" reads again.
    event
        Only events with this name. Can be repeated.
    format_
        The format, if the name of the file does not show it.
    force
        Replace the file if it exists.
    """
    form = EventFormat(format_) if format_ else ENDINGS.get(file.suffix.lower())
    if form is None:
        raise Invalid([Problem(str(file), "events_ending_unknown")])
    target = check_target(file, replace=force)
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
        with export_directory(services.settings.data) as directory:
            count = write_events(services, contact_type, export_file(directory), form, event or ())
            deliver(export_file(directory), target, replace=force)
    shown = {"events": count, "file": str(file), "format": str(form)}
    print_result(common, shown, f"Exported {pluralize(count, 'event')} to {file}")
