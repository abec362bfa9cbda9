"""Imports as the console shows them: a file with its columns and choices, how far one is, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar.response import File, Response

from tamis.actions.house import House
from tamis.actions.importing.background import Asked, is_outdated
from tamis.actions.importing.choosing import (
    ADDRESS,
    FIELD,
    NEW,
    OUT,
    How,
    about_email,
    asks_order,
    can_be_new,
    proposed,
    targets,
)
from tamis.actions.importing.jobs import details
from tamis.actions.importing.looking import Column, Look, look_at
from tamis.actions.importing.mapping import can_feed
from tamis.actions.importing.report import ImportReport
from tamis.actions.importing.uploads import in_bytes
from tamis.actions.types import type_by_id
from tamis.actions.work import At, Work
from tamis.domain.dates import DateOrder
from tamis.domain.encodings import label_of
from tamis.domain.errors import Problem
from tamis.domain.fields import FieldSet, Kind
from tamis.domain.reading.columns import ColumnReading
from tamis.domain.text import counted
from tamis.records import types
from tamis.records.imports import ImportJob
from tamis.records.uploads import Upload
from tamis.web.console.answers import page
from tamis.web.console.forms import Form
from tamis.web.console.session import Visitor

FIGURES = ("created", "updated", "unchanged", "repeated", "rejected")
FORMATS = {"csv": "CSV", "xlsx": "workbook", "ndjson": "JSON, one object a line", "parquet": "Parquet"}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
ORDERS = (
    ("", "as the column itself shows"),
    (DateOrder.DMY, "day first: 31/12/2024"),
    (DateOrder.MDY, "month first: 12/31/2024"),
    (DateOrder.YMD, "only with the year in front: 2024-12-31"),
)
MOST_OPTIONS = 20_000
MOST_COLUMNS = 300
MOST_BESIDE = 40
"""Of so many columns the first rows are shown."""
EXAMPLES = 3
STEPS = {
    "Reading": "Reading the file",
    "Checking": "Checking every cell",
    "Storing": "Storing contacts",
    "Segments follow": "Letting segments follow",
}
STEPS_OF_TRIAL = {
    "Reading": "Reading the file",
    "Checking": "Checking every cell",
    "Storing": "Comparing with the contacts",
}
"""What an import does one after the other, by what it calls that itself."""
# What is said of options of the command line, for people who have a form before them.
WORDS = (
    ("say --date-order dmy or --date-order mdy", "choose the order of dates"),
    ("raise TAMIS_IMPORT_MEMORY, or import", "have TAMIS_IMPORT_MEMORY raised, or import"),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen for a file, and what is wrong with it."""

    choices: tuple[str, ...]
    how: How
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is: in words, as parts of a whole (0 while that is not known), and as one of some steps."""

    doing: str
    done: int
    total: int
    detail: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column as a row of the form; `options` are those of a choice that its cells would be."""

    column: Column
    options: tuple[str, ...]
    examples: tuple[str, ...]
    choice: str
    can_feed: bool
    can_be_new: bool
    problem: str


def chosen_before(house: House, upload: Upload, work: Work | None) -> Chosen:
    """Give what was chosen for a file the last time, else what is proposed; what fits no longer is proposed anew."""
    look, fields = look_at(house, upload), types.fields_of_type(house.records.reader(), upload.contact_type_id)
    fresh = proposed(look, fields)
    if not work or not isinstance(work.about, Asked):
        return Chosen(tuple(fresh), How())
    options = work.about.options
    choices = [
        before if _fits(before, column, fields) else now
        for before, now, column in zip(work.about.choices, fresh, look.columns, strict=True)
    ]
    problems = work.problems if work.at is At.FAILED else ()
    return Chosen(tuple(choices), How(options.erase, options.order, options.keep_formulas), problems)


def chosen_in(form: Form, look: Look, fields: FieldSet) -> Chosen:
    """Read what was chosen; a column that the form does not have is as it is proposed."""
    choices = tuple(
        form.text(f"column-{position}") or default for position, default in enumerate(proposed(look, fields))
    )
    order = form.text("date_order")
    known = {str(order): order for order in DateOrder}
    how = How(form.text("blank") == "erase", known.get(order), form.text("formulas") == "keep")
    return Chosen(choices, how)


