"""`tamis events import`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from msgspec import to_builtins

from tamis.actions.events.importing.options import EventImportOptions, EventImportReport, to_details
from tamis.actions.events.importing.run import import_events
from tamis.actions.importing.sources import ContactFile
from tamis.cli.common import (
    Common,
    TypeOption,
    open_services,
    print_notice,
    print_result,
    resolve_account,
    resolve_type,
)
from tamis.cli.importing.column_mapping import parse_column_mapping
from tamis.cli.importing.import_report import column_names, report_lines
from tamis.cli.messages import WORDS
from tamis.cli.progress import progress_bar
from tamis.domain.values.dates import DateOrder


def import_file(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    *,
    type_: TypeOption,
    event: str | None = None,
    map_: Annotated[list[str] | None, Parameter(name="--map", negative="")] = None,
    create_contacts: Annotated[bool, Parameter(negative="")] = False,
    date_order: DateOrder | None = None,
    format_: Annotated[Literal["csv", "xlsx", "ndjson", "parquet"] | None, Parameter(name="--format")] = None,
    encoding: str | None = None,
    sheet: str | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Import events from a CSV, Excel, NDJSON or Parquet file with the columns email, event, at and id; all others
    become properties. Events that are stored already are not stored again.

    Parameters
    ----------
    file
        The file, possibly compressed (.gz), or - for standard input; write ./list for a file named list. The first
        row must contain the column names.
    event
        The name of all events in the file, if it has no column of names.
    map_
        COLUMN=NAME: the column is the email, event, at or id, or a property with another name. COLUMN= leaves a column
        out. Can be repeated.
    create_contacts
        Create contacts for emails that are not contacts yet; without it, their rows are rejected.
    date_order
        The order of dates that end in the year: dmy is 31/12/2024, mdy is 12/31/2024.
    format_
        The format, if neither the content nor the name of the file shows it; xlsx means any workbook: .xlsx, .xls
        or .ods.
    encoding
        The text encoding, such as windows-1250 or shift_jis, if it is not detected.
    sheet
        The sheet of a workbook, by name or by number from 1; by default, the first sheet with a column of emails.
    dry_run
        Show what would happen, without importing anything.
    """
    options = EventImportOptions(
        chosen=parse_column_mapping(map_ or []),
        event=event,
        create_contacts=create_contacts,
        dry_run=dry_run,
        order=date_order,
        format=format_,
        encoding=encoding,
        sheet=sheet,
        words=WORDS,
    )
    with open_services(common) as services, progress_bar(enabled=not common.json) as progress:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        report = import_events(services, account, contact_type, ContactFile(file), options, progress)
    for notice in report.notices:
        print_notice(notice)
    if dry_run:
        kept = ", only rejected rows were saved" if report.rejects_file else ""
        print_notice(f"Dry run: nothing was imported{kept}.")
    if report.ignored_columns:
        print_notice(f"Columns skipped: {column_names(report.ignored_columns)}.")
    print_result(common, _report_document(report), *report_lines(report.rows, report.figures, to_details(report), {}))


def _report_document(report: EventImportReport) -> Mapping[str, object]:
    return {
        "import_id": report.import_id,
        "rows": report.rows,
        "accepted": report.accepted,
        "repeated": report.repeated,
        "rejected": report.rejected,
        "contacts_created": report.contacts_created,
        "rejects_file": report.rejects_file,
        "reasons": report.reasons,
        "events": to_builtins(report.names),
        "ignored_columns": report.ignored_columns,
        "notices": report.notices,
        "encoding": report.encoding,
        "sheet": report.sheet,
    }
