"""How the columns of a file are read: the kinds of those without a field, and how the values of all are written."""

from collections.abc import Mapping
from dataclasses import dataclass

from tamis.actions.importing.mapping import ColumnMap
from tamis.actions.importing.report import ImportOptions
from tamis.actions.importing.sources import Source
from tamis.domain.accounts import Account
from tamis.domain.dates import DateOrder
from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import Kind
from tamis.domain.reading.columns import Ambiguous, AmbiguousNumbers, ColumnReading
from tamis.domain.reading.deciding import Said, decide
from tamis.domain.reading.declared import Declared
from tamis.domain.reading.learning import DATES, MOST_SAID_OPTIONS, Asked, ColumnLearner
from tamis.domain.reading.numbers import DecimalMark
from tamis.staging.handle import StagingDatabase
from tamis.staging.kinds import learn_kinds


@dataclass(frozen=True, slots=True)
class Learned:
    """How columns are read, by position, those without a field among them; `notices` are sentences for people."""

    readings: Mapping[int, ColumnReading]
    notices: tuple[str, ...]


def learn(
    staging: StagingDatabase,
    source: Source,
    columns: ColumnMap,
    options: ImportOptions,
    account: Account,
    plain: frozenset[int],
    padded: frozenset[int],
    declared: Mapping[int, Declared],
) -> Learned:
    """Look at the cells of the columns that need it, in the rows that have no problem yet; raises Invalid with a
    question for each column that can be read in several ways. Those in `plain` need it only if they are numbers, those
    that are `declared` not at all."""
    header = source.header
    _check_kinds(header, columns, options)
    numbers = [position for position, field in columns.fields.items() if field.kind is Kind.NUMBER]
    typed = source.typed.declare(numbers)
    known = {
        position: Asked(header[position], field.kind, typed[position].kind if position in typed else None)
        for position, field in columns.fields.items()
        if field.kind is Kind.NUMBER or (field.kind in (*DATES, Kind.BOOLEAN) and position not in plain)
    }
    new = {
        position: Asked(header[position], options.kinds.get(header[position]))
        for position in columns.unknown
        if position not in declared or header[position] in options.kinds
    }
    learners = {position: ColumnLearner(asked) for position, asked in (known | new).items()}
    learn_kinds(staging, learners, padded, plain)
    said = said_of(source, options.decimal, options.order, account.date_order)
    decided = decide(learners, said)
    if any(isinstance(found, AmbiguousNumbers) for found in decided.values()):
        beside = {position: ColumnLearner(Asked(header[position])) for position in columns.ignored}
        learn_kinds(staging, beside, padded)
        decided = decide(learners, said, beside.values())
    _check_options(header, learners)
    questions = [
        Problem.of("decimal" if isinstance(found, AmbiguousNumbers) else "order", found.question(header[p]))
        for p, found in sorted(decided.items())
        if isinstance(found, Ambiguous)
    ]
    if questions:
        raise Invalid(questions)
    readings = {p: ColumnReading(declared[p].kind, declared[p].options) for p in columns.unknown if p in declared}
    readings |= {p: found for p, found in decided.items() if isinstance(found, ColumnReading)}
    notices = [f'The column "{header[p]}" {note}.' for p, found in sorted(readings.items()) for note in found.notes]
    return Learned(readings, tuple(notices))


def said_of(
    source: Source,
    decimal: DecimalMark | None = None,
    order: DateOrder | None = None,
    usual_order: DateOrder | None = None,
) -> Said:
    """Return what is known of a file beside its cells."""
    return Said(source.layout.delimiter if source.layout else None, decimal, order, usual_order)


def _check_kinds(header: tuple[str, ...], columns: ColumnMap, options: ImportOptions) -> None:
    problems = []
    known = {header[position]: field for position, field in columns.fields.items()}
    new = {header[position] for position in columns.unknown}
    for name in options.kinds:
        if name not in header:
            problems.append(Problem("kinds", "column_unknown", column=name))
        elif name in known:
            field = known[name]
            problems.append(Problem("kinds", "kind_of_field_is_known", column=name, field=field.key, kind=field.kind))
        elif name not in new:
            code = "column_makes_no_field" if options.create_fields else "no_fields_are_made"
            problems.append(Problem("kinds", code, column=name))
    if problems:
        raise Invalid(problems)


def _check_options(header: tuple[str, ...], learners: Mapping[int, ColumnLearner]) -> None:
    problems = []
    for position, learner in learners.items():
        kind = learner.asked.kind
        if kind and kind.has_options and learner.filled and (learner.words is None or not learner.options()):
            problems.append(
                Problem(
                    "kinds",
                    "kind_does_not_fit",
                    column=header[position],
                    kind=kind,
                    most=MOST_SAID_OPTIONS,
                )
            )
    if problems:
        raise Invalid(problems)
