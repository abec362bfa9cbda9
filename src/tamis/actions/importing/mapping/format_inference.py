"""The formats of the columns of a file: inferred for new fields, checked for existing ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from tamis.actions.importing.mapping.mapping import ColumnMap
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.sources import StagedFile
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Invalid, Problem
from tamis.domain.inference.column_inference import FileHints, infer_formats
from tamis.domain.inference.column_profiler import DATES, MOST_REQUESTED_OPTIONS, ColumnHints, ColumnProfiler
from tamis.domain.inference.declared_types import DeclaredType
from tamis.domain.parsing.column_format import Ambiguous, AmbiguousNumbers, ColumnFormat
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind
from tamis.staging.column_profiling import profile_columns
from tamis.staging.handle import StagingDatabase


@dataclass(frozen=True, slots=True)
class InferredFormats:
    """The formats of columns by position, including those without a field yet, and notices for people."""

    formats: Mapping[int, ColumnFormat]
    notices: tuple[str, ...]


def infer_column_formats(
    staging: StagingDatabase,
    source: StagedFile,
    columns: ColumnMap,
    options: ImportOptions,
    account: Account,
    fast: frozenset[int],
    padded: frozenset[int],
    declared: Mapping[int, DeclaredType],
) -> InferredFormats:
    """Infer the formats of columns from the rows without problems.

    Columns in `fast` are only profiled if they are numbers, `declared` ones never. Raises Invalid with a question for
    each column that is ambiguous."""
    header = source.header
    _check_kinds(header, columns, options)
    numbers = [position for position, field in columns.fields.items() if field.kind is Kind.NUMBER]
    typed = source.typed.declared_types(numbers)
    known = {
        position: ColumnHints(header[position], field.kind, typed[position].kind if position in typed else None)
        for position, field in columns.fields.items()
        if field.kind is Kind.NUMBER or (field.kind in (*DATES, Kind.BOOLEAN) and position not in fast)
    }
    new = {
        position: ColumnHints(header[position], options.kinds.get(header[position]))
        for position in columns.unknown
        if position not in declared or header[position] in options.kinds
    }
    profilers = {position: ColumnProfiler(column_hints) for position, column_hints in (known | new).items()}
    profile_columns(staging, profilers, padded, fast)
    hints = file_hints(source, options.decimal, options.order, account.date_order)
    decided = infer_formats(profilers, hints)
    if any(isinstance(found, AmbiguousNumbers) for found in decided.values()):
        ignored = {position: ColumnProfiler(ColumnHints(header[position])) for position in columns.ignored}
        profile_columns(staging, ignored, padded)
        decided = infer_formats(profilers, hints, ignored.values())
    _check_options(header, profilers)
    questions = [
        Problem.of("decimal" if isinstance(found, AmbiguousNumbers) else "order", found.question(header[p]))
        for p, found in sorted(decided.items())
        if isinstance(found, Ambiguous)
    ]
    if questions:
        raise Invalid(questions)
    formats = {p: ColumnFormat(declared[p].kind, declared[p].options) for p in columns.unknown if p in declared}
    formats |= {p: found for p, found in decided.items() if isinstance(found, ColumnFormat)}
    notices = [f'The column "{header[p]}" {note}.' for p, found in sorted(formats.items()) for note in found.notes]
    return InferredFormats(formats, tuple(notices))


def file_hints(
    source: StagedFile,
    decimal: DecimalMark | None = None,
    order: DateOrder | None = None,
    usual_order: DateOrder | None = None,
) -> FileHints:
    """Return what is known about a file apart from its cells."""
    return FileHints(source.layout.delimiter if source.layout else None, decimal, order, usual_order)


def _check_kinds(header: tuple[str, ...], columns: ColumnMap, options: ImportOptions) -> None:
    problems = []
    known = {header[position]: field for position, field in columns.fields.items()}
    new = {header[position] for position in columns.unknown}
    for name in options.kinds:
        if name not in header:
            problems.append(Problem("kinds", "column_unknown", column=name))
        elif name in known:
            field = known[name]
            problems.append(Problem("kinds", "kind_of_field_is_known", column=name, field=field.name, kind=field.kind))
        elif name not in new:
            code = "column_makes_no_field" if options.create_fields else "no_fields_are_made"
            problems.append(Problem("kinds", code, column=name))
    if problems:
        raise Invalid(problems)


def _check_options(header: tuple[str, ...], profilers: Mapping[int, ColumnProfiler]) -> None:
    problems = []
    for position, profiler in profilers.items():
        kind = profiler.hints.kind
        if kind and kind.has_options and profiler.filled and (profiler.words is None or not profiler.options()):
            problems.append(
                Problem(
                    "kinds",
                    "kind_does_not_fit",
                    column=header[position],
                    kind=kind,
                    most=MOST_REQUESTED_OPTIONS,
                )
            )
    if problems:
        raise Invalid(problems)
