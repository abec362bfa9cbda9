"""`tamis events export`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from tamis.actions.events.export import EventSelection, write_events
from tamis.actions.exporting.delivery import check_target, deliver
from tamis.actions.exporting.directories import export_directory, export_file
from tamis.cli.common import Common, TypeOption, open_services, print_result, resolve_account, resolve_type
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Invalid, Problem, ValueProblem
from tamis.domain.events.event_instants import parse_event_instant
from tamis.domain.files.exports import Format
from tamis.domain.values.instants import from_micros
from tamis.domain.values.text import pluralize

ENDINGS = {".csv": Format.CSV, ".ndjson": Format.NDJSON, ".jsonl": Format.NDJSON, ".parquet": Format.PARQUET}


def export_file_of_events(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    *,
    type_: TypeOption,
    event: Annotated[list[str] | None, Parameter(negative="")] = None,
    since: str | None = None,
    until: str | None = None,
    format_: Annotated[Literal["csv", "ndjson", "parquet"] | None, Parameter(name="--format")] = None,
    force: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Export the events of the contacts of a type.

    Parameters
    ----------
    file
        The file to write: .csv for spreadsheets, with a column for each property, .ndjson, or .parquet. "tamis events
        import" reads all of them again, with the same values.
    event
        Only events with this name. Can be repeated.
    since
        Only events from this instant or day on, such as 2026-11-20 or 2026-11-20T10:00:00Z.
    until
        Only events before this instant or day.
    format_
        The format, if the name of the file does not show it.
    force
        Replace the file if it exists.
    """
    form = Format(format_) if format_ else ENDINGS.get(file.suffix.lower())
    if form is None:
        raise Invalid([Problem(str(file), "events_ending_unknown")])
    target = check_target(file, replace=force)
    with open_services(common) as services:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        selection = EventSelection(
            event or (), _instant("--since", since, account), _instant("--until", until, account)
        )
        with export_directory(services.settings.data) as directory:
            count = write_events(services, contact_type, export_file(directory), form, selection)
            deliver(export_file(directory), target, replace=force)
    shown = {"events": count, "file": str(file), "format": str(form)}
    print_result(common, shown, f"Exported {pluralize(count, 'event')} to {file}")


def _instant(option: str, text: str | None, account: Account) -> datetime | None:
    try:
        return None if text is None else from_micros(parse_event_instant(text, account.zone))
    except ValueProblem as problem:
        raise Invalid([Problem.of(option, problem.message)]) from None
