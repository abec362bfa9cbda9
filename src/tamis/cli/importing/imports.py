"""`tamis import`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from msgspec import structs, to_builtins

from tamis.actions.importing.jobs.jobs import record_effects
from tamis.actions.importing.mapping.consent_column import separate_consent
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.reports.report_details import to_details
from tamis.actions.importing.run import import_file as run_import
from tamis.actions.local_calls import ImportEffects
from tamis.actions.lookups import fields_of_type
from tamis.cli.client.local_client import run_call
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
from tamis.cli.importing.import_bad_values import parse_bad_values
from tamis.cli.importing.import_report import column_names, field_names, report_lines
from tamis.cli.messages import WORDS, error_lines
from tamis.cli.progress import progress_bar
from tamis.domain.errors import Invalid, Problem, TamisError
from tamis.domain.files.encodings import label_of
from tamis.domain.files.import_reports import Details, SegmentEffect
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import CREATED_AT, Kind, key_from_name

PROJECTION_TIMEOUT_SECONDS = 30

import_app = App(name="import", usage="Usage: tamis import FILE --type TYPE [OPTIONS]\n       tamis import COMMAND")
import_app.command("tamis.cli.importing.import_jobs:list_imports", name="list", help="List imports with their results.")
import_app.command(
    "tamis.cli.importing.import_jobs:show_import", name="show", help="Show the progress or results of an import."
)
import_app.command("tamis.cli.importing.undo:undo", name="undo", help="Undo an import.")


@import_app.default
def import_file(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    *,
    type_: TypeOption,
    create_fields: Annotated[bool, Parameter(negative="")] = False,
    map_: Annotated[list[str] | None, Parameter(name="--map", negative="")] = None,
    blank: Literal["keep", "erase"] = "keep",
    date_order: DateOrder | None = None,
    decimal: DecimalMark | None = None,
    kind: Annotated[list[str] | None, Parameter(negative="")] = None,
    formulas: Literal["unescape", "keep"] = "unescape",
    format_: Annotated[Literal["csv", "xlsx", "ndjson", "parquet"] | None, Parameter(name="--format")] = None,
    encoding: str | None = None,
    sheet: str | None = None,
    on_bad_value: Annotated[list[str] | None, Parameter(negative="")] = None,
    add_options: Annotated[bool, Parameter(negative="")] = False,
    resubscribe: str = "",
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Import contacts from a CSV, Excel, NDJSON or Parquet file: contacts are found by email and created or updated.

    Parameters
    ----------
    file
        The file, possibly compressed (.gz), or - for standard input; write ./list for a file named list. The first
        row must contain the column names, and one column the email.
    create_fields
        Create a field for each unknown column, of the kind of most of its values.
    map_
        COLUMN=FIELD: import a column into a field with another name; with --create-fields, the field is created if
        needed. COLUMN=consent suppresses contacts that the column marks as unsubscribed, bounced or complained;
        COLUMN=topic:NAME sets who is subscribed to a topic. Can be repeated.
    blank
        Whether blank cells keep or erase existing values.
    date_order
        The order of dates that end in the year: dmy is 31/12/2024, mdy is 12/31/2024, ymd accepts neither. Needed if
        a column of dates is ambiguous.
    decimal
        The decimal mark of numbers, if the file is ambiguous: 1.000 is 1 with a decimal point and 1000 with a decimal
        comma.
    kind
        COLUMN=KIND: the kind of a new field (text, number, date, datetime, boolean, choice or choices), whatever its
        values look like. Can be repeated.
    formulas
        Whether to remove the apostrophe that protects text such as =1+1 from being run by a spreadsheet.
    format_
        The format, if neither the content nor the name of the file shows it; xlsx means any workbook: .xlsx, .xls
        or .ods.
    encoding
        The text encoding, such as windows-1250 or shift_jis, if it is not detected.
    sheet
        The sheet of a workbook, by name or by number from 1; by default, the first sheet with a column of emails.
    on_bad_value
        What to do with cells that do not fit their field: reject (the row; the default) or blank (only the cell).
        COLUMN=blank does so for one column; COLUMN=add turns its values into new options. Can be repeated.
    add_options
        Add unknown values to the options of choice fields, even if someone has edited the options.
    resubscribe
        Why people who have unsubscribed from a topic are subscribed again by its column; without it, they are left
        alone.
    dry_run
        Show what would happen, without importing anything.
    """
    everywhere, by_column = parse_bad_values(on_bad_value or [])
    chosen, consent = separate_consent(parse_column_mapping(map_ or []))
    options = ImportOptions(
        create_fields=create_fields,
        chosen=chosen,
        consent=consent,
        erase=blank == "erase",
        dry_run=dry_run,
        order=date_order,
        decimal=decimal,
        kinds=_kinds(kind or []),
        keep_formulas=formulas == "keep",
        format=format_,
        on_bad_value=everywhere,
        bad_values=by_column,
        add_options=add_options,
        resubscribe=resubscribe,
        encoding=encoding,
        sheet=sheet,
        words=WORDS,
    )
    with open_services(common) as services, progress_bar(enabled=not common.json) as progress:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        began = services.clock()
        report = run_import(services, account, contact_type, file, options, progress)
        progress("Updating segments", 0, 0)
        effects: list[SegmentEffect] = []
        if report.import_id is not None and report.created + report.updated:
            try:
                effects = run_call(
                    services, ImportEffects(account.id, contact_type.id, began), PROJECTION_TIMEOUT_SECONDS
                )
                record_effects(services, account, report.import_id, effects)
            except TamisError as error:  # the rows are stored, whatever is wrong with the columns
                print_notice(f"Segment changes are not known yet: {'; '.join(error_lines(error))}")
        created = {field.key: field.name for field in report.created_fields}
        names = created | fields_of_type(services.records.reader(), contact_type.id).names
    report_details = structs.replace(to_details(report), segments=tuple(effects))
    _notices(report_details, names, dry_run)
    figures = {"import_id": report.import_id, "rows": report.rows, **report.figures._asdict()}
    lines = report_lines(report.rows, report.figures, report_details, names, dry_run=dry_run)
    print_result(common, {**figures, **to_builtins(report_details)}, *lines)


