"""`tamis import`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from msgspec import structs, to_builtins

from tamis.actions.importing.jobs import record_effects
from tamis.actions.importing.report import ImportOptions
from tamis.actions.importing.report_details import to_details
from tamis.actions.importing.run import import_file as run_import
from tamis.actions.local_calls import ImportEffects
from tamis.cli.common import (
    Common,
    TypeOption,
    open_services,
    print_notice,
    print_result,
    resolve_account,
    resolve_type,
)
from tamis.cli.import_bad_values import parse_bad_values
from tamis.cli.import_report import column_names, field_names, report_lines
from tamis.cli.local_client import run_call
from tamis.cli.messages import WORDS, error_lines
from tamis.cli.progress import progress_bar
from tamis.domain.dates import DateOrder
from tamis.domain.encodings import label_of
from tamis.domain.errors import Invalid, Problem, TamisError
from tamis.domain.fields import CREATED_AT, Kind, key_from_name
from tamis.domain.import_reports import Details, SegmentEffect
from tamis.domain.parsing.number_parser import DecimalMark

PROJECTION_TIMEOUT_SECONDS = 30

import_app = App(name="import", usage="Usage: tamis import FILE --type TYPE [OPTIONS]\n       tamis import COMMAND")
import_app.command("tamis.cli.import_jobs:list_imports", name="list")
import_app.command("tamis.cli.import_jobs:show_import", name="show")
import_app.command("tamis.cli.undo:undo", name="undo")


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
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Import contacts from a CSV, Excel, NDJSON or Parquet file: new addresses are added, known ones updated.

    Parameters
    ----------
    file
        The file, also compressed (.gz), or - for standard input; a file called list is written ./list. Its header
        names the columns, one of them holds the e-mail address.
    create_fields
        Make a field for each unknown column, of the kind that the great majority of its values has.
    map_
        COLUMN=FIELD: let a column feed a field of another name, which --create-fields makes where there is none;
        repeat it for each.
    blank
        What a blank cell does to a value that is there.
    date_order
        How dates with the year behind are written: dmy is 31/12/2024, mdy is 12/31/2024, ymd refuses both; needed
        where a column of dates does not tell.
    decimal
        What stands before the fraction of numbers, where a file does not tell: 1.000 is 1 with a point, 1000 with a
        comma.
    kind
        COLUMN=KIND: what a new field is to be (text, number, date, datetime, boolean, choice or choices), whatever its
        values look like; repeat it for each.
    formulas
        Whether the apostrophe that stands before text like =1+1, so that no spreadsheet runs it, is taken away.
    format_
        The format, where neither the content nor the ending of the file (.csv, .ndjson, .parquet) tells it; xlsx is
        any workbook: .xlsx, .xls or .ods.
    encoding
        The encoding of the text, such as windows-1250 or shift_jis, where it is not found out.
    sheet
        The sheet of a workbook, by its name or its number from 1; else the first one that has a column of emails.
    on_bad_value
        What becomes of cells that do not fit their field: reject (the row, the default) or blank (only the cell);
        COLUMN=blank says it of one column, COLUMN=add lets its values become options; repeat it for each.
    add_options
        Add values that are no options of a choice yet to its options, also where a person has listed them.
    dry_run
        Report what would happen, and write nothing.
    """
    everywhere, by_column = parse_bad_values(on_bad_value or [])
    options = ImportOptions(
        create_fields=create_fields,
        chosen=_chosen(map_ or []),
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
        encoding=encoding,
        sheet=sheet,
        words=WORDS,
    )
    with open_services(common) as services, progress_bar(enabled=not common.json) as progress:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        began = services.clock()
        report = run_import(services, account, contact_type, file, options, progress)
        progress("Segments follow", 0, 0)
        effects: list[SegmentEffect] = []
        if report.import_id is not None and report.created + report.updated:
            try:
                effects = run_call(
                    services, ImportEffects(account.id, contact_type.id, began), PROJECTION_TIMEOUT_SECONDS
                )
                record_effects(services, account, report.import_id, effects)
            except TamisError as error:  # the rows are stored, whatever is wrong with the columns
                print_notice(f"Who entered and left segments is not known yet: {'; '.join(error_lines(error))}")
    report_details = structs.replace(to_details(report), segments=tuple(effects))
    _notices(report_details, dry_run)
    figures = {"import_id": report.import_id, "rows": report.rows, **report.figures._asdict()}
    lines = report_lines(report.rows, report.figures, report_details, dry_run=dry_run)
    print_result(common, {**figures, **to_builtins(report_details)}, *lines)


def _chosen(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise Invalid([Problem("--map", "mapping_not_written_so", pair=pair) for pair in wrong])
    return {column.strip(): field.strip() for column, _, field in (pair.rpartition("=") for pair in pairs)}


def _kinds(pairs: list[str]) -> dict[str, Kind]:
    kinds_by_column = {
        column.strip(): kind.strip().lower() for column, _, kind in (pair.rpartition("=") for pair in pairs)
    }
    wrong = [pair for pair in pairs if "=" not in pair or pair.rpartition("=")[2].strip().lower() not in set(Kind)]
    if wrong:
        kinds = ", ".join(Kind)
        raise Invalid([Problem("--kind", "kind_not_written_so", pair=pair, kinds=kinds) for pair in wrong])
    return {column: Kind(kind) for column, kind in kinds_by_column.items()}


def _notices(report: Details, dry_run: bool) -> None:
    for text in report.notices:
        print_notice(text)
    if dry_run and report.sample and report.encoding:
        print_notice(f"Read in {label_of(report.encoding)}:")
        for line in report.sample:
            print_notice(f"  line {line.line:,}: {line.text}")
    if dry_run:
        kept = report.rejects_file or report.omitted_file
        print_notice(f"Dry run: nothing was written{' but the rejected rows' if kept else ''}.")
    if made := report.created_fields:
        print_notice(f"{'Fields to be made' if dry_run else 'Fields made'}: {field_names(made)}")
    ignored = report.ignored_columns
    if named := next((name for name in ignored if key_from_name(name) == CREATED_AT.key), None):
        print_notice(
            f'"{named}" of contacts is written by Tamis itself. To keep that of the file, give it a field of its own: '
            f'--map "{named}=Subscribed" --create-fields'
        )
    if ignored:
        print_notice(
            f"Columns ignored: {column_names(ignored)}. Use --create-fields to make fields for unknown ones, or --map."
        )
