"""The choices for a file: read from the form, or from an earlier dry run or import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from tamis.actions.importing.jobs.background import UploadRequest
from tamis.actions.importing.mapping.mapping_choices import (
    NEW,
    NEW_NAMED,
    FormatSettings,
    can_create_field,
    find_name_problem,
    is_new_field,
    is_valid_choice,
    new_field_name,
    propose_choices,
)
from tamis.actions.importing.reports.preview import FilePreview, PreviewColumn
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.actions.jobs import BackgroundJob, JobStatus
from tamis.domain.errors import Problem
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import FieldSet, Kind
from tamis.web.console.requests.forms import Form

Named = TypeVar("Named", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices for a file, and their problems."""

    choices: tuple[str, ...]
    settings: FormatSettings
    problems: tuple[Problem, ...] = ()


def chosen_before(preview: FilePreview, fields: FieldSet, job: BackgroundJob | None) -> Chosen:
    """Return the last choices for a file, else the proposals; choices that no longer fit are proposed anew."""
    fresh = propose_choices(preview, fields)
    if not job or not isinstance(job.payload, UploadRequest) or len(job.payload.choices) != len(fresh):
        return Chosen(tuple(fresh), FormatSettings())
    if not isinstance(job.payload.options, ImportOptions):
        return Chosen(tuple(fresh), FormatSettings())
    choices = [
        before if _fits_still(before, column, fields) else now
        for before, now, column in zip(job.payload.choices, fresh, preview.columns, strict=True)
    ]
    problems = job.problems if job.status is JobStatus.FAILED else ()
    return Chosen(tuple(choices), _how_of(job.payload.options, preview), problems)


def chosen_in(form: Form, preview: FilePreview, fields: FieldSet) -> Chosen:
    """Parse the choices from the form; a column that the form lacks gets its proposal."""
    choices = tuple(
        _named(form, preview.columns[position], fields, form.text(f"column-{position}") or default)
        for position, default in enumerate(propose_choices(preview, fields))
    )
    added = {int(position): BadValue.ADD for position in form.all("add") if position.isdecimal()}
    omitted = {int(position): BadValue.BLANK for position in form.all("leave") if position.isdecimal()}
    last = len(preview.columns)
    settings = FormatSettings(
        erase=form.text("blank") == "erase",
        order=_one_of(DateOrder, form.text("date_order")),
        keep_formulas=form.text("formulas") == "keep",
        decimal=_one_of(DecimalMark, form.text("decimal")),
        bad_values={
            position: value
            for position, value in (_each(form, preview, "bad", BadValue) | added | omitted).items()
            if position < last
        },
        kinds={p: kind for p, kind in _each(form, preview, "kind", Kind).items() if is_new_field(choices[p])},
        encoding=form.text("encoding") or None,
        sheet=form.text("sheet") or None,
    )
    return Chosen(choices, settings)


def _named(form: Form, column: PreviewColumn, fields: FieldSet, choice: str) -> str:
    """Return a choice with the name that was typed for the new field, where that is not the one it has anyway."""
    if choice not in (NEW, NEW_NAMED):
        return choice
    name = form.text(f"name-{column.position}") or column.unique_name
    return NEW if name == column.unique_name and can_create_field(column, fields) else NEW_NAMED + name


def _each(form: Form, preview: FilePreview, what: str, names: type[Named]) -> dict[int, Named]:
    found = ((column.position, _one_of(names, form.text(f"{what}-{column.position}"))) for column in preview.columns)
    return {position: value for position, value in found if value is not None}


def _one_of(names: type[Named], text: str) -> Named | None:
    return names(text) if text in set(names) else None


def _how_of(options: ImportOptions, preview: FilePreview) -> FormatSettings:
    positions = {column.name: column.position for column in preview.columns}
    return FormatSettings(
        erase=options.erase,
        order=options.order,
        keep_formulas=options.keep_formulas,
        decimal=options.decimal,
        bad_values=_by_position(options.bad_values, positions.get),
        kinds=_by_position(options.kinds, positions.get),
        encoding=options.encoding,
        sheet=options.sheet,
    )


def _by_position(by_name: Mapping[str, Named], find: Callable[[str], int | None]) -> dict[int, Named]:
    found = ((find(name), value) for name, value in by_name.items())
    return {position: value for position, value in found if position is not None}


def _fits_still(choice: str, column: PreviewColumn, fields: FieldSet) -> bool:
    name = new_field_name(choice)
    return is_valid_choice(choice, column, fields) and (name is None or find_name_problem(name, fields) is None)
