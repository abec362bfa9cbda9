"""Infer the formats of the columns of a file: from their own cells and, where those leave it open, from the others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from tamis.domain.inference.column_profiler import DATES, ColumnProfiler
from tamis.domain.inference.date_evidence import DateEvidence
from tamis.domain.inference.header_words import has_birth_word, has_coordinate_word, has_identifier_word
from tamis.domain.inference.majority import is_great_majority
from tamis.domain.inference.number_evidence import NumberEvidence
from tamis.domain.parsing.column_format import Ambiguous, AmbiguousDates, AmbiguousNumbers, ColumnFormat
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.parsing.units import PERCENT
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Kind
from tamis.domain.values.text import pluralize

MANY_TIMES = 3
"""The decimal mark that goes with the delimiter wins when this many times more columns use it than the other one."""


@dataclass(frozen=True, slots=True)
class FileHints:
    """What is known about a file apart from its cells.

    `delimiter` is None for formats without one. `decimal` and `order` were given by a person. `usual_order` is the
    account's setting for dates that fit two orders."""

    delimiter: str | None = None
    decimal: DecimalMark | None = None
    order: DateOrder | None = None
    usual_order: DateOrder | None = None


def infer_formats(
    profilers: Mapping[int, ColumnProfiler], hints: FileHints, other_columns: Collection[ColumnProfiler] = ()
) -> dict[int, ColumnFormat | Ambiguous]:
    """Infer the format of each column by position, or the ambiguity that a person must resolve first.

    `other_columns` only help to find the decimal mark of the file."""
    found = {place: _infer_alone(profiler, hints) for place, profiler in profilers.items()}
    mark = _find_file_mark(
        [*(profilers[place] for place, one in found.items() if _is_number(one)), *other_columns], hints
    )
    pairs = [
        profiler.words.written
        for place, profiler in profilers.items()
        if profiler.words and found[place].kind is Kind.BOOLEAN and profiler.hints.kind is None
    ]
    return {place: _with_other_columns(one, profilers[place], hints, mark, pairs) for place, one in found.items()}


def _infer_alone(profiler: ColumnProfiler, hints: FileHints) -> ColumnFormat | Ambiguous:
    """Infer a format from the column alone; numbers whose decimal mark is unclear are ambiguous."""
    column = profiler.hints
    if column.kind is Kind.NUMBER and profiler.numbers:
        return _number(profiler, profiler.numbers)
    if column.kind in DATES and profiler.dates:
        return _dates(profiler, profiler.dates, column.kind, hints)
    if column.kind:
        return _with_null_note(
            ColumnFormat(column.kind, profiler.options() if column.kind.has_options else ()), profiler
        )
    return _infer_kind(profiler, hints)


def _infer_kind(profiler: ColumnProfiler, hints: FileHints) -> ColumnFormat | Ambiguous:
    filled, words = profiler.filled - profiler.nulls, profiler.words
    if words:
        pair = words.pair(profiler.hints.header)
        if pair and is_great_majority(words.count_fitting(pair), filled, profiler.placeholders):
            return _with_null_note(ColumnFormat(Kind.BOOLEAN), profiler)
    if profiler.numbers and not profiler.numbers.is_grouped_identifier and profiler.fits_kind(Kind.NUMBER):
        return _number(profiler, profiler.numbers)
    if profiler.dates and (found := _try_dates(profiler, profiler.dates, hints)):
        return found
    if profiler.lists and (listed := profiler.lists.options(profiler.filled)):
        return ColumnFormat(Kind.CHOICES, listed)
    options = words.options(profiler.filled) if words and not has_identifier_word(profiler.hints.header) else ()
    return ColumnFormat(Kind.CHOICE, options) if options else ColumnFormat(Kind.TEXT)


def _try_dates(profiler: ColumnProfiler, dates: DateEvidence, hints: FileHints) -> ColumnFormat | Ambiguous | None:
    filled = profiler.filled - profiler.nulls
    fitting = {
        order for order in DateOrder if is_great_majority(dates.count_fitting(order), filled, profiler.placeholders)
    }
    found = _dates(profiler, dates, Kind.DATETIME if dates.times else Kind.DATE, hints)
    possible = found.orders if isinstance(found, AmbiguousDates) else (found.order,)
    return found if fitting.intersection(possible) else None


def _number(profiler: ColumnProfiler, numbers: NumberEvidence) -> ColumnFormat | Ambiguous:
    if profiler.hints.declared is Kind.NUMBER:
        return ColumnFormat(Kind.NUMBER)
    if numbers.example:
        return AmbiguousNumbers(numbers.example)
    return _as_number(profiler, numbers.decimal_mark or DecimalMark.POINT)


