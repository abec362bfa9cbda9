"""Decide how the columns of a file are read, each by its own cells and, where those do not tell, by the others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from tamis.domain.dates import DateOrder
from tamis.domain.fields import Kind
from tamis.domain.reading.columns import Ambiguous, AmbiguousDates, AmbiguousNumbers, ColumnReading
from tamis.domain.reading.date_evidence import DateEvidence
from tamis.domain.reading.headers import names_births, names_coordinates, names_identifiers
from tamis.domain.reading.learning import DATES, ColumnLearner
from tamis.domain.reading.majority import decides
from tamis.domain.reading.number_evidence import NumberEvidence
from tamis.domain.reading.numbers import DecimalMark
from tamis.domain.reading.units import PERCENT
from tamis.domain.text import counted

MANY_TIMES = 3
"""So many times as many columns must have the decimal mark that goes with the delimiter as have the other one."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a file beside its cells: its delimiter, if it has one, and what people have said: the decimal
    mark, the order of dates, and the order that the account has for those which can be read in two."""

    delimiter: str | None = None
    decimal: DecimalMark | None = None
    order: DateOrder | None = None
    usual_order: DateOrder | None = None


def decide(
    learners: Mapping[int, ColumnLearner], said: Said, beside: Collection[ColumnLearner] = ()
) -> dict[int, ColumnReading | Ambiguous]:
    """Decide how each of some columns is read, or which question must be answered first; columns `beside` them only
    tell of numbers."""
    found = {place: _decide(learner, said) for place, learner in learners.items()}
    mark = _mark_of_file([*(learners[place] for place, one in found.items() if _is_number(one)), *beside], said)
    pairs = [
        learner.words.written
        for place, learner in learners.items()
        if learner.words and found[place].kind is Kind.BOOLEAN and learner.asked.kind is None
    ]
    return {place: _beside_others(one, learners[place], said, mark, pairs) for place, one in found.items()}


def _decide(learner: ColumnLearner, said: Said) -> ColumnReading | Ambiguous:
    """Decide by the column alone; of a number that does not tell its decimal mark, an ambiguous one."""
    asked = learner.asked
    if asked.kind is Kind.NUMBER and learner.numbers:
        return _number(learner, learner.numbers)
    if asked.kind in DATES and learner.dates:
        return _dates(learner, learner.dates, asked.kind, said)
    if asked.kind:
        return _noted(ColumnReading(asked.kind, learner.options() if asked.kind.has_options else ()), learner)
    return _inferred(learner, said)


def _inferred(learner: ColumnLearner, said: Said) -> ColumnReading | Ambiguous:
    filled, words = learner.filled - learner.nulls, learner.words
    if words:
        pair = words.pair(learner.asked.header)
        if pair and decides(words.fitting(pair), filled, learner.placeholders):
            return _noted(ColumnReading(Kind.BOOLEAN), learner)
    if learner.numbers and not learner.numbers.is_grouped_id and learner.holds(Kind.NUMBER):
        return _number(learner, learner.numbers)
    if learner.dates and (found := _if_dates(learner, learner.dates, said)):
        return found
    if learner.lists and (listed := learner.lists.options(learner.filled)):
        return ColumnReading(Kind.CHOICES, listed)
    options = words.options(learner.filled) if words and not names_identifiers(learner.asked.header) else ()
    return ColumnReading(Kind.CHOICE, options) if options else ColumnReading(Kind.TEXT)


def _if_dates(learner: ColumnLearner, dates: DateEvidence, said: Said) -> ColumnReading | Ambiguous | None:
    filled = learner.filled - learner.nulls
    fitting = {order for order in DateOrder if decides(dates.fitting(order), filled, learner.placeholders)}
    found = _dates(learner, dates, Kind.DATETIME if dates.times else Kind.DATE, said)
    possible = found.orders if isinstance(found, AmbiguousDates) else (found.order,)
    return found if fitting.intersection(possible) else None


def _number(learner: ColumnLearner, numbers: NumberEvidence) -> ColumnReading | Ambiguous:
    if learner.asked.declared is Kind.NUMBER:
        return ColumnReading(Kind.NUMBER)
    if numbers.example:
        return AmbiguousNumbers(numbers.example)
    return _as_number(learner, numbers.told or DecimalMark.POINT)


def _as_number(learner: ColumnLearner, mark: DecimalMark, *notes: str) -> ColumnReading:
    unit = learner.numbers.unit if learner.numbers else ""
    reading = ColumnReading(Kind.NUMBER, decimal=mark, unit=unit, codes=_are_codes(learner), notes=notes)
    if unit and learner.numbers:
        said = (
            "percentages: 12 % is stored as 12" if unit == PERCENT else f"amounts in {unit}: the numbers alone are kept"
        )
        reading = replace(reading, notes=(*notes, f"has {said}"))
    return _noted(reading, learner)


def _are_codes(learner: ColumnLearner) -> bool:
    """Return whether too many cells for slips begin with a zero or a plus sign: 2,138 among them is no amount."""
    codes = learner.numbers.codes if learner.numbers else 0
    return codes > 0 and not decides(learner.filled - learner.nulls - codes, learner.filled - learner.nulls, 0)


def _dates(learner: ColumnLearner, dates: DateEvidence, kind: Kind, said: Said) -> ColumnReading | AmbiguousDates:
    of_birth = names_births(learner.asked.header)
    found = dates.order(said.order)
    notes: tuple[str, ...] = ()
    order = found.order
    if found.possible:
        if said.usual_order not in found.possible:
            return AmbiguousDates(kind, found.example, found.possible, of_birth)
        order = said.usual_order
        first = "month" if order is DateOrder.MDY else "day"
        notes = (f"has dates such as {found.example}, which are read with the {first} first, as the account is set",)
    return _noted(ColumnReading(kind, order=order, of_birth=of_birth, notes=notes), learner)


def _noted(reading: ColumnReading, learner: ColumnLearner) -> ColumnReading:
    if not learner.nulls:
        return reading
    note = f"has {counted(learner.nulls, 'cell')} that say NULL or 0000-00-00, as databases do, and are read as blank"
    return replace(reading, notes=(*reading.notes, note))


def _is_number(found: ColumnReading | Ambiguous) -> bool:
    return found.kind is Kind.NUMBER


def _mark_of_file(numbers: Collection[ColumnLearner], said: Said) -> DecimalMark | None:
    """Find the decimal mark that the columns of numbers tell which tell one; where they do not agree, the one that goes
    with the delimiter if nearly all have it."""
    told = [
        learner.numbers.told
        for learner in numbers
        if learner.numbers
        and learner.asked.declared is not Kind.NUMBER
        and not names_coordinates(learner.asked.header)
        and learner.holds(Kind.NUMBER)
    ]
    points, commas = told.count(DecimalMark.POINT), told.count(DecimalMark.COMMA)
    if not commas and not points:
        return None
    if not commas or (said.delimiter == "," and points >= MANY_TIMES * commas):
        return DecimalMark.POINT
    if not points or (said.delimiter != "," and commas >= MANY_TIMES * points):
        return DecimalMark.COMMA
    return None


def _beside_others(
    found: ColumnReading | Ambiguous,
    learner: ColumnLearner,
    said: Said,
    mark: DecimalMark | None,
    pairs: Collection[frozenset[str]],
) -> ColumnReading | Ambiguous:
    if isinstance(found, AmbiguousNumbers):
        return _settled(found, learner, said, mark)
    if learner.words and learner.asked.kind is None and learner.words.is_one_side(learner.asked.header, pairs):
        return ColumnReading(Kind.BOOLEAN)
    return found


def _settled(
    found: AmbiguousNumbers, learner: ColumnLearner, said: Said, mark: DecimalMark | None
) -> ColumnReading | Ambiguous:
    """Settle the decimal mark of a column that does not tell its own: by what was said, else by the file. In a file
    that nobody wrote with decimal commas, 1.234 has a point: programs write so, with commas between cells or with
    kinds."""
    if said.decimal:
        return _as_number(learner, said.decimal)
    if mark:
        note = f"has numbers such as {found.example}, which are read with a decimal {mark}, as others of the file have"
        return _as_number(learner, mark, note)
    by_program = said.delimiter in (",", None)
    return _as_number(learner, DecimalMark.POINT) if by_program and "," not in found.example else found