def upload_page(
    house: House, visitor: Visitor, upload: Upload, chosen: Chosen, work: Work | None, status: int = 200
) -> Response[str]:
    """Show a file: its beginning, the choices, what a trial has found, and what is wrong."""
    db = house.records.reader()
    look, fields = look_at(house, upload), types.fields_of_type(db, upload.contact_type_id)
    under_way = work is not None and not work.is_over
    trial = work.result if work and work.at is At.DONE and isinstance(work.result, ImportReport) else None
    of = type_by_id(db, visitor.account, upload.contact_type_id)
    at_columns = {problem.path: problem.message for problem in chosen.problems if problem.path.isdigit()}
    most = min(MOST_COLUMNS, max(20, MOST_OPTIONS // len(fields.fields)))
    return page(
        visitor,
        "imports/upload.html",
        title=upload.name,
        nav="imports",
        status=status,
        upload=upload,
        of=of,
        look=look,
        told=(*look.notices, *about_email(look, fields)),
        written=_written(look),
        size=in_bytes(upload.size),
        columns=[_shown(look, fields, column, chosen, at_columns) for column in look.columns[:most]],
        hidden_columns=max(len(look.columns) - most, 0),
        targets=targets(fields),
        most_beside=MOST_BESIDE,
        how=chosen.how,
        orders=ORDERS,
        asks_order=bool(asks_order(look, fields, chosen.choices)),
        has_dates=any(column.kind.kind in (Kind.DATE, Kind.DATETIME) for column in look.columns),
        problems=[words_of(problem) for problem in chosen.problems if problem.path not in at_columns],
        wrong_columns=len(at_columns),
        progress=progress_of(work) if work and under_way else None,
        asked=work.about.what if work and isinstance(work.about, Asked) else "",
        trial=report_of_trial(trial) if trial else None,
        in_place_of_import=work is not None and isinstance(work.about, Asked) and work.about.in_place_of_import,
        outdated=bool(trial and work and isinstance(work.about, Asked) and is_outdated(house, of, work.about)),
        FIELD=FIELD,
        ADDRESS=ADDRESS,
        NEW=NEW,
        OUT=OUT,
    )


def report_of_trial(report: ImportReport) -> dict[str, Any]:
    """Write the report of a trial as `report_of_job` would that of an import."""
    figures = {name: getattr(report, name) for name in FIGURES}
    return {"rows": report.rows, **figures, "shares": shares(report.rows, figures), **details(report)}


def report_of_job(job: ImportJob) -> dict[str, Any]:
    """Write what became of the rows of an import; one that has not come to its end has figures and nothing else."""
    figures = {name: getattr(job, name) for name in FIGURES}
    nothing: dict[str, Any] = {
        "reasons": {}, "created_fields": [], "ignored_columns": [], "notices": [], "cleaned_emails": 0,
        "cleaned_examples": [],
    }  # fmt: skip
    laid = {"rows": job.rows_total, **figures, "shares": shares(job.rows_total or 0, figures)}
    return {**nothing, **job.report, **laid}


def shares(rows: int, figures: Mapping[str, int]) -> list[tuple[str, float, float]]:
    """Lay figures side by side on a bar of 100: the name, where it begins, how wide it is."""
    laid, at = [], 0.0
    for name in FIGURES:
        width = 100 * figures[name] / rows if rows else 0.0
        if width:
            laid.append((name, round(at, 3), round(width, 3)))
        at += width
    return laid


def progress_of(work: Work) -> Progress:
    """Tell how far a work of this server is."""
    if work.at is At.WAITING:
        return Progress("Waiting for other imports to end", 0, 0, "It begins by itself.")
    doing = work.doing or "Beginning"
    steps: dict[str, str] = {}
    if isinstance(work.about, Asked):
        steps = STEPS if work.about.what == "import" else STEPS_OF_TRIAL
    shown, all_steps = steps.get(doing, doing), tuple(steps.values())
    if not work.total:
        return Progress(shown, 0, 0, "", all_steps)
    reading = doing == "Reading"
    done = in_bytes(work.done) if reading else f"{work.done:,}"
    total = in_bytes(work.total) if reading else counted(work.total, "contact" if doing == "Undoing" else "row")
    return Progress(shown, min(work.done, work.total), work.total, f"{done} of {total}", all_steps)


def words_of(problem: Problem) -> str:
    """Write what an import says against a file, in one sentence."""
    place = "" if not problem.path or problem.path.startswith("--") or problem.path == "header" else f"{problem.path} "
    return in_words(place + problem.message)


def in_words(message: str) -> str:
    """Write what is said for the command line for people who have a form before them."""
    for said, shown in WORDS:
        message = message.replace(said, shown)
    return message[:1].upper() + message[1:] if message.startswith(("the ", "it ", "a ")) else message


def rejects_answer(path: str | Path) -> File:
    """Give a file of rejected rows to be kept, never to be shown by a browser."""
    return File(path, filename=Path(path).name, media_type="text/csv")


def _written(look: Look) -> str:
    parts = [FORMATS[look.format]]
    if look.encoding:
        parts.append(label_of(look.encoding))
    if look.delimiter and len(look.columns) > 1 and look.format == "csv":
        parts.append(f"cells separated by {DELIMITERS[look.delimiter]}")
    if look.header_line:
        parts.append(f"names of columns in line {look.header_line:,}")
    return ", ".join(parts)


def _shown(look: Look, fields: FieldSet, column: Column, chosen: Chosen, problems: Mapping[str, str]) -> ShownColumn:
    return ShownColumn(
        column,
        column.kind.options if isinstance(column.kind, ColumnReading) else (),
        _examples(look, column.position),
        chosen.choices[column.position],
        can_feed(column.name),
        can_be_new(column, fields),
        problems.get(str(column.position), ""),
    )


def _examples(look: Look, position: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in look.rows:
        cell = row.cells[position].strip() if not row.problem and position < len(row.cells) else ""
        if cell:
            found[cell] = None
    return tuple(found)[:EXAMPLES]


def _fits(choice: str, column: Column, fields: FieldSet) -> bool:
    if choice == NEW:
        return can_be_new(column, fields)
    return choice in (OUT, ADDRESS) or choice in _choices(targets(fields))


def _choices(known: Sequence[Any]) -> set[str]:
    return {FIELD + field.key for field in known}
