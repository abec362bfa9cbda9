"""Days of instants in SQL: how an engine spells the steps, and what is built from them for all engines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tamis.domain.values.calendar import DatePart
from tamis.domain.values.instants import DAY, MICROSECOND
from tamis.rules.operators import Operand
from tamis.rules.sql.dialect import Bind, Spelling
from tamis.rules.time.anniversaries import CYCLE_MICROS, CYCLE_YEARS, FIRST_YEAR, LAST_YEAR, calendar_limits
from tamis.rules.time.calendar_parts import CalendarPart
from tamis.rules.time.local_days import close_offsets, local_days

_DAY_MICROS = DAY // MICROSECOND
_CYCLE_DAYS = CYCLE_MICROS // _DAY_MICROS
_CYCLES = 5
"""Enough cycles of the calendar to make every instant a positive number, whose quotients all engines round alike."""
_THURSDAY = 3
"""1970 began on the third day after a Monday."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """How an engine spells the steps of tests of days, over dates and over instants in UTC.

    `day_of_date` and `day_of_instant` write month * 100 + day, `month` and `day` those of a date; `year` and `micros`,
    since 1970, are those of an instant; `days` are those of a date since 1970, and `date` is the date of them. `moved`
    writes the date of the instant some microseconds after another, both after 1970. `divided` is a whole number, which
    may be negative, divided by a positive one and rounded either way. `clamped` limits an instant to between two
    others. `nth` takes an element, counted from 1, of a list bound by `numbers`. The day and the year of an instant may
    be those of the nearest whole second.
    """

    day_of_date: Callable[[str], str]
    day_of_instant: Callable[[str], str]
    month: Callable[[str], str]
    day: Callable[[str], str]
    year: Callable[[str], str]
    micros: Callable[[str], str]
    days: Callable[[str], str]
    date: Callable[[str], str]
    moved: Callable[[str, str], str]
    divided: Callable[[str, int], str]
    clamped: Callable[[str, str, str], str]
    numbers: Callable[[Sequence[int], Bind], str]
    nth: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class CycleInstant:
    """An instant moved by whole cycles of the calendar to between `FIRST_YEAR` and `LAST_YEAR`: the expressions of its
    microseconds since 1970, and of the number of its year, which is 0 for the first."""

    micros: str
    year: str


def instant_in_cycle(calendar: Calendar, value: str, zone: ZoneInfo, bind: Bind) -> CycleInstant:
    """Write an instant for a look-up by year."""
    low, high = calendar_limits(zone)
    known = calendar.clamped(value, bind(low), bind(high))
    year = calendar.year(known)
    up = calendar.divided(f"({FIRST_YEAR + CYCLE_YEARS - 1} - {year})", CYCLE_YEARS)
    down = calendar.divided(f"({LAST_YEAR - CYCLE_YEARS} - {year})", CYCLE_YEARS)
    cycles = f"(CASE WHEN {year} < {FIRST_YEAR} THEN {up} WHEN {year} >= {LAST_YEAR} THEN {down} ELSE 0 END)"
    return CycleInstant(
        f"({calendar.micros(known)} + {cycles} * {CYCLE_MICROS})", f"{year} + {cycles} * {CYCLE_YEARS} - {FIRST_YEAR}"
    )


def parts_of_calendar(calendar: Calendar) -> Spelling:
    """Return the spelling of "month is", "weekday is" and "day is"."""

    def spell(value: str, operands: tuple[Operand, ...], bind: Bind) -> str:
        wanted = operands[0].part
        zone = wanted.zone
        if zone is None:
            return _is_wanted(calendar, wanted, value, calendar.days(value), bind)
        days = _local_day(calendar, value, zone, bind)
        test = _is_wanted(calendar, wanted, calendar.date(days), days, bind)
        if close := close_offsets(zone):
            # The exact day takes ten times as long, so it is computed only near midnight, and outside of these years.
            # What is written twice inside of CASE is computed twice, so little is.
            offset = bind(close.least)
            since_midnight = f"({calendar.micros(value)} + {offset}) % {_DAY_MICROS}"
            is_sure = (
                f"{value} >= {bind(close.since)} AND {value} < {bind(close.until)} "
                f"AND {since_midnight} < {bind(_DAY_MICROS - (close.most - close.least))}"
            )
            days = _whole_days(calendar, f"{calendar.micros(value)} + {offset}")
            sure = _is_wanted(calendar, wanted, calendar.moved(value, offset), days, bind)
            test = f"CASE WHEN {is_sure} THEN {sure} ELSE {test} END"
        # a null that is clamped becomes one of the limits
        return f"({value} IS NOT NULL AND {test})"

    return spell


def _is_wanted(calendar: Calendar, wanted: CalendarPart, date: str, days: str, bind: Bind) -> str:
    """Write the test of a day, which is given as a date and as days since 1970."""
    match wanted.part:
        case DatePart.MONTH:
            found = calendar.month(date)
        case DatePart.WEEKDAY:
            # Monday is 1; the cycles make the number positive
            found = f"(({days} + {_THURSDAY + _CYCLES * _CYCLE_DAYS}) % 7 + 1)"
        case DatePart.DAY:
            found = calendar.day(date)
    return f"{found} IN ({', '.join(map(bind, wanted.numbers))})"


def _local_day(calendar: Calendar, value: str, zone: ZoneInfo, bind: Bind) -> str:
    """Write the day of an instant in a time zone, as days since 1970; it may be that of another cycle."""
    days, at = local_days(zone), instant_in_cycle(calendar, value, zone, bind)
    index = f"{at.year} + 1"
    terms = [at.micros, _by_year(calendar, days.offsets, index, bind)]
    for instants, offsets in days.changes:
        since = _by_year(calendar, instants, index, bind)
        terms.append(f"(CASE WHEN {at.micros} >= {since} THEN {_by_year(calendar, offsets, index, bind)} ELSE 0 END)")
    return _whole_days(calendar, " + ".join(terms))


def _whole_days(calendar: Calendar, micros: str) -> str:
    """Write the whole days in microseconds since 1970, rounded down."""
    days = calendar.divided(f"({micros} + {_CYCLES * CYCLE_MICROS})", _DAY_MICROS)
    return f"({days} - {_CYCLES * _CYCLE_DAYS})"


def _by_year(calendar: Calendar, numbers: Sequence[int], index: str, bind: Bind) -> str:
    if len(set(numbers)) == 1:
        return bind(numbers[0])
    return calendar.nth(calendar.numbers(numbers, bind), index)