def _kinds(pairs: list[str]) -> dict[str, Kind]:
    kinds_by_column = {
        column.strip(): kind.strip().lower() for column, _, kind in (pair.rpartition("=") for pair in pairs)
    }
    wrong = [pair for pair in pairs if "=" not in pair or pair.rpartition("=")[2].strip().lower() not in set(Kind)]
    if wrong:
        kinds = ", ".join(Kind)
        raise Invalid([Problem("--kind", "kind_not_written_so", pair=pair, kinds=kinds) for pair in wrong])
    return {column: Kind(kind) for column, kind in kinds_by_column.items()}


def _notices(report: Details, names: Mapping[str, str], dry_run: bool) -> None:
    for text in report.notices:
        print_notice(text)
    if dry_run and report.sample and report.encoding:
        print_notice(f"Read as {label_of(report.encoding)}:")
        for line in report.sample:
            print_notice(f"  line {line.line:,}: {line.text}")
    if dry_run:
        kept = report.rejects_file or report.omitted_file
        print_notice(f"Dry run: nothing was imported{', only rejected rows were saved' if kept else ''}.")
    if made := report.created_fields:
        print_notice(f"{'Fields to create' if dry_run else 'Fields created'}: {field_names(made, names)}")
    ignored = report.ignored_columns
    if named := next((name for name in ignored if key_from_name(name) == CREATED_AT.key), None):
        print_notice(
            f'Tamis sets "{named}" itself. To keep the values of the file, import them into another field: '
            f'--map "{named}=Subscribed" --create-fields'
        )
    if ignored:
        print_notice(f"Columns skipped: {column_names(ignored)}. To import them, use --create-fields or --map.")
