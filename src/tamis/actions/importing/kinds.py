"""What the columns of a file are read as: the kinds of those without a field, the order of dates in all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from tamis.actions.importing.mapping import ColumnMap
from tamis.actions.importing.report import ImportOptions
from tamis.domain.dates import DateOrder
from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import Kind
from tamis.domain.reading.columns import Ambiguous, ColumnLearner, ColumnReading
from tamis.domain.reading.declared import Declared
from tamis.workbench.kinds import learn_kinds

DATES = (Kind.DATE, Kind.DATETIME)


@dataclass(frozen=True, slots=True)
class Learned:
    """What was found out of the columns, by position."""

    new: Mapping[int, ColumnReading]
    orders: Mapping[int, DateOrder]


def learn(
    con: duckdb.DuckDBPyConnection,
    header: Sequence[str],
    columns: ColumnMap,
    options: ImportOptions,
    plain: frozenset[int],
    padded: frozenset[int],
    declared: Mapping[int, Declared],
) -> Learned:
    """Look at all cells of the columns that need it, which those in `plain` and those that are `declared` do not;
    raises Invalid with a question for each that can be read in two ways."""
    asked = {position: ColumnLearner(None, options.order) for position in columns.unknown if position not in declared}
    dated = [p for p, field in columns.fields.items() if field.kind in DATES and p not in plain]
    asked |= {position: ColumnLearner(columns.fields[position], options.order) for position in dated}
    filled = learn_kinds(con, asked, padded)
    decided = {position: column.decide(filled[position]) for position, column in asked.items()}
    questions = [
        Problem("--date-order", found.question(header[position]))
        for position, found in sorted(decided.items())
        if isinstance(found, Ambiguous)
    ]
    if questions:
        raise Invalid(questions)
    settled = {position: found for position, found in decided.items() if isinstance(found, ColumnReading)}
    return Learned(
        {
            position: settled.get(position) or ColumnReading(declared[position].kind, declared[position].options)
            for position in columns.unknown
        },
        {position: found.order for position, found in settled.items()},
    )
