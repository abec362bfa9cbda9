"""`tamis import`."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from tamis.actions.importing.effects import Effect, import_effects
from tamis.actions.importing.report import ImportOptions, ImportReport
from tamis.actions.importing.run import import_file as run_import
from tamis.cli.ask import ask
from tamis.cli.common import Common, TypeOption, account_of, notice, opened, show, type_of
from tamis.domain.dates import DateOrder
from tamis.domain.errors import Invalid, Problem
from tamis.domain.instants import to_micros

COUNTS = ("rows", "created", "updated", "unchanged", "repeated", "rejected", "rejects_file")
MOST_REASONS = 10


def import_file(
    file: Path,
    *,
    type_: TypeOption,
    create_fields: Annotated[bool, Parameter(negative="")] = False,
    map_: Annotated[list[str] | None, Parameter(name="--map", negative="")] = None,
    blank: Literal["keep", "erase"] = "keep",
    date_order: DateOrder | None = None,
    formulas: Literal["unescape", "keep"] = "unescape",
    format_: Annotated[Literal["csv", "ndjson", "parquet"] | None, Parameter(name="--format")] = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Import contacts from a CSV, NDJSON or Parquet file: new addresses are added, known ones updated.

    Parameters
    ----------
    file
        The file, also compressed (.gz), or - for standard input. Its header names the columns, one of them holds the
        e-mail address.
    create_fields
        Make a field for each unknown column, its kind inferred from all of its values.
    map_
        COLUMN=FIELD: let a column feed a field of another name; repeat it for each.
    blank
        What a blank cell does to a value that is there.
    date_order
        How dates with the year behind are written: dmy is 31/12/2024, mdy is 12/31/2024, ymd refuses both; needed
        where a column of dates does not tell.
    formulas
        Whether the apostrophe that stands before text like =1+1, so that no spreadsheet runs it, is taken away.
    format_
        The format, where the ending of the file (.csv, .ndjson, .parquet) does not tell it.
    dry_run
        Report what would happen, and write nothing.
    """
    options = ImportOptions(
        create_fields=create_fields,
        chosen=_chosen(map_ or []),
        erase=blank == "erase",
        dry_run=dry_run,
        order=date_order,
        keep_formulas=formulas == "keep",
        format=format_,
    )
    with opened(common) as house, _progress(enabled=not common.json) as bar:
        account = account_of(house, common)
        contact_type = type_of(house, account, type_)
        began = to_micros(house.clock())
        task = bar.add_task("Reading", total=None)

        def progress(doing: str, done: int, total: int) -> None:
            bar.update(task, description=doing, completed=done, total=total or None)

        report = run_import(house, account, contact_type, file, options, progress)
        progress("Segments follow", 0, 0)
        changed = not dry_run and report.created + report.updated
        effects = ask(house, import_effects, account.id, contact_type.id, began) if changed else []
    _notices(report, dry_run)
    document = {key: value for key, value in asdict(report).items() if key in COUNTS}
    show(common, document | _details(report, effects), *_lines(report), *_effect_lines(effects))


def _chosen(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise Invalid([Problem("--map", f'"{pair}" must be COLUMN=FIELD') for pair in wrong])
    return {column.strip(): field.strip() for column, _, field in (pair.rpartition("=") for pair in pairs)}


def _progress(*, enabled: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not enabled or not sys.stderr.isatty(),
        transient=True,
    )


def _notices(report: ImportReport, dry_run: bool) -> None:
    for text in report.notices:
        notice(text)
    if dry_run:
        notice("Dry run: nothing was written.")
    if report.created_fields:
        made = ", ".join(f"{field.key} ({field.kind})" for field in report.created_fields)
        notice(f"{'Fields to be made' if dry_run else 'Fields made'}: {made}")
    if report.ignored_columns:
        names = ", ".join(f'"{name}"' if name else "one without a name" for name in report.ignored_columns)
        notice(f"Columns ignored: {names}. Use --create-fields to make fields for unknown ones, or --map.")


def _lines(report: ImportReport) -> list[str]:
    lines = [f"{report.rows:>12,}  rows"]
    lines += [
        f"{getattr(report, name):>12,}  {name}" for name in ("created", "updated", "unchanged", "repeated", "rejected")
    ]
    lines += [f"{count:>16,}  {reason}" for reason, count in list(report.reasons.items())[:MOST_REASONS]]
    if report.rejects_file:
        lines.append(f"Rejected rows, with their reasons: {report.rejects_file}")
    return lines


def _effect_lines(effects: Sequence[Effect]) -> list[str]:
    return [f"Segment {effect.name}: {effect.entered:,} entered, {effect.left:,} left" for effect in effects]


def _details(report: ImportReport, effects: Sequence[Effect]) -> dict[str, Any]:
    return {
        "import_id": report.import_id,
        "reasons": report.reasons,
        "ignored_columns": report.ignored_columns,
        "created_fields": [{"key": field.key, "kind": field.kind} for field in report.created_fields],
        "notices": report.notices,
        "segments": [asdict(effect) for effect in effects],
    }