def _as_number(profiler: ColumnProfiler, mark: DecimalMark, *notes: str) -> ColumnFormat:
    unit = profiler.numbers.unit if profiler.numbers else ""
    found = ColumnFormat(Kind.NUMBER, decimal=mark, unit=unit, codes=_are_codes(profiler), notes=notes)
    if unit and profiler.numbers:
        note = (
            "percentages: 12 % is stored as 12" if unit == PERCENT else f"amounts in {unit}: only the numbers are kept"
        )
        found = replace(found, notes=(*notes, f"has {note}"))
    return _with_null_note(found, profiler)


def _are_codes(profiler: ColumnProfiler) -> bool:
    """Return whether too many cells to be typos begin with a zero or a plus sign; then 2,138 is no amount either."""
    codes = profiler.numbers.codes if profiler.numbers else 0
    return codes > 0 and not is_great_majority(
        profiler.filled - profiler.nulls - codes, profiler.filled - profiler.nulls, 0
    )


def _dates(
    profiler: ColumnProfiler, dates: DateEvidence, kind: Kind, hints: FileHints
) -> ColumnFormat | AmbiguousDates:
    of_birth = has_birth_word(profiler.hints.header)
    found = dates.infer_order(hints.order)
    notes: tuple[str, ...] = ()
    order = found.order
    if found.possible:
        if hints.usual_order not in found.possible:
            return AmbiguousDates(kind, found.example, found.possible, of_birth)
        order = hints.usual_order
        first = "month" if order is DateOrder.MDY else "day"
        notes = (f"has dates such as {found.example}, which are read with the {first} first, as set for the account",)
    return _with_null_note(ColumnFormat(kind, order=order, of_birth=of_birth, notes=notes), profiler)


def _with_null_note(found: ColumnFormat, profiler: ColumnProfiler) -> ColumnFormat:
    if not profiler.nulls:
        return found
    note = f"has {pluralize(profiler.nulls, 'cell')} with NULL or 0000-00-00, which are read as blank"
    return replace(found, notes=(*found.notes, note))


def _is_number(found: ColumnFormat | Ambiguous) -> bool:
    return found.kind is Kind.NUMBER


def _find_file_mark(numbers: Collection[ColumnProfiler], hints: FileHints) -> DecimalMark | None:
    """Return the decimal mark that the number columns agree on; where they disagree, the one that goes with the
    delimiter if nearly all of them use it, else None."""
    marks = [
        profiler.numbers.decimal_mark
        for profiler in numbers
        if profiler.numbers
        and profiler.hints.declared is not Kind.NUMBER
        and not has_coordinate_word(profiler.hints.header)
        and profiler.fits_kind(Kind.NUMBER)
    ]
    points, commas = marks.count(DecimalMark.POINT), marks.count(DecimalMark.COMMA)
    if not commas and not points:
        return None
    if not commas or (hints.delimiter == "," and points >= MANY_TIMES * commas):
        return DecimalMark.POINT
    if not points or (hints.delimiter != "," and commas >= MANY_TIMES * points):
        return DecimalMark.COMMA
    return None


def _with_other_columns(
    found: ColumnFormat | Ambiguous,
    profiler: ColumnProfiler,
    hints: FileHints,
    mark: DecimalMark | None,
    pairs: Collection[frozenset[str]],
) -> ColumnFormat | Ambiguous:
    if isinstance(found, AmbiguousNumbers):
        return _resolve_mark(found, profiler, hints, mark)
    if profiler.words and profiler.hints.kind is None and profiler.words.is_one_side(profiler.hints.header, pairs):
        return ColumnFormat(Kind.BOOLEAN)
    return found


def _resolve_mark(
    found: AmbiguousNumbers, profiler: ColumnProfiler, hints: FileHints, mark: DecimalMark | None
) -> ColumnFormat | Ambiguous:
    """Resolve an unclear decimal mark: as a person said, else as the rest of the file has it.

    Without a decimal comma anywhere, 1.234 has a decimal point in files with commas between cells or with types of
    their own: programs write those."""
    if hints.decimal:
        return _as_number(profiler, hints.decimal)
    if mark:
        note = f"has numbers such as {found.example}, which are read with a decimal {mark} like others in the file"
        return _as_number(profiler, mark, note)
    is_by_program = hints.delimiter in (",", None)
    return _as_number(profiler, DecimalMark.POINT) if is_by_program and "," not in found.example else found
