"""`tamis import`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tamis.actions.importing.run import ImportOptions, ImportReport, import_csv
from tamis.cli.common import Common, TypeOption, account_of, notice, opened, show, type_of
from tamis.domain.dates import DateOrder
from tamis.domain.errors import Invalid, Problem

COUNTS = ("rows", "created", "updated", "unchanged", "repeated", "rejected", "rejects_file")


def import_file(
    file: Path,
    *,
    type_: TypeOption,
    create_fields: Annotated[bool, Parameter(negative="")] = False,
    map_: Annotated[list[str] | None, Parameter(name="--map", negative="")] = None,
    blank: Literal["keep", "erase"] = "keep",
    date_order: DateOrder | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Import contacts from a CSV file (UTF-8, commas; .gz as well): new addresses are added, known ones updated.

    Parameters
    ----------
    file
        The file; its first line names the columns, one of them holds the e-mail address.
    create_fields
        Make a field for each unknown column, its kind inferred from all of its values.
    map_
        COLUMN=FIELD: let a column feed a field of another name; repeat it for each.
    blank
        What a blank cell does to a value that is there.
    date_order
        How dates with the year behind are written: dmy is 31/12/2024, mdy is 12/31/2024, ymd refuses both; needed
        where a column of dates does not tell.
    dry_run
        Report what would happen, and write nothing.
    """
    options = ImportOptions(create_fields, _chosen(map_ or []), blank == "erase", dry_run, date_order)
    with opened(common) as house, _progress(enabled=not common.json) as bar:
        account = account_of(house, common)
        contact_type = type_of(house, account, type_)
        task = bar.add_task("Reading", total=None)

        def progress(doing: str, done: int, total: int) -> None:
            bar.update(task, description=doing, completed=done, total=total or None)

        report = import_csv(house, account, contact_type, file, options, progress)
    _notices(report, dry_run)
    show(common, {key: value for key, value in asdict(report).items() if key in COUNTS}, *_lines(report))


def _chosen(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise Invalid([Problem("--map", f'"{pair}" must be COLUMN=FIELD') for pair in wrong])
    return {column.strip(): field.strip() for column, _, field in (pair.rpartition("=") for pair in pairs)}


def _progress(*, enabled: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not enabled or not sys.stderr.isatty(),
        transient=True,
    )


def _notices(report: ImportReport, dry_run: bool) -> None:
    if dry_run:
        notice("Dry run: nothing was written.")
    if report.created_fields:
        made = ", ".join(f"{field.key} ({field.kind})" for field in report.created_fields)
        notice(f"{'Fields to be made' if dry_run else 'Fields made'}: {made}")
    if report.ignored_columns:
        names = ", ".join(f'"{name}"' for name in report.ignored_columns)
        notice(f"Columns ignored: {names}. Use --create-fields to make fields for unknown ones, or --map.")


def _lines(report: ImportReport) -> list[str]:
    lines = [f"{report.rows:>12,}  rows"]
    lines += [
        f"{getattr(report, name):>12,}  {name}" for name in ("created", "updated", "unchanged", "repeated", "rejected")
    ]
    if report.rejects_file:
        lines.append(f"Rejected rows, with their reasons: {report.rejects_file}")
    return lines
